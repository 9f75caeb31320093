//! The only code that knows a library: databases, hashing, couriers.

pub mod argon2;
pub mod prover;
pub mod courier;
pub mod english;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql;
