//! HQR-2: somebody signs in to Hospital Quality Reporting on the way that it wants (mission 5.2).

use demo::seed::Jon;
use harp_core::audit::Deed;
use harp_core::kernel::text::Phone;
use harp_core::notice::Recipient;
use harp_tests::both;
use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};

const TERMS: &str = "Government-authorized use only";

both! {
    /// F05 F08-F13 K01 K04 K08 K09 HQR-2, on ports of one localhost.
    async fn somebody_reaches_their_hospitals_tasks_by_the_pages_of_hqr(db: Db) {
        journey(World::on(db, Street::Localhost).await).await;
    }
}

/// HQR-2: the same over TLS on separate names, where cookies, SameSite and `form-action` are as strict as they will be.
#[tokio::test(flavor = "multi_thread")]
async fn somebody_reaches_their_hospitals_tasks_on_separate_names_over_tls() {
    journey(World::on(Db::sqlite().await.unwrap(), Street::TestNames).await).await;
}

async fn journey(world: World) {
    let jon = Browser::start(Script::Off).await;
    jon.open(&world.hqr("/")).await;
    jon.judged().await;
    jon.pictures("hqr-start").await;
    jon.press("main › Sign in").await;
    password(&jon).await;
    code(&world, &jon).await;
    terms(&world, &jon).await;
    assert!(jon.url().await.starts_with(&world.hqr("/tasks/org_")), "{}", jon.url().await);
    assert_eq!(jon.heading().await, "My Tasks at First Hospital");
    jon.see("First Hospital").await; // K09
    jon.see("Jon Snow").await;
    jon.see("Hospital Reporting Inpatient").await;
    jon.not_see("Vendor Authorization").await; // no permission for that
    jon.judged().await;
    jon.pictures("hqr-tasks").await;
    again(&world, &jon).await;
    world.house.close().await;
}

/// F08, F09, K01, K04, K08: the page is HQR's, in what it is called, warns of, links to and names for help.
async fn password(jon: &Browser) {
    jon.see("to continue to Hospital Quality Reporting").await;
    jon.see("Hospital Quality Reporting has moved here").await; // K08
    jon.see("If you do not have a HARP account").await; // F09
    jon.see("help@qualitynet.example").await; // K01
    jon.see("TTY 1-800-555-0111").await;
    for link in ["QualityNet.org", "About QualityNet", "QualityNet Help Desk", "Access Instructions"] {
        assert!(jon.link(link).await.starts_with("https://qualitynet.example/"), "K04: {link}");
    }
    for link in ["Accessibility", "Privacy", "Terms & Conditions"] {
        assert!(!jon.link(link).await.is_empty(), "K04: {link}");
    }
    jon.see("Having trouble signing in?").await;
    jon.not_see("I agree to the Terms & Conditions").await; // F12: after the code
    jon.judged().await;
    jon.pictures("hqr-sign-in").await;
    jon.fill("User ID", Jon::USERNAME).await;
    jon.fill("Password", Jon::PASSWORD).await;
    jon.press("main › Sign in").await;
}

/// F10, F11: one device, another code, another device, a wrong code, a right one.
async fn code(world: &World, jon: &Browser) {
    jon.see("Hospital Quality Reporting").await;
    jon.not_see("456-1233").await; // F10
    jon.judged().await;
    jon.pictures("hqr-choose-device").await;
    jon.select("Send the code by", "Text message (SMS), number ending in 1233").await;
    jon.press("Send Code").await;
    jon.see("number ending in 1233").await;
    let first = world.code(&phone(), 1).await;
    jon.press("Resend Code").await;
    let second = world.code(&phone(), 2).await;
    assert_ne!(first, second);
    jon.fill("Security code", &first).await;
    jon.press("Submit").await;
    assert_eq!(jon.answer().await.status, 422, "a resend makes the earlier code worthless");
    jon.judged().await;

    jon.press("Use another way to get a code").await; // F11: 'Change two factor authentication'
    jon.select("Send the code by", "Authenticator app").await;
    jon.press("Send Code").await;
    let right = world.jons_code();
    jon.fill("Security code", &other_than(&right)).await;
    jon.press("Submit").await;
    assert_eq!(jon.answer().await.status, 422);
    assert!(!jon.errors().await.is_empty());
    jon.fill("Security code", &world.jons_code()).await;
    jon.press("Submit").await;
}

/// F12, F13: after the code, and not around it.
async fn terms(world: &World, jon: &Browser) {
    jon.see(TERMS).await;
    jon.see("all devices and storage media attached").await; // F13
    jon.judged().await;
    jon.pictures("hqr-terms").await;
    jon.press("Accept").await;
    assert_eq!(jon.answer().await.status, 422, "unticked");
    let here = jon.url().await;
    jon.open(&world.hqr("/tasks")).await;
    jon.see(TERMS).await; // no way around it
    jon.open(&here).await;
    jon.check("I accept the above Terms and Conditions").await;
    jon.press("Accept").await;
    let trail = world.trail().await;
    let accepted = trail
        .iter()
        .filter(|event| matches!(&event.deed, Deed::TermsAccepted { terms } if terms == "hqr 2026-11"));
    assert_eq!(accepted.count(), 1, "with its version, and the time of every event");
}

/// F05: signed out and in again, nothing of the first sign-in helps: password, code and terms are asked anew.
async fn again(world: &World, jon: &Browser) {
    jon.press("Sign out").await;
    assert_eq!(jon.heading().await, "You are signed out");
    jon.judged().await;
    jon.press("Sign in again").await;
    jon.fill("User ID", Jon::USERNAME).await;
    jon.fill("Password", Jon::PASSWORD).await;
    jon.press("main › Sign in").await;
    jon.open(&world.hqr("/tasks")).await;
    jon.see("to continue to Hospital Quality Reporting").await; // the password alone opens nothing
    jon.fill("User ID", Jon::USERNAME).await;
    jon.fill("Password", Jon::PASSWORD).await;
    jon.press("main › Sign in").await;
    jon.select("Send the code by", "Text message (SMS), number ending in 1233").await;
    jon.press("Send Code").await;
    jon.fill("Security code", &world.code(&phone(), 3).await).await;
    jon.press("Submit").await;
    jon.see(TERMS).await;
    jon.check("I accept the above Terms and Conditions").await;
    jon.press("Accept").await;
    assert_eq!(jon.heading().await, "My Tasks at First Hospital");
}

fn phone() -> Recipient {
    Recipient::Sms(Phone::parse(Jon::PHONE).unwrap())
}

fn other_than(code: &str) -> String {
    if code == "000000" { "000001".to_owned() } else { "000000".to_owned() }
}
