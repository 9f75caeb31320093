//! One courier for each way: letters by e-mail, and what goes to a phone.

use std::sync::Arc;

use async_trait::async_trait;

use crate::kernel::id::MessageId;
use crate::notice::Recipient;
use crate::notice::letter::Letter;
use crate::port::{Courier, CourierFault};

#[derive(Debug, Clone)]
pub struct Ways {
    pub email: Arc<dyn Courier>,
    /// Text messages and calls.
    pub phone: Arc<dyn Courier>,
}

#[async_trait]
impl Courier for Ways {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let courier = match to {
            Recipient::Email(_) => &self.email,
            Recipient::Sms(_) | Recipient::Voice(_) => &self.phone,
        };
        courier.deliver(id, to, letter).await
    }
}
