//! F12: terms on the way to an application, and whoever tries to get around them.

use harp_core::audit::Deed;
use harp_core::kernel::assurance::Method;
use harp_core::session::SessionScope;
use harp_oidc::grant::client::{Client, Terms};
use harp_oidc::grant::terms::{InForce, TermsText};
use harp_tests::both;

use super::op::{Answer, Op, Signed, put, with_terms};

const HQR: &[(&str, &str)] = &[("client_id", "hqr")];

/// What the audit trail has of accepted terms, the oldest first.
async fn accepted(op: &Op) -> Vec<String> {
    let named = |event: harp_core::audit::Event| match event.deed {
        Deed::TermsAccepted { terms } => Some(terms),
        _ => None,
    };
    op.events().await.into_iter().filter_map(named).collect()
}

async fn may_go(op: &Op, changes: &[(&str, &str)], who: &Signed) -> bool {
    op.authorize(changes, Some(who)).await.redirected("code").is_some()
}

async fn asked(op: &Op, client: &str, who: &Signed) -> Answer {
    let asked = op.authorize(&[("client_id", client)], Some(who)).await;
    assert_eq!(asked.sent_to(), "/sign-in/terms", "{asked:?}");
    asked
}

const ACCEPT: &[(&str, &str)] = &[("do", "next"), ("terms", "yes")];

