//! Identity proofing (D01, D02, D05–D08, A07, P10, MFT-6), and a vendor that answers late, twice, or never.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::stage::{ANA_SSN, Stage, ana, synthetic};
use harp_core::account::field::{Field, Problem};
use harp_core::account::person::ProfileForm;
use harp_core::audit::Deed;
use harp_core::flow::prove_identity::{
    AnswerOutcome, Applying, AskOutcome, Asked, Standing, VendorOutcome, answer, ask, standing, vendor_asked,
    vendor_decided,
};
use harp_core::flow::sign_up::{Completed, Ending, Step, complete, save_profile};
use harp_core::flow::sweep::sweep;
use harp_core::kernel::id::{AccountId, CaseId};
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::EmailAddress;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::{HARP, NIST_63_4, Profile, SourceRules};
use harp_core::proofing::{Answer, Identity, VendorVerdict};
use harp_core::store::account::Verified;
use harp_core::store::{Fault, Tx, Work};
use harp_tests::both;

use super::{dump, eight};

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

async fn asked(stage: &Stage, applying: Applying<'_>, ssn: &str) -> Asked {
    match ask(&stage.harp, applying, &secret(ssn), &stage.act()).await.unwrap() {
        AskOutcome::Now(Standing::Questions(asked)) => asked,
        other => panic!("no questions: {other:?}"),
    }
}

async fn answered(stage: &Stage, applying: Applying<'_>, case: CaseId, answers: &[Answer]) -> Standing {
    match answer(&stage.harp, applying, (case, answers), &stage.act()).await.unwrap() {
        AnswerOutcome::Now(standing) => standing,
        other => panic!("not answered: {other:?}"),
    }
}

async fn passes(stage: &Stage, applying: Applying<'_>, ssn: &str) -> Standing {
    let case = asked(stage, applying, ssn).await.case;
    answered(stage, applying, case, &stage.vendor.truth(case)).await
}

fn wrong(mut answers: Vec<Answer>) -> Vec<Answer> {
    for answer in answers.iter_mut().take(1) {
        answer.choice = "mortgage-1".into();
    }
    answers
}

/// Somebody begins a registration and enters Ana's SSN, from a network of theirs.
async fn strange(stage: &Stage, username: &str, network: u8) -> AskOutcome {
    let token = stage.at_identity(&ana(), username).await;
    let act = stage.act_from([203, 0, 113, network]);
    ask(&stage.harp, Applying::Draft(&token), &secret(ANA_SSN), &act).await.unwrap()
}

async fn confirm_address(stage: &Stage, id: AccountId) {
    struct Confirm(AccountId, EmailAddress, Timestamp);
    #[async_trait]
    impl Work for Confirm {
        type Out = Verified;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Verified, Fault> {
            tx.verify_email(self.0, &self.1, self.2).await
        }
    }
    let address = stage.account(id).await.email.address;
    stage.harp.store.write(&Confirm(id, address, stage.act().now)).await.unwrap();
}

async fn count(stage: &Stage, wanted: fn(&Deed) -> bool) -> usize {
    stage.events().await.iter().filter(|e| wanted(&e.deed)).count()
}

