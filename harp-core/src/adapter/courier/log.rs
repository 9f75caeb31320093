//! Letters go nowhere: a line in the log each, that one was due and of which kind. Neither its words nor its reader.

use async_trait::async_trait;

use crate::kernel::id::MessageId;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

#[derive(Debug, Clone, Copy, Default)]
pub struct LogCourier;

#[async_trait]
impl Courier for LogCourier {
    async fn deliver(&self, id: MessageId, to: &Recipient, _: &Letter) -> Result<(), CourierFault> {
        tracing::warn!(message = %id, kind = super::kind(to), "a letter was due, and no courier is configured");
        Ok(())
    }
}
