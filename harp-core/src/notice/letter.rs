//! A notice in words: what a Courier delivers. Plain English ships here; a Composer replaces it.

use crate::kernel::secret::Secret;

/// A finished letter in its renderings. `text` is complete by itself.
#[derive(Debug, Clone)]
pub struct Letter {
    /// E-mail only. One line.
    pub subject: String,
    pub text: Secret<String>,
    /// E-mail only.
    pub html: Option<Secret<String>>,
    /// Calls only: how to hear it again, said where the service that calls can be asked to.
    pub again: Option<String>,
}
