//! OpenID Connect Discovery §4, RFC 8414, RFC 7517: what the provider says of itself, and its keys.

use axum::body::Body;
use axum::http::Request;
use harp_oidc::flow::keys;
use harp_oidc::jose::alg::Alg;
use harp_tests::both;
use serde_json::json;

use super::op::{ISSUER, Op};

both! {
    async fn every_url_comes_from_the_issuer_and_leads_somewhere(db: Db) {
        let op = Op::new(db).await;
        let spoofed = Request::get("/.well-known/openid-configuration")
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "http")
            .body(Body::empty())
            .unwrap();
        let answer = op.send(spoofed).await;
        assert!(!answer.text.contains("evil") && !answer.text.contains("http://"));
        let it = answer.json();
        assert_eq!(it["issuer"], ISSUER);
        assert_eq!(it, op.get("/.well-known/oauth-authorization-server", None).await.json());
        for name in ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"] {
            let path = it[name].as_str().unwrap().strip_prefix(ISSUER).unwrap().to_owned();
            assert_ne!(op.get(&path, None).await.status, 404, "{name}");
        }
        assert_eq!(it["request_uri_parameter_supported"], false);
        assert_eq!(it["code_challenge_methods_supported"], json!(["S256"]));
        assert_eq!(it["authorization_response_iss_parameter_supported"], true);
        assert_eq!(it["id_token_signing_alg_values_supported"], json!(["RS256", "ES256"]));
    }

    /// Mounted below a path, as in another application: everything is below it, but for what RFC 8414 §3.1 puts before it.
    async fn below_a_path_everything_is_below_it(db: Db) {
        let op = Op::at(db, "https://app.example/id", harp_core::kernel::time::Timestamp::from_secs(1_790_000_000)).await;
        let it = op.get("/id/.well-known/openid-configuration", None).await.json();
        assert_eq!(it["issuer"], "https://app.example/id");
        assert_eq!(it["token_endpoint"], "https://app.example/id/token");
        assert_eq!(it, op.get("/.well-known/oauth-authorization-server/id", None).await.json());
        let asked = op.get(&format!("/id/authorize?{}", crate::spec::op::request(&[])), None).await;
        assert!(asked.header("location").starts_with("/id/sign-in?flow="), "{asked:?}");
        assert_eq!(op.get(asked.header("location"), None).await.status, 200);
        assert_eq!(op.get("/authorize", None).await.status, 404);
    }

    /// A body beyond the bound is refused with the request's id, like anything else.
    async fn a_body_that_is_too_long_is_refused_in_the_log_and_by_name(db: Db) {
        let op = Op::new(db).await;
        for path in ["/token", "/sign-in", "/authorize"] {
            let answer = op.post_text(path, &[], "x".repeat(70_000)).await;
            assert!(answer.status == 413 || answer.is_page(), "{path}: {answer:?}");
            assert!(!answer.header("x-request-id").is_empty());
        }
    }

    async fn the_key_set_has_names_and_nothing_private(db: Db) {
        let op = Op::new(db).await;
        let keys = op.get("/jwks", None).await.json();
        let keys = keys["keys"].as_array().unwrap();
        let kids: std::collections::BTreeSet<_> = keys.iter().map(|k| k["kid"].as_str().unwrap()).collect();
        assert_eq!((keys.len(), kids.len()), (4, 4));
        for key in keys {
            assert!(["RSA", "EC"].contains(&key["kty"].as_str().unwrap()) && key["use"] == "sig");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{key}");
            }
        }
    }

    /// what was signed before a rotation is still verified after it.
    async fn after_a_rotation_a_new_key_signs_and_the_old_one_is_still_published(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let kid = |token: &str| josekit::jwt::decode_header(token).unwrap().claim("kid").cloned().unwrap();
        let before = op.tokens(&[], &ana).await;
        let act = harp_core::kernel::act::Act {
            actor: harp_core::kernel::act::Actor::Operator,
            now: op.now(),
            origin: Default::default(),
            trace: harp_core::kernel::id::TraceId::mint(&harp_core::kernel::random::SystemRandom),
            browser: None,
        };
        keys::rotate_now(op.provider.oidc(), Alg::Rs256, &act).await.unwrap();
        let after = op.tokens(&[], &ana).await;
        let (before, after) = (before["id_token"].as_str().unwrap(), after["id_token"].as_str().unwrap());
        assert_ne!(kid(before), kid(after));
        assert_eq!(op.claims(before).await["aud"], op.claims(after).await["aud"]);
    }

    /// Applications in a browser may read what is for applications, with no cookie; nobody may read pages.
    async fn other_origins_may_read_what_is_for_applications_only(db: Db) {
        let op = Op::new(db).await;
        let from = |path: &str, method: &str| {
            Request::builder()
                .method(method)
                .uri(path)
                .header("origin", "https://spa.example")
                .header("access-control-request-method", "POST")
                .body(Body::empty())
                .unwrap()
        };
        for (path, method) in [("/jwks", "GET"), ("/.well-known/openid-configuration", "GET"), ("/token", "OPTIONS"), ("/userinfo", "OPTIONS"), ("/userinfo", "GET")] {
            let answer = op.send(from(path, method)).await;
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        let preflight = op.send(from("/token", "OPTIONS")).await;
        assert_eq!((preflight.status.as_u16(), preflight.header("access-control-allow-headers")), (204, "authorization, content-type"));
        for path in ["/authorize", "/logout", "/sign-in"] {
            assert_eq!(op.send(from(path, "GET")).await.header("access-control-allow-origin"), "", "{path}");
        }
    }

    async fn health_says_yes_and_nothing_else(db: Db) {
        let op = Op::new(db).await;
        assert_eq!(op.get("/health/live", None).await.status, 200);
        assert_eq!(op.get("/health/ready", None).await.text, "ready\n");
        harp_core::store::Store::close(&*op.db.store).await;
        op.after(60);
        assert_eq!(op.get("/health/ready", None).await.status, 503);
        assert_eq!(op.get("/health/live", None).await.status, 200);
    }
}
