//! Who helps, and what the help pages say.

use harp_oidc::config::raw::Help;
use harp_oidc::view::frame::{Contact, Site};

use super::Portal;
use super::devices::set_up_phone;
use crate::contract::change;
use crate::contract::fixture::{assignment, hospital, official};
use crate::flow::steps::ANA;

fn desk() -> Site {
    let desk = Help { name: "Service Desk".to_owned(), email: None, phone: None, tty: None, hours: None };
    Site { contacts: vec![Contact::of(&desk)], ..Site::default() }
}

/// K03 K06: first the Security Officials of one's own organization, by name for whoever is signed in and has a role there;
/// then the help desk.
#[tokio::test]
async fn help_names_ones_own_security_officials_first_then_the_help_desk() {
    let portal = Portal::of("http://localhost:8080", desk()).await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    let hospital = hospital(&stage.db).await;
    official(&stage.db, &hospital).await; // whose name is Müller
    set_up_phone(stage, &mut ana).await;
    let page = ana.open("/help").await.unwrap();
    assert!(!page.says("Müller"), "whoever has no role there learns no names: {}", page.body);

    let account = stage.account_of(ANA).await.unwrap();
    let held = assignment(account, &hospital.user, &hospital.org, None);
    assert_eq!(change!(stage.db, [held], |tx| tx.add_assignment(&held).await).await, Ok(true));
    let page = ana.open("/help").await.unwrap();
    let order =
        ["Security Administrator/Official", "CJR-Yale", "Müller", "Then: the help desk", "Service Desk"];
    let main = page.body.split_once("<main").unwrap().1;
    let places: Vec<Option<usize>> = order.iter().map(|text| main.find(text)).collect();
    assert!(places.is_sorted() && places[0].is_some(), "{places:?}: {main}");

    let mut nobody = portal.browser();
    let page = nobody.open("/help").await.unwrap();
    assert!(page.says("First: your Security Official") && !page.says("Müller"));
}

/// E14 E15 D10: set-up leads to what two-factor authentication is, and every page to help.
#[tokio::test]
async fn help_says_what_two_factor_authentication_is() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    super::at_set_up(&mut ana).await;
    let more = ana.page.after("<a href=\"/help/codes").map(|rest| format!("/help/codes{rest}")).unwrap();
    assert!(ana.page.says("<a href=\"/help\">") || ana.page.says("<a href=\"/help?flow="));
    let page = ana.open(&more).await.unwrap();
    for text in ["an extra layer of protection", "only you can get", "text message or phone call"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
}
