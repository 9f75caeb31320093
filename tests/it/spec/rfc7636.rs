//! RFC 7636 and RFC 9700 §2.1.1, §4.8.2: PKCE with S256 for everybody, and no way around it.

use harp_oidc::grant::client::{Authentication, Client, Pkce};
use harp_tests::both;

use super::op::{CALLBACK, Op, SECRET, VERIFIER, basic, client};

both! {
    async fn a_request_without_s256_is_sent_back(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for changes in [
            [("code_challenge", ""), ("code_challenge_method", "")],
            [("code_challenge", VERIFIER), ("code_challenge_method", "plain")],
            [("code_challenge", VERIFIER), ("code_challenge_method", "")],
            [("code_challenge", ""), ("code_challenge_method", "S256")],
            [("code_challenge", "short"), ("code_challenge_method", "S256")],
            [("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN"), ("code_challenge_method", "S256")],
        ] {
            let answer = op.authorize(&changes, Some(&ana)).await;
            assert_eq!(answer.redirected("error").as_deref(), Some("invalid_request"), "{changes:?}");
            assert_eq!(answer.redirected("state").as_deref(), Some("s t&a=te"));
            assert_eq!(answer.redirected("code"), None);
        }
    }

    async fn a_code_needs_its_own_verifier(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for verifier in ["", &"a".repeat(43), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"] {
            let code = op.code(&[], &ana).await;
            let answer = op.exchange(&code, &[("code_verifier", verifier)]).await;
            assert_eq!(answer.json()["error"], "invalid_grant", "{verifier}");
            assert_eq!(op.exchange(&code, &[]).await.status, 400, "and a second guess is not had");
        }
    }

    /// The named setting exempts a confidential client; a public one stays bound whatever its registration says.
    async fn an_exempt_client_may_do_without_but_not_half(db: Db) {
        let op = Op::new(db).await;
        op.add(&Client { pkce: Pkce::Exempt, ..client("old") }).await;
        op.add(&Client { pkce: Pkce::Exempt, authentication: Authentication::Public, ..client("spa") }).await;
        let ana = op.ana().await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        let asks = |id| [without[0], without[1], ("client_id", id)];
        assert_eq!(op.authorize(&asks("spa"), Some(&ana)).await.redirected("error").as_deref(), Some("invalid_request"));
        let old = basic("old", SECRET);
        let code = op.code(&asks("old"), &ana).await;
        assert_eq!(op.exchange_as(&old, &code, &[("code_verifier", "")]).await.status, 200);
        // Whoever strips the challenge from the request is noticed when the verifier comes.
        let code = op.code(&asks("old"), &ana).await;
        assert_eq!(op.exchange_as(&old, &code, &[]).await.json()["error"], "invalid_grant");
        // And what an exempt client begins with a challenge ends with a verifier.
        let code = op.code(&[("client_id", "old"), ("redirect_uri", CALLBACK)], &ana).await;
        assert_eq!(op.exchange_as(&old, &code, &[("code_verifier", "")]).await.json()["error"], "invalid_grant");
    }
}
