//! The vocabulary of OAuth 2.0 and OpenID Connect: pure types and parsers, no async, no store, no HTTP server.
//!
//! Every parser of outside bytes is a function of those bytes alone, states its bounds, and never panics.
//! The order in which the modules may use each other: [`error`] › [`params`] › [`json`] › [`issuer`] › the rest.

pub mod authorize;
pub mod bearer;
pub mod claims;
pub mod client;
pub mod cookie;
pub mod discovery;
pub mod error;
pub mod id_token;
pub mod issuer;
pub mod json;
pub mod logout;
pub mod params;
pub mod pkce;
pub mod prompt;
pub mod redirect;
pub mod response;
pub mod scope;
pub mod token;

pub use error::{ErrorCode, ProtocolError};
