//! What an operator sets up before anybody can ask for a role: programs, organizations, roles, and the first Security
//! Official of an organization. Each deed is audited in its own transaction; what is there already is an outcome.
//!
//! Who decides what is *first* or *there already* takes a turn on the program, so that of eight operators at once one is.

pub mod agents;
pub mod officials;
pub mod orgs;
pub mod programs;
pub mod roles;
