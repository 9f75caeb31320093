//! RFC 6749 §2.3: a client authenticates in the one way it is registered with.

use harp_core::kernel::secret::Plain;
use harp_oidc::grant::client::{Authentication, Client};
use harp_tests::both;
use harp_tests::cluster::Db;

use super::op::{Op, SECRET, basic, client};

async fn three(db: Db) -> Op {
    let op = Op::new(db).await;
    let secret = Plain::presented(SECRET).hashed();
    op.add(&Client { authentication: Authentication::ClientSecretPost { secret }, ..client("post") }).await;
    op.add(&Client { authentication: Authentication::Public, ..client("public") }).await;
    op
}

both! {
    async fn each_method_works_for_its_own_clients_and_for_no_others(db: Db) {
        let op = three(db).await;
        let ana = op.ana().await;
        for (id, own) in [("mft", "basic"), ("post", "post"), ("public", "none")] {
            for way in ["basic", "post", "none"] {
                let code = op.code(&[("client_id", id)], &ana).await;
                let answer = match way {
                    "basic" => op.exchange_as(&basic(id, SECRET), &code, &[]).await,
                    "post" => op.exchange_as("", &code, &[("client_id", id), ("client_secret", SECRET)]).await,
                    _ => op.exchange_as("", &code, &[("client_id", id)]).await,
                };
                let expected = if way == own { 200 } else { 401 };
                assert_eq!(answer.status.as_u16(), expected, "{id} by {way}: {answer:?}");
            }
        }
    }

    /// An unknown client, a wrong secret and a wrong method are told apart by nobody outside.
    async fn all_failures_are_one_answer(db: Db) {
        let op = three(db).await;
        let said = |answer: crate::spec::op::Answer| {
            assert!(answer.header("www-authenticate").starts_with("Basic "));
            assert_eq!(answer.header("cache-control"), "no-store");
            (answer.status.as_u16(), answer.json())
        };
        let wrong = said(op.exchange_as(&basic("mft", "wrong"), "c", &[]).await);
        assert_eq!((wrong.0, &wrong.1["error"]), (401, &"invalid_client".into()));
        for authorization in [basic("nobody", SECRET), basic("public", SECRET), basic("post", SECRET), basic("mft", "\u{7f}x")] {
            let other = said(op.exchange_as(&authorization, "c", &[]).await);
            if authorization != basic("mft", "\u{7f}x") {
                assert_eq!(other, wrong, "{authorization}");
            }
        }
        assert_eq!(said(op.exchange_as("", "c", &[("client_id", "nobody")]).await), wrong);
    }

    /// RFC 6749 §2.3: not more than one method in each request.
    async fn two_methods_or_two_identities_at_once_are_refused(db: Db) {
        let op = three(db).await;
        let code = op.code(&[], &op.ana().await).await;
        for changes in [
            [("client_secret", SECRET)].as_slice(),
            &[("client_id", "post")],
            &[("client_assertion", "x"), ("client_assertion_type", "y")],
        ] {
            let answer = op.exchange(&code, changes).await;
            assert!([400, 401].contains(&answer.status.as_u16()), "{changes:?}: {answer:?}");
        }
        // The id repeated in the form is no second method.
        assert_eq!(op.exchange(&code, &[("client_id", "mft")]).await.status, 200);
    }

    async fn a_secret_in_the_query_counts_for_nothing(db: Db) {
        let op = three(db).await;
        let form = crate::spec::op::request(&[("grant_type", "authorization_code"), ("code", "x")]);
        let answer = op.post_text(&format!("/token?client_id=mft&client_secret={}", "x".repeat(9)), &[], form).await;
        assert_eq!(answer.json()["error"], "invalid_client");
    }
}
