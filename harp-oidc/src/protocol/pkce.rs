//! PKCE (RFC 7636), with S256 alone: `plain` protects nothing from who can read the request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::secret::{Secret, equal};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::{ErrorCode, ProtocolError};

/// The one `code_challenge_method`.
pub const METHOD: &str = "S256";

/// A `code_challenge`: the SHA-256 of a verifier, base64url, 43 characters (RFC 7636 §4.2).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Challenge(String);

impl Challenge {
    /// Reads the two parameters of the authorization request (RFC 7636 §4.3).
    pub fn parse(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Challenge>, ProtocolError> {
        let Some(challenge) = challenge else {
            return match method {
                None => Ok(None),
                Some(_) => {
                    Err(ProtocolError::invalid_request("`code_challenge_method` without `code_challenge`"))
                }
            };
        };
        // RFC 7636 §4.3: without a method it would be `plain`; §4.4.1: refuse what is not supported.
        if method != Some(METHOD) {
            return Err(ProtocolError::invalid_request("`code_challenge_method` must be S256"));
        }
        Self::checked(challenge).map(Some)
    }

    /// The challenge of a verifier.
    pub fn of(verifier: &Verifier) -> Challenge {
        Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.0.expose())))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn checked(text: &str) -> Result<Challenge, ProtocolError> {
        // The engine refuses padding, and bits that are left over: there is one spelling of 32 bytes.
        let fits = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok();
        if fits {
            Ok(Challenge(text.to_owned()))
        } else {
            Err(ProtocolError::invalid_request("`code_challenge` is not the base64url of a SHA-256"))
        }
    }
}

impl TryFrom<String> for Challenge {
    type Error = ProtocolError;
    fn try_from(text: String) -> Result<Self, ProtocolError> {
        Self::checked(&text)
    }
}

impl From<Challenge> for String {
    fn from(challenge: Challenge) -> String {
        challenge.0
    }
}

/// A `code_verifier`: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[derive(Clone, Debug)]
pub struct Verifier(Secret<String>);

impl Verifier {
    pub fn parse(text: &str) -> Result<Verifier, ProtocolError> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Verifier(Secret::new(text.to_owned())))
        } else {
            Err(ProtocolError::invalid_request("`code_verifier` must be 43 to 128 unreserved characters"))
        }
    }
}

/// Checks the verifier at the token endpoint (RFC 7636 §4.6).
///
/// A verifier where none was asked for is refused too: otherwise an attacker who strips the challenge from the
/// authorization request would have stripped the protection with it (RFC 9700 §4.8.2).
pub fn check(challenge: Option<&Challenge>, verifier: Option<&Verifier>) -> Result<(), ProtocolError> {
    let refused = |why: &'static str| Err(ProtocolError::new(ErrorCode::InvalidGrant, why));
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (Some(asked), Some(verifier)) => {
            let made = Challenge::of(verifier);
            if equal(made.0.as_bytes(), asked.0.as_bytes()) {
                Ok(())
            } else {
                refused("`code_verifier` does not belong to the `code_challenge` of the request")
            }
        }
        (Some(_), None) => refused("`code_verifier` is missing"),
        (None, Some(_)) => refused("`code_verifier` was sent, but the request had no `code_challenge`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 7636 Appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        let verifier = Verifier::parse(VERIFIER).unwrap();
        let challenge = Challenge::parse(Some(CHALLENGE), Some("S256")).unwrap();
        assert_eq!(challenge, Some(Challenge::of(&verifier)));
        assert_eq!(check(challenge.as_ref(), Some(&verifier)), Ok(()));
    }

    #[test]
    fn plain_and_every_downgrade_are_refused() {
        for method in [None, Some("plain"), Some("s256"), Some("S256 ")] {
            assert!(Challenge::parse(Some(CHALLENGE), method).is_err(), "{method:?}");
        }
        assert!(Challenge::parse(None, Some("S256")).is_err());
        let (challenge, verifier) = (Challenge(CHALLENGE.to_owned()), Verifier::parse(VERIFIER).unwrap());
        assert!(check(Some(&challenge), None).is_err());
        assert!(check(None, Some(&verifier)).is_err());
        assert!(check(Some(&challenge), Some(&Verifier::parse(&"a".repeat(43)).unwrap())).is_err());
    }

    #[test]
    fn lengths_and_characters_are_those_of_the_rfc() {
        for bad in
            ["a".repeat(42), "a".repeat(129), format!("{}=", "a".repeat(43)), format!("{} ", "a".repeat(43))]
        {
            assert!(Verifier::parse(&bad).is_err(), "{bad}");
        }
        // The last character of 43 carries four bits: a second spelling of the same hash is not a challenge.
        let second = format!("{}N", CHALLENGE.get(..42).unwrap());
        for bad in [&second, &format!("{CHALLENGE}="), &CHALLENGE.replace('-', "+"), ""] {
            assert!(Challenge::parse(Some(bad), Some("S256")).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_verifier_fits_its_own_challenge_and_no_other(a in "[A-Za-z0-9._~-]{43,128}", b in "[A-Za-z0-9._~-]{43,128}") {
            let (va, vb) = (Verifier::parse(&a).unwrap(), Verifier::parse(&b).unwrap());
            let challenge = Challenge::parse(Some(Challenge::of(&va).as_str()), Some(METHOD)).unwrap();
            prop_assert!(check(challenge.as_ref(), Some(&va)).is_ok());
            prop_assert_eq!(check(challenge.as_ref(), Some(&vb)).is_ok(), a == b);
        }
    }
}
