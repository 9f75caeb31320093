//! Quality Payment Program: what a role opens, and what only a passkey does.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use axum::Router;
use frame::Help;
use harp_sdk::Config;
use harp_sdk::testing::{Browser, Person, Provider};
use http::StatusCode;

async fn world() -> (Provider, Router) {
    let provider = Provider::start().await.unwrap();
    let app =
        qpp::router(Config::new(provider.registration("http://localhost:8083")), Help::default()).unwrap();
    (provider, app)
}

fn val() -> Person {
    Person::new("Val Ito").with_role(qpp::PROGRAM, qpp::ROLE, "org_oak")
}

/// the role shows the practice, with the level that was really reached; the payment account asks for a passkey.
#[tokio::test]
async fn the_role_opens_the_practice_and_a_passkey_the_payment_account() {
    let (provider, app) = world().await;
    provider.person(val());
    let mut browser = Browser::new(app);
    browser.get("/auth/sign-in").await.unwrap();
    let page = browser.get("/practice").await.unwrap();
    assert!(
        page.status == StatusCode::OK && page.body.contains("AAL2, with a second factor"),
        "{}",
        page.body
    );
    let page = browser.open("/payment").await.unwrap();
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let to = page.location().unwrap();
    assert!(to.starts_with("/auth/step-up?acr=urn%3Aharp%3Aacr%3Aaal2-phr&return_to=%2Fpayment"), "{to}");
}

#[tokio::test]
async fn without_the_role_nothing_opens() {
    let (provider, app) = world().await;
    provider.person(Person::new("Val Ito").with_role("hqr", qpp::ROLE, "org_oak"));
    let mut browser = Browser::new(app);
    browser.get("/auth/sign-in").await.unwrap();
    for path in ["/practice", "/payment"] {
        assert_eq!(browser.get(path).await.unwrap().status, StatusCode::FORBIDDEN, "{path}");
    }
}
