//! A case of the help desk: one agent, one caller, one reason. Who looks at an account opens one; nothing is done to the account
//! before the caller has read out the callback code of this very case; a factor reset needs a second agent (P18).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::id::{AccountId, HelpCaseId};
use crate::kernel::time::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpCase {
    pub id: HelpCaseId,
    /// About whom.
    pub account: AccountId,
    /// Whose case it is.
    pub agent: AccountId,
    pub reason: String,
    pub opened_at: Timestamp,
    pub expires_at: Timestamp,
    /// The callback code was right.
    pub proved_at: Option<Timestamp>,
    pub reset: Option<ResetAsked>,
}

/// The case's agent wants the devices reset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetAsked {
    pub at: Timestamp,
    pub reason: String,
    pub decided: Option<Decided>,
}

/// What another agent says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub by: AccountId,
    pub at: Timestamp,
    pub answer: Answer,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Approved,
    Refused,
}

impl Answer {
    pub fn as_str(self) -> &'static str {
        match self {
            Answer::Approved => "approved",
            Answer::Refused => "refused",
        }
    }

    pub fn parse(text: &str) -> Option<Answer> {
        [Answer::Approved, Answer::Refused].into_iter().find(|a| a.as_str() == text)
    }
}

impl HelpCase {
    /// Whether the caller was made sure of lately enough for something to be done.
    pub fn is_proved(&self, within: Duration, now: Timestamp) -> bool {
        self.proved_at.is_some_and(|at| now < at + within) && now < self.expires_at
    }

    /// Whether this agent may decide what the case's own agent asked for: never the same, nor whom it is about.
    pub fn may_decide(&self, agent: AccountId, now: Timestamp) -> bool {
        let waits = self.reset.as_ref().is_some_and(|r| r.decided.is_none());
        waits && agent != self.agent && agent != self.account && now < self.expires_at
    }
}
