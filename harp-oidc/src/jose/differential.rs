//! josekit on the other side: what we sign it verifies, what it signs we verify, and what it takes and we must not.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::Timestamp;
use josekit::jwk::KeyPair;
use josekit::jwk::alg::ed::EdCurve;
use josekit::jws::{self as other, JwsHeader, JwsSigner, JwsVerifier};
use josekit::jwt::{self, JwtPayload};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::alg::{Alg, Typ};
use super::check::{Expected, Lifetime};
use super::jwk::Jwk;
use super::jws::{MAX_TOKEN, Refused, Signer, Unverified, Verified, sign};
use super::key::{SigningKey, VerifyingKey};

struct Ours {
    signer: SigningKey,
    verifier: VerifyingKey,
}

fn ours(alg: Alg) -> Ours {
    let signer = SigningKey::generate(alg).unwrap();
    let verifier = VerifyingKey::new(&Jwk::ours(signer.public().clone())).unwrap();
    Ours { signer, verifier }
}

fn their_signer(key: &SigningKey) -> Box<dyn JwsSigner> {
    let der = key.to_pkcs8().unwrap();
    match key.alg() {
        Alg::Rs256 => Box::new(other::RS256.signer_from_der(der.expose()).unwrap()),
        Alg::Es256 => Box::new(other::ES256.signer_from_der(der.expose()).unwrap()),
        Alg::EdDsa => Box::new(other::EdDSA.signer_from_der(der.expose()).unwrap()),
    }
}

/// From the JWK that we publish.
fn their_verifier(key: &SigningKey) -> Box<dyn JwsVerifier> {
    let published = serde_json::to_vec(&Jwk::ours(key.public().clone())).unwrap();
    let jwk = josekit::jwk::Jwk::from_bytes(published).unwrap();
    match key.alg() {
        Alg::Rs256 => Box::new(other::RS256.verifier_from_jwk(&jwk).unwrap()),
        Alg::Es256 => Box::new(other::ES256.verifier_from_jwk(&jwk).unwrap()),
        Alg::EdDsa => Box::new(other::EdDSA.verifier_from_jwk(&jwk).unwrap()),
    }
}

fn verify(token: &str, key: &VerifyingKey) -> Result<Verified, Refused> {
    Unverified::parse(token)?.verify(key, Typ::Jwt)
}

/// A token with this header and payload, signed as they stand.
fn forged(key: &SigningKey, header: &str, payload: &str) -> String {
    let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn what_we_sign_josekit_verifies_and_the_other_way_round() {
    for alg in Alg::ALL {
        let key = ours(alg);
        let claims =
            json!({"sub": "é\"\\", "n": [1, -2, null, true, {"x": 0.5}], "iss": "https://harp.example"});
        let token = sign(&key.signer, Typ::Jwt, &claims).unwrap();
        let (payload, header) = jwt::decode_with_verifier(&token, &*their_verifier(&key.signer)).unwrap();
        assert_eq!(Value::Object(payload.claims_set().clone()), claims);
        assert_eq!(header.claim("kid").unwrap(), key.signer.kid());

        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        let theirs = JwtPayload::from_map(claims.as_object().unwrap().clone()).unwrap();
        let token = jwt::encode_with_signer(&theirs, &header, &*their_signer(&key.signer)).unwrap();
        assert_eq!(Value::Object(verify(&token, &key.verifier).unwrap().claims().clone()), claims);
    }
}

#[test]
fn keys_that_josekit_generates_are_taken() {
    let pairs: [(Alg, Box<dyn KeyPair>); 3] = [
        (Alg::Rs256, Box::new(other::RS256.generate_key_pair(3072).unwrap())),
        (Alg::Es256, Box::new(other::ES256.generate_key_pair().unwrap())),
        (Alg::EdDsa, Box::new(other::EdDSA.generate_key_pair(EdCurve::Ed25519).unwrap())),
    ];
    for (alg, pair) in pairs {
        // Its PEM is PKCS#8; its DER is that only for some kinds.
        let pem = String::from_utf8(pair.to_pem_private_key()).unwrap();
        let der =
            STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).unwrap();
        let key = SigningKey::from_pkcs8(alg, &Secret::new(der)).unwrap();
        let token = sign(&key, Typ::Jwt, &json!({"a": 1})).unwrap();
        assert!(jwt::decode_with_verifier(&token, &*their_verifier(&key)).is_ok(), "{alg:?}");
    }
}

