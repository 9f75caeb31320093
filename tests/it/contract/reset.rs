//! Suspended devices, resets, second addresses, and the help desk's cases.

use harp_core::account::help_case::{Answer, Decided, HelpCase};
use harp_core::factor::reset::{By, Reset};
use harp_core::kernel::id::{AccountId, HelpCaseId, ResetId};
use harp_core::kernel::random::SystemRandom;
use harp_tests::both;

use super::fixture::{NOW, active_account, after, email, stored_account};
use super::{change, look, race};

fn reset(account: AccountId) -> Reset {
    Reset {
        id: ResetId::mint(NOW, &SystemRandom),
        account,
        epoch: 0,
        by: By::Letters,
        begun_at: NOW,
        ready_at: after(60),
        expires_at: after(120),
    }
}

both! {
    /// P4: one for each account at a time, spent once, neither early nor late.
    async fn a_reset_is_one_of_an_account_and_spent_once_in_its_time(db: Db) {
        let ana = stored_account(&db).await.id;
        let first = reset(ana);
        assert_eq!(race!(db, [ana], |tx| tx.add_reset(&reset(ana)).await), 1);
        assert_eq!(race!(db, [ana], |tx| tx.stop_reset(ana, NOW).await), 1);
        assert_eq!(change!(db, [first], |tx| tx.add_reset(&first).await).await, Ok(true));
        assert_eq!(look!(db, [ana], |tx| tx.reset_of(ana).await).await, Ok(Some(first.clone())));
        let id = first.id;
        for wrong in [59, 120] {
            assert_eq!(change!(db, [id, wrong], |tx| tx.spend_reset(id, after(wrong)).await).await, Ok(false));
        }
        assert_eq!(race!(db, [id], |tx| tx.spend_reset(id, after(60)).await), 1);
        assert_eq!(look!(db, [ana], |tx| tx.reset_of(ana).await).await, Ok(None));
        assert_eq!(change!(db, [], |tx| tx.sweep_resets(after(121)).await).await, Ok(2));
    }

    /// Of eight at once one raises the epoch.
    async fn the_epoch_rises_once(db: Db) {
        let ana = stored_account(&db).await.id;
        assert_eq!(race!(db, [ana], |tx| Ok(tx.raise_epoch(ana, 0).await?.is_some())), 1);
        assert_eq!(look!(db, [ana], |tx| tx.account(ana).await).await.unwrap().unwrap().epoch, 1);
    }

    /// B02: only what waits is confirmed, once; only what is confirmed is taken away, once.
    async fn a_second_address_is_confirmed_and_removed_once(db: Db) {
        let ana = stored_account(&db).await.id;
        let (home, other) = (email("ana@home.example"), email("ana@other.example"));
        assert_eq!(race!(db, [ana, home], |tx| tx.confirm_second_address(ana, &home, NOW).await), 0);
        change!(db, [ana, home], |tx| tx.await_second_address(ana, &home).await).await.unwrap();
        assert_eq!(race!(db, [ana, other], |tx| tx.confirm_second_address(ana, &other, NOW).await), 0);
        assert_eq!(race!(db, [ana, home], |tx| tx.confirm_second_address(ana, &home, NOW).await), 1);
        let second = look!(db, [ana], |tx| tx.account(ana).await).await.unwrap().unwrap().second;
        assert_eq!((second.confirmed, second.confirmed_at, second.awaited), (Some(home.clone()), Some(NOW), None));
        assert_eq!(race!(db, [ana, other], |tx| tx.remove_second_address(ana, &other).await), 0);
        assert_eq!(race!(db, [ana, home], |tx| tx.remove_second_address(ana, &home).await), 1);
    }

    /// P18: the statement itself knows that one agent is not two, and that nobody decides about themselves.
    async fn a_reset_is_decided_once_by_another_agent(db: Db) {
        let (ana, hal, val) = (active_account(&db).await.id, active_account(&db).await.id, active_account(&db).await.id);
        assert_eq!(race!(db, [hal], |tx| tx.add_agent(hal, NOW).await), 1);
        assert_eq!(look!(db, [hal], |tx| tx.is_agent(hal).await).await, Ok(true));
        assert_eq!(look!(db, [], |tx| tx.agents().await).await, Ok(vec![hal]));
        let case = HelpCase {
            id: HelpCaseId::mint(NOW, &SystemRandom),
            account: ana,
            agent: hal,
            reason: "called".to_owned(),
            opened_at: NOW,
            expires_at: after(100),
            proved_at: None,
            reset: None,
        };
        let id = case.id;
        change!(db, [case], |tx| tx.add_help_case(&case).await).await.unwrap();
        assert_eq!(look!(db, [id], |tx| tx.help_case(id).await).await, Ok(Some(case)));
        assert_eq!(race!(db, [id], |tx| tx.ask_reset(id, "lost", after(1)).await), 0, "the caller is nobody yet");
        change!(db, [id], |tx| tx.prove_help_case(id, after(1)).await).await.unwrap();
        let decided = |by, at| Decided { by, at: after(at), answer: Answer::Approved, reason: "so".to_owned() };
        let by_val = decided(val, 3);
        assert_eq!(race!(db, [id, by_val], |tx| tx.decide_reset(id, &by_val).await), 0, "not asked for");
        assert_eq!(race!(db, [id], |tx| tx.ask_reset(id, "lost", after(2)).await), 1);
        assert_eq!(look!(db, [], |tx| tx.resets_waiting(after(3)).await).await.unwrap().len(), 1);
        for wrong in [decided(hal, 3), decided(ana, 3), decided(val, 100)] {
            assert_eq!(race!(db, [id, wrong], |tx| tx.decide_reset(id, &wrong).await), 0, "{wrong:?}");
        }
        assert_eq!(race!(db, [id, by_val], |tx| tx.decide_reset(id, &by_val).await), 1);
        let stored = look!(db, [id], |tx| tx.help_case(id).await).await.unwrap().unwrap();
        assert_eq!(stored.reset.and_then(|r| r.decided), Some(by_val));
        assert_eq!(look!(db, [], |tx| tx.resets_waiting(after(3)).await).await.unwrap(), []);
        assert_eq!(race!(db, [hal], |tx| tx.remove_agent(hal).await), 1);
        assert_eq!(change!(db, [], |tx| tx.sweep_help_cases(after(101)).await).await, Ok(1));
    }
}
