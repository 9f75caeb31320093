//! Public keys as JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2): rendered, named by thumbprint, and read from others.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::alg::Alg;
use crate::protocol::json::{self, Bounds, JsonFault};

/// A public key for signatures. It has one algorithm.
#[derive(Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// Modulus and exponent, big endian without leading zeros.
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
    P256 {
        x: [u8; 32],
        y: [u8; 32],
    },
    Ed25519 {
        x: [u8; 32],
    },
}

impl PublicKey {
    pub fn alg(&self) -> Alg {
        match self {
            PublicKey::Rsa { .. } => Alg::Rs256,
            PublicKey::P256 { .. } => Alg::Es256,
            PublicKey::Ed25519 { .. } => Alg::EdDsa,
        }
    }

    /// The SHA-256 thumbprint (RFC 7638 §3), base64url: HARP's `kid`.
    pub fn thumbprint(&self) -> String {
        let members: Vec<String> = self.required().iter().map(|(k, v)| format!("\"{k}\":\"{v}\"")).collect();
        let text = format!("{{{}}}", members.join(","));
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }

    /// The required members in the order of RFC 7638 §3.2: by name.
    fn required(&self) -> Vec<(&'static str, String)> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            PublicKey::Rsa { n, e } => vec![("e", text(e)), ("kty", "RSA".to_owned()), ("n", text(n))],
            PublicKey::P256 { x, y } => {
                vec![("crv", "P-256".to_owned()), ("kty", "EC".to_owned()), ("x", text(x)), ("y", text(y))]
            }
            PublicKey::Ed25519 { x } => {
                vec![("crv", "Ed25519".to_owned()), ("kty", "OKP".to_owned()), ("x", text(x))]
            }
        }
    }

    fn from_members(members: &Map<String, Value>) -> Result<PublicKey, JwkFault> {
        let text = |name: &'static str| members.get(name).and_then(Value::as_str);
        let bytes = |name: &'static str| {
            let value = text(name).ok_or(JwkFault::Member(name))?;
            URL_SAFE_NO_PAD.decode(value).map_err(|_| JwkFault::Member(name))
        };
        // RFC 7518 §6.2.1.2: a coordinate has its full length, leading zeros and all.
        let coordinate =
            |name: &'static str| <[u8; 32]>::try_from(bytes(name)?).map_err(|_| JwkFault::Member(name));
        match (text("kty"), text("crv")) {
            (Some("RSA"), _) => rsa(bytes("n")?, bytes("e")?),
            (Some("EC"), Some("P-256")) => Ok(PublicKey::P256 { x: coordinate("x")?, y: coordinate("y")? }),
            (Some("OKP"), Some("Ed25519")) => Ok(PublicKey::Ed25519 { x: coordinate("x")? }),
            _ => Err(JwkFault::NotForUs),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({} {})", self.alg().as_str(), self.thumbprint())
    }
}

/// A public key with the name that tokens call it by.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jwk {
    pub kid: Option<String>,
    pub key: PublicKey,
}

