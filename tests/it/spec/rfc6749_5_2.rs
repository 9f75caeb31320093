//! RFC 6749 §5.1, §5.2: the answers of the token endpoint.

use axum::body::Body;
use axum::http::Request;
use harp_tests::both;

use super::op::{Op, SECRET, basic};

fn is_well_formed(answer: &super::op::Answer) {
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.header("x-request-id").is_empty());
    let body = answer.json();
    let members: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["error", "error_description"]);
    let description = body["error_description"].as_str().unwrap();
    assert!(description.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'), "{description:?}");
    for internal in ["sqlite", "postgres", "oidc_", "panicked", "harp_"] {
        assert!(!answer.text.to_lowercase().contains(internal), "{}", answer.text);
    }
}

both! {
    async fn every_error_has_the_form_of_the_rfc(db: Db) {
        let op = Op::new(db).await;
        let auth = basic("mft", SECRET);
        let mft: &[(&str, &str)] = &[("authorization", &auth)];
        for (form, status, error) in [
            ("", 400, "invalid_request"),
            ("grant_type=password&username=a&password=b", 400, "unsupported_grant_type"),
            ("grant_type=refresh_token&refresh_token=x", 400, "unsupported_grant_type"),
            ("grant_type=authorization_code", 400, "invalid_request"),
            ("grant_type=authorization_code&grant_type=authorization_code&code=x", 400, "invalid_request"),
            ("grant_type=authorization_code&code=x&redirect_uri=y&code_verifier=%22%5C%0d%0a%c3%a9", 400, "invalid_request"),
            ("grant_type=authorization_code&code=x&redirect_uri=y&%22%5c%0d=1", 400, "invalid_grant"),
            ("grant_type=%", 400, "invalid_request"),
            ("grant_type=%ff", 400, "invalid_request"),
        ] {
            let answer = op.post_text("/token", mft, form.to_owned()).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (status, &error.into()), "{form}");
            is_well_formed(&answer);
        }
    }

    async fn a_body_that_is_no_form_or_too_long_is_refused(db: Db) {
        let op = Op::new(db).await;
        let json = Request::post("/token").header("content-type", "application/json").body(Body::from("{}")).unwrap();
        is_well_formed(&op.send(json).await);
        let none = Request::post("/token").body(Body::from("grant_type=x")).unwrap();
        is_well_formed(&op.send(none).await);
        let long = op.post_text("/token", &[], format!("a={}", "x".repeat(60_000))).await;
        assert_eq!(long.status, 413);
        let many = op.post_text("/token", &[], "a=1&".repeat(100)).await;
        assert_eq!(many.status, 400);
        for method in ["GET", "PUT", "DELETE"] {
            let answer = op.send(Request::builder().method(method).uri("/token").body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 405, "{method}");
        }
    }

    async fn a_success_is_not_stored_and_says_its_scope(db: Db) {
        let op = Op::new(db).await;
        let code = op.code(&[("scope", "openid  shoe-size email openid phone")], &op.ana().await).await;
        let answer = op.exchange(&code, &[]).await;
        assert_eq!((answer.header("cache-control"), answer.header("pragma")), ("no-store", "no-cache"));
        let body = answer.json();
        assert_eq!(body["scope"], "openid email phone");
        assert_eq!((&body["token_type"], &body["expires_in"]), (&"Bearer".into(), &3600.into()));
        assert!(body.get("refresh_token").is_none());
    }
}
