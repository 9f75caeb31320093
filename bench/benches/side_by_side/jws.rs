//! Signing and verifying an ID token: HARP on aws-lc-rs with its strict parser, and josekit on OpenSSL.

use divan::Bencher;
use harp_oidc::jose::alg::{Alg, Typ};
use harp_oidc::jose::jwk::Jwk;
use harp_oidc::jose::jws::{Signer as _, Unverified, sign};
use harp_oidc::jose::key::{SigningKey, VerifyingKey};
use josekit::jws::{self as other, JwsHeader, JwsSigner, JwsVerifier};
use josekit::jwt::{self, JwtPayload};
use serde_json::{Value, json};

const ALGS: [&str; 2] = ["RS256", "ES256"];

fn key(alg: &str) -> SigningKey {
    SigningKey::generate(Alg::parse(alg).unwrap()).unwrap()
}

fn claims() -> Value {
    json!({
        "iss": "https://id.example.org", "sub": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r", "aud": "mft",
        "exp": 1_795_000_600, "iat": 1_795_000_000, "auth_time": 1_795_000_000, "nonce": "n-0S6_WzA2Mj",
        "acr": "urn:harp:acr:aal2", "amr": ["pwd", "otp", "mfa"], "sid": "sess_01jd8z8q6w3k5m7n9p1r3t5v7x",
        "urn:harp:claims:roles": [{
            "program": "mft", "org": "org_01jd8z8q6w3k5m7n9p1r3t5v7x", "org_name": "Yale",
            "role": "mft_web_user", "role_name": "Web User", "permissions": ["files:upload"],
        }],
    })
}

fn their_signer(key: &SigningKey) -> Box<dyn JwsSigner> {
    let der = key.to_pkcs8().unwrap();
    match key.alg() {
        Alg::Rs256 => Box::new(other::RS256.signer_from_der(der.expose()).unwrap()),
        _ => Box::new(other::ES256.signer_from_der(der.expose()).unwrap()),
    }
}

fn their_verifier(key: &SigningKey) -> Box<dyn JwsVerifier> {
    let published = serde_json::to_vec(&Jwk::ours(key.public().clone())).unwrap();
    let jwk = josekit::jwk::Jwk::from_bytes(published).unwrap();
    match key.alg() {
        Alg::Rs256 => Box::new(other::RS256.verifier_from_jwk(&jwk).unwrap()),
        _ => Box::new(other::ES256.verifier_from_jwk(&jwk).unwrap()),
    }
}

#[divan::bench(args = ALGS)]
fn sign_harp(bencher: Bencher<'_, '_>, alg: &str) {
    let (key, claims) = (key(alg), claims());
    bencher.bench_local(|| sign(&key, Typ::Jwt, &claims).unwrap());
}

#[divan::bench(args = ALGS)]
fn sign_josekit(bencher: Bencher<'_, '_>, alg: &str) {
    let key = key(alg);
    let (signer, header) = (their_signer(&key), JwsHeader::new());
    let payload = JwtPayload::from_map(claims().as_object().unwrap().clone()).unwrap();
    bencher.bench_local(|| jwt::encode_with_signer(&payload, &header, &*signer).unwrap());
}

#[divan::bench(args = ALGS)]
fn verify_harp(bencher: Bencher<'_, '_>, alg: &str) {
    let key = key(alg);
    let token = sign(&key, Typ::Jwt, &claims()).unwrap();
    let verifier = VerifyingKey::new(&Jwk::ours(key.public().clone())).unwrap();
    bencher.bench_local(|| Unverified::parse(&token).unwrap().verify(&verifier, Typ::Jwt).unwrap());
}

#[divan::bench(args = ALGS)]
fn verify_josekit(bencher: Bencher<'_, '_>, alg: &str) {
    let key = key(alg);
    let token = sign(&key, Typ::Jwt, &claims()).unwrap();
    let verifier = their_verifier(&key);
    bencher.bench_local(|| jwt::decode_with_verifier(&token, &*verifier).unwrap());
}
