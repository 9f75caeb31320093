//! The provider, the relying application MFT and a developer inbox in one process: what `cargo demo` runs, and what
//! the journeys of the test suite run against.

mod house;
pub mod inbox;
pub mod seed;
mod serve;

pub use house::{Door, House, Plan};
pub use serve::Tls;
