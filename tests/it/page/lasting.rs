//! The end of a session: told in time, and nothing is lost by it but secrets (P17).

use std::time::Duration;

use axum::http::StatusCode;
use harp_core::policy::HARP;
use harp_tests::client::Client;
use serde_json::Value;

use super::devices::set_up_phone;
use super::{Portal, at_set_up, password};
use crate::flow::steps::*;
use crate::stage::{PASSWORD, synthetic};

const MINUTE: Duration = Duration::from_secs(60);
const PHONE_PAGE: &str = "/set-up/add/sms";
const TYPED: &str = "(202) 456-7777";

/// What the script of a page is told: the seconds that are left, and the most there can be.
async fn left(client: &mut Client) -> (u64, u64) {
    read(&client.open("/session").await.unwrap().body)
}

fn read(json: &str) -> (u64, u64) {
    let said: Value = serde_json::from_str(json).unwrap();
    (said["left"].as_u64().unwrap(), said["most"].as_u64().unwrap())
}

/// What *Stay signed in* does, from the page that is shown.
async fn stay(client: &mut Client) -> (StatusCode, String) {
    let shown = client.page.clone();
    client.page.url = "/session".to_owned();
    let answer = client.submit(&[]).await.unwrap().clone();
    client.page = shown;
    (answer.status, answer.body)
}

/// Types a phone number into a form whose session ran out meanwhile.
async fn typed_too_late(portal: &Portal, ana: &mut Client) {
    at_set_up(ana).await;
    ana.open(PHONE_PAGE).await.unwrap();
    portal.later(HARP.session.idle);
    let page = ana.submit(&[("phone", TYPED), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/sign-in");
}

/// P17: without a script a page says when the session ends; the script is told how long, and asking is no use of the session.
#[tokio::test]
async fn a_page_says_when_its_session_ends_and_looking_does_not_put_it_off() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    assert!(!ana.open("/sign-in").await.unwrap().says("id=\"lasts\""), "nobody is signed in");
    at_set_up(&mut ana).await;
    assert!(ana.page.says("If you do nothing, your session ends on <time datetime=\""), "{}", ana.page.body);
    assert_eq!(left(&mut ana).await, (900, 12 * 3600));
    portal.later(10 * MINUTE);
    assert_eq!(left(&mut ana).await.0, 300);
    portal.later(5 * MINUTE);
    assert_eq!(left(&mut ana).await, (0, 0), "looking twice did not put it off");
}

/// P17, X-5: pressed by a person it counts as use; it never reaches past the absolute end, and the page says so.
#[tokio::test]
async fn staying_signed_in_puts_off_the_idle_end_and_never_the_absolute_one() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    at_set_up(&mut ana).await;
    for _ in 0..54 {
        portal.later(13 * MINUTE);
        let (status, body) = stay(&mut ana).await;
        assert_eq!((status, read(&body).0.min(900)), (StatusCode::OK, read(&body).0));
    }
    // 11 hours and 42 minutes have passed.
    portal.later(10 * MINUTE);
    let (_, body) = stay(&mut ana).await;
    assert_eq!(read(&body), (480, 480), "eight minutes, and no more");
    let page = ana.open(PHONE_PAGE).await.unwrap();
    assert!(page.says("Then you sign in again"), "{}", page.body);
    portal.later(8 * MINUTE);
    let (_, body) = stay(&mut ana).await;
    assert_eq!(read(&body), (0, 0));
}

/// CSRF: another site cannot keep a session alive.
#[tokio::test]
async fn a_foreign_form_does_not_keep_anybody_signed_in() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    at_set_up(&mut ana).await;
    portal.later(10 * MINUTE);
    ana.page.body = ana.page.body.replace("name=\"csrf\" value=\"", "name=\"csrf\" value=\"x");
    assert_eq!(stay(&mut ana).await.0, StatusCode::FORBIDDEN);
}

