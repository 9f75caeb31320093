//! an application asks for more than somebody's sign-in has reached.

use demo::seed::Quinn;
use harp_core::audit::Deed;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::text::Phone;
use harp_core::notice::Recipient;
use harp_tests::both;
use harp_tests::browser::{Able, Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};

const PHONE: Able = Able { resident: true, user_verification: true, transport: "internal" };

both! {
    /// K02 X-2: with a telephone alone, told to add a passkey; who does not want to is not let in there, and everywhere else the level that
    /// was really reached is shown.
    async fn somebody_with_a_telephone_alone_is_told_to_add_a_passkey(db: Db) {
        journey(World::on(db, Street::Localhost).await).await;
    }

    /// a passkey is added on the way, proved, and QPP opens and shows the level that was reached.
    async fn somebody_adds_a_passkey_on_the_way_and_is_let_in(db: Db) {
        with_a_passkey(World::on(db, Street::Localhost).await).await;
    }
}

/// the same over TLS on separate names, where cookies, SameSite and `form-action` are as strict as they will be.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_told_to_add_a_passkey_on_separate_names_over_tls() {
    journey(World::on(Db::sqlite().await.unwrap(), Street::TestNames).await).await;
}

async fn journey(world: World) {
    let quinn = Browser::start(Script::Off).await;
    quinn.open(&world.qpp("/")).await;
    quinn.judged().await;
    quinn.pictures("qpp-start").await;
    quinn.press("main › Sign in").await;
    sign_in(&world, &quinn).await;
    assert_eq!(quinn.heading().await, "Oak Street Family Practice");
    quinn.see("AAL2, with a second factor").await;
    quinn.judged().await;
    quinn.pictures("qpp-practice").await;

    quinn.press("Open the payment account").await;
    assert_eq!(quinn.heading().await, "Add a passkey");
    quinn.see("Quality Payment Program asks for a stronger proof").await;
    quinn.not_see("1244").await; // exactly what reaches the level, and the telephone does not
    quinn.judged().await;
    quinn.pictures("step-up-add").await;

    // Led there, and back, whether something was added or not.
    quinn.press("Add it now").await;
    assert_eq!(quinn.heading().await, "Add a sign-in code or device");
    quinn.see("Passkey").await;
    quinn.not_see("Text message (SMS)").await;
    quinn.press("Cancel").await;
    assert_eq!(quinn.heading().await, "Add a passkey");

    quinn.press("Not now").await;
    assert!(quinn.url().await.starts_with(&world.qpp("/")), "{}", quinn.url().await);
    quinn.see("This needs a sign-in with a passkey").await;
    quinn.not_see("ends in 0042").await;
    quinn.judged().await;
    quinn.pictures("qpp-not-proven").await;
    quinn.open(&world.qpp("/practice")).await;
    quinn.see("AAL2, with a second factor").await;
    quinn.see("mfa").await;
    world.house.close().await;
}

async fn with_a_passkey(world: World) {
    let quinn = Browser::start(Script::On).await;
    quinn.open(&world.qpp("/payment")).await;
    sign_in(&world, &quinn).await;
    assert_eq!(quinn.heading().await, "Add a passkey");
    let phone = quinn.plug_in(PHONE).await;
    quinn.press("Add it now").await;
    quinn.choose("Passkey").await;
    quinn.press("Next").await;
    quinn.press_and_wait("Create passkey").await;
    assert_eq!(quinn.passkeys(&phone).await.len(), 1);

    // The request goes on by itself: the new passkey, and nothing else, is offered.
    assert_eq!(quinn.heading().await, "Confirm that it is you");
    quinn.not_see("1244").await;
    quinn.judged().await;
    quinn.pictures("step-up-passkey").await;
    quinn.press("Continue").await;
    quinn.press_and_wait("Use passkey").await;
    assert_eq!(quinn.heading().await, "Payment account of Oak Street Family Practice");
    quinn.see("AAL2, with a passkey").await;
    quinn.judged().await;
    quinn.pictures("qpp-payment").await;
    let raised =
        |deed: &Deed| matches!(deed, Deed::SteppedUp { methods, .. } if methods.contains(&Method::Passkey));
    assert!(world.trail().await.iter().any(|event| raised(&event.deed)));

    // Once more, and nobody asks.
    quinn.open(&world.qpp("/practice")).await;
    quinn.press("Open the payment account").await;
    quinn.see("ends in 0042").await;
    world.house.close().await;
}

async fn sign_in(world: &World, quinn: &Browser) {
    quinn.see("to continue to Quality Payment Program").await;
    quinn.see("help@qpp.example").await; // K02
    quinn.fill("User ID", Quinn::USERNAME).await;
    quinn.fill("Password", Quinn::PASSWORD).await;
    quinn.check("I agree to the Terms & Conditions").await;
    quinn.press("main › Sign in").await;
    quinn.press("Send Code").await;
    let phone = Recipient::Sms(Phone::parse(Quinn::PHONE).unwrap());
    quinn.fill("Security code", &world.code(&phone, 1).await).await;
    quinn.press("Submit").await;
}
