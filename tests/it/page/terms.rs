//! F01, F12: the box at the password, or a page after the code, by the application that a person is on the way to.

use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::time::Clock as _;
use harp_oidc::flow::clients::{self, Added};
use harp_oidc::grant::client::{Client as Application, Terms};
use harp_tests::client::{Client, Page};

use super::Portal;
use crate::flow::steps::{self, *};
use crate::spec::op;
use crate::stage::PASSWORD;

const BOX: &str = "I agree to the Terms";

/// Ana has a phone, and has never been on a page of ours. The application `hqr` asks for its terms after the code; `mft` does not.
async fn portal() -> Portal {
    let portal = Portal::with_ana().await;
    let live = set_up(&portal.stage, ANA).await;
    let phone = add_phone(&portal.stage, &live, PHONE).await;
    assert_eq!(confirm(&portal.stage, &live, phone).await, "active");
    steps::complete(&portal.stage, &live).await;
    for client in [
        op::with_terms("hqr", Terms::EachVersion, "2026-11"),
        Application { program: None, ..op::client("mft") },
    ] {
        let act = Act {
            actor: Actor::Operator,
            now: portal.stage.clock.now(),
            origin: Origin::default(),
            trace: TraceId::mint(&SystemRandom),
            browser: None,
        };
        assert_eq!(clients::add(portal.provider.oidc(), &client, &act).await.unwrap(), Added::Added);
    }
    portal
}

async fn to<'c>(ana: &'c mut Client, changes: &[(&str, &str)]) -> &'c Page {
    ana.open(&format!("/authorize?{}", op::request(changes))).await.unwrap()
}

/// User ID, password and code, from the sign-in page that is open.
async fn sign_in<'c>(portal: &Portal, ana: &'c mut Client, boxes: &[(&str, &str)]) -> &'c Page {
    let typed = [&[("username", ANA), ("password", PASSWORD), ("do", "next")], boxes].concat();
    let page = ana.submit(&typed).await.unwrap();
    assert_eq!(page.path(), "/sign-in/method", "{}", page.body);
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    let code = text(&portal.stage, PHONE).await;
    ana.submit(&[("code", &code), ("do", "next")]).await.unwrap()
}

/// F12: no box at the password, its own terms after the code, and then the application.
#[tokio::test]
async fn an_application_that_asks_after_the_code_shows_no_box_before_it() {
    let portal = portal().await;
    let mut ana = portal.browser();
    let page = to(&mut ana, &[("client_id", "hqr")]).await;
    assert!(
        page.path() == "/sign-in" && !page.says(BOX) && page.says("The application hqr"),
        "{}",
        page.body
    );
    let page = sign_in(&portal, &mut ana, &[]).await;
    assert_eq!(page.path(), "/sign-in/terms");
    assert!(page.says("hospital") && page.says("Version 2026-11"), "{}", page.body);
    let version = page.hidden("version").unwrap();
    let page = ana.submit(&[("terms", "yes"), ("version", &version), ("do", "next")]).await.unwrap();
    assert!(page.url.starts_with(op::CALLBACK) && page.url.contains("code="), "{}", page.url);
}

/// F01: elsewhere the box stands, and without it nothing is looked up; ticked, nobody asks again.
#[tokio::test]
async fn elsewhere_the_box_at_the_password_stands_and_is_enough() {
    let portal = portal().await;
    let mut ana = portal.browser();
    assert!(to(&mut ana, &[]).await.says(BOX));
    let page = ana.submit(&[("username", ANA), ("password", PASSWORD), ("do", "next")]).await.unwrap();
    assert!(page.status == 422 && page.says("Tick the box to agree"));
    let page = sign_in(&portal, &mut ana, &[("terms", "yes")]).await;
    assert!(page.url.starts_with(op::CALLBACK) && page.url.contains("code="), "{}", page.url);
    assert_eq!(ana.open("/roles").await.unwrap().path(), "/roles");
    let page = to(&mut ana, &[("client_id", "hqr"), ("prompt", "none")]).await;
    assert!(
        page.url.contains("error=interaction_required"),
        "the box is not about hqr's terms: {}",
        page.url
    );
}

/// F01: what came into force while the page was open is not agreed to unread.
#[tokio::test]
async fn the_box_at_the_password_is_about_the_version_that_was_shown() {
    let portal = portal().await;
    let mut ana = portal.browser();
    let version = to(&mut ana, &[]).await.hidden("version").unwrap();
    let typed = [("username", ANA), ("password", PASSWORD), ("terms", "yes"), ("do", "next")];
    let page = ana.submit(&[&typed[..], &[("version", "of last year")]].concat()).await.unwrap();
    assert!(page.status == 422 && page.says("have changed since you opened"), "{}", page.body);
    let page = sign_in(&portal, &mut ana, &[("terms", "yes"), ("version", &version)]).await;
    assert!(page.url.starts_with(op::CALLBACK), "{}", page.url);
}

/// The box that the page did not show cannot be ticked by whoever posts it: not in place of hqr's terms, nor of the portal's.
/// And whoever leaves hqr's page behind has agreed to nothing: neither the portal nor another application opens before.
#[tokio::test]
async fn a_sign_in_without_the_box_opens_nothing_that_relies_on_it() {
    let portal = portal().await;
    let mut ana = portal.browser();
    to(&mut ana, &[("client_id", "hqr")]).await;
    let page = sign_in(&portal, &mut ana, &[("terms", "yes"), ("version", "1")]).await;
    assert_eq!(page.path(), "/sign-in/terms");

    for closed in ["/", "/roles", "/profile", "/profile/sessions"] {
        let page = ana.open(closed).await.unwrap();
        assert_eq!(page.path(), "/sign-in/terms", "{closed}");
        assert!(!page.says("hospital"), "the portal's own terms");
    }
    let page = to(&mut ana, &[("prompt", "none")]).await;
    assert!(page.url.contains("error=interaction_required"), "{}", page.url);
    assert_eq!(to(&mut ana, &[]).await.path(), "/sign-in/terms");

    ana.open("/profile/sessions").await.unwrap();
    let version = ana.page.hidden("version").unwrap();
    let page = ana.submit(&[("terms", "yes"), ("version", &version), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/profile/sessions", "back to where she was going");
    let page = to(&mut ana, &[("prompt", "none")]).await;
    assert!(page.url.contains("code="), "accepted once, for all that rely on it: {}", page.url);
    let page = to(&mut ana, &[("client_id", "hqr"), ("prompt", "none")]).await;
    assert!(page.url.contains("error=interaction_required"), "but for hqr: {}", page.url);
}

/// Declining the portal's terms leads out.
#[tokio::test]
async fn whoever_declines_the_portals_terms_is_led_out() {
    let portal = portal().await;
    let mut ana = portal.browser();
    to(&mut ana, &[("client_id", "hqr")]).await;
    sign_in(&portal, &mut ana, &[]).await;
    ana.open("/roles").await.unwrap();
    assert_eq!(ana.submit(&[("do", "cancel")]).await.unwrap().path(), "/sign-out");
}
