//! Proofs over every page.
