//! The authorization code (RFC 6749 §4.1.2): one minute, one use, one client, one redirect URI, one verifier.

use std::time::Duration;

use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::FamilyId;
use crate::protocol::client::ClientId;
use crate::protocol::pkce::{self, Challenge};
use crate::protocol::token::CodeExchange;
use crate::protocol::{ErrorCode, ProtocolError};

/// A code as it is kept: its hash, and what it is bound to.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthorizationCode {
    pub secret: Hashed,
    pub client: ClientId,
    pub family: FamilyId,
    pub bound: Bound,
    pub expires_at: Timestamp,
}

/// What whoever presents the code must know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// As it was asked for, to the byte.
    pub redirect_uri: String,
    pub challenge: Option<Challenge>,
    /// Goes into the ID token.
    pub nonce: Option<String>,
}

impl AuthorizationCode {
    /// RFC 6749 §4.1.2 allows ten minutes; FAPI 2.0 §5.3.2.1 allows one.
    pub const LIFE: Duration = Duration::from_secs(60);
    /// How long a spent code is remembered, so that a replay is recognised.
    pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

    /// Whether this exchange may have what the code stands for. The code is spent already: a wrong guess costs it.
    pub fn check(&self, exchange: &CodeExchange) -> Result<(), ProtocolError> {
        // RFC 6749 §4.1.3: identical to that of the authorization request.
        if exchange.redirect_uri != self.bound.redirect_uri {
            return Err(ProtocolError::new(
                ErrorCode::InvalidGrant,
                "`redirect_uri` is not that of the authorization request",
            ));
        }
        pkce::check(self.bound.challenge.as_ref(), exchange.verifier.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::pkce::Verifier;
    use harp_core::kernel::random::SeededRandom;
    use harp_core::kernel::secret::Plain;

    /// RFC 6749 §4.1.3, RFC 7636 §4.6, RFC 9700 §4.8.2
    #[test]
    fn a_code_is_bound_to_its_redirect_uri_and_its_verifier() {
        let random = SeededRandom::new(1);
        let verifier = || Verifier::parse(&"v".repeat(43)).unwrap();
        let code = |challenge| AuthorizationCode {
            secret: Plain::mint(&random).hashed(),
            client: ClientId::parse("mft").unwrap(),
            family: FamilyId::mint(Timestamp::from_secs(1), &random),
            bound: Bound { redirect_uri: "https://mft.example/cb".into(), challenge, nonce: None },
            expires_at: Timestamp::from_secs(61),
        };
        let exchange = |redirect_uri: &str, verifier| CodeExchange {
            code: Plain::presented("x"),
            redirect_uri: redirect_uri.to_owned(),
            verifier,
        };
        let bound = code(Some(Challenge::of(&verifier())));
        assert_eq!(bound.check(&exchange("https://mft.example/cb", Some(verifier()))), Ok(()));
        for wrong in [
            exchange("https://mft.example/cb/", Some(verifier())),
            exchange("https://mft.example/cb", None),
            exchange("https://mft.example/cb", Some(Verifier::parse(&"w".repeat(43)).unwrap())),
        ] {
            assert_eq!(bound.check(&wrong).unwrap_err().code(), ErrorCode::InvalidGrant);
        }
        let stripped = exchange("https://mft.example/cb", Some(verifier()));
        assert!(code(None).check(&stripped).is_err(), "a challenge that was stripped is noticed");
    }
}
