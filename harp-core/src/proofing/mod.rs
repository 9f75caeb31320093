//! Identity proofing: the case machine. A vendor may answer late, twice, or never; each is a transition here.
//!
//! ```text
//! Asking ──questions arrived──▶ Asked ──answers given──▶ Handing ──vendor has them──▶ Checking
//!    │                            ▲                         │ │                         │
//!    │                            └── vendor unreachable ───┘ └──────── verdict ────────┴──▶ Passed | Failed
//!    └─────────── vendor refuses / time ────────────────────────────────────────────────┴──▶ Failed | Expired
//! any but Failed ──the person's details change──▶ Expired
//! ```
//! While `Asking`, one call to the vendor at a time is under way, and so many follow each other before it is left alone ([`Calls`]).
//! A verdict for a case that has ended changes nothing and is recorded as late.

pub mod sealed;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::account::ssn::PersonPrints;
use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::time::Timestamp;
use crate::policy::{CallRules, ProofingRules};
use crate::vault::Sealed;

/// One attempt to prove who a person is. The SSN is never part of it (P10).
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: CaseId,
    /// The account, or the account that the draft will become.
    pub account: AccountId,
    /// Whom it is about: keyed hashes of SSN and date of birth (A07). Neither can be read back from them.
    pub person: PersonPrints,
    pub state: CaseState,
    pub created_at: Timestamp,
    /// For compare-and-set: the row's version as it was read.
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaseState {
    /// The vendor was asked for questions and has not answered; it may have given the case a name already.
    Asking {
        reference: Option<VendorRef>,
        until: Timestamp,
        #[serde(default)]
        calls: Calls,
    },
    /// D05: the questions lie before the person. At rest they are sealed: they tell of somebody's credit.
    Asked {
        reference: VendorRef,
        questions: Sealed,
        until: Timestamp,
    },
    /// The answers are on their way to the vendor, since then. If nobody notes within [`HANDED_WITHIN`] what became of
    /// that (we crashed), the questions lie before the person again.
    Handing {
        reference: VendorRef,
        questions: Sealed,
        since: Timestamp,
    },
    /// The vendor has the answers, since then, and will decide later.
    Checking {
        reference: VendorRef,
        since: Timestamp,
        until: Timestamp,
    },
    Passed {
        at: Timestamp,
    },
    /// Which answer was wrong is neither kept nor told (MFT-6).
    Failed {
        at: Timestamp,
    },
    Expired {
        at: Timestamp,
    },
}

/// Calls for a case's questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Calls {
    /// In a row.
    made: u32,
    last: Option<Timestamp>,
    /// One is under way until then at most; if we crash with it, the next may follow.
    under_way: Option<Timestamp>,
}

impl Calls {
    fn another(self, rules: &CallRules, now: Timestamp) -> Result<Calls, NoCall> {
        if let Some(until) = self.under_way.filter(|until| now < *until) {
            return Err(NoCall::UnderWay { until });
        }
        let rested = self.last.map(|last| last + rules.rest).filter(|again_at| now < *again_at);
        let made = match (self.made < rules.most, rested) {
            (true, _) => self.made,
            (false, Some(again_at)) => return Err(NoCall::Resting { again_at }),
            (false, None) => 0,
        };
        Ok(Calls { made: made + 1, last: Some(now), under_way: Some(now + CALLED_WITHIN) })
    }
}

/// Why the vendor is not called for questions now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCall {
    /// It is being called.
    UnderWay { until: Timestamp },
    /// It was called in vain as often as it may be.
    Resting { again_at: Timestamp },
    /// The case is past that.
    NotAsking,
}

/// How long a turn to call for questions lasts. Longer than the call itself ([`CallRules::within`]), which begins when the turn
/// is committed and whose end is noted after it: or two calls might be under way.
pub const CALLED_WITHIN: Duration = Duration::from_secs(60);

/// How long handing the answers over may take: longer than a call to the vendor ([`CallRules::within`]).
pub const HANDED_WITHIN: Duration = Duration::from_secs(60);

/// The vendor's own name for the case: how a late answer finds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VendorRef(pub String);

