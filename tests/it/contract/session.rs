//! Sessions and sign-ins that are not complete.

use harp_core::factor::Proof;
use harp_core::kernel::act::Origin;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::{AccountId, ChallengeId, FactorId, SessionId, SignInId};
use harp_core::kernel::random::SystemRandom;
use harp_core::session::{Chosen, Session, SessionScope, SignIn};
use harp_core::store::session::Raised;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{NOW, after, stored_account, token};
use super::{change, look, race};

both! {
    async fn a_session_is_found_by_its_secret_and_by_its_id(db: Db) {
        let session = stored_session(&db, stored_account(&db).await.id, 0).await;
        let (id, secret, other) = (session.id, session.secret.clone(), token());
        assert_eq!(look!(db, [secret], |tx| tx.session(&secret).await).await, Ok(Some(session.clone())));
        assert_eq!(look!(db, [id], |tx| tx.session_by_id(id).await).await, Ok(Some(session)));
        assert_eq!(look!(db, [other], |tx| tx.session(&other).await).await, Ok(None));
    }

    ///
    async fn use_is_noted_forwards_only_and_not_after_the_end(db: Db) {
        let session = stored_session(&db, stored_account(&db).await.id, 0).await;
        let id = session.id;
        let touch = |secs| change!(db, [id], |tx| tx.touch_session(id, after(secs)).await);
        touch(30).await.unwrap();
        touch(20).await.unwrap();
        let seen = look!(db, [id], |tx| tx.session_by_id(id).await).await.unwrap().unwrap().seen_at;
        assert_eq!(seen, after(30));
        assert_eq!(race!(db, [id], |tx| tx.end_session(id, after(40)).await), 1);
        touch(50).await.unwrap();
        let stored = look!(db, [id], |tx| tx.session_by_id(id).await).await.unwrap().unwrap();
        assert_eq!((stored.seen_at, stored.ended_at), (after(30), Some(after(40))));
    }

    async fn of_eight_step_ups_of_one_secret_one_holds(db: Db) {
        let session = stored_session(&db, stored_account(&db).await.id, 0).await;
        let (id, old) = (session.id, session.secret.clone());
        let raised = Raised {
            secret: token(),
            proofs: vec![Proof::by(Method::Password, NOW), Proof::by(Method::Totp, after(60))],
            auth_time: after(60),
            scope: SessionScope::Full,
            epoch: 4,
            at: after(61),
        };
        assert_eq!(race!(db, [id, old, raised], |tx| tx.raise_session(id, &old, &raised).await), 1);
        assert_eq!(look!(db, [old], |tx| tx.session(&old).await).await, Ok(None), "the old cookie is worthless");
        let new = raised.secret.clone();
        let stored = look!(db, [new], |tx| tx.session(&new).await).await.unwrap();
        assert_eq!(stored, Some(raised.clone().on(session)));
        change!(db, [id], |tx| tx.end_session(id, after(70)).await).await.unwrap();
        let after_the_end = change!(db, [id, new, raised], |tx| tx.raise_session(id, &new, &raised).await).await;
        assert_eq!(after_the_end, Ok(false));
    }

    async fn the_sessions_of_one_person_end_together_but_for_one(db: Db) {
        let (ana, sol) = (stored_account(&db).await.id, stored_account(&db).await.id);
        let mut sessions = Vec::new();
        for secs in [1, 2, 3] {
            sessions.push(stored_session(&db, ana, secs).await);
        }
        let of_sol = stored_session(&db, sol, 4).await;
        let (first, here) = (sessions[0].id, sessions[2].id);
        change!(db, [first], |tx| tx.end_session(first, after(9)).await).await.unwrap();
        let live = look!(db, [ana], |tx| tx.sessions(ana).await).await.unwrap();
        assert_eq!(live, [sessions[2].clone(), sessions[1].clone()], "newest first");
        let ended = change!(db, [ana, here], |tx| tx.end_sessions(ana, Some(here), after(10)).await).await;
        assert_eq!(ended, Ok(vec![sessions[1].id]));
        let ended = change!(db, [ana], |tx| tx.end_sessions(ana, None, after(11)).await).await;
        assert_eq!(ended, Ok(vec![here]));
        assert_eq!(look!(db, [ana], |tx| tx.sessions(ana).await).await, Ok(vec![]));
        assert_eq!(look!(db, [sol], |tx| tx.sessions(sol).await).await, Ok(vec![of_sol]));
    }

    /// F02
    async fn of_eight_who_complete_one_sign_in_one_does(db: Db) {
        let sign_in = sign_in(stored_account(&db).await.id);
        let (id, secret) = (sign_in.id, sign_in.secret.clone());
        change!(db, [sign_in], |tx| tx.add_sign_in(&sign_in).await).await.unwrap();
        assert_eq!(look!(db, [secret], |tx| tx.sign_in(&secret).await).await, Ok(Some(sign_in.clone())));
        let (factor, challenge) = (FactorId::mint(NOW, &SystemRandom), ChallengeId::mint(NOW, &SystemRandom));
        for chosen in [Chosen { factor, challenge: Some(challenge) }, Chosen { factor, challenge: None }] {
            change!(db, [id], |tx| tx.choose_factor(id, chosen).await).await.unwrap();
            let stored = look!(db, [secret], |tx| tx.sign_in(&secret).await).await.unwrap();
            assert_eq!(stored, Some(SignIn { chosen: Some(chosen), ..sign_in.clone() }));
        }
        assert_eq!(race!(db, [id], |tx| tx.spend_sign_in(id).await), 1);
        assert_eq!(look!(db, [secret], |tx| tx.sign_in(&secret).await).await, Ok(None));
    }

    async fn what_lies_long_behind_is_swept(db: Db) {
        let account = stored_account(&db).await.id;
        let old = stored_session(&db, account, 0).await.id;
        let young = stored_session(&db, account, 1_000).await;
        let sign_in = sign_in(account);
        change!(db, [sign_in], |tx| tx.add_sign_in(&sign_in).await).await.unwrap();
        assert_eq!(change!(db, [], |tx| tx.sweep_sessions(NOW).await).await, Ok(0));
        assert_eq!(change!(db, [], |tx| tx.sweep_sessions(after(1_000)).await).await, Ok(1));
        assert_eq!(look!(db, [old], |tx| tx.session_by_id(old).await).await, Ok(None));
        assert_eq!(look!(db, [account], |tx| tx.sessions(account).await).await, Ok(vec![young]));
        assert_eq!(change!(db, [], |tx| tx.sweep_sessions(after(5_000)).await).await, Ok(2));
    }
}

pub async fn stored_session(db: &Db, account: AccountId, secs: u64) -> Session {
    let session = Session {
        id: SessionId::mint(NOW, &SystemRandom),
        secret: token(),
        account,
        epoch: 3,
        proofs: vec![Proof::by(Method::Password, NOW)],
        auth_time: NOW,
        created_at: after(secs),
        seen_at: after(secs),
        ended_at: None,
        scope: SessionScope::SetUp,
        origin: Origin {
            address: Some("2001:db8::1".parse().unwrap()),
            agent: Some("Browser/1 \"x\"".into()),
        },
    };
    change!(db, [session], |tx| tx.add_session(&session).await).await.unwrap();
    session
}

fn sign_in(account: AccountId) -> SignIn {
    SignIn {
        id: SignInId::mint(NOW, &SystemRandom),
        secret: token(),
        account,
        epoch: 3,
        session: Some(SessionId::mint(NOW, &SystemRandom)),
        proofs: vec![Proof::by(Method::Password, NOW)],
        chosen: None,
        budget: "keyed hash".into(),
        created_at: NOW,
        expires_at: after(1_800),
    }
}