/// Why a JWK is not taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum JwkFault {
    #[error("the key set: {0}")]
    Json(#[from] JsonFault),
    #[error("the key set has no array `keys` of at most {max} keys")]
    Keys { max: usize },
    #[error("a key has its private part `{0}` in it")]
    Private(&'static str),
    #[error("the member `{0}` of a key is missing or wrong")]
    Member(&'static str),
    #[error("the key is of a kind that is not used here")]
    NotForUs,
}

impl Jwk {
    const MAX_KID: usize = 256;

    /// Our own key, named by its thumbprint.
    pub fn ours(key: PublicKey) -> Jwk {
        Jwk { kid: Some(key.thumbprint()), key }
    }

    /// Reads one key. Fails on a private key, whoever's it is: it should not be here (RFC 7517 §9.3).
    pub fn parse(members: &Map<String, Value>) -> Result<Jwk, JwkFault> {
        let private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if let Some(name) = private.into_iter().find(|name| members.contains_key(*name)) {
            return Err(JwkFault::Private(name));
        }
        let says =
            |name: &str, wanted: &str| members.get(name).is_none_or(|value| value.as_str() == Some(wanted));
        let verifies = match members.get("key_ops") {
            None => true,
            Some(operations) => operations.as_array().is_some_and(|all| all.iter().any(|o| o == "verify")),
        };
        if !says("use", "sig") || !verifies {
            return Err(JwkFault::NotForUs);
        }
        let key = PublicKey::from_members(members)?;
        if !says("alg", key.alg().as_str()) {
            return Err(JwkFault::NotForUs);
        }
        match members.get("kid") {
            None => Ok(Jwk { kid: None, key }),
            Some(Value::String(kid)) if kid.len() <= Self::MAX_KID => Ok(Jwk { kid: Some(kid.clone()), key }),
            Some(_) => Err(JwkFault::Member("kid")),
        }
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let fixed = [("use", "sig".to_owned()), ("alg", self.key.alg().as_str().to_owned())];
        let kid = self.kid.clone().map(|kid| ("kid", kid));
        s.collect_map(kid.into_iter().chain(fixed).chain(self.key.required()))
    }
}

/// A JWK set (RFC 7517 §5).
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct JwkSet {
    pub keys: Vec<Jwk>,
}

impl JwkSet {
    const BOUNDS: Bounds = Bounds { bytes: 64 * 1024, depth: 6, values: 2048 };
    const MAX_KEYS: usize = 64;

    /// Reads somebody else's keys. A key of a kind that is not used here is passed over (RFC 7517 §5).
    pub fn parse(text: &[u8]) -> Result<JwkSet, JwkFault> {
        let too_many = || JwkFault::Keys { max: Self::MAX_KEYS };
        let members = json::object(text, Self::BOUNDS)?;
        let listed = members.get("keys").and_then(Value::as_array).ok_or_else(too_many)?;
        if listed.len() > Self::MAX_KEYS {
            return Err(too_many());
        }
        let mut keys = Vec::new();
        for key in listed {
            match key.as_object().map(Jwk::parse) {
                Some(Ok(key)) => keys.push(key),
                Some(Err(fault @ JwkFault::Private(_))) => return Err(fault),
                _ => {}
            }
        }
        Ok(JwkSet { keys })
    }
}

/// 2048 to 4096 bits (RFC 7518 §3.3; the upper bound keeps a foreign key from costing too much), a small odd exponent.
fn rsa(n: Vec<u8>, e: Vec<u8>) -> Result<PublicKey, JwkFault> {
    let top = n.first().copied().unwrap_or(0);
    if !(256..=512).contains(&n.len()) || (n.len() == 256 && top < 0x80) || top == 0 {
        return Err(JwkFault::Member("n"));
    }
    let odd = e.last().is_some_and(|last| last % 2 == 1);
    if e.len() > 4 || e.first() == Some(&0) || e == [1] || !odd {
        return Err(JwkFault::Member("e"));
    }
    Ok(PublicKey::Rsa { n, e })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 7638 §3.1.
    const RFC: &str = r#"{"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}"#;

    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let set = JwkSet::parse(RFC.as_bytes()).unwrap();
        assert_eq!(set.keys[0].key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        assert_eq!(set.keys[0].kid.as_deref(), Some("2011-04-29"));
        // RFC 8037 Appendix A.3.
        let x = URL_SAFE_NO_PAD.decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").unwrap();
        let key = PublicKey::Ed25519 { x: x.try_into().unwrap() };
        assert_eq!(key.thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_is_rendered_is_read_back() {
        let set = JwkSet {
            keys: vec![
                Jwk::ours(PublicKey::P256 { x: [0; 32], y: [7; 32] }),
                Jwk::ours(PublicKey::Ed25519 { x: [9; 32] }),
                JwkSet::parse(RFC.as_bytes()).unwrap().keys[0].clone(),
            ],
        };
        assert_eq!(JwkSet::parse(&serde_json::to_vec(&set).unwrap()), Ok(set));
    }

    #[test]
    fn keys_for_other_uses_are_passed_over_and_private_ones_refused() {
        let read = |keys: &str| JwkSet::parse(format!(r#"{{"keys":[{keys}]}}"#).as_bytes());
        let zeros = "A".repeat(43);
        let ec = |more: &str| format!(r#"{{"kty":"EC","crv":"P-256","x":"{zeros}","y":"{zeros}"{more}}}"#);
        assert_eq!(read(&ec("")).unwrap().keys.len(), 1);
        for other in [
            ec(r#","use":"enc""#),
            ec(r#","alg":"RS256""#),
            ec(r#","alg":"none""#),
            ec(r#","key_ops":["sign"]"#),
            ec(r#","kid":7"#),
            ec("").replace("P-256", "P-384"),
            ec("").replace("\"x\":\"A", "\"x\":\""),
            ec("").replace("\"x\":\"A", "\"x\":\"AA"),
            r#"{"kty":"AKP"}"#.to_owned(),
            r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#.to_owned(),
            "7".to_owned(),
        ] {
            assert_eq!(read(&other), Ok(JwkSet::default()), "{other}");
        }
        assert_eq!(read(&ec(r#","d":"AA""#)), Err(JwkFault::Private("d")));
        assert_eq!(read(r#"{"kty":"oct","k":"AA"}"#), Err(JwkFault::Private("k")));
        assert!(read(&vec![ec(""); 65].join(",")).is_err());
        assert!(JwkSet::parse(b"{}").is_err() && JwkSet::parse(b"[]").is_err());
        let weak = RFC.replace("0vx7", "Avx7");
        assert_eq!(JwkSet::parse(weak.as_bytes()), Ok(JwkSet::default()), "2048 bits at least");
        assert_eq!(JwkSet::parse(RFC.replace("AQAB", "AQ").as_bytes()), Ok(JwkSet::default()));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = JwkSet::parse(&text);
        }
    }
}
