//! RFC 6749 §4.1.2, §4.1.3, §10.5: a code is good once, for a minute, for one client and one redirect URI.

use std::sync::Arc;

use harp_core::audit::Deed;
use harp_tests::both;

use super::op::{Op, SECRET, basic, client, put};
use crate::contract::at_once;

both! {
    /// RFC 6749 §4.1.2: the one who comes first gets tokens; the others' attempts revoke them.
    async fn of_eight_who_redeem_one_code_at_once_one_succeeds_and_its_tokens_die(db: Db) {
        let op = Arc::new(Op::new(db).await);
        let ana = op.ana().await;
        let code = op.code(&[], &ana).await;
        let answers = at_once(8, |_| {
            let (op, code) = (Arc::clone(&op), code.clone());
            async move { op.exchange(&code, &[]).await }
        })
        .await;
        let (good, bad): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((good.len(), bad.len()), (1, 7));
        for answer in &bad {
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &"invalid_grant".into()));
        }
        let token = good[0].json()["access_token"].as_str().unwrap().to_owned();
        assert_eq!(op.userinfo(&token).await.status, 401, "what the code led to is revoked");
        let replays = op.events().await.into_iter().filter(|e| matches!(e.deed, Deed::CodeReplayed { .. }));
        assert_eq!(replays.count(), 7);
    }

    async fn a_code_that_comes_back_later_revokes_too(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let code = op.code(&[], &ana).await;
        let tokens = op.exchange(&code, &[]).await.json();
        let token = tokens["access_token"].as_str().unwrap();
        assert_eq!(op.userinfo(token).await.status, 200);
        op.after(90);
        assert_eq!(op.exchange(&code, &[]).await.json()["error"], "invalid_grant");
        assert_eq!(op.userinfo(token).await.status, 401);
    }

    async fn a_code_lives_for_a_minute(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let (early, late) = (op.code(&[], &ana).await, op.code(&[], &ana).await);
        op.after(59);
        assert_eq!(op.exchange(&early, &[]).await.status, 200);
        op.after(1);
        assert_eq!(op.exchange(&late, &[]).await.json()["error"], "invalid_grant");
    }

    /// RFC 9700 §4.4, §4.5: a stolen code is of no use to another client, and the theft does not cost its owner the code.
    async fn another_clients_code_is_no_code(db: Db) {
        let op = Op::new(db).await;
        op.add(&client("other")).await;
        let code = op.code(&[], &op.ana().await).await;
        let stolen = op.exchange_as(&basic("other", SECRET), &code, &[]).await;
        assert_eq!((stolen.status.as_u16(), &stolen.json()["error"]), (400, &"invalid_grant".into()));
        assert_eq!(op.exchange(&code, &[]).await.status, 200);
        // A copy of a code that was used tells another client nothing either, and revokes nothing.
        let again = op.exchange_as(&basic("other", SECRET), &code, &[]).await;
        assert_eq!(again.json()["error_description"], stolen.json()["error_description"]);
    }

    async fn the_redirect_uri_must_be_that_of_the_request_even_if_both_are_registered(db: Db) {
        let op = Op::new(db).await;
        let code = op.code(&[], &op.ana().await).await;
        let wrong = op.exchange(&code, &[("redirect_uri", "https://mft.example/other")]).await;
        assert_eq!(wrong.json()["error"], "invalid_grant");
        assert_eq!(op.exchange(&code, &[]).await.status, 400, "a wrong guess costs the code");
    }

    async fn a_code_is_worth_nothing_once_its_session_has_ended(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let code = op.code(&[], &ana).await;
        let (id, now) = (ana.session, op.now());
        put!(op, [id, now], |tx| tx.end_session(id, now).await);
        assert_eq!(op.exchange(&code, &[]).await.json()["error"], "invalid_grant");
    }

    async fn a_guess_is_an_invalid_grant_whatever_it_looks_like(db: Db) {
        let op = Op::new(db).await;
        let known = op.exchange("x", &[]).await.json();
        for guess in ["x".repeat(43), "'; DROP TABLE oidc_code; --".into(), "\u{e9}".into(), "x".repeat(600)] {
            let answer = op.exchange(&guess, &[]).await;
            assert_eq!((answer.status.as_u16(), &answer.json()["error"]), (400, &known["error"]), "{guess}");
        }
    }
}
