//! OpenID Connect Core §5.3 and RFC 6750: userinfo, and what an access token is worth.

use axum::body::Body;
use axum::http::Request;
use harp_core::account::Standing;
use harp_core::account::lock::{Lock, LockReason};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Plain;
use harp_core::session::SessionScope;
use harp_tests::both;
use serde_json::{Value, json};

use super::op::{Op, put};

both! {
    async fn the_token_is_taken_from_header_or_form_and_from_one_place_only(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let tokens = op.tokens(&[("scope", "openid profile email phone address")], &ana).await;
        let token = tokens["access_token"].as_str().unwrap();
        let bearer = format!("bEARER {token}");
        let got = op.userinfo(token).await;
        let posted = op.post("/userinfo", &[("authorization", &bearer)], &[]).await;
        let in_body = op.post("/userinfo", &[], &[("access_token", token)]).await;
        let empty = op.send(Request::post("/userinfo").header("authorization", &bearer).body(Body::empty()).unwrap()).await;
        for answer in [&got, &posted, &in_body, &empty] {
            assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "no-store"));
            assert_eq!(answer.json(), got.json());
        }
        let claims = got.json();
        let id = op.claims(tokens["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["sub"], id["sub"]);
        assert_eq!((&claims["given_name"], &claims["family_name"]), (&json!("Ana"), &json!("O'Neil")));
        assert_eq!((&claims["birthdate"], &claims["locale"]), (&json!("1980-02-29"), &json!("en-US")));
        assert_eq!((&claims["email"], &claims["email_verified"]), (&json!(ana.account.email.address.as_str()), &json!(true)));
        assert_eq!((&claims["phone_number"], &claims["phone_number_verified"]), (&json!("+12024561111"), &json!(false)));
        assert_eq!(claims["address"]["locality"], "Baltimore");
        assert!(claims["updated_at"].is_i64() && claims.get("middle_name").is_none());
        assert!(claims.as_object().unwrap().values().all(|v| !v.is_null() && v != ""));
        let twice = op.post("/userinfo", &[("authorization", &bearer)], &[("access_token", token)]).await;
        assert_eq!((twice.status.as_u16(), &twice.json()["error"]), (400, &json!("invalid_request")));
        let in_query = op.get(&format!("/userinfo?access_token={token}"), None).await;
        assert_eq!((in_query.status.as_u16(), in_query.header("www-authenticate")), (401, "Bearer"));
    }

    async fn a_scope_that_was_not_asked_for_tells_nothing(db: Db) {
        let op = Op::new(db).await;
        let tokens = op.tokens(&[("scope", "openid")], &op.ana().await).await;
        let claims = op.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
        assert_eq!(claims.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub"]);
    }

    /// An unconfirmed address belongs to nobody, so no application hears of it.
    async fn an_address_counts_only_once_it_is_confirmed(db: Db) {
        let op = Op::new(db).await;
        let known = op.ana().await.account;
        let id = harp_core::kernel::id::AccountId::mint(op.now(), &harp_core::kernel::random::SystemRandom);
        let email = harp_core::account::Email { verified_at: None, ..known.email.clone() };
        let username = harp_core::account::username::Username::stored(format!("val.{id}"));
        let account = harp_core::account::Account { id, username, email, ..known };
        put!(op, [account], |tx| tx.add_account(&account).await);
        let ways = [Method::Password, Method::Totp];
        let val = op.sign_in(&account, SessionScope::Full, &ways).await;
        let tokens = op.tokens(&[], &val).await;
        let claims = op.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
        assert!(claims.get("email").is_none() && claims.get("email_verified").is_none(), "{claims}");
    }

    /// What has ended is not served: the token's life, the session, the account, the role.
    async fn a_token_is_worth_what_stands_behind_it(db: Db) {
        let op = Op::new(db).await;
        let token = |tokens: &Value| tokens["access_token"].as_str().unwrap().to_owned();
        let refused = |answer: crate::spec::op::Answer| {
            assert!(answer.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""), "{answer:?}");
            assert_eq!(answer.json()["error"], "invalid_token");
            answer.status.as_u16()
        };
        let ana = op.ana().await;
        let role = op.assign(&ana, "mft", "mft_web_user").await;
        let its = token(&op.tokens(&[], &ana).await);
        assert_eq!(op.userinfo(&its).await.json()["urn:harp:claims:roles"].as_array().unwrap().len(), 1);
        let now = op.now();
        put!(op, [role, now], |tx| tx.end_assignment(role, now).await);
        assert_eq!(op.userinfo(&its).await.json()["urn:harp:claims:roles"], json!([]), "a role that ended");
        op.after(30 * 60);
        assert_eq!(op.userinfo(&its).await.status, 200, "who is idle at HARP may be busy in the application");
        op.after(30 * 60);
        assert_eq!(refused(op.userinfo(&its).await), 401, "an hour is over");

        let ana = op.ana().await;
        let its = token(&op.tokens(&[], &ana).await);
        let (id, now) = (ana.session, op.now());
        put!(op, [id, now], |tx| tx.end_session(id, now).await);
        assert_eq!(refused(op.userinfo(&its).await), 401, "the session ended");

        let val = op.ana().await;
        let its = token(&op.tokens(&[], &val).await);
        let id = val.account.id;
        put!(op, [id], |tx| tx.set_standing(id, Standing::Active, Standing::Disabled).await);
        assert_eq!(refused(op.userinfo(&its).await), 401, "the account is disabled");

        let sol = op.ana().await;
        let its = token(&op.tokens(&[], &sol).await);
        let (at, why, before) = (op.now(), LockReason::NotMe, Standing::Active);
        let lock = Lock { account: sol.account.id, at, why, before };
        assert!(put!(op, [lock], |tx| tx.lock_account(&lock).await));
        assert_eq!(refused(op.userinfo(&its).await), 401, "the account is locked");

        let hal = op.ana().await;
        let its = token(&op.tokens(&[], &hal).await);
        let (id, hash) = (hal.account.id, harp_core::account::PasswordHash("$argon2id$2".into()));
        put!(op, [id, hash], |tx| tx.set_password(id, &hash, 1).await);
        assert_eq!(refused(op.userinfo(&its).await), 401, "the credentials have changed");

        for guess in ["x", Plain::mint(&harp_core::kernel::random::SystemRandom).expose()] {
            assert_eq!(refused(op.userinfo(guess).await), 401);
        }
    }
}
