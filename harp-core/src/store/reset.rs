//! Suspended devices, and resets.

use async_trait::async_trait;

use super::Fault;
use crate::factor::reset::Reset;
use crate::kernel::id::{AccountId, FactorId, ResetId};
use crate::kernel::time::Timestamp;

#[async_trait]
pub trait ResetStore: Send {
    /// Active to suspended, once: from now on it proves nothing.
    async fn suspend_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault>;
    /// Suspended to active, once.
    async fn resume_factor(&mut self, id: FactorId) -> Result<bool, Fault>;
    /// Those of the account that were suspended at `since` or later, and still are.
    async fn suspended_since(&mut self, account: AccountId, since: Timestamp)
    -> Result<Vec<FactorId>, Fault>;

    /// Raises the credential epoch by one, if it still is `epoch`. `None`: somebody was faster.
    async fn raise_epoch(&mut self, account: AccountId, epoch: u32) -> Result<Option<u32>, Fault>;
    /// False: the account has one that has not ended (a unique index says so).
    async fn add_reset(&mut self, reset: &Reset) -> Result<bool, Fault>;
    /// The one that has not ended, in time or not.
    async fn reset_of(&mut self, account: AccountId) -> Result<Option<Reset>, Fault>;
    /// Spends it, once, if it is ready and not out of date at `at`.
    async fn spend_reset(&mut self, id: ResetId, at: Timestamp) -> Result<bool, Fault>;
    /// Ends the one that has not ended. False: there was none.
    async fn stop_reset(&mut self, account: AccountId, at: Timestamp) -> Result<bool, Fault>;
    /// Deletes those that expired before `before`; how many.
    async fn sweep_resets(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
