//! One binary for all journeys and contracts.
// Every room is `cfg(test)`, so that clippy knows its helpers for test code as well.

#[cfg(test)]
mod binary;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod interop;
#[cfg(test)]
mod journey;
#[cfg(test)]
mod listener;
#[cfg(test)]
mod page;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod spec;
#[cfg(test)]
mod stage;
