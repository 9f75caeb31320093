//! Every rule of an ID token, broken once each (OpenID Connect Core 1.0 §3.1.3.7).

use harp_sdk::error::TokenFault;
use harp_sdk::testing::{Claims, Key, Mischief};
use harp_sdk::{Ask, SignInError};
use josekit::jws::{ES256, HS256, JwsHeader, RS256};
use josekit::jwt::{self, JwtPayload};
use serde_json::{Value, json};

use super::{World, to};

async fn fault(world: &World) -> Option<TokenFault> {
    fault_of(world, &to("/")).await
}

async fn fault_of(world: &World, ask: &Ask) -> Option<TokenFault> {
    let (query, cookies) = world.to_the_callback(ask).await;
    match world.harp.finish(&query, &cookies).await {
        Ok(_) => None,
        Err(refused) => match refused.error {
            SignInError::Token(fault) => Some(fault),
            other => panic!("{other:?}"),
        },
    }
}

fn claims(change: impl Fn(&mut Claims) + Send + 'static) -> Mischief {
    Mischief { claims: Some(Box::new(change)), ..Mischief::default() }
}

fn token(make: impl Fn(&Claims) -> String + Send + 'static) -> Mischief {
    Mischief { id_token: Some(Box::new(make)), ..Mischief::default() }
}

fn shifted(claims: &mut Claims, name: &str, by: i64) {
    let now = claims[name].as_i64().unwrap();
    claims.insert(name.into(), json!(now + by));
}

#[tokio::test]
async fn a_claim_that_breaks_a_rule_is_refused() {
    let world = World::new().await;
    type Change = fn(&mut Claims);
    let set: [(Change, TokenFault); 15] = [
        (|c| drop(c.insert("iss".into(), json!("https://attacker.test"))), TokenFault::Issuer),
        (|c| drop(c.insert("aud".into(), json!("another-client"))), TokenFault::Audience),
        (|c| drop(c.insert("aud".into(), json!(["application", "another-client"]))), TokenFault::Audience),
        (|c| drop(c.insert("aud".into(), json!([]))), TokenFault::Audience),
        (|c| drop(c.insert("azp".into(), json!("another-client"))), TokenFault::Audience),
        (|c| shifted(c, "exp", -361), TokenFault::Expired),
        (|c| shifted(c, "iat", 62), TokenFault::IssuedAt),
        (|c| shifted(c, "iat", -662), TokenFault::IssuedAt),
        (|c| drop(c.insert("nonce".into(), json!("another"))), TokenFault::Nonce),
        (|c| drop(c.remove("nonce")), TokenFault::Nonce),
        (|c| shifted(c, "auth_time", 62), TokenFault::AuthTime),
        (|c| drop(c.insert("at_hash".into(), json!("AAAAAAAAAAAAAAAAAAAAAA"))), TokenFault::AccessTokenHash),
        (|c| drop(c.remove("sub")), TokenFault::Malformed),
        (|c| drop(c.remove("exp")), TokenFault::Malformed),
        (
            |c| drop(c.insert("urn:harp:claims:roles".into(), json!([{ "role": "admin" }]))),
            TokenFault::Malformed,
        ),
    ];
    for (n, (change, wanted)) in set.into_iter().enumerate() {
        world.provider.misbehave(claims(change));
        assert_eq!(fault(&world).await, Some(wanted), "case {n}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_a_minute() {
    let world = World::new().await;
    for change in [
        |c: &mut Claims| shifted(c, "exp", -359),
        |c: &mut Claims| shifted(c, "iat", 59),
        |c: &mut Claims| shifted(c, "auth_time", 59),
        |c: &mut Claims| drop(c.insert("aud".into(), json!(["application"]))),
        |c: &mut Claims| drop(c.remove("at_hash")),
    ] {
        world.provider.misbehave(claims(change));
        assert_eq!(fault(&world).await, None);
    }
}

#[tokio::test]
async fn a_fresh_authentication_that_was_asked_for_must_be_there() {
    let world = World::new().await;
    let ask = || Ask { max_age: Some(std::time::Duration::from_secs(100)), ..to("/") };
    assert_eq!(fault_of(&world, &ask()).await, None);
    world.provider.misbehave(claims(|c| drop(c.remove("auth_time"))));
    assert_eq!(fault_of(&world, &ask()).await, Some(TokenFault::AuthTime));
    assert_eq!(fault(&world).await, None, "nobody asked");
    world.provider.misbehave(claims(|c| shifted(c, "auth_time", -161)));
    assert_eq!(fault_of(&world, &ask()).await, Some(TokenFault::AuthTime));
}

#[tokio::test]
async fn a_token_of_another_key_is_refused() {
    let world = World::new().await;
    let forge = |kid: &'static str| {
        let mallory = Key::mint(kid).unwrap();
        token(move |c| mallory.sign(&json!({"alg": "ES256", "kid": kid}), &json!(c)))
    };
    world.provider.misbehave(forge("key-1"));
    assert_eq!(fault(&world).await, Some(TokenFault::Signature));
    world.provider.misbehave(forge("key-of-mallory"));
    assert_eq!(fault(&world).await, Some(TokenFault::NoKey));
}

#[tokio::test]
async fn a_changed_token_is_refused() {
    let world = World::new().await;
    let mallory = Key::mint("key-1").unwrap();
    world.provider.misbehave(token(move |c| {
        // The head and the signature of one token, the claims of another.
        let one = mallory.sign(&json!({"alg": "ES256", "kid": "key-1"}), &json!({}));
        let two = mallory.sign(&json!({"alg": "ES256", "kid": "key-1"}), &json!(c));
        let [head, _, signature] = one.split('.').collect::<Vec<_>>().try_into().unwrap();
        format!("{head}.{}.{signature}", two.split('.').nth(1).unwrap())
    }));
    assert_eq!(fault(&world).await, Some(TokenFault::Signature));
}

/// RFC 8725 §2.1: the algorithm is ours to choose, not the token's.
#[tokio::test]
async fn no_other_algorithm_counts() {
    let world = World::new().await;
    let key = Key::mint("key-1").unwrap();
    for alg in ["none", "None", "HS256", "RS384", "ES384", "EdDSA", "PS256", "RSA-OAEP", "x"] {
        let key = Key::mint("key-1").unwrap();
        world.provider.misbehave(token(move |c| key.sign(&json!({"alg": alg, "kid": "key-1"}), &json!(c))));
        assert_eq!(fault(&world).await, Some(TokenFault::Algorithm(alg.to_owned())), "{alg}");
    }
    world.provider.misbehave(token(move |c| {
        let signed = key.sign(&json!({"alg": "none"}), &json!(c));
        format!("{}.", signed.rsplit_once('.').unwrap().0)
    }));
    assert_eq!(fault(&world).await, Some(TokenFault::Algorithm("none".into())));
    assert_eq!(world.provider.counts().keys, 0, "no key was looked for");
}

/// The public key as HMAC secret, and the client's secret as HMAC secret.
#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let world = World::new().await;
    let pair = ES256.generate_key_pair().unwrap();
    for secret in [pair.to_pem_public_key(), b"a secret / with: characters that Basic must escape".to_vec()] {
        world.provider.misbehave(token(move |c| {
            let mut header = JwsHeader::new();
            header.set_key_id("key-1");
            let signer = HS256.signer_from_bytes(&secret).unwrap();
            jwt::encode_with_signer(&payload(c), &header, &signer).unwrap()
        }));
        assert_eq!(fault(&world).await, Some(TokenFault::Algorithm("HS256".into())));
    }
}

