//! The pages of recovery codes (P4).

use axum::http::StatusCode;

use super::devices::set_up_phone;
use super::{Portal, at_set_up, password};
use crate::flow::steps::*;
use crate::stage::PASSWORD;

fn codes(body: &str) -> Vec<String> {
    let parts = body.split("<code class=\"secret\">").skip(1);
    parts.map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

/// P4: offered once there is a device, made in the profile, shown once with a file to save; then a way to sign in.
#[tokio::test]
async fn a_person_makes_codes_and_signs_in_with_one() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let page = ana.open("/profile/devices").await.unwrap();
    assert!(page.says("Make recovery codes to print"));
    let page = ana.open("/profile/devices/add").await.unwrap();
    assert!(page.says("value=\"recovery_code\"") && page.says("Ten codes to print"));
    let page = ana.submit(&[("method", "recovery_code"), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/profile/devices/add/recovery_code");
    let asked = ana.page.clone();
    let page = ana.submit(&[("instead_of", ""), ("do", "make")]).await.unwrap().clone();
    let codes = codes(&page.body);
    assert_eq!((page.status, codes.len()), (StatusCode::OK, 10));
    assert!(page.says("href=\"data:text/plain;charset=utf-8,Recovery%20codes%20for"));
    assert!(codes.iter().all(|code| page.says(&format!("%0D%0A{code}%0D%0A"))), "{}", page.body);
    assert_eq!(page.headers["cache-control"], "no-store");

    ana.page = asked;
    let page = ana.submit(&[("instead_of", ""), ("do", "make")]).await.unwrap();
    assert_eq!(page.path(), "/profile/devices", "sent twice, it makes one set");
    assert!(page.says("10 left") && page.says("Make new recovery codes") && !page.says(&codes[0]));

    let mut new = portal.browser();
    let page = password(&mut new, ANA, PASSWORD).await;
    assert!(page.says(">Recovery code</option>"), "{}", page.body);
    let before = page.body.split(">Recovery code</option>").next().unwrap();
    let method = before.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    let page = new.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    assert!(page.says("with its number in front") && !page.says("inputmode=\"numeric\""), "{}", page.body);
    let page = new.submit(&[("code", "1-0000-0000-00000"), ("do", "next")]).await.unwrap();
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = new.submit(&[("code", &codes[6]), ("do", "next")]).await.unwrap();
    assert!(page.says("Ana Rivera"), "{}", page.body);
    assert!(ana.open("/profile/devices").await.unwrap().says("9 left"));
    let page = ana.open("/profile/devices/add/recovery_code").await.unwrap();
    assert!(
        page.says("You have 9 codes left") && page.says("what you printed before does not work any more")
    );
}

/// E10: in set-up they are offered after the first device, not before.
#[tokio::test]
async fn set_up_offers_codes_after_the_first_device() {
    let portal = Portal::with_ana().await;
    let mut ana = portal.browser();
    at_set_up(&mut ana).await;
    assert!(!ana.page.says("Make recovery codes to print"));
    assert_eq!(ana.open("/set-up/add/recovery_code").await.unwrap().path(), "/set-up");
    ana.open("/set-up/add/sms").await.unwrap();
    ana.submit(&[("phone", "(202) 456-1111"), ("do", "next")]).await.unwrap();
    let code = text(&portal.stage, PHONE).await;
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert!(page.path() == "/set-up" && page.says("Make recovery codes to print"), "{}", page.body);
    ana.open("/set-up/add/recovery_code").await.unwrap();
    let page = ana.submit(&[("instead_of", ""), ("do", "make")]).await.unwrap();
    assert_eq!(codes(&page.body).len(), 10);
    let page = ana.open("/set-up").await.unwrap();
    assert!(page.says("10 left") && !page.says("Make recovery codes to print"));
    assert_eq!(ana.submit(&[("do", "complete")]).await.unwrap().path(), "/set-up/done");
}
