//! What somebody who means harm brings to the login.

use std::collections::BTreeMap;

use axum::Router;
use axum::routing::get;
use harp_sdk::axum::{MaybeSignedIn, attach};
use harp_sdk::error::{ProviderError, TokenFault};
use harp_sdk::testing::{Browser, Key, Mischief, Person, Provider, signed_in};
use harp_sdk::{Config, Harp, Purpose, SignInError};
use http::StatusCode;
use serde_json::{Value, json};

use super::{BASE, World, ana, header, to, visit};

fn app(world: &World) -> Browser {
    let start = |MaybeSignedIn(who): MaybeSignedIn| async move {
        who.map_or_else(|| "nobody".to_owned(), |who| who.display_name().to_owned())
    };
    Browser::new(attach(Router::new().route("/", get(start)), &world.harp))
}

/// CWE-601
#[tokio::test]
async fn no_spelling_of_another_host_is_returned_to() {
    let world = World::new().await;
    for evil in [
        "//evil.test",
        "///evil.test",
        "/%5cevil.test",
        "/\\evil.test",
        "/%09/evil.test",
        "%2f%2fevil.test",
        "/%2e%2e//evil.test",
        "/.%2f/evil.test",
        "/x/..//evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "/\u{2028}/evil.test",
        "%EF%BC%8F%EF%BC%8Fevil.test",
        "/a%0d%0aLocation:%20https://evil.test",
        "@evil.test",
    ] {
        let mut browser = app(&world);
        let sent = browser
            .open(&format!(
                "/auth/sign-in?return_to={}",
                evil.replace('\\', "%5C").replace('\u{2028}', "%E2%80%A8")
            ))
            .await
            .unwrap();
        let query = visit(sent.location().unwrap()).await;
        let back = browser.open(&format!("/auth/callback?{query}")).await.unwrap();
        let base = url::Url::parse(BASE).unwrap();
        let to = base.join(back.location().unwrap()).unwrap();
        assert_eq!(to.origin(), base.origin(), "{evil}");
        // What the header says, before anybody's parser has tidied it up: one slash, and nothing that is read as a second.
        let to = back.headers["location"].to_str().unwrap();
        assert!(to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\t']), "{evil}: {to}");
    }
}

/// The provider's error description is an attacker's text: nothing of it is shown, and nothing of the query.
#[tokio::test]
async fn a_hostile_error_is_not_repeated() {
    let world = World::new().await;
    let mut browser = app(&world);
    let sent = browser.open("/auth/sign-in").await.unwrap();
    let query = visit(sent.location().unwrap()).await;
    let pairs: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .filter(|(name, _)| name != "code")
        .collect();
    let hostile = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .append_pair("error", "<script>alert(1)</script>")
        .append_pair("error_description", "Call 1-900-EVIL now <img src=x>")
        .append_pair("error_uri", "https://evil.test/")
        .finish();
    let page = browser.open(&format!("/auth/callback?{hostile}")).await.unwrap();
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    for text in ["script", "1-900", "evil.test", "<img"] {
        assert!(!page.body.contains(text), "{}", page.body);
    }
}

/// An error that answers nothing of ours ends nothing: another browser's sign-in cannot be cancelled from a link.
#[tokio::test]
async fn an_invented_error_does_not_end_a_sign_in_under_way() {
    let world = World::new().await;
    let mut browser = app(&world);
    let sent = browser.open("/auth/sign-in?return_to=/").await.unwrap();
    let query = visit(sent.location().unwrap()).await;
    let invented = format!(
        "/auth/callback?error=access_denied&state={}&iss={}",
        "x".repeat(43),
        world.provider.issuer()
    );
    assert_eq!(browser.open(&invented).await.unwrap().status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get(&format!("/auth/callback?{query}")).await.unwrap().body, "Ana Lee");
}

/// Login CSRF: whoever makes a browser open their own callback does not sign it in, and whoever is signed in stays so.
#[tokio::test]
async fn a_callback_of_somebody_else_changes_nothing() {
    let world = World::new().await;
    let mut victim = app(&world);
    victim.get("/auth/sign-in").await.unwrap();
    world.provider.person(Person::new("Mallory Fox"));
    let mut mallory = app(&world);
    let sent = mallory.open("/auth/sign-in").await.unwrap();
    let query = visit(sent.location().unwrap()).await;
    let page = victim.get(&format!("/auth/callback?{query}")).await.unwrap();
    assert_eq!(page.body, "Ana Lee");
    assert_eq!(
        app(&world).get(&format!("/auth/callback?{query}")).await.unwrap().status,
        StatusCode::BAD_REQUEST
    );
}

/// Two tabs, two people: each tab gets its own answer, and the last one to come back is who is signed in.
#[tokio::test]
async fn two_tabs_at_once_do_not_mix_their_answers() {
    let world = World::new().await;
    let (one, two) = (world.to_the_callback(&to("/one")).await, world.to_the_callback(&to("/two")).await);
    let jar = format!("{}; {}", one.1, two.1);
    // The code of one tab under the state of the other: nonce and PKCE are of one sign-in.
    let part = |query: &str, name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).unwrap().1.into_owned()
    };
    let mixed = format!(
        "code={}&state={}&iss={}",
        part(&one.0, "code"),
        part(&two.0, "state"),
        world.provider.issuer()
    );
    let error = world.harp.finish(&mixed, &jar).await.unwrap_err().error;
    assert_eq!(error, SignInError::NotRedeemed("invalid_grant".into()));
    let (again, other) = (world.to_the_callback(&to("/one")).await, world.to_the_callback(&to("/two")).await);
    let jar = format!("{}; {}", again.1, other.1);
    let (first, second) = tokio::join!(world.harp.finish(&again.0, &jar), world.harp.finish(&other.0, &jar));
    assert_eq!((first.unwrap().return_to.as_str(), second.unwrap().return_to.as_str()), ("/one", "/two"));
}

