//! The harness of the journeys and contracts.

pub mod browser;
pub mod certificate;
pub mod client;
pub mod cluster;
pub mod passkey;
pub mod port;
pub mod world;
