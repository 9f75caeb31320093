//! Locked accounts, and the links *This was not me* that lock them.

use async_trait::async_trait;

use super::Fault;
use crate::account::lock::Lock;
use crate::kernel::id::{AccountId, RepudiationId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::notice::repudiation::Repudiation;

#[async_trait]
pub trait LockStore: Send {
    /// Locks the account if its standing still is `lock.before`, and raises the credential epoch by one. False: it is not.
    async fn lock_account(&mut self, lock: &Lock) -> Result<bool, Fault>;
    /// Why and since when, if the account is locked.
    async fn account_lock(&mut self, id: AccountId) -> Result<Option<Lock>, Fault>;
    /// Takes this very lock away, once, and gives the account back its standing; the epoch stays. False: it was gone.
    async fn unlock_account(&mut self, lock: &Lock) -> Result<bool, Fault>;

    async fn add_repudiation(&mut self, repudiation: &Repudiation) -> Result<(), Fault>;
    /// By the hash of what the link bears.
    async fn repudiation(&mut self, secret: &Hashed) -> Result<Option<Repudiation>, Fault>;
    /// Spends the link, once, if it is unspent and not expired at `at`.
    async fn spend_repudiation(&mut self, id: RepudiationId, at: Timestamp) -> Result<bool, Fault>;
    /// Spends whatever other links the account has. Served by the index on `account`.
    async fn void_repudiations(&mut self, account: AccountId, at: Timestamp) -> Result<(), Fault>;
    /// Deletes links that expired before `now`; how many.
    async fn sweep_repudiations(&mut self, now: Timestamp) -> Result<u32, Fault>;
}
