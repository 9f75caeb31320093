//! The pages for who forgot their user ID or password.

use axum::http::StatusCode;
use harp_core::flow::confirm_email;
use harp_tests::client::Page;

use super::Portal;
use crate::flow::steps::*;

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
