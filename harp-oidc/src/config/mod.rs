//! The settings: every one of them documented ([`documented`]), as they are written ([`raw`]), and as they are meant
//! ([`settings`]).

pub mod brand;
pub mod colours;
pub mod documented;
pub mod letters;
pub mod network;
pub mod raw;
pub mod secrets;
pub mod settings;
pub mod twilio;

pub use raw::Source;
pub use settings::Settings;

/// One line for the operator: what is wrong, and the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigFault(pub String);

impl ConfigFault {
    fn at(key: &str, why: impl std::fmt::Display) -> ConfigFault {
        ConfigFault(format!("setting `{key}`: {why}"))
    }
}
