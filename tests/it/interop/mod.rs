//! Applications and the provider, met over the wire.

mod foreign;
mod mail;
mod relying;
mod seed;
pub mod walker;