both! {
    /// D05, D07: five questions, answered rightly within the registration, make a proofed account.
    async fn five_right_answers_make_a_proofed_account(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let questions = asked(&stage, applying, ANA_SSN).await;
        assert_eq!(questions.questions.len(), 5);
        let now = answered(&stage, applying, questions.case, &stage.vendor.truth(questions.case)).await;
        assert_eq!(now, Standing::Proved);
        let done = complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap();
        assert!(matches!(done, Completed::Done(receipt) if receipt.identity == Identity::Proved));
        let account = stage.account(stage.account_of("anarivera").await.unwrap()).await;
        assert!(account.proofed.is_proofed());
    }

    /// D01: who proves later does so signed in, with the same rules.
    async fn an_account_is_proofed_later(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        assert_eq!(
            standing(&stage.harp, Applying::Account(id), &stage.act()).await.unwrap(),
            Standing::Open { left: 3 }
        );
        assert_eq!(passes(&stage, Applying::Account(id), ANA_SSN).await, Standing::Proved);
        assert!(stage.account(id).await.proofed.is_proofed());
        let again = ask(&stage.harp, Applying::Account(id), &secret(ANA_SSN), &stage.act()).await.unwrap();
        assert_eq!(again, AskOutcome::Now(Standing::Proved));
    }

    /// D07: four of five are not enough. MFT-6: which one was wrong is neither kept nor told; attempts end.
    async fn a_wrong_answer_fails_and_three_attempts_are_all(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let started = stage.act().now;
        for left in [2, 1, 0] {
            let case = asked(&stage, applying, ANA_SSN).await.case;
            let now = answered(&stage, applying, case, &wrong(stage.vendor.truth(case))).await;
            let again_at = (left == 0).then_some(started + HARP.proofing.window);
            assert_eq!(now, Standing::NotVerified { left, again_at });
        }
        let calls = stage.vendor.calls();
        let more = ask(&stage.harp, applying, &secret(ANA_SSN), &stage.act()).await.unwrap();
        assert!(matches!(more, AskOutcome::Now(Standing::NotVerified { left: 0, again_at: Some(_) })), "{more:?}");
        assert_eq!(stage.vendor.calls(), calls, "the vendor was not asked");
        let done = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        assert!(matches!(done, Completed::Done(receipt) if receipt.identity == Identity::NotYet));
        let id = stage.account_of("anarivera").await.unwrap();
        stage.later(HARP.proofing.window);
        assert_eq!(passes(&stage, Applying::Account(id), ANA_SSN).await, Standing::Proved);
    }

    /// A new draft gives no new attempts at the same person: one network has three, all strangers together nine.
    async fn attempts_count_against_the_person_whatever_draft_they_come_from(db: Db) {
        let stage = Stage::on(db, &HARP);
        for network in 0..3 {
            for n in 0..3 {
                let name = format!("AnaRivera{network}{n}");
                assert!(matches!(strange(&stage, &name, network).await, AskOutcome::Now(Standing::Questions(_))));
            }
            let more = strange(&stage, &format!("AnaRivera{network}9"), network).await;
            assert!(matches!(more, AskOutcome::Now(Standing::NotVerified { left: 0, again_at: Some(_) })), "{more:?}");
        }
        let calls = stage.vendor.calls();
        let more = strange(&stage, "AnaRivera99", 9).await;
        assert!(matches!(more, AskOutcome::Now(Standing::NotVerified { left: 0, again_at: Some(_) })), "{more:?}");
        assert_eq!(stage.vendor.calls(), calls);
    }

    /// Mallory, who knows Ana's SSN and date of birth, uses up what her network has, or even what all strangers have:
    /// Ana still proves who she is, from another network or with a confirmed address.
    async fn who_knows_somebodys_number_cannot_keep_them_out(db: Db) {
        let stage = Stage::on(db, &HARP);
        for n in 0..4 {
            strange(&stage, &format!("Mallory0{n}"), 0).await;
        }
        let hers = strange(&stage, "AnaElsewhere", 1).await;
        assert!(matches!(hers, AskOutcome::Now(Standing::Questions(_))), "{hers:?}");
        for network in 2..6 {
            for n in 0..3 {
                strange(&stage, &format!("Mallory{network}{n}"), network).await;
            }
        }
        let id = stage.registered(&ana(), "AnaRivera").await;
        let out = standing(&stage.harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert_eq!(out, Standing::Open { left: 3 }, "nobody knows yet who she says she is");
        let refused = ask(&stage.harp, Applying::Account(id), &secret(ANA_SSN), &stage.act_from([192, 0, 2, 77])).await;
        assert!(matches!(refused.unwrap(), AskOutcome::Now(Standing::NotVerified { left: 0, .. })));
        confirm_address(&stage, id).await;
        let act = stage.act_from([192, 0, 2, 77]);
        let asked = ask(&stage.harp, Applying::Account(id), &secret(ANA_SSN), &act).await.unwrap();
        let AskOutcome::Now(Standing::Questions(asked)) = asked else { panic!("{asked:?}") };
        let truth = stage.vendor.truth(asked.case);
        assert_eq!(answered(&stage, Applying::Account(id), asked.case, &truth).await, Standing::Proved);
    }

    /// A network that is out of attempts costs the person none: each further click would otherwise burn one.
    async fn what_the_network_is_refused_costs_the_person_nothing(db: Db) {
        let one = SourceRules { proofings: 1, ..HARP.per_source };
        let profile: &'static Profile = Box::leak(Box::new(Profile { per_source: one, ..HARP.clone() }));
        let stage = Stage::on(db, profile);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let applying = Applying::Account(id);
        let case = asked(&stage, applying, ANA_SSN).await.case;
        let now = answered(&stage, applying, case, &wrong(stage.vendor.truth(case))).await;
        assert_eq!(now, Standing::NotVerified { left: 2, again_at: None });
        for _ in 0..4 {
            let refused = ask(&stage.harp, applying, &secret(ANA_SSN), &stage.act()).await.unwrap();
            assert!(matches!(refused, AskOutcome::Now(Standing::NotVerified { left: 0, .. })), "{refused:?}");
        }
        let now = standing(&stage.harp, applying, &stage.act()).await.unwrap();
        assert_eq!(now, Standing::NotVerified { left: 2, again_at: None });
        let elsewhere = stage.act_from([198, 51, 100, 7]);
        let asked = ask(&stage.harp, applying, &secret(ANA_SSN), &elsewhere).await.unwrap();
        assert!(matches!(asked, AskOutcome::Now(Standing::Questions(_))), "{asked:?}");
    }

    /// What a vendor asks is about a person's life: it is forgotten when its time is up, whoever walked away from it.
    async fn questions_that_nobody_answers_are_forgotten(db: Db) {
        let place = db.place.clone();
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        asked(&stage, Applying::Draft(&token), ANA_SSN).await;
        let (ben, number) = synthetic("Ben");
        let id = stage.registered(&ben, "BenBolt").await;
        asked(&stage, Applying::Account(id), &number).await;
        assert_eq!(dump(&place, "proofing_case").await.matches("\"questions\"").count(), 2);
        stage.later(HARP.proofing.answer_within);
        let swept = sweep(&stage.harp, &stage.act()).await.unwrap();
        assert_eq!(swept.cases, 2);
        assert!(!dump(&place, "proofing_case").await.contains("\"questions\""));
        assert_eq!(count(&stage, |d| matches!(d, Deed::ProofingExpired { .. })).await, 2);
        stage.later(HARP.draft.life);
        sweep(&stage.harp, &stage.act()).await.unwrap();
        let left = dump(&place, "proofing_case").await;
        assert_eq!(left.lines().count(), 1, "of the registration nothing is left: {left}");
    }

    /// D02: nine digits, with the field named; 2.1.7: 000-00-0000 is taken and fails.
    async fn the_number_is_read_and_the_development_number_fails(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        for (typed, problem) in [("", Problem::Missing), ("900-11-222", Problem::BadForm)] {
            let outcome = ask(&stage.harp, applying, &secret(typed), &stage.act()).await.unwrap();
            let AskOutcome::Refused(complaints) = outcome else { panic!("{outcome:?}") };
            assert_eq!((complaints[0].field, complaints[0].problem), (Field::Ssn, problem));
        }
        let case = asked(&stage, applying, "000-00-0000").await.case;
        let now = answered(&stage, applying, case, &stage.vendor.truth(case)).await;
        assert_eq!(now, Standing::NotVerified { left: 2, again_at: None });
    }

    /// 3.2: no record, a frozen file and a wrong number are told with one text.
    async fn why_somebody_cannot_be_verified_is_not_told(db: Db) {
        let stage = Stage::on(db, &HARP);
        let mut told = Vec::new();
        for (form, ssn, username) in [
            (synthetic("Fred").0, synthetic("Fred").1, "FredFrost"),
            (ana(), "900-99-9999".to_owned(), "AnaRivera"),
            (ProfileForm { first_name: "Nobody".into(), ..ana() }, ANA_SSN.to_owned(), "NobodyAtAll"),
        ] {
            let token = stage.at_identity(&form, username).await;
            told.push(ask(&stage.harp, Applying::Draft(&token), &secret(&ssn), &stage.act()).await.unwrap());
        }
        assert!(told.iter().all(|t| *t == AskOutcome::Now(Standing::NotVerified { left: 2, again_at: None })), "{told:?}");
    }

    /// A reload, and a second try, show the same questions: nobody draws until they like them.
    async fn the_same_questions_come_again(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let first = asked(&stage, applying, ANA_SSN).await;
        assert_eq!(asked(&stage, applying, "900-11-3333").await, first, "whatever number comes now");
        let reloaded = standing(&stage.harp, applying, &stage.act()).await.unwrap();
        assert_eq!(reloaded, Standing::Questions(first));
        assert_eq!(stage.vendor.calls(), (1, 0));
    }

    /// Exactly the questions that were asked, each once, with a choice of its own; anything else reaches nobody.
    async fn an_answer_too_few_or_too_many_reaches_no_vendor(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let questions = asked(&stage, applying, ANA_SSN).await;
        let truth = stage.vendor.truth(questions.case);
        let mut strange = truth.clone();
        strange.push(Answer { question: "proofed".into(), choice: "yes".into() });
        let mut twice = truth.clone();
        twice.push(truth[0].clone());
        for answers in [&truth[..4], &strange, &twice, &[]] {
            let outcome = answer(&stage.harp, applying, (questions.case, answers), &stage.act()).await.unwrap();
            assert!(matches!(outcome, AnswerOutcome::Incomplete { .. }), "{outcome:?}");
        }
        assert_eq!(stage.vendor.calls(), (1, 0));
        assert_eq!(answered(&stage, applying, questions.case, &truth).await, Standing::Proved);
    }

    /// Of eight who answer at once one reaches the vendor; a second set of answers changes nothing.
    async fn questions_are_answered_once(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let case = asked(&stage, Applying::Draft(&token), ANA_SSN).await.case;
        let right = stage.vendor.truth(case);
        let failed = wrong(right.clone());
        eight(|n| {
            let (stage, token) = (Arc::clone(&stage), token.clone());
            let answers = if n == 0 { failed.clone() } else { right.clone() };
            async move {
                answer(&stage.harp, Applying::Draft(&token), (case, &answers), &stage.act()).await.unwrap()
            }
        })
        .await;
        assert_eq!(stage.vendor.calls(), (1, 1));
        let passed = count(&stage, |d| matches!(d, Deed::ProofingPassed { .. })).await;
        let failed = count(&stage, |d| matches!(d, Deed::ProofingFailed { .. })).await;
        assert_eq!(passed + failed, 1);
    }

    /// Of eight who ask at once one reaches the vendor, and one attempt is used.
    async fn eight_who_ask_at_once_use_one_attempt(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let id = stage.registered(&ana(), "AnaRivera").await;
        let outcomes = eight(|_| {
            let stage = Arc::clone(&stage);
            async move {
                ask(&stage.harp, Applying::Account(id), &secret(ANA_SSN), &stage.act()).await.unwrap()
            }
        })
        .await;
        let cases: Vec<CaseId> = outcomes
            .into_iter()
            .filter_map(|o| match o {
                AskOutcome::Now(Standing::Questions(asked)) => Some(asked.case),
                AskOutcome::UnderWay => None,
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(!cases.is_empty() && cases.iter().all(|c| *c == cases[0]));
        let now = standing(&stage.harp, Applying::Account(id), &stage.act()).await.unwrap();
        assert!(matches!(now, Standing::Questions(asked) if asked.case == cases[0]), "they lie there for all");
        assert_eq!(stage.vendor.calls().0, 1, "one of the eight reached the vendor");
        assert_eq!(count(&stage, |d| matches!(d, Deed::ProofingStarted { .. })).await, 1);
    }

    /// Mallory answers Ana's questions in Mallory's own registration, and the other way round.
    async fn answers_to_another_case_count_for_nobody(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (ben, ben_ssn) = synthetic("Ben");
        let (hers, his) = (stage.at_identity(&ana(), "AnaRivera").await, stage.at_identity(&ben, "BenOkafor").await);
        let her_case = asked(&stage, Applying::Draft(&hers), ANA_SSN).await.case;
        let his_case = asked(&stage, Applying::Draft(&his), &ben_ssn).await.case;
        let crossed = answered(&stage, Applying::Draft(&his), her_case, &stage.vendor.truth(her_case)).await;
        assert!(matches!(crossed, Standing::Questions(asked) if asked.case == his_case));
        assert_eq!(stage.vendor.calls().1, 0);
    }

    /// Whoever passes as themselves and then changes who they are has passed nothing.
    async fn a_pass_does_not_survive_another_profile(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let case = asked(&stage, applying, ANA_SSN).await.case;
        let truth = stage.vendor.truth(case);
        let moved = ProfileForm { address_line1: "2 Main St".into(), ..ana() };
        save_profile(&stage.harp, &token, &moved, &stage.act()).await.unwrap();
        let late = answered(&stage, applying, case, &truth).await;
        assert_eq!(late, Standing::Open { left: 2 }, "questions about another profile");
        assert_eq!(passes(&stage, applying, ANA_SSN).await, Standing::Proved);
        let born = ProfileForm { birth_year: "1981".into(), birth_day: "28".into(), ..moved };
        save_profile(&stage.harp, &token, &born, &stage.act()).await.unwrap();
        let done = complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap();
        assert_eq!(done, Completed::OutOfOrder(Step::Identity));
        let done = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        assert!(matches!(done, Completed::Done(receipt) if receipt.identity == Identity::NotYet));
        let id = stage.account_of("anarivera").await.unwrap();
        assert!(!stage.account(id).await.proofed.is_proofed());
        assert!(!matches!(
            standing(&stage.harp, Applying::Account(id), &stage.act()).await.unwrap(),
            Standing::Proved
        ));
    }

    /// A07: one person, one account; told only to who has passed, and to the one who has the account.
    async fn a_person_who_has_an_account_gets_no_second_one(db: Db) {
        let stage = Stage::on(db, &HARP);
        let first = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code("ana@hospital.example").await;
        harp_core::flow::confirm_email::confirm(&stage.harp, first, &code, &stage.act()).await.unwrap();
        stage.letters("ana@hospital.example").await;
        assert_eq!(passes(&stage, Applying::Account(first), ANA_SSN).await, Standing::Proved);

        let elsewhere = ProfileForm {
            email: "ana@home.example".into(),
            confirm_email: "ana@home.example".into(),
            ..ana()
        };
        let token = stage.at_identity(&elsewhere, "AnaSecond").await;
        let case = asked(&stage, Applying::Draft(&token), ANA_SSN).await.case;
        let failed = answered(&stage, Applying::Draft(&token), case, &wrong(stage.vendor.truth(case))).await;
        assert!(matches!(failed, Standing::NotVerified { .. }), "who does not pass learns nothing");
        assert_eq!(passes(&stage, Applying::Draft(&token), ANA_SSN).await, Standing::AlreadyHasAccount);
        let done = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        assert_eq!(done, Completed::AlreadyHasAccount);
        assert_eq!(stage.account_of("anasecond").await, None);
        let told = stage.letters("ana@hospital.example").await;
        assert!(told.last().unwrap().letter.subject.contains("already"));
        assert!(count(&stage, |d| *d == Deed::DuplicatePersonRefused).await >= 1);
    }

    /// A07: the same, for a second account that exists already and would be proofed later.
    async fn a_second_account_of_one_person_is_never_proofed(db: Db) {
        let stage = Stage::on(db, &HARP);
        let first = stage.registered(&ana(), "AnaRivera").await;
        let second = stage.registered(&ana(), "AnaSecond").await;
        assert_eq!(passes(&stage, Applying::Account(first), ANA_SSN).await, Standing::Proved);
        assert_eq!(passes(&stage, Applying::Account(second), ANA_SSN).await, Standing::AlreadyHasAccount);
        assert!(!stage.account(second).await.proofed.is_proofed());
    }

    /// A07: three drafts of one person have all passed (as many as the attempts of a day); completed by eight clicks at
    /// once, one of them becomes the account.
    async fn of_several_drafts_of_one_person_one_becomes_the_account(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let mut proved: Vec<Plain> = Vec::new();
        for n in 0..3 {
            let token = stage.at_identity(&ana(), &format!("AnaRivera{n}")).await;
            assert_eq!(passes(&stage, Applying::Draft(&token), ANA_SSN).await, Standing::Proved);
            proved.push(token);
        }
        let answers = eight(|n| {
            let (stage, token) = (Arc::clone(&stage), proved[n % 3].clone());
            async move { complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(count(&stage, |d| *d == Deed::AccountCreated).await, 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|a| **a == Completed::AlreadyHasAccount).count(), 2, "{answers:?}");
    }

    /// D06: a vendor that decides late, after the registration is complete.
    async fn a_late_verdict_finds_the_account(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (lara, ssn) = synthetic("Lara");
        let token = stage.at_identity(&lara, "LaraLater").await;
        let waiting = passes(&stage, Applying::Draft(&token), &ssn).await;
        assert!(matches!(waiting, Standing::Waiting { .. }), "{waiting:?}");
        let done = complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap();
        assert!(matches!(done, Completed::Done(receipt) if receipt.identity == Identity::Waiting));
        let id = stage.account_of("laralater").await.unwrap();
        stage.later(Duration::from_secs(3600));
        let (reference, verdict) = stage.vendor.scripted.late_verdicts().remove(0);
        let said = vendor_decided(&stage.harp, &reference, verdict, &stage.act()).await.unwrap();
        assert_eq!(said, VendorOutcome::Counted);
        assert!(stage.account(id).await.proofed.is_proofed());
        assert_eq!(standing(&stage.harp, Applying::Account(id), &stage.act()).await.unwrap(), Standing::Proved);
        // And twice.
        let said = vendor_decided(&stage.harp, &reference, VendorVerdict::Failed, &stage.act()).await.unwrap();
        assert_eq!(said, VendorOutcome::Ignored);
        assert!(stage.account(id).await.proofed.is_proofed());
        assert_eq!(count(&stage, |d| matches!(d, Deed::ProofingAnswerIgnored { .. })).await, 1);
    }

    /// A verdict and the completion of the registration at the same moment: whoever is second sees the first.
    async fn a_verdict_at_the_moment_of_completion_is_not_lost(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let (lara, ssn) = synthetic("Lara");
        let token = stage.at_identity(&lara, "LaraLater").await;
        passes(&stage, Applying::Draft(&token), &ssn).await;
        let (reference, verdict) = stage.vendor.scripted.late_verdicts().remove(0);
        eight(|n| {
            let (stage, token, reference) = (Arc::clone(&stage), token.clone(), reference.clone());
            async move {
                if n % 2 == 0 {
                    complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap();
                } else {
                    vendor_decided(&stage.harp, &reference, verdict, &stage.act()).await.unwrap();
                }
            }
        })
        .await;
        let id = stage.account_of("laralater").await.unwrap();
        assert!(stage.account(id).await.proofed.is_proofed());
        assert_eq!(count(&stage, |d| matches!(d, Deed::ProofingPassed { .. })).await, 1);
    }

    /// D06: a vendor that sends its questions late, and one that never answers; a pass after that counts for nothing.
    async fn late_questions_arrive_and_a_vendor_that_never_answers_is_not_waited_for_ever(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (quinn, ssn) = synthetic("Quinn");
        let id = stage.registered(&quinn, "QuinnQuiet").await;
        let applying = Applying::Account(id);
        let outcome = ask(&stage.harp, applying, &secret(&ssn), &stage.act()).await.unwrap();
        assert!(matches!(outcome, AskOutcome::Now(Standing::Waiting { .. })), "{outcome:?}");
        let late = stage.vendor.scripted.late_questions().remove(0);
        let reference = late.reference.clone();
        let mut four = late.clone();
        four.questions.pop();
        assert_eq!(vendor_asked(&stage.harp, four, &stage.act()).await.unwrap(), VendorOutcome::Unusable);
        assert_eq!(vendor_asked(&stage.harp, late.clone(), &stage.act()).await.unwrap(), VendorOutcome::Counted);
        assert_eq!(vendor_asked(&stage.harp, late, &stage.act()).await.unwrap(), VendorOutcome::Ignored);
        let unasked = vendor_decided(&stage.harp, &reference, VendorVerdict::Passed, &stage.act()).await.unwrap();
        assert_eq!(unasked, VendorOutcome::Ignored, "nobody passes before answering");

        let (nils, ssn) = synthetic("Nils");
        let id = stage.registered(&nils, "NilsNever").await;
        let applying = Applying::Account(id);
        let case = asked(&stage, applying, &ssn).await.case;
        let now = answered(&stage, applying, case, &stage.vendor.truth(case)).await;
        assert!(matches!(now, Standing::Waiting { .. }));
        stage.later(HARP.proofing.vendor_within);
        let now = standing(&stage.harp, applying, &stage.act()).await.unwrap();
        assert_eq!(now, Standing::TimedOut { left: 3 });
        let reference = harp_core::proofing::VendorRef(format!("scripted-{case}"));
        let said = vendor_decided(&stage.harp, &reference, VendorVerdict::Passed, &stage.act()).await.unwrap();
        assert_eq!(said, VendorOutcome::Ignored);
        assert!(!stage.account(id).await.proofed.is_proofed());
        let unknown = harp_core::proofing::VendorRef("who".into());
        let said = vendor_decided(&stage.harp, &unknown, VendorVerdict::Passed, &stage.act()).await.unwrap();
        assert_eq!(said, VendorOutcome::Unknown);
    }

    /// The time for answering ends; answers after it count for nothing.
    async fn answers_that_come_too_late_count_for_nothing(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let applying = Applying::Draft(&token);
        let case = asked(&stage, applying, ANA_SSN).await.case;
        stage.later(HARP.proofing.answer_within);
        let now = answered(&stage, applying, case, &stage.vendor.truth(case)).await;
        assert_eq!(now, Standing::TimedOut { left: 2 });
        assert_eq!(stage.vendor.calls().1, 0);
        assert_eq!(passes(&stage, applying, ANA_SSN).await, Standing::Proved);
    }

    /// A vendor that cannot be reached costs no attempt, and the page asks again.
    async fn a_vendor_that_cannot_be_reached_costs_nothing(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (dora, ssn) = synthetic("Dora");
        let token = stage.at_identity(&dora, "DoraDown").await;
        let applying = Applying::Draft(&token);
        let calls = HARP.proofing.calls;
        for round in 1..=2 {
            for _ in 0..calls.most {
                let outcome = ask(&stage.harp, applying, &secret(&ssn), &stage.act()).await.unwrap();
                assert_eq!(outcome, AskOutcome::VendorDown { again_at: None });
            }
            // each call costs: the vendor is left alone for a while, and the person is told until when.
            let again_at = Some(stage.act().now + calls.rest);
            let outcome = ask(&stage.harp, applying, &secret(&ssn), &stage.act()).await.unwrap();
            assert_eq!(outcome, AskOutcome::VendorDown { again_at });
            assert_eq!(stage.vendor.calls().0, round * usize::try_from(calls.most).unwrap());
            stage.later(calls.rest);
        }
        assert_eq!(
            standing(&stage.harp, applying, &stage.act()).await.unwrap(),
            Standing::Open { left: 2 }
        );
    }

    /// 3.6: in `nist-63-4` right answers are a signal, and proof nobody.
    async fn in_nist_63_4_right_answers_prove_nobody(db: Db) {
        let stage = Stage::on(db, &NIST_63_4);
        let id = stage.registered(&ana(), "AnaRivera").await;
        assert_eq!(passes(&stage, Applying::Account(id), ANA_SSN).await, Standing::SignalOnly);
        assert!(!stage.account(id).await.proofed.is_proofed());
    }

    /// P10, X-8: the number is nowhere at rest, and no answer is.
    async fn the_number_and_the_answers_are_nowhere_at_rest(db: Db) {
        let place = db.place.clone();
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let lying = asked(&stage, Applying::Draft(&token), ANA_SSN).await;
        let rows = dump(&place, "proofing_case").await;
        for question in &lying.questions {
            assert!(!rows.contains(&question.text), "the vendor's questions tell of somebody's credit");
        }
        assert_eq!(passes(&stage, Applying::Draft(&token), ANA_SSN).await, Standing::Proved);
        for table in ["draft", "proofing_case", "account", "audit_event", "outbox", "counter", "person_claim"] {
            let rows = dump(&place, table).await;
            for secret in ["900112222", "900-11-2222", "employer-2", "mortgage-2"] {
                assert!(!rows.contains(secret), "{secret} in {table}");
            }
        }
    }
}
