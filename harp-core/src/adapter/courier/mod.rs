//! Couriers: how letters reach people.

#[cfg(any(test, feature = "testing"))]
pub mod memory;
