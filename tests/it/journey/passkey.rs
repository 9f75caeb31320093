//! Passkeys in a browser (F01, F05, P14): added, used, refused, and every way around one that does not work.

use demo::seed::Sol;
use harp_core::audit::Deed;
use harp_core::kernel::assurance::Method;
use harp_core::policy::NIST_63_4;
use harp_tests::both;
use harp_tests::browser::{Able, Browser, Script};
use harp_tests::world::{Street, World};
use serde_json::json;

use super::people::sign_in_sol;

const PHONE: Able = Able { resident: true, user_verification: true, transport: "internal" };
/// A security key on a key ring: no PIN, no list of its own.
const KEY: Able = Able { resident: false, user_verification: false, transport: "usb" };

both! {
    /// E03 E07 E09 E11 F01 F03 F05 P14: Sol adds a phone's passkey and a security key, each by its name, and signs in with either.
    async fn a_phone_and_a_security_key_sign_in_after_the_password(db: Db) {
        let world = World::on(db, Street::Localhost).await;
        let sol = Browser::start(Script::On).await;
        sign_in_sol(&world, &sol).await;
        let phone = sol.plug_in(PHONE).await;
        to_add(&world, &sol).await;
        sol.judged().await;
        sol.pictures("add-passkey").await;
        sol.fill("Name of the passkey (optional)", "My phone").await;
        sol.press_and_wait("Create passkey").await;
        sol.see("My phone").await;
        sol.judged().await;
        sol.pictures("devices-passkey").await;
        assert_eq!(sol.passkeys(&phone).await.len(), 1);

        // The same device a second time: the browser itself says no, and the page says what that means.
        to_add(&world, &sol).await;
        sol.press_here("Create passkey").await;
        sol.hear("This device has a passkey for your account already").await;
        sol.pictures("add-passkey-held").await;
        sol.unplug(&phone).await;

        let key = sol.plug_in(KEY).await;
        to_add(&world, &sol).await;
        sol.fill("Name of the passkey (optional)", "Blue key").await;
        sol.press_and_wait("Create passkey").await;
        sol.see("Blue key").await;
        let held = sol.passkeys(&key).await;
        assert_eq!(held[0]["isResidentCredential"], json!(false));

        leave(&world, &sol).await;
        to_passkey(&world, &sol, "Passkey, Blue key").await;
        sol.judged().await;
        sol.pictures("use-passkey").await;
        sol.press_and_wait("Use passkey").await;
        sol.see("Hello, Sol").await;
        let methods = |d: &Deed| match d {
            Deed::SignedIn { methods, .. } => Some(methods.clone()),
            _ => None,
        };
        let trail = world.trail().await;
        let last = trail.iter().rev().find_map(|e| methods(&e.deed)).unwrap();
        assert_eq!(last, [Method::Password, Method::Passkey]);
        world.house.close().await;
    }

    /// The passkey fails, each time in another way, and each page leads on: no script, no passkeys in the browser, the person says
    /// no, a signature from another site's page (the same relying party's id, another origin).
    async fn a_passkey_that_fails_leads_to_another_way(db: Db) {
        let world = World::on(db, Street::Localhost).await;
        let sol = Browser::start(Script::On).await;
        sign_in_sol(&world, &sol).await;
        let phone = sol.plug_in(PHONE).await;
        to_add(&world, &sol).await;
        sol.press_and_wait("Create passkey").await;
        sol.see("Passkey").await;
        leave(&world, &sol).await;

        // Another application on this machine gets the browser to sign HARP's challenge: the origin in it tells.
        to_passkey(&world, &sol, "Passkey, Passkey").await;
        let options = sol.ask("document.querySelector('[data-passkey]').dataset.options").await;
        let page = sol.ask("location.href").await;
        sol.open(&world.mft("/")).await;
        let signed = sol.ask(&SIGN.replace("OPTIONS", options.as_str().unwrap())).await;
        sol.open(page.as_str().unwrap()).await;
        sol.ask(&format!("document.querySelector('[name=response]').value = {}", json!(signed))).await;
        sol.press("Use passkey").await;
        assert_eq!(sol.answer().await.status, 422);
        sol.see("That passkey did not work").await;
        sol.judged().await;
        sol.pictures("use-passkey-wrong").await;

        sol.pretend("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))").await;
        to_passkey(&world, &sol, "Passkey, Passkey").await;
        sol.press_here("Use passkey").await;
        sol.hear("No passkey answered").await;
        sol.judged().await;
        sol.pictures("use-passkey-nothing").await;
        sol.press("Use another way").await;
        sol.see("Choose how to get your security code").await;

        sol.pretend("delete window.PublicKeyCredential").await;
        to_passkey(&world, &sol, "Passkey, Passkey").await;
        sol.see("This browser cannot use passkeys").await;
        sol.pictures("use-passkey-unsupported").await;
        sol.unplug(&phone).await;

        let bare = Browser::start(Script::Off).await;
        to_passkey(&world, &bare, "Passkey, Passkey").await;
        bare.see("A passkey needs JavaScript").await;
        bare.judged().await;
        bare.pictures("use-passkey-no-script").await;
        bare.press("Use another way").await;
        bare.see("Authenticator app").await;
        world.house.close().await;
    }
}

