//! Applications and the provider, met over the wire.

mod relying;
mod seed;
mod walker;
