//! The only code that knows a library: databases, hashing, couriers.

pub mod argon2;
pub mod courier;
pub mod english;
pub mod prover;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql;
pub mod webauthn;
