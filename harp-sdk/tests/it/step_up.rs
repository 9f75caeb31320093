//! Step-up: a deed that matters asks for a stronger or a fresher sign-in, and holds the answer against it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use harp_sdk::axum::{SignedIn, StepUp, attach, confirm};
use harp_sdk::testing::{Browser, Claims, Mischief};
use harp_sdk::{Ask, Level, LocalPath, Proof, SignInError};
use http::header::CONTENT_TYPE;
use http::{Request, StatusCode};

use super::{World, ana, header, visit};

/// AAL2 within ten minutes.
fn proof() -> Proof {
    Proof::of(Level::Aal2).within(Duration::from_secs(600))
}

async fn pay(who: SignedIn) -> Result<String, StepUp> {
    who.prove(&proof())?;
    Ok(format!("paid by {}", who.display_name()))
}

async fn app() -> (World, Browser) {
    let world = World::new().await;
    let vault = confirm(
        Router::new().route("/vault", get(|| async { "open" })),
        Proof::of(Level::Aal2PhishingResistant),
    );
    let router = Router::new()
        .route("/", get(|who: SignedIn| async move { who.display_name().to_owned() }))
        .route("/pay", get(pay).post(pay))
        .route("/send", post(pay))
        .merge(vault);
    let browser = Browser::new(attach(router, &world.harp));
    (world, browser)
}

/// The provider's session is from long ago, and no page of it is shown.
fn authenticated(ago: i64) -> Mischief {
    let change = move |claims: &mut Claims| {
        let now = claims["auth_time"].as_i64().unwrap();
        claims.insert("auth_time".into(), (now - ago).into());
    };
    Mischief { claims: Some(Box::new(change)), ..Mischief::default() }
}

/// OpenID Connect Core 1.0 §5.5.1.1: essential, so the provider refuses rather than answer less.
#[tokio::test]
async fn the_provider_is_asked_for_the_level_and_the_age() {
    let world = World::new().await;
    let ask = Ask::step_up(proof(), None, LocalPath::root());
    let url = url::Url::parse(&world.harp.begin(&ask, "").await.unwrap().url).unwrap();
    let param = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    assert_eq!(param("acr_values").as_deref(), Some("urn:harp:acr:aal2 urn:harp:acr:aal2-phr"));
    assert_eq!(param("max_age").as_deref(), Some("600"));
    let claims: serde_json::Value = serde_json::from_str(&param("claims").unwrap()).unwrap();
    let wanted =
        serde_json::json!({"essential": true, "values": ["urn:harp:acr:aal2", "urn:harp:acr:aal2-phr"]});
    assert_eq!(claims["id_token"]["acr"], wanted);
}

#[tokio::test]
async fn an_old_sign_in_is_made_fresh_and_the_page_comes_back() {
    let (world, mut browser) = app().await;
    assert_eq!(browser.get("/pay?to=7").await.unwrap().body, "paid by Ana Lee");
    let before = browser.cookies();
    world.later(661);
    let sent = browser.open("/pay?to=7").await.unwrap();
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    assert_eq!(
        sent.location().unwrap(),
        "/auth/step-up?acr=urn%3Aharp%3Aacr%3Aaal2&max_age=600&return_to=%2Fpay%3Fto%3D7"
    );
    let page = browser.get(sent.location().unwrap()).await.unwrap();
    assert_eq!((page.path.as_str(), page.body.as_str()), ("/pay?to=7", "paid by Ana Lee"));
    assert_ne!(browser.cookies(), before, "a new session");
}

/// Nothing that was sent is sent again by itself, and the page says so.
#[tokio::test]
async fn a_form_is_not_replayed() {
    let (world, mut browser) = app().await;
    browser.get("/").await.unwrap();
    world.later(661);
    let form = |path: &str| {
        let form = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        form.body(Body::from("to=7")).unwrap()
    };
    let page = browser.send(form("/pay")).await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("What you sent was not kept"), "{}", page.body);
    assert!(page.body.contains("at most 10 minutes ago. Yours was with a second factor, 11 minutes ago."));
    let href = page.body.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let page = browser.get(&href).await.unwrap();
    assert_eq!((page.path.as_str(), page.status), ("/pay", StatusCode::OK));
    assert_eq!(browser.send(form("/pay")).await.unwrap().body, "paid by Ana Lee");
}

