//! Agents of the help desk, and their cases.

use async_trait::async_trait;

use super::Fault;
use crate::account::help_case::{Decided, HelpCase};
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::kernel::time::Timestamp;

#[async_trait]
pub trait HelpDeskStore: Send {
    /// False: they are one already.
    async fn add_agent(&mut self, account: AccountId, at: Timestamp) -> Result<bool, Fault>;
    /// False: they were none.
    async fn remove_agent(&mut self, account: AccountId) -> Result<bool, Fault>;
    async fn is_agent(&mut self, account: AccountId) -> Result<bool, Fault>;
    /// Longest first.
    async fn agents(&mut self) -> Result<Vec<AccountId>, Fault>;

    /// A case that nothing was done in yet.
    async fn add_help_case(&mut self, case: &HelpCase) -> Result<(), Fault>;
    async fn help_case(&mut self, id: HelpCaseId) -> Result<Option<HelpCase>, Fault>;
    /// Notes that the callback code was right.
    async fn prove_help_case(&mut self, id: HelpCaseId, at: Timestamp) -> Result<(), Fault>;
    /// Once for each case.
    async fn ask_reset(&mut self, id: HelpCaseId, reason: &str, at: Timestamp) -> Result<bool, Fault>;
    /// Once, and only by another agent than the case's, who is not the one whom it is about.
    async fn decide_reset(&mut self, id: HelpCaseId, decided: &Decided) -> Result<bool, Fault>;
    /// Those that were asked for, are not decided and not out of date at `now`; oldest first.
    async fn resets_waiting(&mut self, now: Timestamp) -> Result<Vec<HelpCase>, Fault>;
    /// Deletes cases that expired before `before`; how many.
    async fn sweep_help_cases(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
