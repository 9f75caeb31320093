//! What the telephone service calls back, over HTTP: receipts, and a call that is asked to say its code again.

use std::collections::BTreeMap;

use axum::body::{Body, to_bytes};
use axum::http::{Method as Verb, Request, StatusCode};
use harp_core::adapter::courier::twilio_hooks::TwilioHooks;
use harp_core::audit::Deed;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;
use tower::ServiceExt as _;

use super::{Portal, at_set_up};
use crate::flow::steps::{PHONE, called, deliver};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";

pub fn hooks(issuer: &str) -> TwilioHooks {
    TwilioHooks {
        account: ACCOUNT.to_owned(),
        token: Secret::new("an-auth-token".to_owned()),
        base: format!("{issuer}/hooks/twilio"),
    }
}

/// Calls back with these fields, signed by this token for the address that HARP gave.
async fn call_back(
    portal: &Portal,
    (path, by): (&str, &TwilioHooks),
    fields: &[(&str, &str)],
) -> (StatusCode, String) {
    let fields: BTreeMap<String, String> = [("AccountSid", ACCOUNT)]
        .iter()
        .chain(fields)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let signature = by.sign(&format!("http://localhost:8080{path}"), &fields).unwrap();
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
    let request = Request::builder()
        .method(Verb::POST)
        .uri(path)
        // What an attacker says of the address counts for nothing.
        .header("host", "evil.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature)
        .body(Body::from(body))
        .unwrap();
    let response = portal.provider.router().oneshot(request).await.unwrap();
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// A call with a code is on its way to Ana's phone; its message, and the code.
async fn called_once(portal: &Portal) -> (String, String) {
    let (stage, mut ana) = (&portal.stage, portal.browser());
    deliver(stage).await;
    at_set_up(&mut ana).await;
    ana.open("/set-up/add/voice").await.unwrap();
    ana.submit(&[("phone", PHONE), ("do", "next")]).await.unwrap();
    deliver(stage).await;
    let arrived = stage.mail.all().into_iter().rfind(|a| a.to == called(PHONE)).unwrap();
    (arrived.id.to_string(), arrived.code().unwrap())
}

/// E03: whoever presses a key hears the same code again, three times at most, and only while it works.
#[tokio::test]
async fn a_call_says_its_code_again_while_it_works() {
    let portal = Portal::with_ana().await;
    let (message, code) = called_once(&portal).await;
    let service = hooks("http://localhost:8080");
    let digits: String = code.chars().map(|d| format!("<Say>{d}</Say><Pause length=\"1\"/>")).collect();
    for n in 1..=4 {
        let path = format!("/hooks/twilio/again/{message}?n={n}");
        let (status, said) = call_back(&portal, (&path, &service), &[("Digits", "1")]).await;
        assert!(status == StatusCode::OK && said.contains(&digits), "{said}");
        assert_eq!(said.contains("<Gather"), n < 3, "{n}: {said}");
    }
    portal.later(HARP.code.life);
    let path = format!("/hooks/twilio/again/{message}?n=1");
    let (_, said) = call_back(&portal, (&path, &service), &[]).await;
    assert!(said.contains("does not work any more") && !said.contains(&digits), "{said}");
}

/// Whoever is not the service learns nothing, not even whether there is such a message.
#[tokio::test]
async fn a_callback_without_the_signature_is_refused_and_tells_nothing() {
    let portal = Portal::with_ana().await;
    let (message, code) = called_once(&portal).await;
    let forger = TwilioHooks { token: Secret::new("guessed".to_owned()), ..hooks("http://localhost:8080") };
    let mut answers = Vec::new();
    for id in [message.as_str(), "msg_00000000000000000000000000", "x"] {
        for path in ["again/{id}?n=1", "again/{id}", "again/{id}?n=x", "receipt/{id}"] {
            let path = format!("/hooks/twilio/{}", path.replace("{id}", id));
            answers.push(call_back(&portal, (&path, &forger), &[("CallStatus", "failed")]).await);
        }
    }
    assert!(answers.iter().all(|a| *a == answers[0] && a.0 == StatusCode::FORBIDDEN), "{answers:?}");
    assert!(!answers[0].1.contains(&code));
    assert!(!portal.stage.events().await.iter().any(|e| matches!(e.deed, Deed::MessageNotArrived { .. })));
}

/// A call that nobody took stands in the audit trail, once.
#[tokio::test]
async fn a_receipt_is_noted_once() {
    let portal = Portal::with_ana().await;
    let (message, _) = called_once(&portal).await;
    let (service, path) = (hooks("http://localhost:8080"), format!("/hooks/twilio/receipt/{message}"));
    for status in ["ringing", "no-answer", "completed", "no-answer"] {
        let answer = call_back(&portal, (&path, &service), &[("CallStatus", status)]).await;
        assert_eq!(answer.0, StatusCode::NO_CONTENT);
    }
    let none = call_back(&portal, ("/hooks/twilio/receipt/x", &service), &[("CallStatus", "failed")]).await;
    assert_eq!(none.0, StatusCode::NO_CONTENT);
    let events = portal.stage.events().await;
    let noted = events.iter().filter(|e| matches!(e.deed, Deed::MessageNotArrived { .. }));
    assert_eq!(noted.count(), 1);
    assert!(events.iter().any(|e| matches!(e.deed, Deed::CodeSent { method: Method::Voice, .. })));
}
