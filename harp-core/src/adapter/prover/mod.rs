//! Proofing vendors (D06). A real one is an implementation of [`Prover`](crate::port::Prover); a scripted one ships.

pub mod absent;
#[cfg(any(test, feature = "testing"))]
pub mod scripted;
