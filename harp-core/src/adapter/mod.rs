//! The only code that knows a library: databases, hashing, couriers.

#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub mod sql;
