//! The OpenID Provider on harp-core.

pub mod protocol;
pub mod view;

pub mod http;
