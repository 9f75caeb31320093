//! The audit trail: appended, read, never changed.

use async_trait::async_trait;

use super::Fault;
use crate::audit::Event;
use crate::kernel::id::AccountId;

#[async_trait]
pub trait AuditStore: Send {
    async fn record(&mut self, event: &Event) -> Result<(), Fault>;
    /// Events about an account, or all; oldest first.
    async fn events(&mut self, subject: Option<AccountId>, most: u32) -> Result<Vec<Event>, Fault>;
}
