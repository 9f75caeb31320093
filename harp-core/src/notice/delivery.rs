//! What became of a message.

use super::Message;

/// How far a message came, as far as anybody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// In the outbox: not tried yet, or to be tried again.
    Waiting,
    /// The mail server or the telephone service has taken it.
    Sent,
    /// The service says that it reached the phone.
    Arrived,
    /// The service says that it did not.
    NotArrived,
    /// Given up, or not worth sending any more.
    Undeliverable,
}

impl Delivery {
    const ALL: [Delivery; 5] =
        [Delivery::Waiting, Delivery::Sent, Delivery::Arrived, Delivery::NotArrived, Delivery::Undeliverable];

    pub fn as_str(self) -> &'static str {
        match self {
            Delivery::Waiting => "waiting",
            Delivery::Sent => "sent",
            Delivery::Arrived => "arrived",
            Delivery::NotArrived => "not_arrived",
            Delivery::Undeliverable => "undeliverable",
        }
    }

    pub fn parse(text: &str) -> Option<Delivery> {
        Delivery::ALL.into_iter().find(|d| d.as_str() == text)
    }
}

/// A message, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Posted {
    pub message: Message,
    pub delivery: Delivery,
    /// Why it waits or was given up, in the courier's words. For people who run HARP, and no one else.
    pub why: Option<String>,
}

/// What the telephone service says of a message that it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Receipt {
    Arrived,
    /// With the service's own code for the reason, where it gives one.
    NotArrived {
        code: Option<u32>,
    },
}
