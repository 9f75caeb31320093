//! Identity proofing: the case machine. A vendor may answer late, twice, or never; each is a transition here.
//!
//! ```text
//! Asking ──questions arrived──▶ Asked ──answers given──▶ Checking ──verdict──▶ Passed | Failed
//!    └─────────── vendor refuses / time ──────────────────────┴──────────────▶ Failed | Expired
//! ```
//! A verdict for a case that has ended changes nothing and is recorded as late.

use serde::{Deserialize, Serialize};

use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::time::Timestamp;
use crate::policy::ProofingRules;

/// One attempt to prove who a person is. The SSN is never part of it (P10).
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    pub id: CaseId,
    /// The account, or the account that the draft will become.
    pub account: AccountId,
    pub state: CaseState,
    pub created_at: Timestamp,
    /// For compare-and-set: the row's version as it was read.
    pub version: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum CaseState {
    /// The vendor was asked for questions and has not answered.
    Asking {
        until: Timestamp,
    },
    /// D05: the questions lie before the person.
    Asked {
        reference: VendorRef,
        questions: Vec<Question>,
        until: Timestamp,
    },
    /// The vendor has the answers and has not decided.
    Checking {
        reference: VendorRef,
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

/// The vendor's own name for the case: how a late answer finds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VendorRef(pub String);

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

/// What a vendor decides in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VendorVerdict {
    Passed,
    Failed,
}

/// What a transition did.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    Moved(Case),
    /// Twice, late, or out of order: nothing changes.
    Ignored(Case),
}

impl Case {
    pub fn open(id: CaseId, account: AccountId, rules: &ProofingRules, now: Timestamp) -> Case {
        let state = CaseState::Asking { until: now + rules.vendor_within };
        Case { id, account, state, created_at: now, version: 0 }
    }

    /// The vendor's questions have arrived.
    pub fn asked(
        self,
        reference: VendorRef,
        questions: Vec<Question>,
        rules: &ProofingRules,
        now: Timestamp,
    ) -> Step {
        match self.state {
            CaseState::Asking { until } if now < until => {
                let state = CaseState::Asked { reference, questions, until: now + rules.answer_within };
                Step::Moved(Case { state, ..self })
            }
            _ => Step::Ignored(self),
        }
    }

    /// The person has answered. Each set of questions is answered once.
    pub fn answered(self, rules: &ProofingRules, now: Timestamp) -> Step {
        match self.state {
            CaseState::Asked { reference, until, .. } if now < until => {
                let state = CaseState::Checking { reference, until: now + rules.vendor_within };
                Step::Moved(Case { state, ..self })
            }
            CaseState::Asked { .. } => Step::Moved(Case { state: CaseState::Expired { at: now }, ..self }),
            _ => Step::Ignored(self),
        }
    }

    /// The vendor has decided: at once, late, or for the second time.
    pub fn decided(self, verdict: VendorVerdict, now: Timestamp) -> Step {
        match (&self.state, verdict) {
            (CaseState::Checking { until, .. }, _) if now >= *until => {
                Step::Moved(Case { state: CaseState::Expired { at: now }, ..self })
            }
            (CaseState::Checking { .. }, VendorVerdict::Passed) => {
                Step::Moved(Case { state: CaseState::Passed { at: now }, ..self })
            }
            (CaseState::Asking { .. } | CaseState::Checking { .. }, VendorVerdict::Failed) => {
                Step::Moved(Case { state: CaseState::Failed { at: now }, ..self })
            }
            _ => Step::Ignored(self),
        }
    }

    /// Time alone: a vendor that never answers, a person who walked away.
    pub fn lapsed(self, now: Timestamp) -> Step {
        match &self.state {
            CaseState::Asking { until }
            | CaseState::Asked { until, .. }
            | CaseState::Checking { until, .. }
                if now >= *until =>
            {
                Step::Moved(Case { state: CaseState::Expired { at: now }, ..self })
            }
            _ => Step::Ignored(self),
        }
    }

    pub fn ended(&self) -> bool {
        matches!(self.state, CaseState::Passed { .. } | CaseState::Failed { .. } | CaseState::Expired { .. })
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
        let case = Case::open(CaseId::mint(now, &random), AccountId::mint(now, &random), rules, now);
        let Step::Moved(case) = case.asked(VendorRef("v1".into()), vec![], rules, now) else {
            panic!("asked")
        };
        let Step::Moved(case) = case.answered(rules, now) else { panic!("answered") };
        (case, now)
    }

    #[test]
    fn a_vendor_that_answers_twice_changes_nothing_the_second_time() {
        let (case, now) = checking();
        let Step::Moved(passed) = case.decided(VendorVerdict::Passed, now) else { panic!("decided") };
        assert_eq!(passed.clone().decided(VendorVerdict::Failed, now), Step::Ignored(passed));
    }

    #[test]
    fn a_vendor_that_never_answers_expires_the_case_and_a_late_pass_does_not_count() {
        let (case, now) = checking();
        let late = now + HARP.proofing.vendor_within;
        assert_eq!(case.clone().lapsed(late - Duration::from_secs(1)), Step::Ignored(case.clone()));
        let Step::Moved(expired) = case.decided(VendorVerdict::Passed, late) else { panic!("late") };
        assert!(matches!(expired.state, CaseState::Expired { .. }));
    }

    #[test]
    fn questions_are_answered_once() {
        let (case, now) = checking();
        assert_eq!(case.clone().answered(&HARP.proofing, now), Step::Ignored(case));
    }
}
