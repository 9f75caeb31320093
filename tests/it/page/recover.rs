//! The pages for who forgot their user ID or password.

use std::time::Duration;

use axum::http::StatusCode;
use harp_core::flow::confirm_email;
use harp_core::policy::HARP;
use harp_tests::client::{Client, Page};

use super::devices::set_up_phone;
use super::{Portal, password};
use crate::flow::steps::*;
use crate::stage::PASSWORD;

const MAILBOX: &str = "ana@hospital.example";

/// What of a page is not of this request and this browser alone.
fn body(page: &Page) -> String {
    let request = page.headers["x-request-id"].to_str().unwrap().to_owned();
    let csrf = page.hidden("csrf").unwrap_or_else(|| "no form".to_owned());
    page.body.replace(&request, "").replace(&csrf, "")
}

async fn confirm_address(portal: &Portal) {
    let stage = &portal.stage;
    let id = stage.account_of(ANA).await.unwrap();
    let code = stage.code(MAILBOX).await;
    confirm_email::confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
}

/// F06, X-7: from the sign-in page to the letter; word for word the same page for an address that nobody has.
#[tokio::test]
async fn a_forgotten_user_id_comes_by_letter_and_no_page_tells_it() {
    let portal = Portal::with_ana().await;
    confirm_address(&portal).await;
    let mut seen = Vec::new();
    for address in [MAILBOX, "nobody@elsewhere.example"] {
        let mut browser = portal.browser();
        let page = browser.open("/sign-in").await.unwrap();
        assert!(page.says("Forgot your user ID or password?") && page.says("/help/sign-in"), "{}", page.body);
        assert!(browser.open("/help/sign-in").await.unwrap().says("/recover/user-id"));
        browser.open("/recover/user-id").await.unwrap();
        let page = browser.submit(&[("email", ""), ("do", "next")]).await.unwrap();
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = browser.submit(&[("email", address), ("do", "next")]).await.unwrap();
        assert_eq!((page.path(), page.status), ("/recover/user-id/sent", StatusCode::OK));
        assert!(!page.says(ANA) && !page.says(address), "{}", page.body);
        seen.push(body(page));
    }
    assert_eq!(seen[0], seen[1]);
    let letter = portal.stage.letters(MAILBOX).await.pop().unwrap();
    assert!(letter.letter.text.expose().contains(ANA), "{}", letter.letter.text.expose());
}

const FRESH: &str = "Tidal9!quartzLantern";

async fn forgot<'c>(client: &'c mut Client, username: &str) -> &'c Page {
    client.open("/recover/password").await.unwrap();
    client.submit(&[("username", username), ("do", "next")]).await.unwrap()
}

/// F06, X-6: user ID, letter, text message, new password; each page in its turn, and the old session is dead.
#[tokio::test]
async fn a_forgotten_password_is_set_anew_page_by_page() {
    let portal = Portal::with_ana().await;
    confirm_address(&portal).await;
    let (stage, mut before) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut before).await;
    portal.later(Duration::from_secs(60));

    let mut ana = portal.browser();
    assert!(ana.open("/help/sign-in").await.unwrap().says("/recover/password"));
    let page = forgot(&mut ana, "").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = forgot(&mut ana, ANA).await;
    assert_eq!((page.path(), page.status), ("/recover/letter", StatusCode::OK));
    assert!(!page.says(MAILBOX) && page.says("It works for 30 minutes"), "{}", page.body);
    let flow = page.url.split_once('?').unwrap().1.to_owned();
    for early in ["device", "code", "new-password"] {
        let page = ana.open(&format!("/recover/{early}?{flow}")).await.unwrap();
        assert_eq!(page.path(), "/recover/letter", "{early}");
    }
    assert_eq!(ana.open(&format!("/recover/done?{flow}")).await.unwrap().path(), "/sign-in");
    ana.open(&format!("/recover/letter?{flow}")).await.unwrap();
    let code = stage.code(MAILBOX).await;
    let page = ana.submit(&[("code", &wrong(&code)), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/recover/device");
    assert!(page.says("number ending in 1111") && !page.says(PHONE), "{}", page.body);
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    let page = ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/recover/code");
    let code = text(stage, PHONE).await;
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/recover/new-password");
    let page =
        ana.submit(&[("password", "short"), ("confirm_password", "other"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!page.says("value=\"short"), "{}", page.body);
    let page = ana.submit(&[("password", FRESH), ("confirm_password", FRESH), ("do", "next")]).await.unwrap();
    assert_eq!((page.path(), page.status), ("/recover/done", StatusCode::OK));
    assert!(page.says("Your new password is set"), "{}", page.body);

    assert_eq!(before.open("/profile").await.unwrap().path(), "/sign-in", "the old session is dead");
    let page = ana.open(&format!("/recover/new-password?{flow}")).await.unwrap();
    assert_eq!(page.path(), "/recover/password", "once");
    let mut again = portal.browser();
    assert_eq!(password(&mut again, ANA, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(password(&mut again, ANA, FRESH).await.path(), "/sign-in/method");
}

/// the pages for a user ID that nobody has are those for Ana's, word for word, until it is locked.
#[tokio::test]
async fn the_pages_of_a_forgotten_password_tell_nobody_apart() {
    let portal = Portal::with_ana().await;
    confirm_address(&portal).await;
    set_up_phone(&portal.stage, &mut portal.browser()).await;
    let mut seen = Vec::new();
    for username in [ANA, "no.body.her"] {
        let mut browser = portal.browser();
        let mut pages = Vec::new();
        let page = forgot(&mut browser, username).await.clone();
        let flow = page.url.split_once("flow=").unwrap().1.to_owned();
        pages.push((page.status, body(&page).replace(&flow, "")));
        for _ in 0..5 {
            let page = browser.submit(&[("code", "1"), ("do", "next")]).await.unwrap();
            pages.push((page.status, body(page).replace(&flow, "")));
        }
        assert_eq!(pages[5].0, StatusCode::TOO_MANY_REQUESTS);
        let page = forgot(&mut browser, username).await.clone();
        pages.push((page.status, body(&page)));
        seen.push(pages);
    }
    assert_eq!(seen[0], seen[1]);
}

/// Out of date, given up, or another browser's: nothing goes on.
#[tokio::test]
async fn a_recovery_that_is_over_says_so() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    let flow = forgot(&mut ana, ANA).await.url.split_once('?').unwrap().1.to_owned();
    let page = portal.browser().open(&format!("/recover/letter?{flow}")).await.unwrap().clone();
    assert_eq!(page.path(), "/recover/password", "the address alone is worth nothing");
    portal.later(HARP.recovery.life);
    let page = ana.open(&format!("/recover/letter?{flow}")).await.unwrap();
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.says("You cannot go on here"), "{}", page.body);
    forgot(&mut ana, ANA).await;
    assert_eq!(ana.submit(&[("do", "cancel")]).await.unwrap().path(), "/sign-in");
}
