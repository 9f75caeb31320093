//! The OpenID Provider on harp-core.

pub mod protocol;
