//! Forms that wait for the person who typed them (P17).

use async_trait::async_trait;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use crate::grant::kept::KeptForm;

#[async_trait]
pub trait KeptStore: Send {
    /// Adds it; of the account's forms the `most` newest stay.
    async fn keep_form(&mut self, form: &KeptForm, most: u32) -> Result<(), Fault>;
    /// By the hash of its token, for its account, if it has not expired at `at`.
    async fn kept_form(
        &mut self,
        secret: &Hashed,
        account: AccountId,
        at: Timestamp,
    ) -> Result<Option<KeptForm>, Fault>;
    /// Deletes it, if it is this account's.
    async fn forget_form(&mut self, secret: &Hashed, account: AccountId) -> Result<(), Fault>;
    async fn sweep_kept_forms(&mut self, now: Timestamp) -> Result<u32, Fault>;
}
