//! The outbox: messages written with the deed that caused them, delivered afterwards.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::{AccountId, MessageId};
use crate::kernel::time::Timestamp;
use crate::notice::Message;
use crate::notice::delivery::{Delivery, Posted};

/// What a worker took.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Leased {
    pub messages: Vec<Message>,
    pub unreadable: Vec<Unreadable>,
}

/// A message that this HARP cannot read: perhaps a newer one wrote it, and will send it. Leased like the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    pub id: MessageId,
    pub account: Option<AccountId>,
    pub created_at: Timestamp,
    pub attempts: u32,
    pub fault: Fault,
}

#[async_trait]
pub trait OutboxStore: Send {
    async fn push_message(&mut self, message: &Message) -> Result<(), Fault>;
    /// Takes up to `most` messages that are due and not leased, for one worker until `until`; raises their attempts.
    async fn lease_messages(&mut self, now: Timestamp, until: Timestamp, most: u32) -> Result<Leased, Fault>;
    /// It was to nobody: the message leaves the outbox.
    async fn message_done(&mut self, id: MessageId) -> Result<(), Fault>;
    /// A courier has taken it. A receipt that came first stands.
    async fn message_sent(&mut self, id: MessageId) -> Result<(), Fault>;
    /// Not delivered: due again at `due_at`; `None` gives up and keeps the row as undeliverable. Nothing, once there is a receipt.
    async fn message_failed(
        &mut self,
        id: MessageId,
        due_at: Option<Timestamp>,
        why: &str,
    ) -> Result<(), Fault>;
    /// The first receipt of a message that was sent, or that is being sent at this moment. False: there is none such.
    async fn note_receipt(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        why: Option<&str>,
    ) -> Result<bool, Fault>;
    async fn posted(&mut self, id: MessageId) -> Result<Option<Posted>, Fault>;
    /// The newest messages of an account, at most so many. Those that cannot be read are left out.
    async fn posted_to(&mut self, account: AccountId, most: u32) -> Result<Vec<Posted>, Fault>;
    /// Deletes messages that do not wait any more and were written before `before`; how many.
    async fn sweep_messages(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
