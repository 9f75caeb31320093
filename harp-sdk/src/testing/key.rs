//! An ES256 key of the provider.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A signing key with its name.
#[derive(Debug)]
pub struct Key {
    kid: String,
    pair: EcdsaKeyPair,
}

impl Key {
    /// `None` when the system has no randomness.
    pub fn mint(kid: &str) -> Option<Key> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).ok()?;
        Some(Key { kid: kid.to_owned(), pair })
    }

    /// The name by which tokens call it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half (RFC 7517).
    pub fn jwk(&self) -> Value {
        // An uncompressed point: 4, x, y.
        let point = self.pair.public_key().as_ref().get(1..).unwrap_or_default();
        let (x, y) = point.split_at(point.len() / 2);
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        })
    }

    /// A compact token, whatever its header says (RFC 7515 §7.1).
    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map(|s| URL_SAFE_NO_PAD.encode(s.as_ref())).unwrap_or_default();
        format!("{signed}.{signature}")
    }
}
