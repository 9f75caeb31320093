//! The developer inbox: a courier that delivers to a page. It shows every e-mail, text message and phone call as it
//! would arrive. It exists in the demo only; `harp serve` has no such thing.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use harp_core::kernel::id::MessageId;
use harp_core::notice::Recipient;
use harp_core::notice::letter::Letter;
use harp_core::port::{Courier, CourierFault};
use tokio::sync::watch;

/// Older messages fall off the end.
const MOST: usize = 500;

/// One message as it arrived.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub id: MessageId,
    pub to: Recipient,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

impl Delivered {
    /// The address or the number it was sent to.
    pub fn address(&self) -> &str {
        match &self.to {
            Recipient::Email(address) => address.as_str(),
            Recipient::Sms(phone) | Recipient::Voice(phone) => phone.as_str(),
        }
    }

    /// *E-mail*, *Text message*, *Phone call*.
    pub fn way(&self) -> &'static str {
        match self.to {
            Recipient::Email(_) => "E-mail",
            Recipient::Sms(_) => "Text message",
            Recipient::Voice(_) => "Phone call",
        }
    }

    /// The last run of exactly six digits in the text: the security code, if it carries one.
    pub fn code(&self) -> Option<String> {
        let runs = self.text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == 6);
        runs.last().map(str::to_owned)
    }
}

/// Everything delivered so far, newest first. Cheap to share: wrap it in an `Arc`.
#[derive(Debug)]
pub struct Inbox {
    messages: Mutex<VecDeque<Delivered>>,
    arrived: watch::Sender<usize>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { messages: Mutex::default(), arrived: watch::Sender::new(0) }
    }
}

impl Inbox {
    /// Newest first.
    pub fn messages(&self) -> Vec<Delivered> {
        self.lock().iter().cloned().collect()
    }

    /// Waits until a message to this address fits, and returns the newest that does. `None` after `patience`.
    pub async fn wait_for(
        &self,
        address: &str,
        fits: impl Fn(&Delivered) -> bool,
        patience: Duration,
    ) -> Option<Delivered> {
        let mut arrivals = self.arrived.subscribe();
        let find = || self.lock().iter().find(|m| m.address() == address && fits(m)).cloned();
        let wait = async {
            loop {
                if let Some(message) = find() {
                    return Some(message);
                }
                arrivals.changed().await.ok()?;
            }
        };
        tokio::time::timeout(patience, wait).await.ok().flatten()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Delivered>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl Courier for Inbox {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault> {
        let message = Delivered {
            id,
            to: to.clone(),
            subject: letter.subject.clone(),
            text: letter.text.expose().clone(),
            html: letter.html.as_ref().map(|html| html.expose().clone()),
        };
        let mut messages = self.lock();
        // Delivered again after a lost reply: the same message, once.
        if !messages.iter().any(|m| m.id == id) {
            messages.push_front(message);
            messages.truncate(MOST);
        }
        drop(messages);
        self.arrived.send_modify(|n| *n += 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::random::SeededRandom;
    use harp_core::kernel::secret::Secret;
    use harp_core::kernel::text::Phone;
    use harp_core::kernel::time::Timestamp;

    #[tokio::test]
    async fn a_message_delivered_twice_lies_there_once_and_wakes_who_waits() {
        let inbox = std::sync::Arc::new(Inbox::default());
        let id = MessageId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        let to = Recipient::Sms(Phone::parse("+12024561111").unwrap());
        let text = "HARP: 123456 is your security code. It works for 10 minutes.".to_owned();
        let letter = Letter { subject: String::new(), text: Secret::new(text), html: None };
        let waiting = tokio::spawn({
            let inbox = inbox.clone();
            async move { inbox.wait_for("+12024561111", |m| m.code().is_some(), Duration::from_secs(5)).await }
        });
        inbox.deliver(id, &to, &letter).await.unwrap();
        inbox.deliver(id, &to, &letter).await.unwrap();
        assert_eq!(waiting.await.unwrap().and_then(|m| m.code()).as_deref(), Some("123456"));
        assert_eq!(inbox.messages().len(), 1);
    }
}
