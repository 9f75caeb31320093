//! A browser that an account knows (P15): somebody has signed in there completely, with password and second factor. It has an
//! attempt budget of its own, so that nobody else can lock its owner out there. It remembers nothing else: a code is asked for
//! each time (F05).

use crate::account::Account;
use crate::kernel::id::{AccountId, BrowserId};
use crate::kernel::time::Timestamp;
use crate::policy::KnownBrowserRules;

/// One account in one browser. The browser's cookie is opaque; only its hash is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownBrowser {
    pub account: AccountId,
    pub browser: BrowserId,
    /// The account's credential epoch at the last complete sign-in: a change since then, or a lock, forgets the browser.
    pub epoch: u32,
    /// The last complete sign-in.
    pub used_at: Timestamp,
}

impl KnownBrowser {
    pub fn serves(&self, account: &Account, rules: &KnownBrowserRules, now: Timestamp) -> bool {
        self.account == account.id && self.epoch == account.epoch && now < self.used_at + rules.life
    }
}