/// How far a person's identity is proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// D07
    Proved,
    /// A vendor has yet to answer.
    Waiting,
    NotYet,
}

/// D08: a question with its choices. The right one is known to the vendor alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub id: String,
    pub text: String,
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub id: String,
    pub text: String,
}

/// The person's choice for one question.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    pub question: String,
    pub choice: String,
}

/// Answers are evidence of who somebody is: they do not print themselves.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[answer]")
    }
}

/// The choice that every question offers besides its own, by its id.
pub const NONE_OF_THE_ABOVE: &str = "none";

/// What a vendor decides in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorVerdict {
    Passed,
    Failed,
    /// How many answers were right, from a vendor that leaves the pass mark to us (D07).
    Right(usize),
}

impl VendorVerdict {
    pub fn passes(self, rules: &ProofingRules) -> bool {
        match self {
            VendorVerdict::Passed => true,
            VendorVerdict::Failed => false,
            VendorVerdict::Right(count) => count >= rules.pass_mark,
        }
    }
}

/// What a transition did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Moved(Case),
    /// Twice, late, or out of order: nothing changes.
    Ignored(Case),
}

/// What a case is opened with.
#[derive(Debug)]
pub struct Opening {
    pub id: CaseId,
    pub account: AccountId,
    pub person: PersonPrints,
}

impl Case {
    pub fn open(opening: Opening, rules: &ProofingRules, now: Timestamp) -> Case {
        let Opening { id, account, person } = opening;
        let calls = Calls { made: 1, last: Some(now), under_way: Some(now + CALLED_WITHIN) };
        let state = CaseState::Asking { reference: None, until: now + rules.vendor_within, calls };
        Case { id, account, person, state, created_at: now, version: 0 }
    }

    /// Takes the turn to call the vendor for questions once more: it was not reached before.
    pub fn called(self, rules: &ProofingRules, now: Timestamp) -> Result<Case, NoCall> {
        match self.state {
            CaseState::Asking { reference: None, until, calls } => {
                let calls = calls.another(&rules.calls, now)?;
                Ok(Case { state: CaseState::Asking { reference: None, until, calls }, ..self })
            }
            _ => Err(NoCall::NotAsking),
        }
    }

