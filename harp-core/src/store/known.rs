//! Browsers, and the accounts that know them.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::{AccountId, BrowserId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::known::KnownBrowser;

#[async_trait]
pub trait KnownStore: Send {
    /// The browser of this cookie, as this account knows it. Served by the unique secret.
    async fn known_browser(
        &mut self,
        account: AccountId,
        secret: &Hashed,
    ) -> Result<Option<KnownBrowser>, Fault>;
    /// All that the account knows, the last used first.
    async fn known_browsers(&mut self, account: AccountId) -> Result<Vec<KnownBrowser>, Fault>;
    async fn add_browser(&mut self, id: BrowserId, secret: &Hashed, at: Timestamp) -> Result<(), Fault>;
    /// A new secret for the browser whose secret is `old`, once; the old one is remembered. `None`: there is none (any more).
    async fn renew_browser(
        &mut self,
        old: &Hashed,
        new: &Hashed,
        at: Timestamp,
    ) -> Result<Option<BrowserId>, Fault>;
    /// Ends the browser that had this secret before its present one, whoever knows it. `false`: none had it.
    async fn end_browser_of_spent(&mut self, spent: &Hashed) -> Result<bool, Fault>;
    /// Makes the browser known to the account, or known anew.
    async fn know_browser(&mut self, known: &KnownBrowser) -> Result<(), Fault>;
    /// Forgets what the account knew in another epoch, and all but the `most` that were used last.
    async fn forget_browsers(&mut self, account: AccountId, epoch: u32, most: u32) -> Result<(), Fault>;
    /// Deletes what was last used, or given up, before `before`; how many browsers and acquaintances.
    async fn sweep_browsers(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