/// No going round in circles: what was reached and what is needed stand on a page with a link.
#[tokio::test]
async fn a_provider_that_answers_less_is_a_page_and_no_loop() {
    let (world, mut browser) = app().await;
    let weak = ana().signing_in(Level::Aal1);
    world.provider.person(weak.clone());
    assert_eq!(browser.get("/").await.unwrap().body, "Ana Lee");
    let page = browser.get("/pay").await.unwrap();
    assert_eq!(
        (page.status, page.path.split('?').next().unwrap()),
        (StatusCode::FORBIDDEN, "/auth/callback")
    );
    assert!(page.body.contains("A stronger sign-in is needed"), "{}", page.body);
    assert!(page.body.contains("This needs a sign-in with a second factor, at most 10 minutes ago."));
    assert!(page.body.contains("Yours was with one factor, such as a password"));
    assert!(
        page.body.contains(
            "href=\"/auth/step-up?acr=urn%3Aharp%3Aacr%3Aaal2&amp;max_age=600&amp;return_to=%2Fpay\""
        )
    );
    assert_eq!(world.provider.counts().token, 2, "asked once");
    assert_eq!(browser.get("/").await.unwrap().body, "Ana Lee", "still signed in as before");
    // Strong, but from long ago: `max_age` was not heeded.
    world.provider.person(ana());
    world.provider.misbehave(authenticated(3600));
    let page = browser.get("/pay").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("Yours was with a second factor, 60 minutes ago."), "{}", page.body);
    // The provider refuses by itself (OpenID Connect Core Unmet Authentication Requirements 1.0).
    let error = Some("unmet_authentication_requirements".to_owned());
    world.provider.misbehave(Mischief { error, ..Mischief::default() });
    let page = browser.get("/vault").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(
        page.body.contains("This needs a sign-in with a passkey. Yours was with one factor"),
        "{}",
        page.body
    );
    // It can be reached at last.
    world.provider.person(ana().signing_in(Level::Aal2PhishingResistant));
    world.provider.misbehave(Mischief::default());
    assert_eq!(browser.get("/vault").await.unwrap().body, "open");
    assert_eq!(browser.get("/pay").await.unwrap().body, "paid by Ana Lee");
}

#[tokio::test]
async fn only_the_person_who_is_signed_in_can_confirm() {
    let (world, mut browser) = app().await;
    browser.get("/").await.unwrap();
    world.later(661);
    world.provider.person(harp_sdk::testing::Person::new("Mallory Fox"));
    let page = browser.get("/pay").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("Somebody else signed in"), "{}", page.body);
    // Mallory is signed in at the provider: without a page there it would answer the same for ever.
    let href = page.body.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let sent = browser.open(&href).await.unwrap();
    assert!(sent.location().unwrap().contains("&prompt=login"), "{:?}", sent.location());
    world.provider.person(ana());
    assert_eq!(browser.get(&href).await.unwrap().body, "paid by Ana Lee");
    assert_eq!(browser.get("/").await.unwrap().body, "Ana Lee");
}

/// A link decides nothing: the page asks for what it needs whatever was proved before it.
#[tokio::test]
async fn a_link_that_asks_for_less_does_not_help() {
    let (world, mut browser) = app().await;
    world.provider.person(ana().signing_in(Level::Aal1));
    let less = "/auth/step-up?acr=urn:harp:acr:aal1&return_to=/vault";
    let page = browser.get(less).await.unwrap();
    assert!(page.body.contains("This needs a sign-in with a passkey"), "{}", page.body);
    for bad in [
        "",
        "?acr=x",
        "?acr=urn:harp:acr:aal2&max_age=-1",
        "?acr=urn:harp:acr:aal2&max_age=99999999999999999999",
    ] {
        let page = browser.open(&format!("/auth/step-up{bad}")).await.unwrap();
        assert_eq!((page.status, page.location()), (StatusCode::BAD_REQUEST, None), "{bad}");
    }
    world.provider.person(ana());
    let far = format!("/auth/step-up?acr=urn:harp:acr:aal2&max_age={}&return_to=//evil.test", u64::MAX);
    assert_eq!(browser.get(&far).await.unwrap().path, "/", "never another host");
}

#[tokio::test]
async fn without_axum_the_answer_is_held_against_the_proof_too() {
    let world = World::new().await;
    world.provider.person(ana().signing_in(Level::Aal1));
    let ask = Ask::step_up(proof(), None, LocalPath::root());
    let begun = world.harp.begin(&ask, "").await.unwrap();
    let late = world.harp.finish(&visit(&begun.url).await, &header(&begun.cookies)).await.unwrap_err();
    assert_eq!(late.proof, Some(proof()));
    let SignInError::NotProven(short) = late.error else { panic!("{:?}", late.error) };
    assert_eq!((short.reached, short.needed), (Some(Level::Aal1), proof()));
}
