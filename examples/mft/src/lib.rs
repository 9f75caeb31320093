//! Managed File Transfer: a relying application on harp-sdk alone. People with the role `mft_web_user` of the program
//! `mft` at an organization hand files to it and take files from it; nobody else sees them.
//!
//! [`router`] mounts it anywhere; [`serve`] runs it on a listener until it is told to stop.
//!
//! The modules, in the order in which they may use each other: `config`, `words`, `vault`, `view`, `http`, `server`.

pub mod config;
mod http;
mod server;
mod vault;
mod view;
mod words;

use std::io;

use axum::Router;
use harp_sdk::{ConfigError, Harp};

pub use frame::SIGNED_OUT;

pub use config::{Bounds, Config, Help, Limits, cookie_secrets};
pub use server::serve;

/// The program whose roles count here.
pub const PROGRAM: &str = "mft";
/// The role that lets people in (H10).
pub const ROLE: &str = "mft_web_user";

/// Why it does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the settings for sign-in do not work: {0}")]
    Sdk(#[from] ConfigError),
    #[error("the data directory `{path}` cannot be used: {source}")]
    DataDir { path: String, source: io::Error },
}

/// The whole application. Makes the data directory if it is not there; asks nobody, so the provider may still be down.
pub fn router(config: Config) -> Result<Router, StartError> {
    let vault = vault::Vault::open(&config.data_dir, config.limits)
        .map_err(|source| StartError::DataDir { path: config.data_dir.display().to_string(), source })?;
    let harp = Harp::new(config.sdk())?;
    Ok(http::router(harp, vault, config.help))
}
