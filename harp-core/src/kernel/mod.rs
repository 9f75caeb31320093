//! The words every other room speaks: ids, time, secrets, text that was parsed once, and [`act::Act`].

pub mod act;
pub mod assurance;
pub mod id;
pub mod random;
pub mod secret;
pub mod text;
pub mod time;
