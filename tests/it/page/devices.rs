//! The pages of set-up, and of devices in the profile.

use crate::stage::Stage;
use axum::http::StatusCode;
use harp_core::factor::totp::TotpSecret;
use harp_core::kernel::id::FactorId;
use harp_tests::client::Client;

use super::{Portal, at_set_up};
use crate::flow::steps::*;

/// Ana signs in for the first time, adds her phone, and completes set-up.
pub async fn set_up_phone(stage: &Stage, ana: &mut Client) {
    at_set_up(ana).await;
    add_phone(stage, ana).await;
    let page = ana.submit(&[("do", "complete")]).await.unwrap();
    assert_eq!((page.path(), page.status), ("/set-up/done", StatusCode::OK));
}

async fn add_phone(stage: &Stage, ana: &mut Client) {
    ana.open("/set-up/add").await.unwrap();
    assert_eq!(ana.submit(&[("method", "sms"), ("do", "next")]).await.unwrap().path(), "/set-up/add/sms");
    let page = ana.submit(&[("phone", "555"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter a full phone number") && page.says("555"));
    for (number, words) in [
        ("+1 876 555 1234", "Codes are not sent to other countries"),
        ("900 234 5678", "toll-free or pay numbers"),
    ] {
        let page = ana.submit(&[("phone", number), ("do", "next")]).await.unwrap();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(page.says(words) && page.says(number), "{number}");
    }
    let page = ana.submit(&[("phone", "(202) 456-1111"), ("do", "next")]).await.unwrap();
    assert!(page.path().starts_with("/set-up/devices/fact_"), "{}", page.url);
    let code = text(stage, PHONE).await;
    let page = ana.submit(&[("code", &wrong(&code)), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/set-up");
    assert!(page.says("ACTIVE") && page.says("number ending in 1111"));
}

/// MFT-1 steps 7 and 8, E02, E03, E04, E05, E09, E10, E12: to set-up, not to the portal; phone and app; then everything opens.
#[tokio::test]
async fn the_first_sign_in_leads_through_set_up() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    at_set_up(&mut ana).await;
    for closed in ["/roles", "/profile/sessions", "/profile/devices"] {
        assert_eq!(ana.open(closed).await.unwrap().path(), "/set-up", "{closed}");
    }
    assert!(ana.page.says("disabled"), "E10");
    assert_eq!(ana.submit(&[("do", "complete")]).await.unwrap().path(), "/set-up");
    add_phone(stage, &mut ana).await;

    ana.open("/set-up/add").await.unwrap();
    let page = ana.submit(&[("method", "totp"), ("do", "next")]).await.unwrap();
    assert!(page.says("<svg class=\"qr\""), "a QR code");
    let shown = page.after("<code class=\"secret\">").unwrap();
    let shown = shown.split('<').next().unwrap();
    assert!(shown.split(' ').all(|group| group.len() == 4), "{shown}");
    let id: FactorId = page.path().rsplit('/').next().unwrap().parse().unwrap();
    let secret = secret_of(stage, id).await;
    assert_eq!(secret.text().expose(), shown);
    let page = ana.submit(&[("code", &code_now(stage, &secret)), ("do", "next")]).await.unwrap();
    assert_eq!((page.path(), page.body.matches("ACTIVE").count()), ("/set-up", 2));
    let old = ana.clone();
    assert_eq!(ana.submit(&[("do", "complete")]).await.unwrap().path(), "/set-up/done");
    assert_eq!(ana.open("/profile/devices").await.unwrap().path(), "/profile/devices");
    let mut old = old;
    assert_eq!(old.open("/set-up").await.unwrap().path(), "/sign-in", "the cookie of set-up is dead");
}

/// E11: whoever signs in later adds a device in the profile, and removes another one there.
#[tokio::test]
async fn devices_are_changed_later_in_the_profile() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    ana.open("/profile/devices/add").await.unwrap();
    let page = ana.submit(&[("method", "totp"), ("do", "next")]).await.unwrap();
    let id: FactorId = page.path().rsplit('/').next().unwrap().parse().unwrap();
    let code = code_now(stage, &secret_of(stage, id).await);
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!((page.path(), page.body.matches("ACTIVE").count()), ("/profile/devices", 2), "{}", page.body);

    let phone = page.body.split("number ending in 1111").nth(1).unwrap();
    let link = phone.split("href=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    assert!(ana.open(&link).await.unwrap().says("You can no longer sign in with it"));
    let page = ana.submit(&[("do", "remove")]).await.unwrap();
    assert_eq!((page.path(), page.body.matches("ACTIVE").count()), ("/profile/devices", 1), "{}", page.body);
    assert!(!page.says("number ending in 1111") && page.says("Authenticator app"));
}

/// E03 E04 E05 E06 E07 E15: every method of the profile in its order; a call and an e-mail are set up as texts are, each with its risk;
/// with e-mail alone set-up is not complete, and the page says so.
#[tokio::test]
async fn calls_and_emails_are_set_up_as_texts_are() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    // The letter of the registration goes out before those that are asked for here.
    deliver(stage).await;
    at_set_up(&mut ana).await;
    let page = ana.open("/help/codes").await.unwrap();
    assert!(page.says("extra layer of protection") && page.says("Phone call (voice)"), "E15");
    let page = ana.open("/set-up/add").await.unwrap();
    let places =
        ["sms", "voice", "totp", "email"].map(|m| page.body.find(&format!("value=\"{m}\"")).unwrap());
    assert!(places.is_sorted(), "{places:?}");
    assert_eq!(ana.submit(&[("method", "email"), ("do", "next")]).await.unwrap().path(), "/set-up/add/email");
    assert!(ana.page.says(EMAIL) && ana.page.says("weaker than the other methods"));
    let page = ana.submit(&[("email", "ana@"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter an email address like"));
    let page = ana.submit(&[("email", EMAIL), ("do", "next")]).await.unwrap();
    assert!(page.path().starts_with("/set-up/devices/fact_"), "{}", page.url);
    assert!(page.says("We sent a security code to") && !page.says(EMAIL), "masked");
    let code = stage.code(EMAIL).await;
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert!(page.path() == "/set-up" && page.says("ACTIVE") && page.says("disabled"));
    assert!(page.says("Codes by email alone are not enough"));

    ana.open("/set-up/add").await.unwrap();
    assert_eq!(ana.submit(&[("method", "voice"), ("do", "next")]).await.unwrap().path(), "/set-up/add/voice");
    assert!(ana.page.says("weakest of the methods"), "the risk of a number that is taken over");
    let page = ana.submit(&[("phone", PHONE), ("do", "next")]).await.unwrap();
    assert!(page.says("We are calling your") && page.says("number ending in 1111"));
    let code = arrived(stage, &called(PHONE)).await.code().unwrap();
    ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(ana.submit(&[("do", "complete")]).await.unwrap().path(), "/set-up/done");
    for none in ["push", "password"] {
        assert_eq!(
            ana.open(&format!("/profile/devices/add/{none}")).await.unwrap().path(),
            "/profile/devices/add"
        );
    }
}

/// A05, E01: removing asks first; the last one stays, and the page says why.
#[tokio::test]
async fn the_last_device_cannot_be_removed() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let page = ana.open("/profile/devices").await.unwrap();
    let link = page.after("href=\"/profile/devices/fact_").unwrap();
    let link = format!("/profile/devices/fact_{link}");
    let page = ana.open(&link).await.unwrap();
    assert!(page.says("every account needs one"), "{}", page.body);
    let page = ana.submit(&[("do", "remove")]).await.unwrap();
    assert!(page.path().ends_with("/remove") && page.says("every account needs one"));
    assert!(ana.open("/profile/devices").await.unwrap().says("ACTIVE"));
}

async fn secret_of(stage: &Stage, id: FactorId) -> TotpSecret {
    use harp_core::store::{Fault, Tx, Work};
    struct Read(FactorId);
    #[async_trait::async_trait]
    impl Work for Read {
        type Out = Option<harp_core::factor::Factor>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.factor(self.0).await
        }
    }
    match stage.harp.store.read(&Read(id)).await.unwrap().unwrap().binding {
        harp_core::factor::Binding::Totp { secret, .. } => {
            TotpSecret::open(&secret, id, &stage.harp.vault).unwrap()
        }
        other => panic!("{other:?}"),
    }
}
