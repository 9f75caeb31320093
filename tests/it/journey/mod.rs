//! The journeys of the mission, in a real browser, without scripts.

mod mft;
mod people;
