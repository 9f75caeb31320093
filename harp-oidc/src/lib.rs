//! The OpenID Provider on harp-core.

pub mod jose;
pub mod protocol;
pub mod view;

pub mod http;
