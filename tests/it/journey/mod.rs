//! The journeys of the mission, in a real browser; without scripts, unless the journey is about them.

mod another_way;
mod hqr;
mod lasting;
mod mft;
mod not_me;
mod passkey;
pub mod people;
mod recover;
mod step_up;
