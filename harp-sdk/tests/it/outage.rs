//! A provider that is slow, down, too talkative, or rotating its keys; and people who make it work.

use std::time::{Duration, Instant};

use harp_sdk::error::{ProviderError, TokenFault};
use harp_sdk::testing::{Key, Mischief, Provider};
use harp_sdk::{Config, Harp, SignInError};
use serde_json::json;

use super::{BASE, World, header, to, visit};

#[tokio::test]
async fn a_provider_that_is_down_at_the_start_is_asked_again() {
    let world = World::new().await;
    world.provider.misbehave(Mischief { down: true, ..Mischief::default() });
    for _ in 0..20 {
        let error = world.harp.begin(&to("/"), "").await.unwrap_err();
        assert!(matches!(error, SignInError::Provider(ProviderError::Status { status: 503, .. })));
        assert_eq!(error.public().status, 503);
    }
    assert_eq!(world.provider.counts().discovery, 1, "it is not asked more while it is down");
    world.provider.misbehave(Mischief::default());
    world.later(2);
    assert!(world.sign_in().await.is_ok());
}

#[tokio::test]
async fn nobody_listens() {
    let provider = Provider::start().await.unwrap();
    let harp = Harp::new(Config::new(provider.registration(BASE))).unwrap();
    drop(provider);
    tokio::task::yield_now().await;
    let error = harp.begin(&to("/"), "").await.unwrap_err();
    assert!(matches!(error, SignInError::Provider(ProviderError::Unreachable { .. })), "{error:?}");
}

#[tokio::test]
async fn keys_in_hand_outlive_the_provider() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    let (query, cookies) = world.to_the_callback(&to("/")).await;
    world.later(300);
    // Only the token endpoint works.
    world.provider.misbehave(Mischief { keys: Some("no keys today".into()), ..Mischief::default() });
    world.harp.finish(&query, &cookies).await.unwrap();
    world.later(3600);
    world.sign_in().await.unwrap();
    assert_eq!(world.provider.counts().keys, 2);
}

#[tokio::test]
async fn a_rotated_key_is_found() {
    let world = World::new().await;
    world.sign_in().await.unwrap();
    world.later(60);
    world.provider.rotate("key-2");
    world.sign_in().await.unwrap();
    assert_eq!(world.provider.counts().keys, 2);
}

#[tokio::test]
async fn invented_key_ids_cause_one_fetch_a_minute() {
    let world = World::new().await;
    let mallory = Key::mint("?").unwrap();
    let count = std::sync::atomic::AtomicU32::new(0);
    let id_token = move |claims: &harp_sdk::testing::Claims| {
        let n = count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        mallory.sign(&json!({"alg": "ES256", "kid": format!("invented-{n}")}), &json!(claims))
    };
    world.provider.misbehave(Mischief { id_token: Some(Box::new(id_token)), ..Mischief::default() });
    for _ in 0..20 {
        let refused = world.sign_in().await.unwrap_err();
        assert_eq!(refused.error, SignInError::Token(TokenFault::NoKey));
    }
    assert_eq!(world.provider.counts().keys, 1);
    world.later(60);
    for _ in 0..20 {
        world.sign_in().await.unwrap_err();
    }
    assert_eq!(world.provider.counts().keys, 2);
}

#[tokio::test]
async fn eight_sign_ins_with_cold_caches_fetch_once() {
    let world = World::new().await;
    let mut waiting = Vec::new();
    for _ in 0..8 {
        let harp = world.harp.clone();
        waiting.push(tokio::spawn(async move { harp.begin(&to("/"), "").await.unwrap() }));
    }
    let mut answers = Vec::new();
    for begun in waiting {
        let begun = begun.await.unwrap();
        answers.push((visit(&begun.url).await, header(&begun.cookies)));
    }
    let finishing = answers.into_iter().map(|(query, cookies)| {
        let harp = world.harp.clone();
        tokio::spawn(async move { harp.finish(&query, &cookies).await.map(drop).map_err(|e| e.error) })
    });
    for done in finishing.collect::<Vec<_>>() {
        assert_eq!(done.await.unwrap(), Ok(()));
    }
    let counts = world.provider.counts();
    assert_eq!((counts.discovery, counts.keys, counts.token), (1, 1, 8));
}

#[tokio::test]
async fn ten_megabytes_of_keys_are_not_read() {
    let world = World::new().await;
    let keys = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    world.provider.misbehave(Mischief { keys: Some(keys), ..Mischief::default() });
    let error = world.sign_in().await.unwrap_err().error;
    assert!(matches!(error, SignInError::Provider(ProviderError::TooLarge { .. })), "{error:?}");
    let many = json!({ "keys": vec![Key::mint("k").unwrap().jwk(); 65] }).to_string();
    world.provider.misbehave(Mischief { keys: Some(many), ..Mischief::default() });
    world.later(2);
    let error = world.sign_in().await.unwrap_err().error;
    assert!(matches!(error, SignInError::Provider(ProviderError::Malformed { .. })), "{error:?}");
}

#[tokio::test]
async fn a_slow_provider_is_not_waited_for() {
    let world = World::with(|config| config.timeout(Duration::from_millis(50))).await;
    world.provider.misbehave(Mischief { delay: Duration::from_secs(30), ..Mischief::default() });
    let begun = Instant::now();
    let error = world.harp.begin(&to("/"), "").await.unwrap_err();
    assert!(matches!(error, SignInError::Provider(ProviderError::Unreachable { .. })), "{error:?}");
    assert!(begun.elapsed() < Duration::from_secs(10));
}

/// OpenID Connect Discovery 1.0 §4.3
#[tokio::test]
async fn a_document_of_another_issuer_is_refused() {
    let provider = Provider::start().await.unwrap();
    let mut registration = provider.registration(BASE);
    registration.issuer = format!("{}/", provider.issuer());
    let harp = Harp::new(Config::new(registration)).unwrap();
    let error = harp.begin(&to("/"), "").await.unwrap_err();
    assert!(matches!(error, SignInError::Provider(ProviderError::OtherIssuer { .. })), "{error:?}");
}
