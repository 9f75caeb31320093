//! Applications and the provider, met over the wire.

mod foreign;
mod relying;
mod seed;
mod walker;
