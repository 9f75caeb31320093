//! Recoveries of forgotten passwords.

use harp_core::kernel::id::{AccountId, ChallengeId, FactorId, RecoveryId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::text::EmailAddress;
use harp_core::session::Chosen;
use harp_core::session::recovery::Recovery;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{NOW, after, token};
use super::{change, look, race};

/// Of nobody: no account is needed.
async fn stored(db: &Db) -> Recovery {
    let recovery = Recovery {
        id: RecoveryId::mint(NOW, &SystemRandom),
        secret: token(),
        account: AccountId::mint(NOW, &SystemRandom),
        epoch: 3,
        address: EmailAddress::parse("ana@hospital.example").unwrap(),
        budget: "sign-in/print".to_owned(),
        mailed: ChallengeId::mint(NOW, &SystemRandom),
        mail_proved_at: None,
        chosen: None,
        device_proved_at: None,
        created_at: NOW,
        expires_at: after(60),
    };
    change!(db, [recovery], |tx| tx.add_recovery(&recovery).await).await.unwrap();
    recovery
}

both! {
    async fn a_recovery_is_found_by_its_token_and_by_its_letter(db: Db) {
        let recovery = stored(&db).await;
        let (secret, mailed, other) = (recovery.secret.clone(), recovery.mailed, token());
        assert_eq!(look!(db, [secret], |tx| tx.recovery(&secret).await).await, Ok(Some(recovery.clone())));
        assert_eq!(look!(db, [mailed], |tx| tx.recovery_mailed(mailed).await).await, Ok(Some(recovery)));
        assert_eq!(look!(db, [other], |tx| tx.recovery(&other).await).await, Ok(None));
    }

    /// F06: each proof in its turn, once, in time; of eight at once one.
    async fn each_proof_is_given_once_and_in_order(db: Db) {
        let recovery = stored(&db).await;
        let (id, secret) = (recovery.id, recovery.secret.clone());
        let device = FactorId::mint(NOW, &SystemRandom);
        let other = FactorId::mint(NOW, &SystemRandom);
        let chosen = Chosen { factor: device, challenge: None };
        assert_eq!(change!(db, [id, chosen], |tx| tx.choose_recovery_device(id, chosen).await).await, Ok(false));
        assert_eq!(race!(db, [id], |tx| tx.prove_recovery_mail(id, after(60)).await), 0, "too late");
        assert_eq!(race!(db, [id], |tx| tx.prove_recovery_mail(id, after(5)).await), 1);
        assert_eq!(change!(db, [id, chosen], |tx| tx.choose_recovery_device(id, chosen).await).await, Ok(true));
        assert_eq!(race!(db, [id, other], |tx| tx.prove_recovery_device(id, other, after(6)).await), 0);
        assert_eq!(race!(db, [id, device], |tx| tx.prove_recovery_device(id, device, after(60)).await), 0);
        assert_eq!(race!(db, [id, device], |tx| tx.prove_recovery_device(id, device, after(6)).await), 1);
        assert_eq!(change!(db, [id, chosen], |tx| tx.choose_recovery_device(id, chosen).await).await, Ok(false));
        let stored = look!(db, [secret], |tx| tx.recovery(&secret).await).await.unwrap().unwrap();
        assert_eq!((stored.mail_proved_at, stored.chosen), (Some(after(5)), Some(chosen)));
        assert_eq!(stored.device_proved_at, Some(after(6)));
        assert_eq!(race!(db, [id], |tx| tx.spend_recovery(id).await), 1);
        assert_eq!(look!(db, [secret], |tx| tx.recovery(&secret).await).await, Ok(None));
    }

    async fn what_is_out_of_date_is_swept(db: Db) {
        let recovery = stored(&db).await;
        let secret = recovery.secret.clone();
        assert_eq!(change!(db, [], |tx| tx.sweep_recoveries(after(60)).await).await, Ok(0));
        assert_eq!(change!(db, [], |tx| tx.sweep_recoveries(after(61)).await).await, Ok(1));
        assert_eq!(look!(db, [secret], |tx| tx.recovery(&secret).await).await, Ok(None));
    }
}
