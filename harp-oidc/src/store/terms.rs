//! F12: which terms were accepted.

use async_trait::async_trait;
use harp_core::kernel::id::AccountId;
use harp_core::store::Fault;

use crate::grant::terms::{Acceptance, InForce};

#[async_trait]
pub trait TermsStore: Send {
    /// Replaces an earlier acceptance of the same version; the audit trail keeps each.
    async fn accept_terms(&mut self, acceptance: &Acceptance) -> Result<(), Fault>;
    async fn accepted_terms(
        &mut self,
        account: AccountId,
        terms: &InForce,
    ) -> Result<Option<Acceptance>, Fault>;
}
