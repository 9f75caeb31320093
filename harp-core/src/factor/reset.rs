//! Who has none of their devices any more: after a waiting time, in which the owner can say *This was not me*, a password and
//! a code by letter lead to set-up, and nowhere else.

use serde::{Deserialize, Serialize};

use crate::account::Account;
use crate::kernel::id::{AccountId, ResetId};
use crate::kernel::time::Timestamp;

/// One reset; an account has one at a time. Found by its account: whoever goes on with it has proved the password anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reset {
    pub id: ResetId,
    pub account: AccountId,
    /// The account's credential epoch when it began: whatever changes since then, a lock among it, stops the reset.
    pub epoch: u32,
    pub by: By,
    pub begun_at: Timestamp,
    /// Before this it is good for nothing.
    pub ready_at: Timestamp,
    pub expires_at: Timestamp,
}

/// What began it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The password, and a code from each of two addresses.
    Letters,
    /// Two agents of the help desk.
    HelpDesk,
}

impl By {
    pub fn as_str(self) -> &'static str {
        match self {
            By::Letters => "letters",
            By::HelpDesk => "help_desk",
        }
    }

    pub fn parse(text: &str) -> Option<By> {
        [By::Letters, By::HelpDesk].into_iter().find(|b| b.as_str() == text)
    }
}

impl Reset {
    /// Whether it may still come to something for this account as it is now.
    pub fn lives(&self, account: &Account, now: Timestamp) -> bool {
        self.account == account.id && self.epoch == account.epoch && now < self.expires_at
    }
}
