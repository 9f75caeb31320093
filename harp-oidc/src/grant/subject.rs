//! `sub`: who a person is to applications. A stored random value, so that it says nothing and survives everything.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::random::Random;
use serde::{Deserialize, Serialize};

/// A subject identifier, the same for all applications of a sector: 128 random bits, base64url. It holds neither user ID
/// nor e-mail address (SP 800-63C-4, FAL2), and is far below the 255 characters of OpenID Connect Core §2.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(String);

impl Subject {
    pub fn mint(random: &dyn Random) -> Subject {
        Subject(URL_SAFE_NO_PAD.encode(random.bytes::<16>()))
    }

    /// From a column of the database.
    pub fn stored(text: String) -> Subject {
        Subject(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
