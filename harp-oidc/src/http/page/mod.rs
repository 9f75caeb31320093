//! The pages that people see, one file per area.

use harp_core::account::field::Complaint;
use harp_core::account::{Email, Proofed};

use crate::view::form::Form;
use crate::view::profile::EmailState;
use crate::view::register::Identified;

pub mod about;
pub mod home;
pub mod official;
pub mod roles;

/// What a flow found wrong, put beside what was typed.
pub fn complaints(form: Form, found: &[Complaint]) -> Form {
    found.iter().fold(form, |form, c| form.complaint(c.field.as_str(), c.problem.key(), c.problem.argument()))
}

/// Whether an address counts.
pub fn email_state(email: &Email) -> EmailState {
    if email.verified_at.is_some() { EmailState::Confirmed } else { EmailState::NotYet }
}

/// D01
pub fn identified(proofed: Proofed) -> Identified {
    if proofed.is_proofed() { Identified::Proved } else { Identified::NotYet }
}