/// A second provider of Mallory's, whose code is brought to the first (RFC 9207, RFC 9700 §4.4).
#[tokio::test]
async fn a_code_of_another_provider_does_not_reach_this_one() {
    let world = World::new().await;
    let mallorys = Provider::start().await.unwrap();
    let other = Harp::new(Config::new(mallorys.registration(BASE))).unwrap();
    let begun = other.begin(&to("/"), "").await.unwrap();
    let theirs = visit(&begun.url).await;
    let (query, cookies) = world.to_the_callback(&to("/")).await;
    let part = |query: &str, name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(n, _)| n == name).unwrap().1.into_owned()
    };
    let mixed = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &part(&theirs, "code"))
        .append_pair("iss", &part(&theirs, "iss"))
        .append_pair("state", &part(&query, "state"))
        .finish();
    assert_eq!(world.harp.finish(&mixed, &cookies).await.unwrap_err().error, SignInError::OtherIssuer);
    assert_eq!((world.provider.counts().token, mallorys.counts().token), (0, 0));
}

#[tokio::test]
async fn cookies_without_end_are_neither_opened_nor_an_error() {
    let world = World::new().await;
    let (_, ours) = signed_in(&world.harp, ana().identity()).unwrap();
    let (name, value) = ours.split_once('=').unwrap();
    let junk = (0..2_000).map(|n| format!("x{n}=y")).collect::<Vec<_>>().join("; ");
    let huge = format!("{name}={}", "A".repeat(1 << 20));
    let broken =
        [name.to_owned(), format!("{name}=="), ";;;=;".to_owned(), huge, format!("{name}=\"{value}\"")];
    for header in broken.iter().chain([&format!("{junk}; {ours}")]) {
        assert!(world.harp.session(header, Purpose::Read).await.unwrap().is_none());
    }
    assert!(world.harp.session(&format!("{ours}; {junk}"), Purpose::Read).await.unwrap().is_some());
    // A flood of sign-ins leaves five cookies at most, each small enough for a browser.
    let mut jar = BTreeMap::new();
    for _ in 0..40 {
        let cookies = jar.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        for cookie in
            world.harp.begin(&to(&format!("/{}", "a".repeat(1000))), &cookies).await.unwrap().cookies
        {
            assert!(cookie.to_string().len() <= 4096);
            match cookie.to_string().contains("Max-Age=0") {
                true => jar.remove(cookie.name()),
                false => jar.insert(cookie.name().to_owned(), cookie.value().to_owned()),
            };
        }
    }
    assert_eq!(jar.len(), 5);
}

