//! The pages of the help desk's console, of a second address, and of whoever lost every device.

use axum::http::StatusCode;
use harp_core::flow::operate::agents;
use harp_core::kernel::act::Actor;
use harp_core::policy::HARP;
use harp_tests::client::Client;

use super::devices::set_up_phone;
use super::{Portal, password};
use crate::flow::second_address::HOME;
use crate::flow::steps::*;
use crate::stage::synthetic;

/// Ana is set up, with both addresses confirmed in her profile.
async fn with_both_addresses(portal: &Portal) -> Client {
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    assert!(ana.page.says("Add a second email address"), "B02: asked for when set-up is complete");
    let page = ana.submit(&[("second_email", "ANA@hospital.example"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.says("this one is your first one"), "{}", page.body);
    let page = ana.submit(&[("second_email", HOME), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/profile/second-address/code");
    let code = stage.code(HOME).await;
    let page = ana.submit(&[("code", &wrong(&code)), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert!(["/set-up/done", "/profile"].contains(&page.path()), "{}", page.url);
    ana.open("/email/confirm").await.unwrap();
    let code = stage.code(EMAIL).await;
    ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    let page = ana.open("/profile").await.unwrap();
    assert!(page.says(HOME) && page.says("Remove it"), "{}", page.body);
    ana
}

async fn agent(portal: &Portal, (first, username, number): (&str, &str, &str)) -> Client {
    let stage = &portal.stage;
    let (form, _) = synthetic(first);
    stage.registered(&form, username).await;
    let live = set_up(stage, username).await;
    let phone = add_phone(stage, &live, number).await;
    confirm(stage, &live, phone).await;
    complete(stage, &live).await;
    let operator = stage.act().by(Actor::Operator);
    agents::add(&stage.harp, username, &operator).await.unwrap();
    portal.later(std::time::Duration::from_secs(60));
    let mut client = portal.browser();
    password(&mut client, username, crate::stage::PASSWORD).await;
    let device = client.page.hidden("method").unwrap();
    client.submit(&[("method", &device), ("do", "next")]).await.unwrap();
    let code = text(stage, number).await;
    assert_eq!(client.submit(&[("code", &code), ("do", "next")]).await.unwrap().path(), "/");
    client
}

/// P4, X-6: from *I cannot use any of these* by two letters and a wait to set-up; the phone of before works nowhere.
#[tokio::test]
async fn somebody_without_devices_gets_to_set_up_by_two_letters() {
    let portal = Portal::with_ana().await;
    let stage = &portal.stage;
    let mut signed_in = with_both_addresses(&portal).await;
    portal.later(std::time::Duration::from_secs(60));
    let mut ana = portal.browser();
    assert_eq!(password(&mut ana, ANA, crate::stage::PASSWORD).await.path(), "/sign-in/method");
    assert!(ana.page.says("/sign-in/lost-device"), "{}", ana.page.body);
    let flow = ana.page.url.clone().replace("/sign-in/method", "/sign-in/lost-device");
    let page = ana.open(&flow).await.unwrap();
    assert!(page.says("a•••@home.example") && !page.says(HOME), "{}", page.body);
    let page = ana.submit(&[("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/sign-in/lost-device/codes");
    let (first, second) = (stage.code(EMAIL).await, stage.code(HOME).await);
    let page = ana.submit(&[("first_code", &second), ("second_code", &first), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = ana.submit(&[("first_code", &first), ("second_code", &second), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/sign-in/lost-device/begun");
    assert_eq!(signed_in.open("/profile").await.unwrap().path(), "/sign-in", "every session is over");

    let mut later = portal.browser();
    let page = password(&mut later, ANA, crate::stage::PASSWORD).await;
    assert_eq!(page.path(), "/sign-in/lost-device", "nothing is left to choose");
    assert!(page.says("You can set up a new device from"), "{}", page.body);
    portal.later(HARP.recovery.lost_wait);
    let mut later = portal.browser();
    password(&mut later, ANA, crate::stage::PASSWORD).await;
    assert_eq!(later.submit(&[("do", "next")]).await.unwrap().path(), "/sign-in/lost-device/code");
    let code = stage.code(EMAIL).await;
    let page = later.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/set-up");
    for closed in ["/profile", "/roles", "/profile/second-address"] {
        assert_eq!(later.open(closed).await.unwrap().path(), "/set-up", "{closed}");
    }
}

/// P4: suspended and taken back in the profile, each after a page that asks.
#[tokio::test]
async fn a_device_is_suspended_and_taken_back_in_the_profile() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    set_up_phone(&portal.stage, &mut ana).await;
    ana.open("/profile/devices").await.unwrap();
    let link = |page: &harp_tests::client::Page, act: &str| {
        let links = page.body.split("href=\"").filter_map(|rest| rest.split('"').next());
        links.map(str::to_owned).find(|link| link.ends_with(act))
    };
    let suspend = link(&ana.page, "/suspend").unwrap();
    let page = ana.open(&suspend).await.unwrap();
    assert!(page.says("It is the only one with which you can sign in"), "{}", page.body);
    let page = ana.submit(&[("do", "suspend")]).await.unwrap();
    assert!(page.says("SUSPENDED") && link(page, "/suspend").is_none(), "{}", page.body);
    let resume = link(page, "/resume").unwrap();
    ana.open(&resume).await.unwrap();
    assert!(ana.submit(&[("do", "resume")]).await.unwrap().says("ACTIVE"));
}

/// P18: two agents and Ana: search, the code from her own page, a reset asked for and approved; nobody else finds the desk.
#[tokio::test]
async fn two_agents_help_a_caller() {
    let portal = Portal::with_ana().await;
    let mut ana = with_both_addresses(&portal).await;
    let mut hal = agent(&portal, ("Ben", "hal.agent", "+12024561515")).await;
    let mut val = agent(&portal, ("Val", "val.agent", "+12024561616")).await;
    assert_eq!(ana.open("/help-desk").await.unwrap().status, StatusCode::NOT_FOUND);
    assert!(!ana.open("/profile").await.unwrap().says("href=\"/help-desk\""));

    hal.open("/help-desk").await.unwrap();
    let page = hal.submit(&[("username", "ana"), ("reason", "called"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = hal.submit(&[("username", ANA), ("reason", "called"), ("do", "next")]).await.unwrap();
    assert!(page.path().starts_with("/help-desk/help_"), "{}", page.url);
    let case = page.path().to_owned();
    for hidden in [EMAIL, HOME, PHONE, "1980", "Main St", "Fluffy"] {
        assert!(!page.says(hidden), "{hidden}");
    }
    assert!(page.says("number ending in 1111") && page.says("a•••@home.example"), "{}", page.body);
    assert_eq!(hal.open(&format!("{case}/end-sessions")).await.unwrap().path(), case, "not before the code");
    let page = hal.submit(&[("do", "resend")]).await.unwrap();
    assert!(page.says("The code is on its way"), "{}", page.body);
    let shown = ana.open("/profile/help-desk-code").await.unwrap();
    let code = shown.after("<strong class=\"data\">").unwrap().split('<').next().unwrap().to_owned();
    assert!(!page.says(&code), "the agent's page never has it");
    let page = hal.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert!(page.says("Ask for a reset of all devices"), "{}", page.body);
    hal.open(&format!("{case}/reset")).await.unwrap();
    let page = hal.submit(&[("reason", ""), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = hal.submit(&[("reason", "lost on the train"), ("do", "next")]).await.unwrap();
    assert!(page.says("Another agent decides now"), "{}", page.body);
    assert_eq!(hal.open(&format!("{case}/decide")).await.unwrap().status, StatusCode::NOT_FOUND, "not alone");
    assert_eq!(val.open(&case).await.unwrap().status, StatusCode::NOT_FOUND, "not her case");

    let page = val.open("/help-desk").await.unwrap();
    assert!(page.says("hal.agent") && page.says(&format!("{case}/decide")), "{}", page.body);
    val.open(&format!("{case}/decide")).await.unwrap();
    assert!(val.page.says("lost on the train"));
    let page = val.submit(&[("reason", "called back"), ("do", "approve")]).await.unwrap();
    assert!(page.says("The reset is approved"), "{}", page.body);
    assert_eq!(ana.open("/profile").await.unwrap().path(), "/sign-in");
    let letter = portal
        .stage
        .letters(HOME)
        .await
        .into_iter()
        .rev()
        .find(|l| l.letter.subject.contains("can soon be set up"));
    assert!(letter.unwrap().not_me().is_some());
}
