//! OpenID Connect Core §3.1.2.1: what the sign-in page says of the request that waits: why, and for whom.

use harp_core::account::Standing;
use harp_core::kernel::assurance::Method;
use harp_core::session::SessionScope;
use harp_tests::both;

use super::op::{Op, request};

/// What stands in the field of the user ID.
fn filled_in(page: &str) -> String {
    let field = page.split("<input").find(|tag| tag.contains("name=\"username\"")).unwrap();
    let value = field.split(" value=\"").nth(1).map(|rest| rest.split('"').next().unwrap());
    value.unwrap_or_default().to_owned()
}

both! {
    /// F05: in words, what the application asked for.
    async fn the_page_says_why_a_sign_in_is_asked_again(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let weak = op.person(Standing::Active, SessionScope::Full, &[Method::Password, Method::Email]).await;
        let tokens = op.tokens(&[], &ana).await;
        op.after(11 * 60);
        for (change, who, words) in [
            (("prompt", "login"), &ana, "The application mft asks you to sign in again."),
            (("max_age", "0"), &ana, "The application mft asks you to sign in again."),
            (("max_age", "600"), &ana, "Your last sign-in was more than 10 minutes ago."),
            (("id_token_hint", tokens["id_token"].as_str().unwrap()), &weak, "expects another person"),
        ] {
            let asked = op.authorize(&[change], Some(who)).await;
            assert_eq!(asked.sent_to(), "/sign-in");
            let page = asked.page(&op, Some(who)).await;
            assert!(page.text.contains(words), "{change:?}: {}", page.text);
        }
        op.after(15 * 60);
        let asked = op.authorize(&[("max_age", "600")], Some(&ana)).await;
        let page = asked.page(&op, Some(&ana)).await;
        assert!(page.text.contains("You were signed out because nothing happened"), "{}", page.text);
        let nobody = op.authorize(&[("prompt", "login")], None).await.page(&op, None).await;
        assert!(!nobody.text.contains("again"), "nobody has signed in before: {}", nobody.text);
    }

    async fn a_login_hint_fills_in_the_user_id_whoever_has_it(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let known = ana.account.username.as_str().to_owned();
        for hint in [known.as_str(), "nobody.has.this", "a.b@hospital.example", "O'Neil+1@hospital.example"] {
            let page = op.authorize(&[("login_hint", hint)], None).await.page(&op, None).await;
            assert_eq!(filled_in(&page.text).replace("&#39;", "'"), hint);
        }
        assert_eq!(filled_in(&op.authorize(&[], None).await.page(&op, None).await.text), "");
    }

    /// A hint is an application's word, or that of whoever wrote the link: it may not say anything on our page.
    async fn a_login_hint_that_is_no_user_id_is_left_out(db: Db) {
        let op = Op::new(db).await;
        for hint in [
            "call 1-800-555-0100 to unlock",
            "ana\u{202e}fdp.exe",
            "ana\u{200b}maria",
            "\u{430}na.rivera",
            "ana\nmaria",
            "ana\u{0}maria",
            "abc",
            &"a".repeat(101),
            &format!("{}@hospital.example", "a".repeat(250)),
        ] {
            let page = op.authorize(&[("login_hint", hint)], None).await.page(&op, None).await;
            assert_eq!((page.status.as_u16(), filled_in(&page.text)), (200, String::new()), "{hint:?}");
            assert!(!page.text.contains("1-800") && !page.text.contains('\u{202e}'));
        }
        let page = op.authorize(&[("login_hint", "\"><script>alert(1)</script>")], None).await.page(&op, None).await;
        assert!(!page.text.contains("<script>alert"), "{}", page.text);
        let twice = format!("/authorize?{}&login_hint=ana.one&login_hint=ana.two", request(&[]));
        assert_eq!(op.get(&twice, None).await.redirected("error").as_deref(), Some("invalid_request"));
    }
}