both! {
    /// F12: recorded with version and time, asked again at the next sign-in; F13: the operator's own words, escaped.
    async fn an_application_with_terms_waits_for_them(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachSignIn, "2026-11")).await;
        let ana = op.ana().await;
        let asked_now = asked(&op, "hqr", &ana).await;
        let page = asked_now.page(&op, Some(&ana)).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains("&#60;b&#62;hospital") && page.text.contains("Second &#38; last."), "{}", page.text);
        assert!(page.text.contains("Version 2026-11"));
        assert!(page.header("content-security-policy").contains("form-action 'self' https://mft.example;"), "{page:?}");
        assert_eq!(asked_now.submit(&op, Some(&ana), &[("do", "next")]).await.status, 422, "not ticked");
        let forged = asked_now.submit(&op, Some(&ana), &[("csrf", "x"), ("do", "next"), ("terms", "yes")]).await;
        assert_eq!(forged.status, 403);
        assert!(accepted(&op).await.is_empty());
        let done = asked_now.submit(&op, Some(&ana), ACCEPT).await;
        assert!(done.redirected("code").is_some(), "{done:?}");
        let event = op.events().await.into_iter().find(|e| matches!(e.deed, Deed::TermsAccepted { .. })).unwrap();
        assert_eq!((event.subject, event.at), (Some(ana.account.id), op.now()));
        assert_eq!(accepted(&op).await, ["hqr 2026-11"]);
        assert!(may_go(&op, HQR, &ana).await, "this session has");
        op.after(5);
        let next = op.sign_in(&ana.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
        asked(&op, "hqr", &next).await;
        assert!(may_go(&op, &[], &next).await, "only where they are asked for");
    }

    async fn whoever_declines_the_terms_goes_back_without_a_code(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachVersion, "1")).await;
        let ana = op.ana().await;
        let done = asked(&op, "hqr", &ana).await.submit(&op, Some(&ana), &[("do", "cancel")]).await;
        assert_eq!(done.redirected("error").as_deref(), Some("access_denied"));
        assert_eq!(done.redirected("state").as_deref(), Some("s t&a=te"));
        asked(&op, "hqr", &ana).await;
    }

    /// F12: once a version: not at the next sign-in, but when the version changes; the page then shows the new text.
    async fn a_new_version_asks_again(db: Db) {
        let op = Op::new(db).await;
        let first = with_terms("hqr", Terms::EachVersion, "1");
        op.add(&first).await;
        let ana = op.ana().await;
        let seen = asked(&op, "hqr", &ana).await;
        assert!(seen.submit(&op, Some(&ana), ACCEPT).await.redirected("code").is_some());
        op.after(60);
        let next = op.sign_in(&ana.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
        assert!(may_go(&op, HQR, &next).await, "the version is known");
        let second = Client { own_terms: Some(TermsText::parse("2", "Other words.").unwrap()), ..first };
        let saved = second.clone();
        assert!(put!(op, [saved], |tx| tx.save_client(&saved).await));
        let again = asked(&op, "hqr", &next).await;
        assert!(again.page(&op, Some(&next)).await.text.contains("Other words."));
        assert_eq!(op.authorize(&[HQR, &[("prompt", "none")]].concat(), Some(&next)).await.redirected("error").as_deref(),
            Some("interaction_required"));
        assert!(again.submit(&op, Some(&next), ACCEPT).await.redirected("code").is_some());
        assert_eq!(accepted(&op).await, ["hqr 1", "hqr 2"]);
    }

    /// Whoever has the page of one version open when the next comes into force accepts neither unseen.
    async fn a_version_is_accepted_only_by_who_has_seen_it(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachVersion, "2")).await;
        let ana = op.ana().await;
        let page = asked(&op, "hqr", &ana).await;
        for version in ["1", "3", "", "2 ", "99"] {
            let refused = page.submit(&op, Some(&ana), &[("do", "next"), ("terms", "yes"), ("version", version)]).await;
            assert_eq!(refused.status, 422, "{version:?}");
            assert!(refused.text.contains("These terms have changed"), "{version:?}");
        }
        assert!(accepted(&op).await.is_empty(), "no version of the form's choice is stored");
        let extra = [ACCEPT, &[("client", "pqrs"), ("client_id", "pqrs"), ("account", "x"), ("accepted_at", "1")]].concat();
        assert!(page.submit(&op, Some(&ana), &extra).await.redirected("code").is_some());
        assert_eq!(accepted(&op).await, ["hqr 2"], "and nothing else that a form may say");
    }

    /// The terms of one application count for no other, with the same version or the same words.
    async fn acceptance_of_one_applications_terms_is_none_of_anothers(db: Db) {
        let op = Op::new(db).await;
        for id in ["hqr", "pqrs"] {
            op.add(&with_terms(id, Terms::EachVersion, "1")).await;
        }
        let ana = op.ana().await;
        assert!(asked(&op, "hqr", &ana).await.submit(&op, Some(&ana), ACCEPT).await.redirected("code").is_some());
        let other = asked(&op, "pqrs", &ana).await;
        let text = InForce::site(&TermsText::of("1", vec![]).unwrap());
        let site = put!(op, [ana, text], |tx| tx.accepted_terms(ana.account.id, &text).await);
        assert_eq!(site.unwrap().session, ana.session, "the box at the password is still its own");
        // The page of one application, with the waiting request of the other: its cookie is bound to its label.
        let mine = asked(&op, "pqrs", &ana).await;
        let (label, theirs) = (mine.location().unwrap(), other.cookies());
        let path = format!("{}?{}", label.path(), label.query().unwrap());
        let cookies = format!("__Host-harp_session={}; {theirs}", ana.secret.expose());
        let mixed = op.post(&path, &[("cookie", &cookies)], ACCEPT).await;
        assert_eq!(mixed.status, 403);
        asked(&op, "pqrs", &ana).await;
    }

    /// The way around the page: straight to where the request goes on, silently, or before the second factor.
    async fn nobody_gets_a_code_past_the_terms(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachSignIn, "1")).await;
        let ana = op.ana().await;
        let page = asked(&op, "hqr", &ana).await;
        assert!(!may_go(&op, HQR, &ana).await);
        let silent = op.authorize(&[HQR, &[("prompt", "none")]].concat(), Some(&ana)).await;
        assert_eq!(silent.redirected("error").as_deref(), Some("interaction_required"));
        let stranger = page.submit(&op, None, &[]).await;
        assert_eq!(stranger.sent_to(), "/sign-in", "the page is nobody's without a session: {stranger:?}");
        let half = op.sign_in(&ana.account, SessionScope::SetUp, &[Method::Password]).await;
        assert_eq!(page.page(&op, Some(&half)).await.sent_to(), "/set-up", "F12: after the second factor");
        assert!(accepted(&op).await.is_empty());
    }

    /// One click or eight: one code, and one version accepted.
    async fn of_eight_clicks_on_accept_one_leads_to_a_code(db: Db) {
        let op = std::sync::Arc::new(Op::new(db).await);
        op.add(&with_terms("hqr", Terms::EachVersion, "1")).await;
        let ana = op.ana().await;
        let page = std::sync::Arc::new(asked(&op, "hqr", &ana).await);
        let answers = crate::contract::at_once(8, |_| {
            let (op, ana, page) = (std::sync::Arc::clone(&op), ana.clone(), std::sync::Arc::clone(&page));
            async move { page.submit(&op, Some(&ana), ACCEPT).await }
        })
        .await;
        assert_eq!(answers.iter().filter(|answer| answer.redirected("code").is_some()).count(), 1);
    }
}
