use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::secret::Secret;
use harp_oidc::jose::alg::{Alg, Typ};
use harp_oidc::jose::jwk::{Jwk, JwkSet};
use harp_oidc::jose::jws::{MAX_TOKEN, Refused, Unverified, Verified, Verifier, sign};
use harp_oidc::jose::key::{SigningKey, VerifyingKey};
use serde_json::{Map, Value, json};

use crate::Verdict;

/// Any bytes as a token, and any bytes as a change to a good one. No fuzzer can sign, so nothing but what was signed
/// here may ever be accepted.
pub fn jws_verify(data: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(data) else { return Verdict::Refused };
    let verified = verify(text);
    assert_eq!(verified.is_ok(), SIGNED.iter().any(|good| good == text), "only what was signed, to the byte");
    if let Ok(token) = Unverified::parse(text) {
        form_is_strict(text, &token);
    }
    for good in SIGNED.iter() {
        if let Some(changed) = changed(good, data) {
            assert_eq!(verify(&changed).is_ok(), changed == *good, "{changed}");
        }
    }
    let _ = JwkSet::parse(data);
    Verdict::of(&verified)
}

fn verify(text: &str) -> Result<Verified, Refused> {
    let token = Unverified::parse(text)?;
    // Each algorithm gets its turn, as it would with a key set.
    let key = KEYS.iter().find(|key| key.alg() == token.alg()).ok_or(Refused::Key)?;
    token.verify(key, Typ::Jwt)
}

fn form_is_strict(text: &str, token: &Unverified<'_>) {
    assert!(text.len() <= MAX_TOKEN);
    let parts: Vec<&str> = text.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("not three parts: {text}") };
    assert!(!payload.is_empty() && !signature.is_empty());
    for part in [header, signature] {
        let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
        assert_eq!(URL_SAFE_NO_PAD.encode(bytes), part, "there is one spelling");
    }
    let bytes = URL_SAFE_NO_PAD.decode(header).expect("base64url");
    let members: Map<String, Value> = serde_json::from_slice(&bytes).expect("another parser reads it too");
    assert!(!members.contains_key("crit") && !members.contains_key("b64"));
    assert_eq!(members.get("alg").and_then(Value::as_str), Some(token.alg().as_str()));
}

/// The good token with some of its bytes overwritten: two bytes say where, the rest with what.
fn changed(good: &str, data: &[u8]) -> Option<String> {
    let (place, over) = data.split_at_checked(2)?;
    let at = (usize::from(place[0]) << 8 | usize::from(place[1])) % good.len();
    let mut bytes = good.as_bytes()[..at].to_vec();
    bytes.extend(over);
    bytes.extend(good.as_bytes().iter().skip(at + over.len()));
    String::from_utf8(bytes).ok()
}

/// What was signed: Ed25519 is deterministic, so these are the same on every run.
static SIGNED: LazyLock<Vec<String>> = LazyLock::new(|| {
    // Members by name, which is their order whether or not serde_json keeps the order of insertion.
    let claims = [
        json!({"aud": "mft", "exp": 2_000_000_000, "iss": "https://harp.example", "sub": "s"}),
        json!({"aud": ["mft", "hqr"], "urn:harp:claims:roles": [{"role": "é\"\\"}]}),
        json!({}),
    ];
    claims.iter().map(|claims| sign(&*SIGNER, Typ::Jwt, claims).expect("it signs")).collect()
});

/// The well-known key of RFC 8037 Appendix A.1, in PKCS#8 (RFC 8410 §7).
static SIGNER: LazyLock<SigningKey> = LazyLock::new(|| {
    let seed = URL_SAFE_NO_PAD.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("base64url");
    let prefix = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    SigningKey::from_pkcs8(Alg::EdDsa, &Secret::new([&prefix[..], &seed].concat())).expect("a key")
});

/// Its public half, and the public keys of RFC 7515 Appendices A.2 and A.3.
static KEYS: LazyLock<Vec<VerifyingKey>> = LazyLock::new(|| {
    let rfc = JwkSet::parse(include_bytes!("rfc7515.jwks.json")).expect("a key set");
    assert_eq!(rfc.keys.len(), 2);
    let ours = Jwk::ours(SIGNER.public().clone());
    rfc.keys.iter().chain([&ours]).map(|jwk| VerifyingKey::new(jwk).expect("a key")).collect()
});