#[test]
fn hostile_tokens_are_refused() {
    let key = ours(Alg::Es256);
    let kid = key.signer.kid().to_owned();
    let good = sign(&key.signer, Typ::Jwt, &json!({"sub": "s"})).unwrap();
    assert!(verify(&good, &key.verifier).is_ok());
    let (head, tail) = good.split_once('.').unwrap();
    let (body, signature) = tail.split_once('.').unwrap();
    let forge = |header: &str| forged(&key.signer, header, r#"{"sub":"s"}"#);
    assert!(
        verify(&forge(r#"{"alg":"ES256","typ":"JWT"}"#), &key.verifier).is_ok(),
        "the forge itself is sound"
    );

    let deep = format!(r#"{{"alg":"ES256","typ":"JWT","x":{}{}}}"#, "[".repeat(900), "]".repeat(900));
    let many = format!(r#"{{"alg":"ES256","typ":"JWT","x":[{}1]}}"#, "1,".repeat(100));
    let unsigned = |header: &str| format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header));
    // The last of 86 characters carries two bits, so it is A, Q, g or w: the next letter spells the same bytes.
    let (front, last) = signature.split_at(85);
    let leftover = format!("{front}{}", char::from(last.as_bytes()[0] + 1));
    let other_end = format!("{front}{}", if last == "A" { "Q" } else { "A" });

    let table: Vec<(&str, String)> = vec![
        ("an extension", forge(r#"{"alg":"ES256","typ":"JWT","crit":["x"],"x":1}"#)),
        (
            "an extension that is known elsewhere",
            forge(r#"{"alg":"ES256","typ":"JWT","crit":["b64"],"b64":true}"#),
        ),
        ("no extension, said loudly", forge(r#"{"alg":"ES256","typ":"JWT","crit":[]}"#)),
        ("b64", forge(r#"{"alg":"ES256","typ":"JWT","b64":false}"#)),
        ("zip", forge(r#"{"alg":"ES256","typ":"JWT","zip":"DEF"}"#)),
        ("enc", forge(r#"{"alg":"ES256","typ":"JWT","enc":"A128GCM"}"#)),
        ("alg twice", forge(r#"{"alg":"none","alg":"ES256","typ":"JWT"}"#)),
        ("alg twice, once escaped", forge(r#"{"\u0061lg":"none","alg":"ES256","typ":"JWT"}"#)),
        ("typ twice", forge(r#"{"alg":"ES256","typ":"at+jwt","typ":"JWT"}"#)),
        ("alg in lower case", forge(r#"{"alg":"es256","typ":"JWT"}"#)),
        ("alg of another key", forge(r#"{"alg":"RS256","typ":"JWT"}"#)),
        ("alg as an array", forge(r#"{"alg":["ES256"],"typ":"JWT"}"#)),
        ("no alg", forge(r#"{"typ":"JWT"}"#)),
        ("no typ", forge(r#"{"alg":"ES256"}"#)),
        ("an access token", forge(r#"{"alg":"ES256","typ":"at+jwt"}"#)),
        ("a logout token", forge(r#"{"alg":"ES256","typ":"logout+jwt"}"#)),
        ("typ as a number", forge(r#"{"alg":"ES256","typ":1}"#)),
        ("another kid", forge(r#"{"alg":"ES256","typ":"JWT","kid":"other"}"#)),
        ("a header that is an array", forge(r#"["alg"]"#)),
        ("a header with a tail", forge(r#"{"alg":"ES256","typ":"JWT"}{}"#)),
        ("a header that is nested too deeply", forge(&deep)),
        ("a header with too many values", forge(&many)),
        ("a huge header", forge(&format!(r#"{{"alg":"ES256","typ":"JWT","x":"{}"}}"#, "x".repeat(4096)))),
        ("claims twice", forged(&key.signer, r#"{"alg":"ES256","typ":"JWT"}"#, r#"{"sub":"a","sub":"b"}"#)),
        ("claims that are an array", forged(&key.signer, r#"{"alg":"ES256","typ":"JWT"}"#, "[]")),
        ("no claims", forged(&key.signer, r#"{"alg":"ES256","typ":"JWT"}"#, "")),
        ("none", unsigned(r#"{"alg":"none","typ":"JWT"}"#)),
        ("None", unsigned(r#"{"alg":"None","typ":"JWT"}"#)),
        ("none with a signature", forge(r#"{"alg":"none","typ":"JWT"}"#)),
        ("an empty signature", format!("{head}.{body}.")),
        ("two parts", format!("{head}.{body}")),
        ("four parts", format!("{good}.{signature}")),
        ("five parts", format!("{good}.a.b")),
        ("a trailing dot", format!("{good}.")),
        ("a leading dot", format!(".{good}")),
        ("no header", format!(".{body}.{signature}")),
        ("no payload", format!("{head}..{signature}")),
        ("dots alone", "..".to_owned()),
        ("nothing", String::new()),
        ("a space before", format!(" {good}")),
        ("a new line after", format!("{good}\n")),
        ("a new line within", format!("{head}.\n{tail}")),
        ("padding", format!("{good}==")),
        ("padding in the header", format!("{}.{tail}", URL_SAFE.encode(r#"{"alg":"ES256","typ":"JWT" }"#))),
        ("the alphabet of base64", format!("{head}.{}.{signature}", STANDARD.encode([0xfb, 0xff, 0xfe]))),
        ("leftover bits in the signature", format!("{head}.{body}.{leftover}")),
        ("another last character", format!("{head}.{body}.{other_end}")),
        ("half a signature", format!("{head}.{body}.{}", &signature[..43])),
        ("another payload", format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(r#"{"sub":"t"}"#))),
        ("a huge token", format!("{head}.{}.{signature}", "a".repeat(MAX_TOKEN))),
        ("a nul byte", format!("{head}\0.{tail}")),
        ("not ASCII", format!("{head}.é.{signature}")),
    ];
    for (what, token) in &table {
        assert!(verify(token, &key.verifier).is_err(), "{what}: {token}");
    }
    assert_eq!(
        verify(&forge(&format!(r#"{{"alg":"ES256","typ":"JWT","kid":"{kid}"}}"#)), &key.verifier)
            .unwrap()
            .text("sub"),
        Some("s")
    );
}

#[test]
fn a_public_key_is_never_taken_for_a_shared_secret() {
    let key = ours(Alg::Rs256);
    let jwk = serde_json::to_value(Jwk::ours(key.signer.public().clone())).unwrap();
    let modulus = jwk["n"].as_str().unwrap();
    for secret in
        [serde_json::to_vec(&jwk).unwrap(), modulus.into(), URL_SAFE_NO_PAD.decode(modulus).unwrap()]
    {
        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        let signer = other::HS256.signer_from_bytes(secret).unwrap();
        let token = jwt::encode_with_signer(&JwtPayload::new(), &header, &signer).unwrap();
        assert_eq!(verify(&token, &key.verifier), Err(Refused::Alg));
    }
}

#[test]
fn a_token_is_for_us_and_still_alive_or_refused() {
    let key = ours(Alg::EdDsa);
    let now = Timestamp::from_secs(1_000);
    let alive = Lifetime::Alive { now, leeway: Duration::from_secs(5) };
    let expected = Expected { issuer: "https://harp.example", audience: "mft", lifetime: alive };
    let check = |change: Value, expected: &Expected<'_>| {
        let mut claims: Map<String, Value> =
            json!({"iss": "https://harp.example", "aud": "mft", "exp": 1_001, "iat": 999})
                .as_object()
                .unwrap()
                .clone();
        claims.extend(change.as_object().unwrap().clone());
        verify(&sign(&key.signer, Typ::Jwt, &claims).unwrap(), &key.verifier).unwrap().check(expected)
    };
    for good in [
        json!({}),
        json!({"aud": ["x", "mft"]}),
        json!({"exp": 996}),
        json!({"iat": 1_005}),
        json!({"exp": 1e300}),
    ] {
        assert_eq!(check(good.clone(), &expected), Ok(()), "{good}");
    }
    for (bad, why) in [
        (json!({"exp": 995}), Refused::Expired),
        (json!({"exp": -1}), Refused::Expired),
        (json!({"exp": null}), Refused::Claim("exp")),
        (json!({"exp": "1001"}), Refused::Claim("exp")),
        (json!({"nbf": 1_006}), Refused::Claim("nbf")),
        (json!({"iat": 1_006}), Refused::Claim("iat")),
        (json!({"iss": "https://harp.example/"}), Refused::Claim("iss")),
        (json!({"aud": "other"}), Refused::Claim("aud")),
        (json!({"aud": {"mft": 1}}), Refused::Claim("aud")),
        (json!({"aud": []}), Refused::Claim("aud")),
    ] {
        assert_eq!(check(bad.clone(), &expected), Err(why), "{bad}");
    }
    let hint = Expected { lifetime: Lifetime::MayBeOver, ..expected };
    assert_eq!(check(json!({"exp": 1}), &hint), Ok(()));
    assert_eq!(check(json!({"aud": "other"}), &hint), Err(Refused::Claim("aud")));
}

#[test]
fn a_token_that_nobody_would_take_is_not_made() {
    let key = ours(Alg::EdDsa);
    assert!(sign(&key.signer, Typ::Jwt, &json!({"x": "x".repeat(MAX_TOKEN)})).is_err());
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_claims_survive_both_ways_and_no_changed_byte_does(
        members in proptest::collection::btree_map("x.{0,6}", json_value(), 0..5), at in any::<proptest::sample::Index>(), by in 1u8..=127,
    ) {
        static KEY: std::sync::LazyLock<Ours> = std::sync::LazyLock::new(|| ours(Alg::EdDsa));
        let claims: Map<String, Value> = members.into_iter().collect();
        let token = sign(&KEY.signer, Typ::Jwt, &claims).unwrap();
        let read = verify(&token, &KEY.verifier).unwrap();
        prop_assert_eq!(read.claims(), &claims);
        let (theirs, _) = jwt::decode_with_verifier(&token, &*their_verifier(&KEY.signer)).unwrap();
        prop_assert_eq!(theirs.claims_set(), &claims);

        let mut changed = token.clone().into_bytes();
        let at = at.index(changed.len());
        changed[at] = (changed[at] ^ by) & 0x7f;
        let changed = String::from_utf8(changed).unwrap();
        prop_assert!(changed == token || verify(&changed, &KEY.verifier).is_err());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[A-Za-z0-9_.=-]{0,200}") {
        let _ = Unverified::parse(&text);
    }
}
