//! Signed tokens and their keys: a strict compact JWS of our own over aws-lc-rs, with keys that are parsed once.
//!
//! In order: [`alg`] › [`jws`] › [`check`] › [`jwk`] › [`key`] › [`keyring`]. josekit stands on the other side of the
//! differential tests: it, like other libraries, takes tokens that a provider must refuse.

pub mod alg;
pub mod check;
pub mod jwk;
pub mod jws;
pub mod key;
pub mod keyring;

#[cfg(test)]
mod differential;
