//! The pages of signing in and out.

use crate::stage::PASSWORD;
use axum::http::StatusCode;

use super::{Portal, password};
use crate::flow::steps::*;
use crate::page::devices::set_up_phone;

/// F01, B05: what is missing is named at its field; what was typed is kept, but for the password.
#[tokio::test]
async fn an_incomplete_form_comes_back_with_what_was_typed() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    ana.open("/sign-in").await.unwrap();
    let page = ana.submit(&[("username", ANA), ("password", PASSWORD), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("<title>Error: ") && page.says("Tick the box to agree"), "{}", page.body);
    assert!(page.says(ANA) && !page.says(PASSWORD));
    let page = ana.submit(&[("terms", "yes"), ("do", "next")]).await.unwrap();
    assert!(page.says("Enter your user ID") && page.says("Enter your password"));
}

/// the same page for an unknown user ID and a wrong password; X-3: the same page when locked.
#[tokio::test]
async fn nobody_learns_from_the_pages_who_has_an_account() {
    let portal = Portal::with_ana().await;
    let (mut known, mut unknown) = (portal.browser(), portal.browser());
    for n in 0..6 {
        let (a, b) = (
            password(&mut known, ANA, "wrong password").await.clone(),
            password(&mut unknown, "no.body.her", "wrong password").await.clone(),
        );
        let wanted = if n < 4 { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::TOO_MANY_REQUESTS };
        assert_eq!((a.status, b.status), (wanted, wanted));
        let body = |page: &harp_tests::client::Page| {
            let csrf = page.hidden("csrf").unwrap_or_default();
            let request = page.headers["x-request-id"].to_str().unwrap().to_owned();
            let text = page.body.replace(&request, "").replace(ANA, "").replace("no.body.her", "");
            if csrf.is_empty() { text } else { text.replace(&csrf, "") }
        };
        assert_eq!(body(&a), body(&b));
        if n >= 4 {
            known.open("/sign-in").await.unwrap();
            unknown.open("/sign-in").await.unwrap();
        }
    }
    let page = password(&mut known, ANA, PASSWORD).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

/// F02–F04, F10, F11: choose, resend, a wrong code, the right one; then out, and the copied cookie is dead.
#[tokio::test]
async fn a_sign_in_goes_from_page_to_page_and_out_again() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    ana.open("/sign-out").await.unwrap();
    assert_eq!(ana.submit(&[("do", "sign-out")]).await.unwrap().path(), "/signed-out");

    let page = password(&mut ana, ANA, PASSWORD).await;
    assert_eq!(page.path(), "/sign-in/method");
    assert!(page.says("number ending in 1111") && !page.says(PHONE));
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    assert!(!ana.cookies.contains_key("harp_session"), "F02: no session yet");
    let page = ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/sign-in/code");
    let old = text(stage, PHONE).await;
    let page = ana.submit(&[("do", "resend")]).await.unwrap();
    assert!(page.says("We sent a new code"), "{}", page.body);
    let new = text(stage, PHONE).await;
    assert_ne!(old, new);
    let page = ana.submit(&[("code", &old), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("Enter the latest code"));
    assert_eq!(ana.submit(&[("do", "change")]).await.unwrap().path(), "/sign-in/method");
    ana.open("/sign-in/code").await.unwrap();
    assert_eq!(ana.page.path(), "/sign-in", "without its flow a page leads to the start");

    // The sign-in is still there, in its own flow.
    let page = password(&mut ana, ANA, PASSWORD).await;
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    let code = text(stage, PHONE).await;
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!((page.path(), page.status), ("/", StatusCode::OK));
    assert!(page.says("Ana Rivera"));

    let copy = ana.clone();
    ana.open("/sign-out").await.unwrap();
    assert!(ana.cookies.contains_key("harp_session"), "a link alone signs nobody out");
    ana.submit(&[("do", "sign-out")]).await.unwrap();
    for mut browser in [ana, copy] {
        assert_eq!(browser.open("/profile/sessions").await.unwrap().path(), "/sign-in");
    }
}

/// After signing in, the page that was wanted; also where the provider is mounted below a path.
#[tokio::test]
async fn signing_in_leads_back_to_the_page_that_was_wanted() {
    for (issuer, base) in [("http://localhost:8080", ""), ("http://localhost:8080/id", "/id")] {
        let portal = Portal::at(issuer).await;
        let mut ana = portal.browser();
        let page = ana.open(&format!("{base}/set-up/add?from=letter")).await.unwrap();
        assert_eq!(page.path(), format!("{base}/sign-in"));
        let fields = [("username", ANA), ("password", PASSWORD), ("terms", "yes"), ("do", "next")];
        let page = ana.submit(&fields).await.unwrap();
        assert_eq!(
            (page.status, page.url.as_str()),
            (StatusCode::OK, &*format!("{base}/set-up/add?from=letter"))
        );
    }
}

/// CSRF: a form from elsewhere changes nothing.
#[tokio::test]
async fn a_form_without_the_browsers_own_token_is_refused() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    ana.open("/sign-out").await.unwrap();
    ana.page.body = ana.page.body.replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x");
    let page = ana.submit(&[("do", "sign-out")]).await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(ana.open("/profile/sessions").await.unwrap().path(), "/profile/sessions");
}
