//! An authorization request that waits while the person signs in, sets up or accepts terms.

use std::time::Duration;

use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;

use crate::protocol::client::ClientId;

/// Kept on the server under the hash of a secret that the browser holds, one for each request: several tabs do not disturb
/// each other. The request is kept as it was written and checked again when it is resumed, so that a client which was
/// disabled meanwhile gets nothing.
#[derive(Clone, PartialEq)]
pub struct Interaction {
    pub secret: Hashed,
    pub client: ClientId,
    /// The query of the request: the parameters that are known, and no other.
    pub request: String,
    /// The network that it came from, as a keyed hash; empty when nobody said.
    pub source: String,
    /// A sign-in from then on is fresh enough for `prompt=login` and for any `max_age`.
    pub created_at: Timestamp,
    /// The person did not want to prove more than they had.
    pub step_up_declined_at: Option<Timestamp>,
    pub expires_at: Timestamp,
}

impl Interaction {
    /// As long as a person may take from the first page to the last: registration and proofing are on the way (A12).
    pub const LIFE: Duration = Duration::from_secs(60 * 60);
}

/// The request may hold a hint of who the person is.
impl std::fmt::Debug for Interaction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interaction").field("client", &self.client).finish_non_exhaustive()
    }
}
