//! Proofing cases.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::time::Timestamp;
use crate::proofing::{Case, VendorRef};

#[async_trait]
pub trait CaseStore: Send {
    async fn add_case(&mut self, case: &Case) -> Result<(), Fault>;
    async fn case(&mut self, id: CaseId) -> Result<Option<Case>, Fault>;
    /// How a late answer finds its case. (The store keeps the reference in a column of its own.)
    async fn case_by_reference(&mut self, reference: &VendorRef) -> Result<Option<Case>, Fault>;
    /// Replaces the case if its version still is `case.version`, and raises the version. False: somebody was faster.
    async fn save_case(&mut self, case: &Case) -> Result<bool, Fault>;
    /// How many cases were opened for the account since then.
    async fn cases_since(&mut self, account: AccountId, since: Timestamp) -> Result<u32, Fault>;
}
