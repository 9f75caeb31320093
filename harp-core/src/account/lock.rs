//! A locked account: since when, and why. Unlocking gives back the standing that it had.

use serde::{Deserialize, Serialize};

use super::Standing;
use crate::kernel::id::AccountId;
use crate::kernel::time::Timestamp;

/// The lock of an account whose standing is [`Standing::Locked`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    pub account: AccountId,
    pub at: Timestamp,
    pub why: LockReason,
    /// What the account was before, and will be again.
    pub before: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// *This was not me*, by the link in a security letter.
    NotMe,
}

impl LockReason {
    pub fn as_str(self) -> &'static str {
        match self {
            LockReason::NotMe => "not_me",
        }
    }

    pub fn parse(text: &str) -> Option<LockReason> {
        [LockReason::NotMe].into_iter().find(|r| r.as_str() == text)
    }
}
