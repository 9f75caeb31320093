//! Step-ups of sessions.

use harp_core::factor::level::Level;
use harp_core::kernel::id::{ChallengeId, FactorId, StepUpId};
use harp_core::kernel::random::SystemRandom;
use harp_core::session::Chosen;
use harp_core::session::step_up::StepUp;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{NOW, after, stored_account, token};
use super::session::stored_session;
use super::{change, look, race};

async fn stored(db: &Db) -> StepUp {
    let account = stored_account(db).await.id;
    let step_up = StepUp {
        id: StepUpId::mint(NOW, &SystemRandom),
        secret: token(),
        session: stored_session(db, account, 0).await.id,
        level: Level::Aal2PhishingResistant,
        chosen: None,
        budget: "sign-in/print".to_owned(),
        created_at: NOW,
        expires_at: after(60),
    };
    change!(db, [step_up], |tx| tx.add_step_up(&step_up).await).await.unwrap();
    step_up
}

both! {
    /// found by its token, the last choice counts, the last code of each device is kept, and of eight one completes it.
    async fn of_eight_who_complete_one_step_up_one_does(db: Db) {
        let step_up = stored(&db).await;
        let (id, secret, other) = (step_up.id, step_up.secret.clone(), token());
        assert_eq!(look!(db, [secret], |tx| tx.step_up(&secret).await).await, Ok(Some(step_up.clone())));
        assert_eq!(look!(db, [other], |tx| tx.step_up(&other).await).await, Ok(None));
        let phone = FactorId::mint(NOW, &SystemRandom);
        let app = FactorId::mint(NOW, &SystemRandom);
        let code = ChallengeId::mint(NOW, &SystemRandom);
        for chosen in [Chosen { factor: phone, challenge: Some(code) }, Chosen { factor: app, challenge: None }] {
            assert_eq!(change!(db, [id], |tx| tx.choose_step_up_device(id, chosen).await).await, Ok(true));
            let stored = look!(db, [secret], |tx| tx.step_up(&secret).await).await.unwrap();
            assert_eq!(stored, Some(StepUp { chosen: Some(chosen), ..step_up.clone() }));
        }
        for (device, sent) in [(phone, Some(code)), (app, None)] {
            assert_eq!(look!(db, [id], |tx| tx.step_up_challenge_sent(id, device).await).await, Ok(sent));
        }
        assert_eq!(race!(db, [id], |tx| tx.spend_step_up(id).await), 1);
        assert_eq!(look!(db, [secret], |tx| tx.step_up(&secret).await).await, Ok(None));
        let late = Chosen { factor: phone, challenge: Some(code) };
        assert_eq!(change!(db, [id], |tx| tx.choose_step_up_device(id, late).await).await, Ok(false));
    }

    async fn what_is_out_of_date_is_swept(db: Db) {
        let step_up = stored(&db).await;
        let (id, secret) = (step_up.id, step_up.secret.clone());
        let chosen = Chosen {
            factor: FactorId::mint(NOW, &SystemRandom),
            challenge: Some(ChallengeId::mint(NOW, &SystemRandom)),
        };
        change!(db, [id], |tx| tx.choose_step_up_device(id, chosen).await).await.unwrap();
        assert_eq!(change!(db, [], |tx| tx.sweep_step_ups(after(60)).await).await, Ok(0));
        assert_eq!(change!(db, [], |tx| tx.sweep_step_ups(after(61)).await).await, Ok(1));
        assert_eq!(look!(db, [secret], |tx| tx.step_up(&secret).await).await, Ok(None));
        // With its session goes what hangs on it.
        let other = stored(&db).await.secret;
        change!(db, [], |tx| tx.sweep_sessions(after(1_000_000)).await).await.unwrap();
        assert_eq!(look!(db, [other], |tx| tx.step_up(&other).await).await, Ok(None));
    }
}
