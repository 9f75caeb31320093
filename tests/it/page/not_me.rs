//! *This was not me*, without signing in.

use crate::stage::PASSWORD;
use axum::http::StatusCode;
use harp_core::account::Standing;
use harp_core::flow::confirm_email;
use harp_core::kernel::id::AccountId;
use harp_tests::client::Page;

use super::{Portal, password};
use crate::flow::steps::*;

const MAILBOX: &str = "ana@hospital.example";

/// Ana's account, and the path of the link in her last letter.
async fn with_link(portal: &Portal) -> (AccountId, String) {
    let stage = &portal.stage;
    let id = stage.account_of(ANA).await.unwrap();
    let code = stage.code(MAILBOX).await;
    confirm_email::confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
    let link = stage.letters(MAILBOX).await.pop().and_then(|l| l.not_me()).unwrap();
    (id, link.strip_prefix("https://harp.example").unwrap().to_owned())
}

/// What of a page is not of this request and this browser alone.
fn body(page: &Page) -> String {
    let request = page.headers["x-request-id"].to_str().unwrap().to_owned();
    let csrf = page.hidden("csrf").unwrap_or_else(|| "no form".to_owned());
    page.body.replace(&request, "").replace(&csrf, "")
}

/// pages.md, *Words*: the link asks, then locks; nobody is signed in, and nobody learns whose account it is.
#[tokio::test]
async fn the_link_of_a_letter_asks_first_and_then_locks() {
    let portal = Portal::with_ana().await;
    let (id, link) = with_link(&portal).await;
    let mut reader = portal.browser();
    for _ in 0..3 {
        let page = reader.open(&link).await.unwrap();
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.says("Lock your account?") && page.says("Nobody can sign in to it."), "{}", page.body);
        for personal in [ANA, "Rivera", MAILBOX, "1111"] {
            assert!(!page.says(personal), "{personal}");
        }
    }
    assert_eq!(portal.stage.account(id).await.standing, Standing::PendingSetup, "GET changes nothing");
    let page = reader.submit(&[("do", "lock")]).await.unwrap();
    assert_eq!((page.path(), page.status), ("/not-me/locked", StatusCode::OK));
    assert!(page.says("Your account is locked") && !page.says(ANA), "{}", page.body);
    assert_eq!(portal.stage.account(id).await.standing, Standing::Locked);
    let again = page.url.clone();
    assert_eq!(reader.open(&again).await.unwrap().status, StatusCode::OK, "a reload says the same");

    let mut ana = portal.browser();
    let page = password(&mut ana, ANA, "wrong password").await;
    assert!(page.says("do not match") || page.status == StatusCode::UNPROCESSABLE_ENTITY, "{}", page.body);
    assert!(!page.says("is locked"));
    let page = password(&mut ana, ANA, PASSWORD).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.says("Your account is locked") && page.says("Call the help desk"), "{}", page.body);
}

/// spent, unknown, cut off or none at all: one page, word for word.
#[tokio::test]
async fn a_dead_link_tells_nothing() {
    let portal = Portal::with_ana().await;
    let (_, link) = with_link(&portal).await;
    let mut reader = portal.browser();
    reader.open(&link).await.unwrap();
    reader.submit(&[("do", "lock")]).await.unwrap();
    let unknown = format!("/not-me?token={}", "A".repeat(43));
    let cut = link[..link.len() - 1].to_owned();
    let mut seen = Vec::new();
    for dead in [&link, &unknown, &cut, "/not-me?token=", "/not-me", "/not-me/locked"] {
        let page = portal.browser().open(dead).await.unwrap().clone();
        assert_eq!(page.status, StatusCode::GONE, "{dead}");
        seen.push(body(&page));
    }
    assert!(seen.iter().all(|page| *page == seen[0]));
    assert!(seen[0].contains("This link does not work") && seen[0].contains("more than 7 days old"));
}

/// CSRF: a form from elsewhere, or without this browser's token, locks nobody.
#[tokio::test]
async fn only_our_own_form_locks() {
    let portal = Portal::with_ana().await;
    let (id, link) = with_link(&portal).await;
    let mut reader = portal.browser();
    reader.open(&link).await.unwrap();
    reader.page.body = reader.page.body.replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x");
    assert_eq!(reader.submit(&[("do", "lock")]).await.unwrap().status, StatusCode::FORBIDDEN);
    reader.open(&link).await.unwrap();
    assert_eq!(reader.submit(&[("do", "next")]).await.unwrap().path(), "/", "another button is another wish");
    assert_eq!(portal.stage.account(id).await.standing, Standing::PendingSetup);
}