fn keys_of(count: usize, more: Value) -> Mischief {
    let mut keys = vec![Key::mint("k").unwrap().jwk(); count];
    keys.push(more);
    Mischief { keys: Some(json!({ "keys": keys }).to_string()), ..Mischief::default() }
}

#[tokio::test]
async fn ten_thousand_keys_are_not_tried() {
    let world = World::new().await;
    world.provider.misbehave(keys_of(10_000, json!({})));
    let error = world.sign_in().await.unwrap_err().error;
    assert!(matches!(error, SignInError::Provider(ProviderError::TooLarge { .. })), "{error:?}");
    world.provider.misbehave(keys_of(64, json!({"kty": "oct", "k": "AA"})));
    world.later(2);
    let error = world.sign_in().await.unwrap_err().error;
    assert!(matches!(error, SignInError::Provider(_) | SignInError::Token(TokenFault::NoKey)), "{error:?}");
}

/// Keys that no token may be verified with: a shared secret, one for encryption, one of another algorithm.
#[tokio::test]
async fn a_key_is_used_for_what_it_is_for() {
    let world = World::new().await;
    let mallory = std::sync::Arc::new(Key::mint("m").unwrap());
    let sign = |key: std::sync::Arc<Key>| {
        let make: Box<dyn Fn(&harp_sdk::testing::Claims) -> String + Send> =
            Box::new(move |claims| key.sign(&json!({"alg": "ES256", "kid": "m"}), &json!(claims)));
        Some(make)
    };
    let changed = |name: &str, value: Value| {
        let mut jwk = mallory.jwk();
        jwk[name] = value;
        jwk
    };
    for (why, jwk) in [
        ("for encryption", changed("use", json!("enc"))),
        ("of another curve", changed("crv", json!("P-384"))),
        ("a shared secret", json!({"kty": "oct", "kid": "m", "alg": "ES256", "k": "AAAA"})),
    ] {
        let keys = Some(json!({ "keys": [jwk] }).to_string());
        world.provider.misbehave(Mischief { keys, id_token: sign(mallory.clone()), ..Mischief::default() });
        let error = world.sign_in().await.unwrap_err().error;
        assert!(matches!(error, SignInError::Token(_)), "{why}: {error:?}");
        world.later(3601);
    }
}

/// A cookie of the sign-in, of the session and of the hint open under their own names alone.
#[tokio::test]
async fn one_kind_of_cookie_is_not_another() {
    let world = World::new().await;
    let done = world.sign_in().await.unwrap();
    let session = done.cookies.iter().find(|cookie| cookie.name().ends_with("-session")).unwrap();
    for other in
        done.cookies.iter().filter(|cookie| !cookie.value().is_empty() && cookie.name() != session.name())
    {
        let renamed = format!("{}={}", session.name(), other.value());
        assert!(world.harp.session(&renamed, Purpose::Read).await.unwrap().is_none(), "{}", other.name());
    }
    let begun = world.harp.begin(&to("/"), "").await.unwrap();
    let renamed = format!("{}={}", session.name(), begun.cookies[0].value());
    assert!(world.harp.session(&renamed, Purpose::Read).await.unwrap().is_none());
    assert!(world.harp.session(&header(&done.cookies), Purpose::Read).await.unwrap().is_some());
}
