//! *This was not me*: what the link in a security letter can do. It locks the account of the letter, once, and nothing else.

use crate::kernel::id::{AccountId, RepudiationId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;

/// Where the link leads, below the address of the portal.
pub const PATH: &str = "/not-me";
/// The query parameter that bears the secret. A query, since paths are logged.
pub const TOKEN: &str = "token";

/// A link that was minted with its notice. What it bears is a keyed function of `id`
/// ([`Vault::repudiation`](crate::vault::Vault::repudiation)); only the hash of it is here.
#[derive(Debug, Clone, PartialEq)]
pub struct Repudiation {
    pub id: RepudiationId,
    pub account: AccountId,
    pub secret: Hashed,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub spent_at: Option<Timestamp>,
}

impl Repudiation {
    pub fn serves(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now < self.expires_at
    }
}