/// P17: after signing in again the person is on the same page with what was typed, and is told so; once it is sent it is gone.
#[tokio::test]
async fn what_was_typed_is_there_again_after_signing_in_again() {
    for (issuer, base) in [("http://localhost:8080", ""), ("http://localhost:8080/id", "/id")] {
        let portal = Portal::at(issuer).await;
        let (stage, mut ana) = (&portal.stage, portal.browser());
        let path = format!("{base}{PHONE_PAGE}");
        ana.open(&format!("{path}?from=letter")).await.unwrap();
        let fields = [("username", ANA), ("password", PASSWORD), ("terms", "yes"), ("do", "next")];
        ana.submit(&fields).await.unwrap();
        portal.later(HARP.session.idle);
        let page = ana.submit(&[("phone", TYPED), ("do", "next")]).await.unwrap();
        assert_eq!(page.path(), format!("{base}/sign-in"));
        assert!(page.says("You were signed out because"), "{}", page.body);
        let page = ana.submit(&fields).await.unwrap();
        assert_eq!((page.status, page.path()), (StatusCode::OK, &*path));
        assert!(page.url.contains("?from=letter&kept="), "{}", page.url);
        assert!(page.says("What you typed is back") && page.says(TYPED), "{}", page.body);
        assert!(ana.open(&ana.page.url.clone()).await.unwrap().says(TYPED), "a reload loses nothing");

        let shown = ana.page.url.clone();
        let page = ana.submit(&[("phone", "(202) 456-1111"), ("do", "next")]).await.unwrap();
        assert!(page.path().starts_with(&format!("{base}/set-up/devices/fact_")), "{}", page.url);
        assert!(!text(stage, PHONE).await.is_empty());
        let page = ana.open(&shown).await.unwrap();
        assert!(!page.says(TYPED) && !page.says("What you typed is back"), "sent once, gone");
    }
}

/// P17: bound to the account. Whoever signs in next at this browser sees an empty form, whatever the address says; and so
/// does the same person on another page, or an hour later.
#[tokio::test]
async fn nobody_else_sees_what_was_typed() {
    let portal = Portal::with_ana().await;
    let (mallorys, _) = synthetic("Ben");
    portal.stage.registered(&mallorys, "mallory").await;
    let mut ana = portal.browser();
    typed_too_late(&portal, &mut ana).await;
    let mut mallory = ana.clone();
    let page = password(&mut mallory, "mallory", PASSWORD).await;
    assert_eq!(page.path(), PHONE_PAGE);
    assert!(!page.says(TYPED) && !page.says("What you typed is back"), "{}", page.body);

    let page = password(&mut ana, ANA, PASSWORD).await.clone();
    assert!(page.says(TYPED), "Mallory did not spoil it");
    let token = page.url.split_once("kept=").unwrap().1.to_owned();
    assert!(!mallory.open(&page.url).await.unwrap().says(TYPED), "also not with Ana's address");
    let page = ana.open(&format!("/set-up/add/voice?kept={token}")).await.unwrap();
    assert!(!page.says(TYPED), "on its own page only");
    for _ in 0..6 {
        portal.later(10 * MINUTE);
        ana.open("/set-up").await.unwrap();
    }
    assert!(!ana.open(&format!("{PHONE_PAGE}?kept={token}")).await.unwrap().says(TYPED), "an hour later");
}

/// Whoever signed out wants to leave nothing behind: a form from before is not kept.
#[tokio::test]
async fn after_signing_out_nothing_is_kept() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    at_set_up(&mut ana).await;
    let mut open_tab = ana.clone();
    open_tab.open(PHONE_PAGE).await.unwrap();
    ana.open("/sign-out").await.unwrap();
    ana.submit(&[("do", "sign-out")]).await.unwrap();
    let page = open_tab.submit(&[("phone", TYPED), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/sign-in");
    let page = password(&mut open_tab, ANA, PASSWORD).await;
    assert_eq!(page.path(), PHONE_PAGE);
    assert!(!page.says(TYPED));
}

/// P10, P17: of a form with secrets only the rest is kept; a form that is too long is not kept at all, and breaks nothing.
#[tokio::test]
async fn secrets_and_floods_are_not_kept() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let path = "/profile/challenge";
    for (question, back) in [("first_school".to_owned(), true), ("q".repeat(20_000), false)] {
        ana.open(path).await.unwrap();
        portal.later(HARP.session.idle);
        let fields = [
            ("current_password", PASSWORD),
            ("question", &*question),
            ("answer", "lighthouse"),
            ("do", "next"),
        ];
        assert_eq!(ana.submit(&fields).await.unwrap().path(), "/sign-in");
        password(&mut ana, ANA, PASSWORD).await;
        let method = ana.page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
        ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
        let code = text(stage, PHONE).await;
        let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
        assert_eq!((page.status, page.path()), (StatusCode::OK, path));
        assert_eq!(page.says("What you typed is back"), back);
        assert_eq!(page.says("value=\"first_school\" selected"), back, "{}", page.body);
        assert!(!page.says("lighthouse") && !page.says(PASSWORD));
    }
}
