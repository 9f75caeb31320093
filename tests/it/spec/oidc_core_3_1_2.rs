//! OpenID Connect Core §3.1.2: the authentication request, and who has to do what before it is answered.

use axum::body::Body;
use axum::http::Request;
use harp_core::account::Standing;
use harp_core::kernel::assurance::Method;
use harp_core::session::SessionScope;
use harp_oidc::grant::client::Terms;
use harp_tests::both;

use super::op::{Answer, CALLBACK, Op, Signed, client, put, request, with_cookie, with_terms};

/// The address at which the request that waits behind this answer goes on.
pub(super) async fn resume(op: &Op, answer: &Answer, who: Option<&Signed>) -> Answer {
    let location = answer.location().unwrap();
    let label = location.query_pairs().find(|(n, _)| n == "flow").unwrap().1.into_owned();
    let token = waiting(op, answer, &label);
    op.get(&format!("/authorize/resume?interaction={token}"), who).await
}

/// The token in the sealed cookie of the flow: read as the pages read it.
fn waiting(op: &Op, answer: &Answer, label: &str) -> String {
    let app = op.provider.app();
    let headers =
        axum::http::HeaderMap::from_iter([(axum::http::header::COOKIE, answer.cookies().parse().unwrap())]);
    harp_oidc::http::flow_cookie::read(&app.edge, &app.harp.vault, &headers, label)
        .unwrap()
        .interaction
        .unwrap()
}

