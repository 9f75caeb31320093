//! The OpenID Provider on harp-core: protocol, portal, and what runs them. The `harp` binary is this behind a command line;
//! another axum application can mount it:
//!
//! ```no_run
//! # use std::sync::Arc;
//! # use harp_core::adapter::{courier::log::LogCourier, prover::absent::NoVendor, sql::SqlStore};
//! # use harp_oidc::{Needs, Provider, protocol::issuer::Issuer};
//! # async fn mount(vault: harp_core::vault::Vault) -> Result<(), Box<dyn std::error::Error>> {
//! let needs = Needs {
//!     issuer: Issuer::parse("https://app.example/id")?,
//!     store: Arc::new(SqlStore::open("sqlite:harp.db").await?),
//!     vault,
//!     prover: Arc::new(NoVendor),
//!     courier: Arc::new(LogCourier),
//! };
//! let provider = Provider::builder(needs).build().await?;
//! let stop = std::future::pending();
//! tokio::spawn(provider.worker().run(stop));
//! let app = axum::Router::new().merge(provider.router());
//! # let _: axum::Router = app; Ok(()) }
//! ```
//!
//! The modules, in the order in which they may use each other (a module uses only those before it):
//! `protocol` › `jose` › `grant` › `store` › `config` › `flow` › `view` › `http` › `worker` › `provider`.

pub mod protocol;

pub mod jose;

pub mod grant;

pub mod store;

pub mod config;

pub mod flow;

pub mod view;

pub mod http;

pub mod worker;

mod provider;

pub use provider::{Builder, Needs, Provider};
