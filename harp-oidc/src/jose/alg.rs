//! The signature algorithms of HARP, and the kinds of token.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). There is no `none` and none with a shared secret, so a key
/// can never be taken for one of those.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Alg {
    /// RSASSA-PKCS1-v1_5 with SHA-256: the default for ID tokens (OpenID Connect Core §15.1).
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519. Kept off the published keys unless a setting asks for it: many clients do not know `OKP`.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Alg {
    pub const ALL: [Alg; 3] = [Alg::Rs256, Alg::Es256, Alg::EdDsa];

    pub fn as_str(self) -> &'static str {
        match self {
            Alg::Rs256 => "RS256",
            Alg::Es256 => "ES256",
            Alg::EdDsa => "EdDSA",
        }
    }

    pub fn parse(text: &str) -> Option<Alg> {
        Alg::ALL.into_iter().find(|a| a.as_str() == text)
    }

    /// `at_hash` or `c_hash` (OpenID Connect Core §3.1.3.6): the left half of the hash that the algorithm uses.
    pub fn half_hash(self, token: &str) -> String {
        let hash = match self {
            Alg::Rs256 | Alg::Es256 => digest(&SHA256, token.as_bytes()),
            Alg::EdDsa => digest(&SHA512, token.as_bytes()),
        };
        let bytes = hash.as_ref();
        URL_SAFE_NO_PAD.encode(bytes.get(..bytes.len() / 2).unwrap_or_default())
    }
}

/// What a token is for, in its header: a token of one kind is never taken for another (RFC 8725 §3.11).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Typ {
    /// An ID token.
    Jwt,
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// A logout token (OpenID Connect Back-Channel Logout §2.4).
    Logout,
}

impl Typ {
    pub fn as_str(self) -> &'static str {
        match self {
            Typ::Jwt => "JWT",
            Typ::AccessToken => "at+jwt",
            Typ::Logout => "logout+jwt",
        }
    }

    /// RFC 7515 §4.1.9: a media type, in whatever case, with or without its `application/`.
    pub(super) fn is(self, written: &str) -> bool {
        const PREFIX: &str = "application/";
        let short = match written.split_at_checked(PREFIX.len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
            _ => written,
        };
        short.eq_ignore_ascii_case(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signatures_with_a_key_pair_have_a_name_here() {
        for alg in Alg::ALL {
            assert_eq!(Alg::parse(alg.as_str()), Some(alg));
            assert_eq!(serde_json::to_value(alg).unwrap(), alg.as_str());
        }
        for other in ["none", "None", "NONE", "HS256", "rs256", "RS256 ", ""] {
            assert_eq!(Alg::parse(other), None, "{other}");
        }
    }

    #[test]
    fn the_half_hash_is_that_of_openid_connect_core() {
        // OpenID Connect Core, Appendix A.3.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(Alg::Rs256.half_hash(token), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn kinds_are_compared_as_media_types() {
        assert!(
            Typ::Jwt.is("jwt") && Typ::AccessToken.is("application/at+jwt") && Typ::Jwt.is("APPLICATION/JWT")
        );
        assert!(!Typ::Jwt.is("at+jwt") && !Typ::Jwt.is("") && !Typ::Jwt.is("application/application/jwt"));
    }
}
