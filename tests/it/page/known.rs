//! A browser that the account knows, as its owner and a stranger see it (P15).

use axum::http::StatusCode;
use harp_core::kernel::time::Clock as _;

use super::devices::set_up_phone;
use super::{Portal, password};
use crate::flow::in_a_row::guess_codes;
use crate::flow::steps::*;
use crate::stage::PASSWORD;

const COOKIE: &str = "harp_known";

/// P15, X-3: strangers lock the user ID. Their page says until when, for how many minutes, and what its owner can do; where
/// the owner has signed in before, none of it is seen. F05: a code is asked for there all the same.
#[tokio::test]
async fn an_owner_signs_in_where_they_have_before_while_strangers_are_locked_out() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let first = ana.cookies.get(COOKIE).cloned().unwrap();
    ana.open("/sign-out").await.unwrap();
    ana.submit(&[("do", "sign-out")]).await.unwrap();
    assert_eq!(ana.cookies.get(COOKIE), Some(&first), "it outlives the session, and opens nothing");
    assert_eq!(ana.open("/profile").await.unwrap().path(), "/sign-in");

    let mut mallory = portal.browser();
    for _ in 0..4 {
        password(&mut mallory, ANA, "wrong password").await;
    }
    let page = password(&mut mallory, ANA, "wrong password").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.says("You can try again after") && page.says("That is in 60 minutes."), "{}", page.body);
    assert!(
        page.says("a browser that you have used to sign in here before")
            && page.says("If you forgot your password")
    );
    assert!(!mallory.cookies.contains_key(COOKIE));

    let page = password(&mut ana, ANA, PASSWORD).await;
    assert_eq!((page.path(), page.status), ("/sign-in/method", StatusCode::OK));
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    let code = text(stage, PHONE).await;
    let page = ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    assert!(page.says("Ana Rivera"));
    assert_ne!(ana.cookies.get(COOKIE), Some(&first), "the cookie changes with each sign-in");
}

/// SP 800-63B-4 §3.2.2, P15: a device that was guessed at too often: a new browser is told so and offered nothing else than
/// help; the device table of its owner says why.
#[tokio::test]
async fn a_device_that_is_switched_off_is_shown_as_such() {
    let portal = Portal::with_ana().await;
    let (stage, mut ana) = (&portal.stage, portal.browser());
    set_up_phone(stage, &mut ana).await;
    let id = stage.account_of(ANA).await.unwrap();
    let phone = device_of(stage, id).await;
    guess_codes(stage, &phone, 80).await;
    portal.clock.advance(stage.clock.now().since(portal.clock.now()));

    let mut new = portal.browser();
    let page = password(&mut new, ANA, PASSWORD).await;
    assert_eq!((page.path(), page.status), ("/sign-in/method", StatusCode::OK));
    assert!(page.says("None of your sign-in codes and devices works here now"), "{}", page.body);
    assert!(page.says("number ending in 1111") && !page.says("value=\"fact_"));

    let page = password(&mut ana, ANA, PASSWORD).await;
    let method = page.after("value=\"fact_").map(|m| format!("fact_{m}")).unwrap();
    ana.submit(&[("method", &method), ("do", "next")]).await.unwrap();
    let code = text(stage, PHONE).await;
    ana.submit(&[("code", &code), ("do", "next")]).await.unwrap();
    let page = ana.open("/profile/devices").await.unwrap();
    assert!(
        page.says("ACTIVE") && !page.says("Off in new browsers"),
        "her own success has switched it on again"
    );
    guess_codes(stage, &phone, 80).await;
    let page = ana.open("/profile/devices").await.unwrap();
    assert!(
        page.says("Off in new browsers") && page.says("switch a sign-in code or device off"),
        "{}",
        page.body
    );
}

async fn device_of(
    stage: &crate::stage::Stage,
    id: harp_core::kernel::id::AccountId,
) -> harp_core::factor::Factor {
    use harp_core::store::{Fault, Tx, Work};
    struct Read(harp_core::kernel::id::AccountId);
    #[async_trait::async_trait]
    impl Work for Read {
        type Out = harp_core::factor::Factor;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            Ok(tx.factors(self.0).await?.remove(0))
        }
    }
    stage.harp.store.read(&Read(id)).await.unwrap()
}