    /// The vendor was not reached with the call for questions whose turn was taken at `called`: the next one may follow.
    pub fn missed(self, called: Timestamp) -> Step {
        match self.state {
            CaseState::Asking { reference: None, until, calls } if calls.last == Some(called) => {
                let calls = Calls { under_way: None, ..calls };
                self.to(CaseState::Asking { reference: None, until, calls })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The vendor will send its questions later, under this name.
    pub fn named(self, reference: VendorRef, now: Timestamp) -> Step {
        match self.state {
            CaseState::Asking { reference: None, until, calls } if now < until => {
                self.to(CaseState::Asking { reference: Some(reference), until, calls })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The vendor's questions have arrived.
    pub fn asked(
        self,
        reference: VendorRef,
        questions: Sealed,
        rules: &ProofingRules,
        now: Timestamp,
    ) -> Step {
        match self.state {
            CaseState::Asking { until, .. } if now < until => {
                let until = now + rules.answer_within;
                self.to(CaseState::Asked { reference, questions, until })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The person has answered. Each set of questions is answered once.
    pub fn answered(self, now: Timestamp) -> Step {
        match &self.state {
            CaseState::Asked { reference, questions, until } if now < *until => {
                let (reference, questions) = (reference.clone(), questions.clone());
                self.to(CaseState::Handing { reference, questions, since: now })
            }
            CaseState::Asked { .. } => self.to(CaseState::Expired { at: now }),
            _ => Step::Ignored(self),
        }
    }

    /// The vendor has the answers and will decide later.
    pub fn received(self, rules: &ProofingRules) -> Step {
        match &self.state {
            CaseState::Handing { reference, since, .. } => {
                let (reference, since) = (reference.clone(), *since);
                self.to(CaseState::Checking { reference, since, until: since + rules.vendor_within })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The vendor could not be reached with the answers: the same questions lie before the person again, for as long
    /// as they would have.
    pub fn returned(self, rules: &ProofingRules) -> Step {
        match &self.state {
            CaseState::Handing { reference, questions, since } => {
                let (reference, questions) = (reference.clone(), questions.clone());
                let until = *since + rules.answer_within;
                self.to(CaseState::Asked { reference, questions, until })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The vendor has decided: at once, late, or for the second time.
    pub fn decided(self, verdict: VendorVerdict, rules: &ProofingRules, now: Timestamp) -> Step {
        match &self.state {
            CaseState::Asking { until, .. } | CaseState::Checking { until, .. } if now >= *until => {
                self.to(CaseState::Expired { at: now })
            }
            CaseState::Handing { .. } | CaseState::Checking { .. } if verdict.passes(rules) => {
                self.to(CaseState::Passed { at: now })
            }
            // Nobody passes who was not asked.
            CaseState::Asking { .. } if verdict.passes(rules) => Step::Ignored(self),
            CaseState::Asking { .. } | CaseState::Handing { .. } | CaseState::Checking { .. } => {
                self.to(CaseState::Failed { at: now })
            }
            _ => Step::Ignored(self),
        }
    }

    /// Time alone: a vendor that never answers, a person who walked away, answers that we crashed with.
    pub fn lapsed(self, rules: &ProofingRules, now: Timestamp) -> Step {
        match self.live_until() {
            Some(until) if now < until => Step::Ignored(self),
            Some(_) if matches!(self.state, CaseState::Handing { since, .. } if now < since + rules.answer_within) => {
                self.returned(rules)
            }
            Some(_) => self.to(CaseState::Expired { at: now }),
            None => Step::Ignored(self),
        }
    }

    /// The person's name, date of birth or address is another than the vendor was told: what it found, or would find,
    /// is about somebody else.
    pub fn withdrawn(self, now: Timestamp) -> Step {
        match self.state {
            CaseState::Failed { .. } | CaseState::Expired { .. } => Step::Ignored(self),
            _ => self.to(CaseState::Expired { at: now }),
        }
    }

    /// Until when it waits for somebody; `None` once it has ended.
    pub fn live_until(&self) -> Option<Timestamp> {
        match self.state {
            CaseState::Asking { until, .. }
            | CaseState::Asked { until, .. }
            | CaseState::Checking { until, .. } => Some(until),
            CaseState::Handing { since, .. } => Some(since + HANDED_WITHIN),
            CaseState::Passed { .. } | CaseState::Failed { .. } | CaseState::Expired { .. } => None,
        }
    }

    /// By what name a late answer finds it, while it waits for one.
    pub fn reference(&self) -> Option<&VendorRef> {
        match &self.state {
            CaseState::Asking { reference, .. } => reference.as_ref(),
            CaseState::Asked { reference, .. }
            | CaseState::Handing { reference, .. }
            | CaseState::Checking { reference, .. } => Some(reference),
            CaseState::Passed { .. } | CaseState::Failed { .. } | CaseState::Expired { .. } => None,
        }
    }

    fn to(self, state: CaseState) -> Step {
        Step::Moved(Case { state, ..self })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::policy::HARP;

    fn checking() -> (Case, Timestamp) {
        let (random, now, rules) = (SeededRandom::new(1), Timestamp::from_secs(1_000), &HARP.proofing);
        let opening = Opening {
            id: CaseId::mint(now, &random),
            account: AccountId::mint(now, &random),
            person: PersonPrints::stored("p"),
        };
        let case = Case::open(opening, rules, now);
        let Step::Moved(case) = case.asked(VendorRef("v1".into()), Sealed(String::new()), rules, now) else {
            panic!("asked")
        };
        let Step::Moved(case) = case.answered(now) else { panic!("answered") };
        let Step::Moved(case) = case.received(rules) else { panic!("received") };
        (case, now)
    }

    #[test]
    fn a_vendor_that_answers_twice_changes_nothing_the_second_time() {
        let (case, now) = checking();
        let Step::Moved(passed) = case.decided(VendorVerdict::Passed, &HARP.proofing, now) else {
            panic!("decided")
        };
        assert_eq!(passed.clone().decided(VendorVerdict::Failed, &HARP.proofing, now), Step::Ignored(passed));
    }

    #[test]
    fn a_vendor_that_never_answers_expires_the_case_and_a_late_pass_does_not_count() {
        let (case, now) = checking();
        let late = now + HARP.proofing.vendor_within;
        assert_eq!(
            case.clone().lapsed(&HARP.proofing, late - Duration::from_secs(1)),
            Step::Ignored(case.clone())
        );
        let Step::Moved(expired) = case.decided(VendorVerdict::Passed, &HARP.proofing, late) else {
            panic!("late")
        };
        assert!(matches!(expired.state, CaseState::Expired { .. }));
    }

    #[test]
    fn questions_are_answered_once() {
        let (case, now) = checking();
        assert_eq!(case.clone().answered(now), Step::Ignored(case));
    }

    /// D07: the pass mark is the profile's, 5 of 5.
    #[test]
    fn four_right_answers_of_five_do_not_pass() {
        let (case, now) = checking();
        let after = |right| case.clone().decided(VendorVerdict::Right(right), &HARP.proofing, now);
        assert!(matches!(after(4), Step::Moved(Case { state: CaseState::Failed { .. }, .. })));
        assert!(matches!(after(5), Step::Moved(Case { state: CaseState::Passed { .. }, .. })));
    }

    /// A vendor that does not answer is called three times in a row, one call at a time, and then left alone for a while.
    #[test]
    fn calls_for_questions_take_turns_and_rest() {
        let (random, rules) = (SeededRandom::new(1), &HARP.proofing);
        let mut now = Timestamp::from_secs(1_000);
        let (id, account) = (CaseId::mint(now, &random), AccountId::mint(now, &random));
        let opening = Opening { id, account, person: PersonPrints::stored("p") };
        let mut case = Case::open(opening, rules, now);
        for _ in 1..rules.calls.most {
            let until = now + CALLED_WITHIN;
            let call_over = now + rules.calls.within;
            assert_eq!(case.clone().called(rules, call_over), Err(NoCall::UnderWay { until }));
            let Step::Moved(missed) = case.clone().missed(now) else { panic!("missed") };
            assert!(
                missed.called(rules, now).is_ok(),
                "at once, when it is known that the vendor was not reached"
            );
            now = until;
            let called = case.clone().called(rules, now).unwrap();
            let late = called.clone().missed(now - Duration::from_secs(60));
            assert_eq!(late, Step::Ignored(called.clone()), "an earlier call ends no later one's turn");
            case = called;
        }
        let Step::Moved(case) = case.missed(now) else { panic!("missed") };
        let again_at = now + rules.calls.rest;
        assert_eq!(case.clone().called(rules, now), Err(NoCall::Resting { again_at }));
        assert!(case.called(rules, again_at).is_ok());
        for name in crate::policy::Profile::NAMES {
            assert!(
                crate::policy::Profile::named(name).unwrap().proofing.calls.within
                    < HANDED_WITHIN.min(CALLED_WITHIN)
            );
        }
    }

    #[test]
    fn nobody_passes_who_was_not_asked() {
        let (random, now, rules) = (SeededRandom::new(1), Timestamp::from_secs(1_000), &HARP.proofing);
        let (id, account) = (CaseId::mint(now, &random), AccountId::mint(now, &random));
        let case = Case::open(Opening { id, account, person: PersonPrints::stored("p") }, rules, now);
        assert_eq!(case.clone().decided(VendorVerdict::Passed, rules, now), Step::Ignored(case));
    }

    #[test]
    fn a_pass_does_not_survive_a_change_of_who_the_person_says_they_are() {
        let (case, now) = checking();
        let Step::Moved(passed) = case.decided(VendorVerdict::Passed, &HARP.proofing, now) else {
            panic!("decided")
        };
        let Step::Moved(gone) = passed.withdrawn(now) else { panic!("withdrawn") };
        assert_eq!(gone.state, CaseState::Expired { at: now });
    }
}
