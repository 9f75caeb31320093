//! OpenID Connect Core §3.1.3: the ID token.

use harp_oidc::grant::client::Client;
use harp_oidc::jose::alg::Alg;
use harp_tests::both;
use serde_json::json;

use super::op::{ISSUER, Op, SECRET, basic, client};

both! {
    /// SP 800-63C-4: `auth_time`, IAL and AAL always; FAL2: a `sub` that says nothing.
    async fn it_states_who_signed_in_how_and_when(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        op.assign(&ana, "mft", "mft_web_user").await;
        op.assign(&ana, "hqr", "hqr_reader").await;
        op.after(7);
        let tokens = op.tokens(&[], &ana).await;
        let claims = op.claims(tokens["id_token"].as_str().unwrap()).await;
        let now = op.now().secs();
        let stated = |name: &str| claims[name].clone();
        assert_eq!((stated("iss"), stated("aud"), stated("nonce")), (json!(ISSUER), json!("mft"), json!("n-0S6_WzA2Mj")));
        assert_eq!((stated("iat"), stated("exp"), stated("auth_time")), (json!(now), json!(now + 600), json!(now - 7)));
        assert_eq!((stated("acr"), stated("amr")), (json!("urn:harp:acr:aal2"), json!(["pwd", "otp", "mfa"])));
        assert_eq!((stated("urn:harp:claims:ial"), stated("urn:harp:claims:aal")), (json!(0), json!(2)));
        assert_eq!(stated("sid"), json!(ana.session.to_string()));
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(stated("at_hash"), json!(Alg::Rs256.half_hash(access)));
        let roles = stated("urn:harp:claims:roles");
        assert_eq!(roles.as_array().unwrap().len(), 1, "of the asking application's program only: {roles}");
        assert_eq!((&roles[0]["role"], &roles[0]["program"]), (&json!("mft_web_user"), &json!("mft")));
        let sub = claims["sub"].as_str().unwrap();
        let person = &ana.account;
        for personal in [person.username.as_str(), person.email.address.as_str(), &person.id.to_string()] {
            assert!(!sub.contains(personal) && !tokens["id_token"].as_str().unwrap().contains(personal));
        }
        assert!(claims.get("email").is_none() && claims.get("name").is_none(), "scopes go to userinfo (§5.4)");
    }

    async fn sub_is_the_same_at_every_sign_in_and_differs_between_people(db: Db) {
        let op = Op::new(db).await;
        let (ana, sol) = (op.ana().await, op.ana().await);
        let mut subs = Vec::new();
        for who in [&ana, &ana, &sol] {
            let tokens = op.tokens(&[], who).await;
            subs.push(op.claims(tokens["id_token"].as_str().unwrap()).await["sub"].clone());
        }
        assert_eq!(subs[0], subs[1]);
        assert_ne!(subs[0], subs[2]);
    }

    async fn no_nonce_in_none_out_and_roles_only_for_their_scope(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        op.assign(&ana, "mft", "mft_web_user").await;
        let tokens = op.tokens(&[("nonce", ""), ("scope", "openid")], &ana).await;
        let claims = op.claims(tokens["id_token"].as_str().unwrap()).await;
        assert!(claims.get("nonce").is_none() && claims.get("urn:harp:claims:roles").is_none());
    }

    async fn a_client_gets_its_algorithm_and_claims_that_it_names(db: Db) {
        let op = Op::new(db).await;
        op.add(&Client { signing: Alg::Es256, ..client("es") }).await;
        let ana = op.ana().await;
        let wish = r#"{"id_token":{"email":{"essential":true},"shoe_size":null}}"#;
        let code = op.code(&[("client_id", "es"), ("claims", wish)], &ana).await;
        let tokens = op.exchange_as(&basic("es", SECRET), &code, &[]).await.json();
        let token = tokens["id_token"].as_str().unwrap();
        assert_eq!(josekit::jwt::decode_header(token).unwrap().claim("alg"), Some(&json!("ES256")));
        let claims = op.claims(token).await;
        assert_eq!(claims["email"], ana.account.email.address.as_str());
        assert!(claims.get("shoe_size").is_none());
        assert_eq!(claims["urn:harp:claims:roles"], json!([]), "a client of no program is told no roles");
    }
}
