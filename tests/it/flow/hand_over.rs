//! Answers on their way to a slow vendor: browsers that hang up, and a crash (D06).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harp_core::account::ssn::SsnRange;
use harp_core::flow::Harp;
use harp_core::flow::prove_identity::{
    Applying, AskOutcome, Asked as Lying, Standing, answer, ask, standing,
};
use harp_core::kernel::id::{AccountId, CaseId};
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;
use harp_core::port::{Applicant, Asked, Prover, Reply, VendorFault};
use harp_core::proofing::{Answer, HANDED_WITHIN, VendorRef, VendorVerdict};
use harp_tests::both;
use tokio::sync::Semaphore;

use crate::stage::{ANA_SSN, CountedVendor, Stage, ana};

/// A vendor that takes answers, and decides when it is let.
#[derive(Debug)]
struct Slow {
    vendor: Arc<CountedVendor>,
    reached: Semaphore,
    decide: Semaphore,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Decides,
    /// As if we had crashed while it was called.
    Crashes,
}

#[async_trait]
impl Prover for Slow {
    fn numbers(&self) -> SsnRange {
        self.vendor.numbers()
    }

    async fn questions(&self, case: CaseId, applicant: &Applicant<'_>) -> Result<Reply<Asked>, VendorFault> {
        self.vendor.questions(case, applicant).await
    }

    async fn answers(
        &self,
        case: CaseId,
        reference: &VendorRef,
        answers: &[Answer],
    ) -> Result<Reply<VendorVerdict>, VendorFault> {
        assert_eq!(self.fate, Fate::Decides, "a crash");
        self.reached.add_permits(1);
        let _ = self.decide.acquire().await;
        self.vendor.answers(case, reference, answers).await
    }
}

fn with(stage: &Stage, fate: Fate) -> (Harp, Arc<Slow>) {
    let (reached, decide) = (Semaphore::new(0), Semaphore::new(0));
    let slow = Arc::new(Slow { vendor: stage.vendor.clone(), reached, decide, fate });
    (Harp { prover: slow.clone(), ..stage.harp.clone() }, slow)
}

/// Somebody before whom the questions lie.
async fn ana_is_asked(stage: &Stage) -> (AccountId, Lying) {
    let id = stage.registered(&ana(), "AnaRivera").await;
    let ssn = Secret::new(ANA_SSN.to_owned());
    match ask(&stage.harp, Applying::Account(id), &ssn, &stage.act()).await.unwrap() {
        AskOutcome::Now(Standing::Questions(asked)) => (id, asked),
        other => panic!("no questions: {other:?}"),
    }
}

both! {
    /// D06: who clicks twice, or closes the page, while the vendor thinks gets the verdict all the same.
    async fn a_browser_that_hangs_up_loses_no_verdict(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (id, asked) = ana_is_asked(&stage).await;
        let (harp, slow) = with(&stage, Fate::Decides);
        let (truth, act) = (stage.vendor.truth(asked.case), stage.act());
        tokio::select! {
            outcome = answer(&harp, Applying::Account(id), (asked.case, &truth), &act) => panic!("{outcome:?}"),
            reached = slow.reached.acquire() => reached.unwrap().forget(),
        }
        let now = standing(&harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert!(matches!(now, Standing::Waiting { .. }), "{now:?}");
        slow.decide.add_permits(1);
        let proved = async {
            while standing(&harp, Applying::Account(id), &stage.act()).await.unwrap() != Standing::Proved {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), proved).await.expect("the verdict is lost");
        assert!(stage.account(id).await.proofed.is_proofed());
        assert_eq!(stage.vendor.calls(), (1, 1));
    }

    /// D06: answers that we crashed with lie before the person again after a minute, and cost no attempt.
    async fn after_a_crash_the_same_questions_lie_there_again(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (id, asked) = ana_is_asked(&stage).await;
        let (harp, _) = with(&stage, Fate::Crashes);
        let truth = stage.vendor.truth(asked.case);
        let crashed = answer(&harp, Applying::Account(id), (asked.case, &truth), &stage.act()).await;
        assert!(crashed.is_err(), "{crashed:?}");
        let now = standing(&harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert!(matches!(now, Standing::Waiting { .. }), "{now:?}");
        stage.later(HANDED_WITHIN);
        let now = standing(&harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert!(matches!(&now, Standing::Questions(again) if again.questions == asked.questions), "{now:?}");
        let act = stage.act();
        let done = answer(&stage.harp, Applying::Account(id), (asked.case, &truth), &act).await.unwrap();
        assert_eq!(format!("{done:?}"), "Now(Proved)");
    }

    /// Who comes back only when the time for answering is over begins anew.
    async fn long_after_a_crash_the_questions_are_over(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (id, asked) = ana_is_asked(&stage).await;
        let (harp, _) = with(&stage, Fate::Crashes);
        let truth = stage.vendor.truth(asked.case);
        let _ = answer(&harp, Applying::Account(id), (asked.case, &truth), &stage.act()).await;
        stage.later(HARP.proofing.answer_within);
        let now = standing(&harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert_eq!(now, Standing::TimedOut { left: 2 });
    }
}
