//! The pages that people see, one file per area.

use harp_core::account::{Email, Proofed};

use crate::view::profile::EmailState;
use crate::view::register::Identified;

pub mod about;
mod asked;
pub mod devices;
pub mod email;
pub mod help_desk;
pub mod home;
pub mod identity;
pub mod lasting;
pub mod lost_device;
pub mod not_me;
pub mod official;
pub mod passkey;
pub mod profile;
pub mod recover;
pub mod recover_password;
pub mod recovery_codes;
pub mod register;
pub mod roles;
pub mod second_address;
pub mod sessions;
pub mod sign_in;

/// Whether an address counts.
pub fn email_state(email: &Email) -> EmailState {
    if email.verified_at.is_some() { EmailState::Confirmed } else { EmailState::NotYet }
}

/// D01
pub fn identified(proofed: Proofed) -> Identified {
    if proofed.is_proofed() { Identified::Proved } else { Identified::NotYet }
}
