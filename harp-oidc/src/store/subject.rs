//! `sub`, per account and sector.

use async_trait::async_trait;
use harp_core::kernel::id::AccountId;
use harp_core::store::Fault;

use crate::grant::subject::Subject;

#[async_trait]
pub trait SubjectStore: Send {
    async fn subject(&mut self, account: AccountId, sector: &str) -> Result<Option<Subject>, Fault>;
    /// The subject of the account in the sector: `fresh` if there was none. Eight at once get the same one.
    async fn claim_subject(
        &mut self,
        account: AccountId,
        sector: &str,
        fresh: &Subject,
    ) -> Result<Subject, Fault>;
}
