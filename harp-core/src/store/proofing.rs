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
    /// How a late answer finds its case. (The store keeps [`Case::reference`] in a column of its own, and leaves what
    /// stands there when a case ends and has none any more: so a late answer to it can be recorded.)
    async fn case_by_reference(&mut self, reference: &VendorRef) -> Result<Option<Case>, Fault>;
    /// Replaces the case if its version still is `case.version`, and raises the version. False: somebody was faster.
    async fn save_case(&mut self, case: &Case) -> Result<bool, Fault>;
    /// The case that was opened last for the account, or for the draft that has the account's id.
    async fn latest_case(&mut self, account: AccountId) -> Result<Option<Case>, Fault>;
    /// Cases that still wait, and whose time is up: the longest first. Served by the index on `live_until`.
    async fn lapsed_cases(&mut self, now: Timestamp, most: u32) -> Result<Vec<Case>, Fault>;
}