both! {
    /// A09
    async fn nobody_is_told_anything_before_they_sign_in(db: Db) {
        let op = Op::new(db).await;
        let answer = op.authorize(&[], None).await;
        assert_eq!((answer.status.as_u16(), answer.sent_to().as_str()), (303, "/sign-in"));
        assert!(!answer.header("location").contains("interaction"), "what opens the request is not in an address");
        let stranger = Signed { secret: harp_core::kernel::secret::Plain::presented("x"), ..op.ana().await };
        assert_eq!(op.authorize(&[], Some(&stranger)).await.sent_to(), "/sign-in");
    }

    /// A08, X-1: within its life a session serves other applications silently, and its use is noted.
    async fn a_session_serves_silently_until_it_is_idle(db: Db) {
        let op = Op::new(db).await;
        op.add(&client("hqr")).await;
        let ana = op.ana().await;
        op.after(14 * 60);
        assert!(op.authorize(&[("client_id", "hqr")], Some(&ana)).await.redirected("code").is_some());
        op.after(14 * 60);
        assert!(op.authorize(&[], Some(&ana)).await.redirected("code").is_some(), "that was use");
        op.after(15 * 60);
        assert_eq!(op.authorize(&[], Some(&ana)).await.sent_to(), "/sign-in");
    }

    /// X-5: `prompt=none` never extends idle.
    async fn a_silent_request_is_no_use_of_the_session(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        op.after(14 * 60);
        assert!(op.authorize(&[("prompt", "none")], Some(&ana)).await.redirected("code").is_some());
        op.after(60);
        let late = op.authorize(&[("prompt", "none")], Some(&ana)).await;
        assert_eq!(late.redirected("error").as_deref(), Some("login_required"));
    }

    async fn a_silent_request_is_answered_by_what_is_missing(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachVersion, "1")).await;
        let silent = |more: &[(&'static str, &'static str)]| [&[("prompt", "none")], more].concat();
        let ana = op.ana().await;
        let new = op.person(Standing::PendingSetup, SessionScope::SetUp, &[Method::Password]).await;
        let weak = op.person(Standing::Active, SessionScope::Full, &[Method::Password, Method::Email]).await;
        op.after(60);
        let strong = r#"{"id_token":{"acr":{"essential":true,"value":"urn:harp:acr:aal2"}}}"#;
        for (changes, who, error) in [
            (silent(&[]), None, "login_required"),
            (silent(&[("max_age", "59")]), Some(&ana), "login_required"),
            (silent(&[("max_age", "0")]), Some(&ana), "login_required"),
            (silent(&[("client_id", "hqr")]), Some(&ana), "interaction_required"),
            (silent(&[]), Some(&new), "interaction_required"),
            (silent(&[("claims", strong)]), Some(&weak), "interaction_required"),
            (vec![("prompt", "none login")], Some(&ana), "invalid_request"),
        ] {
            let answer = op.authorize(&changes, who).await;
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{changes:?}");
        }
        assert!(op.authorize(&silent(&[("max_age", "60")]), Some(&ana)).await.redirected("code").is_some());
    }

    /// F05: with a later `auth_time`, not with the session that was there.
    async fn prompt_login_and_a_passed_max_age_ask_again_and_take_a_new_sign_in(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        op.after(10);
        for changes in [[("prompt", "login")], [("max_age", "5")], [("max_age", "0")], [("prompt", "select_account")]] {
            let asked = op.authorize(&changes, Some(&ana)).await;
            assert_eq!(asked.sent_to(), "/sign-in", "{changes:?}");
            let again = resume(&op, &asked, Some(&ana)).await;
            assert_eq!(again.sent_to(), "/sign-in", "the old sign-in is no answer: {changes:?}");
            op.after(30);
            let fresh = op.sign_in(&ana.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
            op.after(30);
            let done = resume(&op, &again, Some(&fresh)).await;
            assert!(done.redirected("code").is_some(), "{changes:?}: {done:?}");
            assert_eq!(resume(&op, &again, Some(&fresh)).await.status, 410, "a request is answered once");
        }
    }

    /// `max_age` is held when the request is answered, not when the person signed in: one that rested since asks again.
    async fn a_request_that_rested_after_the_sign_in_still_holds_its_max_age(db: Db) {
        let op = Op::new(db).await;
        let asked = op.authorize(&[("max_age", "300")], None).await;
        let rested = op.authorize(&[("max_age", "300")], None).await;
        let ana = op.ana().await;
        op.after(300);
        assert!(resume(&op, &asked, Some(&ana)).await.redirected("code").is_some());
        op.after(1);
        assert_eq!(resume(&op, &rested, Some(&ana)).await.sent_to(), "/sign-in");
    }

    async fn of_eight_who_resume_one_request_at_once_one_gets_a_code(db: Db) {
        let op = std::sync::Arc::new(Op::new(db).await);
        let asked = op.authorize(&[], None).await;
        let ana = op.ana().await;
        let label = asked.location().unwrap().query_pairs().find(|(n, _)| n == "flow").unwrap().1.into_owned();
        let token = waiting(&op, &asked, &label);
        let answers = crate::contract::at_once(8, |_| {
            let (op, ana, token) = (std::sync::Arc::clone(&op), ana.clone(), token.clone());
            async move { op.get(&format!("/authorize/resume?interaction={token}"), Some(&ana)).await }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.redirected("code").is_some()).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 410).count(), 7);
    }

    /// An hour for registration and proofing (A12), and no longer.
    async fn a_request_waits_for_an_hour(db: Db) {
        let op = Op::new(db).await;
        let (early, late) = (op.authorize(&[], None).await, op.authorize(&[], None).await);
        op.after(59 * 60);
        let ana = op.ana().await;
        assert!(resume(&op, &early, Some(&ana)).await.redirected("code").is_some());
        op.after(60);
        assert_eq!(resume(&op, &late, Some(&ana)).await.status, 410);
    }

    /// E12: an application is told nothing before a code or device was added.
    async fn somebody_who_is_not_set_up_is_led_there(db: Db) {
        let op = Op::new(db).await;
        let new = op.person(Standing::PendingSetup, SessionScope::SetUp, &[Method::Password]).await;
        let asked = op.authorize(&[], Some(&new)).await;
        assert_eq!(asked.sent_to(), "/set-up");
        assert_eq!(resume(&op, &asked, Some(&new)).await.sent_to(), "/set-up", "and not past it");
    }

    /// A voluntary `acr` never fails; an essential one that cannot be reached says so.
    async fn acr_values_are_wishes_and_essential_claims_are_not(db: Db) {
        let op = Op::new(db).await;
        let weak = op.person(Standing::Active, SessionScope::Full, &[Method::Password, Method::Email]).await;
        let all = "urn:harp:acr:aal2-phr urn:harp:acr:aal2 urn:harp:acr:aal1";
        let tokens = op.tokens(&[("acr_values", all)], &weak).await;
        let claims = op.claims(tokens["id_token"].as_str().unwrap()).await;
        assert_eq!((&claims["acr"], &claims["urn:harp:claims:aal"]), (&"urn:harp:acr:aal1".into(), &1.into()));
        assert!(op.authorize(&[("acr_values", "1 2 silver")], Some(&weak)).await.redirected("code").is_some());
        let essential = |acr: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{acr}"]}}}}}}"#);
        let stronger = op.authorize(&[("claims", &essential("urn:harp:acr:aal2"))], Some(&weak)).await;
        assert_eq!(stronger.sent_to(), "/step-up");
        op.after(1);
        let weak_again = op.sign_in(&weak.account, SessionScope::Full, &[Method::Password, Method::Email]).await;
        assert_eq!(resume(&op, &stronger, Some(&weak_again)).await.sent_to(), "/step-up", "and not past it");
        let phishing_resistant = [("claims", &*essential("urn:harp:acr:aal2-phr"))];
        let asked = op.authorize(&phishing_resistant, Some(&weak_again)).await;
        assert_eq!(asked.sent_to(), "/step-up", "a passkey reaches it");
        let unreachable = [("claims", &*essential("urn:somebody:else"))];
        let answer = op.authorize(&unreachable, Some(&weak_again)).await;
        assert_eq!(answer.redirected("error").as_deref(), Some("unmet_authentication_requirements"));
    }

    async fn a_hint_names_who_is_expected(db: Db) {
        let op = Op::new(db).await;
        let (ana, sol) = (op.ana().await, op.ana().await);
        let tokens = op.tokens(&[], &ana).await;
        let hint = tokens["id_token"].as_str().unwrap();
        op.after(15 * 60 - 1);
        let silent = [("prompt", "none"), ("id_token_hint", hint)];
        assert!(op.authorize(&silent, Some(&ana)).await.redirected("code").is_some(), "an expired hint still names");
        let other = op.sign_in(&sol.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
        assert_eq!(op.authorize(&silent, Some(&other)).await.redirected("error").as_deref(), Some("login_required"));
        let asked = op.authorize(&[("id_token_hint", hint)], Some(&other)).await;
        assert_eq!(asked.sent_to(), "/sign-in");
        op.after(1);
        let other = op.sign_in(&sol.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
        assert_eq!(resume(&op, &asked, Some(&other)).await.redirected("error").as_deref(), Some("login_required"));
        let forged = format!("{}x", hint);
        assert_eq!(op.authorize(&[("id_token_hint", &forged)], Some(&other)).await.redirected("error").as_deref(), Some("invalid_request"));
    }

    /// §3.1.2.1: a POST is the same request. It comes without the session's Lax cookie, so it is sent round.
    async fn a_post_is_sent_round_as_a_get(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let posted = op.post_text("/authorize", &[("origin", "https://mft.example")], request(&[])).await;
        let to = posted.location().unwrap();
        assert_eq!((posted.status.as_u16(), to.path()), (303, "/authorize"));
        let got = op.get(&format!("/authorize?{}", to.query().unwrap()), Some(&ana)).await;
        assert!(got.redirected("code").is_some());
        assert!(op.post_text("/authorize", &[], "a=%".into()).await.is_page());
        assert!(op.post_text("/authorize", &[], format!("state={}", "x".repeat(13_000))).await.is_page());
    }

    async fn what_is_not_known_is_ignored_and_what_is_not_supported_is_named(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for harmless in [
            ("display", "popup"), ("ui_locales", "se <b>"), ("claims_locales", "se"), ("login_hint", "buffy@host"),
            ("extra", "1"), ("prompt", "consent"), ("response_mode", "query"),
        ] {
            assert!(op.authorize(&[harmless], Some(&ana)).await.redirected("code").is_some(), "{harmless:?}");
        }
        for (change, error) in [
            (("request", "eyJ"), "request_not_supported"),
            (("request_uri", "https://mft.example/r"), "request_uri_not_supported"),
            (("registration", "{}"), "registration_not_supported"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", "code id_token"), "unsupported_response_type"),
            (("response_type", ""), "invalid_request"),
            (("response_mode", "form_post"), "invalid_request"),
            (("scope", "profile"), "invalid_scope"),
            (("scope", ""), "invalid_scope"),
            (("scope", "open\"id"), "invalid_scope"),
            (("max_age", "-1"), "invalid_request"),
            (("prompt", "create"), "invalid_request"),
            (("claims", "{"), "invalid_request"),
            (("nonce", "a\u{0}b"), "invalid_request"),
        ] {
            let answer = op.authorize(&[change], Some(&ana)).await;
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{change:?}");
            assert_eq!(answer.redirected("code"), None);
        }
        let twice = format!("/authorize?{}&nonce=other", request(&[]));
        assert_eq!(op.get(&twice, Some(&ana)).await.redirected("error").as_deref(), Some("invalid_request"));
    }

    /// The person's account is locked, or their credentials have changed: the cookie in their browser is no sign-in.
    async fn a_session_of_a_disabled_account_is_none(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let id = ana.account.id;
        assert!(put!(op, [id], |tx| tx.set_standing(id, Standing::Active, Standing::Disabled).await));
        assert_eq!(op.authorize(&[], Some(&ana)).await.sent_to(), "/sign-in");
    }

    /// Every URL comes from the issuer, whatever the client calls us.
    async fn the_host_header_changes_nothing(db: Db) {
        let op = Op::new(db).await;
        let posted = op
            .post_text("/authorize", &[("host", "evil.example"), ("x-forwarded-host", "evil.example")], request(&[]))
            .await;
        assert!(posted.header("location").starts_with("https://id.example/authorize?"), "{posted:?}");
        let builder = with_cookie(Request::get(format!("/authorize?{}", request(&[]))), Some(&op.ana().await));
        let answer = op.send(builder.header("host", "evil.example").body(Body::empty()).unwrap()).await;
        assert!(answer.header("location").starts_with(CALLBACK) && !answer.header("location").contains("evil"));
    }
}
