//! The provider's use cases. Each decides; the store keeps, the views show.

pub mod authorize;
pub mod claims;
pub mod client_auth;
pub mod clients;
pub mod end_session;
pub mod kept;
pub mod keys;
pub mod provider;
pub mod sweep;
pub mod terms;
pub mod token;
pub mod userinfo;
