//! Proofing cases.

use harp_core::account::ssn::PersonPrints;
use harp_core::kernel::id::{AccountId, CaseId};
use harp_core::kernel::random::SystemRandom;
use harp_core::policy::HARP;
use harp_core::proofing::{Case, CaseState, Opening, Step, VendorRef, VendorVerdict};
use harp_core::vault::Sealed;
use harp_tests::both;

use super::fixture::{NOW, after};
use super::{change, look, race, spoil};

both! {
    /// D05: a vendor's answer, late or twice, finds its case.
    async fn a_case_is_found_by_its_id_its_account_and_its_reference(db: Db) {
        let account = AccountId::mint(NOW, &SystemRandom);
        let older = open(account, 0);
        let case = open(account, 5);
        for case in [&older, &case] {
            change!(db, [case], |tx| tx.add_case(&case).await).await.unwrap();
        }
        assert_eq!(look!(db, [account], |tx| tx.latest_case(account).await).await, Ok(Some(case.clone())));

        let asked = moved(case.asked(VendorRef("v-1".into()), questions(), &HARP.proofing, after(6)));
        assert_eq!(change!(db, [asked], |tx| tx.save_case(&asked).await).await, Ok(true));
        let id = asked.id;
        let asked = Case { version: asked.version + 1, ..asked };
        assert_eq!(look!(db, [id], |tx| tx.case(id).await).await, Ok(Some(asked.clone())));
        let reference = VendorRef("v-1".into());
        let found = look!(db, [reference], |tx| tx.case_by_reference(&reference).await).await;
        assert_eq!(found, Ok(Some(asked.clone())));

        let checking = moved(asked.answered(after(7)));
        let ended = moved(checking.decided(VendorVerdict::Passed, &HARP.proofing, after(8)));
        assert_eq!(change!(db, [ended], |tx| tx.save_case(&ended).await).await, Ok(true));
        let found = look!(db, [reference], |tx| tx.case_by_reference(&reference).await).await.unwrap();
        assert_eq!(found.map(|c| c.state), Some(ended.state), "an ended case is still found");
        let unknown = VendorRef("v-2".into());
        assert_eq!(look!(db, [unknown], |tx| tx.case_by_reference(&unknown).await).await, Ok(None));
    }

    /// Perhaps an older node wrote it: it holds up no sweep, and its owner begins anew.
    async fn a_lapsed_case_that_cannot_be_read_is_ended(db: Db) {
        let bad = open(AccountId::mint(NOW, &SystemRandom), 0);
        let good = open(AccountId::mint(NOW, &SystemRandom), 0);
        for case in [&bad, &good] {
            change!(db, [case], |tx| tx.add_case(&case).await).await.unwrap();
        }
        let state = r#"{"state":"asked","reference":"v-1","questions":[],"until":1}"#;
        spoil(&db.place, format!("UPDATE proofing_case SET state = '{state}' WHERE id = '{}'", bad.id)).await;
        let (account, now) = (bad.account, after(1_000_000));
        assert!(look!(db, [account], |tx| tx.latest_case(account).await).await.is_err());
        for _ in 0..2 {
            let lapsed = change!(db, [now], |tx| tx.lapsed_cases(now, 9).await).await.unwrap();
            assert_eq!(lapsed.iter().map(|c| c.id).collect::<Vec<_>>(), [good.id]);
        }
        let latest = look!(db, [account], |tx| tx.latest_case(account).await).await.unwrap();
        assert_eq!(latest.map(|c| c.state), Some(CaseState::Expired { at: now }));
    }

    async fn of_eight_answers_to_one_case_one_counts(db: Db) {
        let case = open(AccountId::mint(NOW, &SystemRandom), 0);
        change!(db, [case], |tx| tx.add_case(&case).await).await.unwrap();
        let asked = moved(case.asked(VendorRef("v-1".into()), questions(), &HARP.proofing, after(1)));
        assert_eq!(race!(db, [asked], |tx| tx.save_case(&asked).await), 1);
    }
}

fn open(account: AccountId, secs: u64) -> Case {
    let opening = Opening {
        id: CaseId::mint(after(secs), &SystemRandom),
        account,
        person: PersonPrints::stored("one two"),
    };
    Case::open(opening, &HARP.proofing, after(secs))
}

fn questions() -> Sealed {
    Sealed("v1.k.n.\"c".into())
}

fn moved(step: Step) -> Case {
    match step {
        Step::Moved(case) => case,
        Step::Ignored(case) => panic!("ignored: {case:?}"),
    }
}
