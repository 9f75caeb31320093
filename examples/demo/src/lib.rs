//! The provider, the relying applications MFT, HQR and QPP, and a developer inbox in one process: what `cargo demo` runs, and what
//! the journeys of the test suite run against.

mod applications;
mod house;
pub mod inbox;
pub mod seed;
mod serve;

pub use house::{Door, Doors, House, Plan};
pub use serve::Tls;
