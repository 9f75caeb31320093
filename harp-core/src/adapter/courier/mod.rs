//! Couriers: how letters reach people.

pub mod directory;
pub mod log;
#[cfg(any(test, feature = "testing"))]
pub mod memory;
#[cfg(feature = "couriers")]
pub mod smtp;
#[cfg(feature = "couriers")]
mod spoken;
#[cfg(feature = "couriers")]
pub mod twilio;
#[cfg(feature = "couriers")]
pub mod twilio_hooks;
pub mod ways;

/// What a letter is, for a log or a gateway.
fn kind(to: &crate::notice::Recipient) -> &'static str {
    match to {
        crate::notice::Recipient::Email(_) => "email",
        crate::notice::Recipient::Sms(_) => "sms",
        crate::notice::Recipient::Voice(_) => "voice",
    }
}
