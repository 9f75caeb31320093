//! Locked accounts, and the links that lock them.

use harp_core::account::Standing;
use harp_core::account::lock::{Lock, LockReason};
use harp_core::kernel::id::{AccountId, RepudiationId};
use harp_core::kernel::random::SystemRandom;
use harp_core::notice::repudiation::Repudiation;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{NOW, account, active_account, after, stored_account, token};
use super::{change, look, race};

both! {
    async fn of_eight_who_lock_one_does_and_of_eight_who_unlock(db: Db) {
        for id in [stored_account(&db).await.id, active_account(&db).await.id] {
            let was = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
            let lock = Lock { account: id, at: after(5), why: LockReason::NotMe, before: was.standing };
            assert_eq!(look!(db, [id], |tx| tx.account_lock(id).await).await, Ok(None));
            assert_eq!(race!(db, [lock], |tx| tx.lock_account(&lock).await), 1);
            assert_eq!(look!(db, [id], |tx| tx.account_lock(id).await).await, Ok(Some(lock.clone())));
            let now = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
            assert_eq!((now.standing, now.epoch), (Standing::Locked, was.epoch + 1));

            let stale = Lock { at: after(4), ..lock.clone() };
            assert_eq!(change!(db, [stale], |tx| tx.unlock_account(&stale).await).await, Ok(false));
            assert_eq!(race!(db, [lock], |tx| tx.unlock_account(&lock).await), 1);
            assert_eq!(look!(db, [id], |tx| tx.account_lock(id).await).await, Ok(None));
            let now = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
            assert_eq!((now.standing, now.epoch), (was.standing, was.epoch + 1), "the epoch never falls");
        }
    }

    async fn only_the_standing_that_was_seen_is_locked(db: Db) {
        let id = active_account(&db).await.id;
        let lock = Lock { account: id, at: NOW, why: LockReason::NotMe, before: Standing::PendingSetup };
        assert_eq!(change!(db, [lock], |tx| tx.lock_account(&lock).await).await, Ok(false));
        assert_eq!(look!(db, [id], |tx| tx.account_lock(id).await).await, Ok(None));
    }

    async fn of_eight_who_spend_a_link_one_does(db: Db) {
        let link = stored(&db, account().id, 60).await;
        let (id, secret, other) = (link.id, link.secret.clone(), token());
        assert_eq!(look!(db, [secret], |tx| tx.repudiation(&secret).await).await, Ok(Some(link)));
        assert_eq!(look!(db, [other], |tx| tx.repudiation(&other).await).await, Ok(None));
        assert_eq!(race!(db, [id], |tx| tx.spend_repudiation(id, after(59)).await), 1);
        let spent = look!(db, [secret], |tx| tx.repudiation(&secret).await).await.unwrap().unwrap();
        assert_eq!(spent.spent_at, Some(after(59)));
    }

    async fn an_expired_link_is_not_spent_and_then_swept(db: Db) {
        let (old, new) = (stored(&db, account().id, 60).await, stored(&db, account().id, 90).await);
        let id = old.id;
        assert_eq!(change!(db, [id], |tx| tx.spend_repudiation(id, after(60)).await).await, Ok(false));
        assert_eq!(change!(db, [], |tx| tx.sweep_repudiations(after(61)).await).await, Ok(1));
        let (old, new) = (old.secret, new.secret);
        assert_eq!(look!(db, [old], |tx| tx.repudiation(&old).await).await, Ok(None));
        assert!(look!(db, [new], |tx| tx.repudiation(&new).await).await.unwrap().is_some());
    }

    async fn the_links_of_one_account_are_voided_and_no_others(db: Db) {
        let (ana, sol) = (account().id, account().id);
        let (first, second, his) =
            (stored(&db, ana, 60).await.id, stored(&db, ana, 60).await.id, stored(&db, sol, 60).await.id);
        change!(db, [ana], |tx| tx.void_repudiations(ana, after(5)).await).await.unwrap();
        for (id, serves) in [(first, false), (second, false), (his, true)] {
            assert_eq!(change!(db, [id], |tx| tx.spend_repudiation(id, after(6)).await).await, Ok(serves));
        }
    }
}

async fn stored(db: &Db, account: AccountId, expires: u64) -> Repudiation {
    let link = Repudiation {
        id: RepudiationId::mint(NOW, &SystemRandom),
        account,
        secret: token(),
        created_at: NOW,
        expires_at: after(expires),
        spent_at: None,
    };
    change!(db, [link], |tx| tx.add_repudiation(&link).await).await.unwrap();
    link
}
