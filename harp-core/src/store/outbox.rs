//! The outbox: messages written with the deed that caused them, delivered afterwards.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::MessageId;
use crate::kernel::time::Timestamp;
use crate::notice::Message;

#[async_trait]
pub trait OutboxStore: Send {
    async fn push_message(&mut self, message: &Message) -> Result<(), Fault>;
    /// Takes up to `most` messages that are due and not leased, for one worker until `until`; raises their attempts.
    async fn lease_messages(
        &mut self,
        now: Timestamp,
        until: Timestamp,
        most: u32,
    ) -> Result<Vec<Message>, Fault>;
    /// Delivered: the message leaves the outbox.
    async fn message_done(&mut self, id: MessageId) -> Result<(), Fault>;
    /// Not delivered: due again at `due_at`; `None` gives up and keeps the row as undeliverable.
    async fn message_failed(
        &mut self,
        id: MessageId,
        due_at: Option<Timestamp>,
        why: &str,
    ) -> Result<(), Fault>;
    /// Deletes undeliverable messages that were written before `before`; how many.
    async fn sweep_messages(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
