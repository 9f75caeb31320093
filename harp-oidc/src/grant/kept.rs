//! What a person had typed when their session ended: it waits until they have signed in again (P17).

use std::time::Duration;

use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::vault::{Place, Sealed};
use serde::{Deserialize, Serialize};

/// How long it waits. A person who comes back later begins again.
pub const LIFE: Duration = Duration::from_secs(60 * 60);
/// The longest form that is kept, in bytes of JSON.
pub const MOST_BYTES: usize = 16 * 1024;
/// How many forms of one person wait at once; the oldest give way.
pub const MOST_FORMS: u32 = 5;

/// A form as it was typed, without its secrets.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Typed {
    /// Names and values, in the order of the form.
    pub fields: Vec<(String, String)>,
}

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[typed]")
    }
}

/// A form that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptForm {
    /// Hash of the token in the address that leads back to the form.
    pub secret: Hashed,
    /// Whose session it was: nobody else ever gets it.
    pub account: AccountId,
    /// The page that it was typed into; it is shown on no other.
    pub path: String,
    /// [`Typed`] as JSON.
    pub sealed: Sealed,
    pub expires_at: Timestamp,
}

/// A sealed form opens for its account and its token only, whatever becomes of its row.
pub fn place(row: &str) -> Place<'_> {
    Place { table: "oidc_kept_form", column: "sealed", row }
}
