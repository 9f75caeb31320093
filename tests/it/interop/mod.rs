//! Applications and the provider, met over the wire.

mod foreign;
mod mail;
mod phone;
mod relying;
mod renewal;
mod seed;
pub mod walker;