#[tokio::test]
async fn rs256_of_another_library_is_accepted() {
    let world = World::new().await;
    let pair = RS256.generate_key_pair(2048).unwrap();
    let mut jwk: Value = serde_json::to_value(pair.to_jwk_public_key().as_ref()).unwrap();
    jwk["kid"] = json!("rsa");
    jwk["use"] = json!("sig");
    let pem = pair.to_pem_private_key();
    let sign = move |c: &Claims| {
        let mut header = JwsHeader::new();
        header.set_key_id("rsa");
        jwt::encode_with_signer(&payload(c), &header, &RS256.signer_from_pem(&pem).unwrap()).unwrap()
    };
    let keys = json!({ "keys": [jwk, { "kty": "unknown" }] }).to_string();
    world.provider.misbehave(Mischief { keys: Some(keys), ..token(sign) });
    assert_eq!(fault(&world).await, None);
}

#[tokio::test]
async fn what_is_no_token_is_refused() {
    let world = World::new().await;
    for text in ["", "a", "a.b", "a.b.c", "a.b.c.d.e", "e30.e30.", "é.é.é"] {
        world.provider.misbehave(token(move |_| text.to_owned()));
        assert_eq!(fault(&world).await, Some(TokenFault::Malformed), "{text:?}");
    }
}

/// RFC 7515 §4.1.11: what must be understood and is not.
#[tokio::test]
async fn a_critical_header_is_refused() {
    let world = World::new().await;
    let key = Key::mint("key-1").unwrap();
    let header = json!({"alg": "ES256", "kid": "key-1", "crit": ["x"], "x": 1});
    world.provider.misbehave(token(move |c| key.sign(&header, &json!(c))));
    assert_eq!(fault(&world).await, Some(TokenFault::Malformed));
}

fn payload(claims: &Claims) -> JwtPayload {
    JwtPayload::from_map(claims.clone()).unwrap()
}
