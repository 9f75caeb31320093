//! OpenID Connect RP-Initiated Logout 1.0.

use axum::body::Body;
use axum::http::Request;
use harp_core::audit::Deed;
use harp_core::kernel::assurance::Method as Way;
use harp_core::session::SessionScope;
use harp_oidc::jose::alg::Alg;
use harp_oidc::jose::key::SigningKey;
use harp_oidc::protocol::params::encode;
use harp_tests::both;
use serde_json::json;

use super::op::{Answer, Op, Signed, client};

const BYE: &str = "https://mft.example/bye";

async fn logout(op: &Op, parameters: &[(&str, &str)], who: Option<&Signed>) -> Answer {
    op.get(&format!("/logout?{}", encode(parameters.iter().copied())), who).await
}

async fn hint(op: &Op, who: &Signed) -> String {
    op.tokens(&[], who).await["id_token"].as_str().unwrap().to_owned()
}

async fn is_signed_in(op: &Op, who: &Signed) -> bool {
    op.authorize(&[("prompt", "none")], Some(who)).await.redirected("code").is_some()
}

both! {
    /// X-1, conformance: afterwards `prompt=none` is `login_required`, and a copied cookie is dead.
    async fn with_a_hint_the_session_ends_and_the_person_goes_back(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let hint = hint(&op, &ana).await;
        op.after(14 * 60);
        let done = logout(&op, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE), ("state", "a b")], Some(&ana)).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "https://mft.example/bye?state=a+b"));
        assert!(done.cookies().split("; ").any(|pair| pair == "__Host-harp_session="), "the cookie is taken away");
        assert!(!is_signed_in(&op, &ana).await);
        let ended = op.events().await.into_iter().filter(|e| e.deed == Deed::SignedOut { session: ana.session });
        assert_eq!(ended.count(), 1);
        let again = logout(&op, &[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)], Some(&ana)).await;
        assert_eq!(again.header("location"), BYE, "without state none is added, and twice is once");
    }

    /// A cross-site POST brings no cookie: it takes nobody's cookie away, and goes round as a GET, which brings it.
    async fn a_post_without_a_cookie_goes_round_as_a_get(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let bare = op.post("/logout", &[], &[]).await;
        assert_eq!((bare.status.as_u16(), bare.sent_to().as_str()), (303, "/logout"));
        assert!(!bare.cookies().contains("session="), "{}", bare.cookies());
        let hint = hint(&op, &ana).await;
        let asked = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
        assert_eq!(op.post("/logout", &[], &asked).await.sent_to(), "/logout");
        assert!(is_signed_in(&op, &ana).await, "the POST alone ends nothing");
        assert_eq!(logout(&op, &asked, Some(&ana)).await.header("location"), BYE);
        assert!(!is_signed_in(&op, &ana).await);
    }

    /// §2: a token of an earlier session signs nobody out of today's without a question; the page that asks lets its
    /// form end at the application, which Chromium would hold back otherwise.
    async fn a_hint_of_another_session_is_asked_about(db: Db) {
        let op = Op::new(db).await;
        let earlier = op.ana().await;
        let hint = hint(&op, &earlier).await;
        let later = op.sign_in(&earlier.account, SessionScope::Full, &[Way::Password, Way::Totp]).await;
        let asked = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BYE)];
        let answer = logout(&op, &asked, Some(&later)).await;
        assert_eq!(answer.sent_to(), "/logout/confirm");
        assert!(is_signed_in(&op, &later).await);
        let to = answer.location().unwrap();
        let page = op.get(&format!("{}?{}", to.path(), to.query().unwrap()), Some(&later)).await;
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("form-action 'self' https://mft.example;"), "{policy}");
    }

    /// A link must sign nobody out: without a hint of ours the person is asked, and is not sent where the link says.
    async fn without_a_hint_of_ours_the_person_is_asked_first(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let hint = hint(&op, &ana).await;
        let (head, tail) = hint.split_once('.').unwrap();
        let stranger = SigningKey::generate(Alg::Es256).unwrap();
        let forged = op.forge(&stranger, &json!({"iss": "https://id.example", "aud": "mft", "sub": "x", "exp": 1}));
        let none = format!("eyJhbGciOiJub25lIn0.{}.", tail.split('.').next().unwrap());
        let altered = format!("{head}.{}x", tail);
        for wrong in [&forged, &none, &altered, &"x".to_owned()] {
            let asked = logout(&op, &[("id_token_hint", wrong), ("post_logout_redirect_uri", BYE)], Some(&ana)).await;
            assert_eq!(asked.sent_to(), "/logout/confirm", "{asked:?}");
            let alone = logout(&op, &[("id_token_hint", wrong), ("post_logout_redirect_uri", BYE)], None).await;
            assert!(alone.location().is_none(), "{alone:?}");
        }
        assert_eq!(logout(&op, &[], Some(&ana)).await.sent_to(), "/logout/confirm");
        assert!(is_signed_in(&op, &ana).await);
    }

    async fn whoever_says_yes_is_signed_out_and_whoever_says_no_is_not(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let asked = logout(&op, &[("client_id", "mft"), ("post_logout_redirect_uri", BYE), ("state", "s")], Some(&ana)).await;
        let to = asked.location().unwrap();
        let path = format!("{}?{}", to.path(), to.query().unwrap());
        let cookie = format!("__Host-harp_session={}", ana.secret.expose());
        let page = op.send(Request::get(&path).header("cookie", &cookie).body(Body::empty()).unwrap()).await;
        assert_eq!(page.status, 200);
        let csrf = page.text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let cookies = format!("{cookie}; {}", page.cookies());
        let answer = |act: &'static str, csrf: String| {
            let (op, path, cookies) = (&op, &path, &cookies);
            async move { op.post(path, &[("cookie", cookies)], &[("csrf", &csrf), ("do", act)]).await }
        };
        assert_eq!(answer("sign-out", "forged".into()).await.status, 403);
        answer("cancel", csrf.clone()).await;
        assert!(is_signed_in(&op, &ana).await);
        assert_eq!(answer("sign-out", csrf).await.header("location"), "https://mft.example/bye?state=s");
        assert!(!is_signed_in(&op, &ana).await);
    }

    /// §3: nothing is sent to a place that was not registered, and then nothing else happens either.
    async fn an_unregistered_place_is_a_page(db: Db) {
        let op = Op::new(db).await;
        op.add(&client("other")).await;
        let ana = op.ana().await;
        let hint = hint(&op, &ana).await;
        for bad in ["https://mft.example/bye?x=1", "https://mft.example/bye/", "https://evil.example", "https://mft.example/signed-in?app=1"] {
            let answer = logout(&op, &[("id_token_hint", &hint), ("post_logout_redirect_uri", bad)], Some(&ana)).await;
            assert!(answer.is_page(), "{bad}: {answer:?}");
        }
        let confused = logout(&op, &[("id_token_hint", &hint), ("client_id", "other"), ("post_logout_redirect_uri", BYE)], Some(&ana)).await;
        assert!(confused.is_page());
        let twice = format!("/logout?id_token_hint={hint}&post_logout_redirect_uri={BYE}&post_logout_redirect_uri=https://evil.example");
        assert!(op.get(&twice, Some(&ana)).await.is_page());
        assert!(is_signed_in(&op, &ana).await);
    }

    /// Ana's hint does not sign out whoever sits at the browser now without a word.
    async fn a_hint_about_somebody_else_asks_whoever_is_here(db: Db) {
        let op = Op::new(db).await;
        let (ana, sol) = (op.ana().await, op.ana().await);
        let hint = hint(&op, &ana).await;
        assert_eq!(logout(&op, &[("id_token_hint", &hint)], Some(&sol)).await.sent_to(), "/logout/confirm");
        assert!(is_signed_in(&op, &sol).await);
    }
}