both! {
    /// P14, `nist-63-4`: Sol signs in by his passkey alone, by the button and from the list of the user ID's field (conditional UI), once he
    /// agrees to the terms (F01).
    async fn a_passkey_alone_signs_in_where_the_profile_lets_it(db: Db) {
        let world = World::with(db, Street::Localhost, &NIST_63_4).await;
        let sol = Browser::start(Script::On).await;
        sign_in_sol(&world, &sol).await;
        sol.plug_in(PHONE).await;
        to_add(&world, &sol).await;
        sol.press_and_wait("Create passkey").await;
        leave(&world, &sol).await;

        // The list of the field offers the passkey when a key is pressed: here it would be taken at once.
        sol.pretend(WHEN_A_KEY_IS_PRESSED).await;
        sol.open(&world.url("/sign-in")).await;
        assert_eq!(sol.ask("document.querySelector('#username').autocomplete").await, "username webauthn");
        sol.judged().await;
        sol.pictures("sign-in-with-passkey").await;
        sol.check("I agree to the Terms & Conditions").await;
        sol.press_and_wait("Sign in with a passkey").await;
        sol.see("Hello, Sol").await;
        leave(&world, &sol).await;

        sol.open(&world.url("/sign-in")).await;
        sol.check("I agree to the Terms & Conditions").await;
        sol.key_and_wait("Escape").await;
        sol.see("Hello, Sol").await;
        leave(&world, &sol).await;

        sol.open(&world.url("/sign-in")).await;
        sol.key_and_wait("Escape").await;
        assert_eq!(sol.answer().await.status, 422, "F01: the box is not ticked");
        world.house.close().await;
    }
}

const WHEN_A_KEY_IS_PRESSED: &str = r"PublicKeyCredential.isConditionalMediationAvailable = () =>
  new Promise(done => addEventListener('keydown', () => done(true), { once: true }))";

const SIGN: &str = r"(async () => {
  const { publicKey } = OPTIONS;
  const bytes = t => Uint8Array.from(atob(t.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
  const text = b => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.allowCredentials = publicKey.allowCredentials.map(c => ({ ...c, id: bytes(c.id) }));
  const { id, rawId, type, response: r } = await navigator.credentials.get({ publicKey });
  return JSON.stringify({ id, rawId: text(rawId), type, response: { clientDataJSON: text(r.clientDataJSON),
    authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: null } });
})()";

async fn to_add(world: &World, sol: &Browser) {
    sol.open(&world.url("/profile/devices/add")).await;
    sol.choose("Passkey").await;
    sol.press("Next").await;
    sol.see("Add a passkey").await;
}

async fn leave(world: &World, sol: &Browser) {
    sol.open(&world.url("/sign-out")).await;
    sol.press("main › Sign out").await;
}

async fn to_passkey(world: &World, sol: &Browser, option: &str) {
    sol.open(&world.url("/sign-in")).await;
    sol.fill("User ID", Sol::USERNAME).await;
    sol.fill("Password", Sol::PASSWORD).await;
    sol.check("I agree to the Terms & Conditions").await;
    sol.press("main › Sign in").await;
    sol.select("Send the code by", option).await;
    sol.press("Continue").await;
    sol.see("Use your passkey").await;
}
