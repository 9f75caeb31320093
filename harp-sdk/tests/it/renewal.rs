//! The bound: what the provider says of a person is felt here within five minutes, and never silently not.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use harp_sdk::axum::{MaybeSignedIn, SignedIn, attach};
use harp_sdk::testing::{Browser, Claims, Mischief, Person};
use harp_sdk::{Config, Harp, MemorySignedOut, Purpose, Session, SessionUnknown, WhenAway};
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{Request, StatusCode};

use super::{World, ana, header};

const BOUND: u64 = 5 * 60;

/// A browser without the axum layer.
struct Jar<'a> {
    world: &'a World,
    cookies: String,
}

impl Jar<'_> {
    async fn new(world: &World) -> Jar<'_> {
        let done = world.sign_in().await.unwrap();
        Jar { world, cookies: header(&done.cookies) }
    }

    async fn ask(&mut self, purpose: Purpose) -> Result<Option<Session>, SessionUnknown> {
        let open = self.world.harp.session(&self.cookies, purpose).await?;
        if let Some(cookie) = open.as_ref().and_then(|open| open.renewed.as_ref()) {
            self.cookies = header(std::slice::from_ref(cookie));
        }
        Ok(open.map(|open| open.session))
    }

    async fn read(&mut self) -> Option<Session> {
        self.ask(Purpose::Read).await.unwrap()
    }

    async fn roles(&mut self) -> usize {
        self.read().await.unwrap().who().roles.len()
    }
}

fn down() -> Mischief {
    Mischief { down: true, ..Mischief::default() }
}

#[tokio::test]
async fn a_role_that_ended_is_gone_within_the_bound_and_a_new_one_is_there() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    world.provider.person(Person::new("Ana Lee"));
    world.later(BOUND - 1);
    assert_eq!(jar.roles().await, 1, "believed until the bound");
    assert_eq!(world.provider.counts().userinfo, 0, "and nobody was asked");
    world.later(1);
    assert_eq!(jar.roles().await, 0);
    world.provider.person(ana().with_role("mft", "mft_web_user", "org_mayo"));
    world.later(BOUND);
    let session = jar.read().await.unwrap();
    assert_eq!((session.who().roles.len(), session.confirmed()), (2, world.harp.now()));
    assert_eq!(world.provider.counts().userinfo, 2);
}

/// A sign-out at the provider and a locked account look the same from here: the access token is worth nothing.
#[tokio::test]
async fn a_session_that_ended_at_the_provider_ends_here_on_every_copy_and_for_good() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    let mut copy = Jar { world: &world, cookies: jar.cookies.clone() };
    world.provider.end("sub-ana.lee");
    world.later(BOUND);
    assert_eq!(jar.read().await, None);
    assert_eq!(copy.read().await, None);
    assert_eq!(world.provider.counts().userinfo, 1, "what is over is not asked about again");
    // Another process has never heard of the session: it asks for itself.
    let other = world.another_process();
    assert!(other.session(&copy.cookies, Purpose::Read).await.unwrap().is_none());
    assert_eq!(world.provider.counts().userinfo, 2);
    // Signing in anew is a new beginning.
    assert!(Jar::new(&world).await.read().await.is_some());
}

#[tokio::test]
async fn eight_requests_at_once_ask_once() {
    let world = World::new().await;
    let jar = Jar::new(&world).await;
    world.later(BOUND);
    world.provider.misbehave(Mischief { delay: Duration::from_millis(50), ..Mischief::default() });
    let asking = (0..8).map(|_| {
        let (harp, cookies) = (world.harp.clone(), jar.cookies.clone());
        tokio::spawn(async move { harp.session(&cookies, Purpose::Change).await.unwrap().unwrap().session })
    });
    for one in asking.collect::<Vec<_>>() {
        assert_eq!(one.await.unwrap().confirmed(), world.harp.now());
    }
    assert_eq!(world.provider.counts().userinfo, 1);
    // The browser may still send the cookie of before.
    world.later(1);
    world.harp.session(&jar.cookies, Purpose::Read).await.unwrap().unwrap();
    assert_eq!(world.provider.counts().userinfo, 1);
}

/// RFC 6750 §3.1: a dead token is a 401. A 403 is of something in front of the provider, and ends nobody's session.
#[tokio::test]
async fn a_firewall_in_front_of_the_provider_signs_nobody_out() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    world.provider.misbehave(Mischief { userinfo_status: Some(403), ..Mischief::default() });
    world.later(BOUND);
    assert!(matches!(jar.ask(Purpose::Read).await, Err(SessionUnknown::Provider(_))));
    world.provider.misbehave(Mischief::default());
    world.later(5);
    assert!(jar.read().await.is_some());
}

/// OpenID Connect Core 1.0 §5.3.2: claims of another `sub` MUST NOT be used.
#[tokio::test]
async fn the_answer_about_another_person_ends_the_session() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    let mut claims = Claims::new();
    claims.insert("sub".into(), "sub-somebody.else".into());
    claims.insert("urn:harp:claims:roles".into(), serde_json::json!(ana().identity().roles));
    world.provider.misbehave(Mischief { userinfo: Some(claims), ..Mischief::default() });
    world.later(BOUND);
    assert_eq!(jar.read().await, None);
}

#[tokio::test]
async fn an_answer_without_roles_is_an_answer_of_no_roles() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    let claims: Claims = [("sub".to_owned(), "sub-ana.lee".into())].into_iter().collect();
    world.provider.misbehave(Mischief { userinfo: Some(claims), ..Mischief::default() });
    world.later(BOUND);
    let session = jar.read().await.unwrap();
    assert!(session.who().roles.is_empty());
    assert_eq!(session.who().name.as_deref(), Some("Ana Lee"), "the name of the sign-in stays");
}

#[tokio::test]
async fn while_the_provider_is_away_nobody_gets_in_and_afterwards_they_do() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    world.provider.misbehave(down());
    world.later(BOUND - 1);
    assert!(jar.read().await.is_some(), "believed until the bound");
    world.later(1);
    for purpose in [Purpose::Read, Purpose::Change] {
        assert!(matches!(jar.ask(purpose).await, Err(SessionUnknown::Provider(_))));
    }
    assert_eq!(world.provider.counts().userinfo, 1, "a provider that is down is left alone for a while");
    assert!(jar.ask(Purpose::SignInOrOut).await.unwrap().is_some(), "signing out works");
    world.provider.misbehave(Mischief::default());
    world.later(5);
    assert!(jar.read().await.is_some());
}

#[tokio::test]
async fn an_application_may_let_people_read_for_a_while_and_change_nothing() {
    let a_while = WhenAway::ReadFor(Duration::from_secs(900));
    let world = World::with(|config| config.when_away(a_while)).await;
    let mut jar = Jar::new(&world).await;
    let began = world.harp.now();
    world.provider.misbehave(down());
    world.later(BOUND + 299);
    assert_eq!(jar.read().await.unwrap().confirmed(), began, "and how old it is can be seen");
    assert!(jar.ask(Purpose::Change).await.is_err());
    world.later(301);
    assert!(jar.ask(Purpose::Read).await.is_err(), "the while is over");
    // What the provider has ended is not read, however it is set.
    world.provider.misbehave(Mischief::default());
    world.provider.end("sub-ana.lee");
    world.later(5);
    assert_eq!(jar.read().await, None);
    world.provider.misbehave(down());
    world.later(5);
    assert_eq!(jar.read().await, None);
}

/// What one node learnt every node knows that shares the memory of ended sessions, and a restart forgets nothing.
#[tokio::test]
async fn a_session_that_has_ended_is_not_read_on_another_node_either() {
    let a_while = WhenAway::ReadFor(Duration::from_secs(900));
    let shared = Arc::new(MemorySignedOut::default());
    let world = World::with(|config| config.when_away(a_while).signed_out(shared.clone())).await;
    let mut jar = Jar::new(&world).await;
    let copy = jar.cookies.clone();
    world.provider.end("sub-ana.lee");
    world.later(BOUND);
    assert_eq!(jar.read().await, None);
    world.provider.misbehave(down());
    let config = Config::new(world.registration.clone()).clock(world.clock.clone());
    let other = Harp::new(config.when_away(a_while).signed_out(shared)).unwrap();
    assert!(other.session(&copy, Purpose::Read).await.unwrap().is_none());
}

/// Where nothing is shared, the browser that heard it has no cookie left to show elsewhere.
#[tokio::test]
async fn the_cookie_of_a_session_that_has_ended_is_taken_away() {
    let world = World::new().await;
    let start = |MaybeSignedIn(who): MaybeSignedIn| async move { who.map_or("nobody", |_| "somebody") };
    let files = |_: SignedIn| async { "files" };
    let router = Router::new().route("/", get(start)).route("/files", get(files));
    let mut browser = Browser::new(attach(router, &world.harp));
    assert_eq!(browser.get("/files").await.unwrap().body, "files");
    assert!(browser.cookies().contains("-session="));
    world.provider.end("sub-ana.lee");
    world.later(BOUND);
    assert_eq!(browser.open("/").await.unwrap().body, "nobody");
    assert!(!browser.cookies().contains("-session="), "{}", browser.cookies());
}

/// One waits for all: with many people at work, their waiting would be all the work there is.
#[tokio::test]
async fn a_provider_that_hangs_is_tried_by_one_session_for_all() {
    let world = World::new().await;
    let mut jars = Vec::new();
    for _ in 0..8 {
        jars.push(Jar::new(&world).await);
    }
    world.provider.misbehave(Mischief { delay: Duration::from_secs(600), ..Mischief::default() });
    world.later(BOUND);
    for tries in [1, 2] {
        for jar in &mut jars {
            assert!(matches!(jar.ask(Purpose::Read).await, Err(SessionUnknown::Provider(_))));
        }
        assert_eq!(world.provider.counts().userinfo, tries);
        world.later(5);
    }
    world.provider.misbehave(Mischief::default());
    for jar in &mut jars {
        assert!(jar.read().await.is_some(), "the first answer is good news for all");
    }
}

#[tokio::test]
async fn a_provider_that_hangs_is_not_waited_for() {
    let world = World::new().await;
    let mut jar = Jar::new(&world).await;
    world.provider.misbehave(Mischief { delay: Duration::from_secs(600), ..Mischief::default() });
    world.later(BOUND);
    let asked = Instant::now();
    assert!(jar.ask(Purpose::Read).await.is_err());
    assert!(asked.elapsed() < Duration::from_secs(60), "three seconds, on a machine that has time");
}

#[tokio::test]
async fn without_anything_to_ask_with_a_session_lasts_as_long_as_the_bound() {
    let world = World::new().await;
    let (_, cookies) = harp_sdk::testing::signed_in(&world.harp, ana().identity()).unwrap();
    let mut jar = Jar { world: &world, cookies };
    world.later(BOUND - 1);
    assert!(jar.read().await.is_some());
    world.later(1);
    assert_eq!(jar.read().await, None);
}

#[tokio::test]
async fn very_many_roles_are_renewed_too() {
    let world = World::new().await;
    let many = |count: usize| {
        (0..count).fold(Person::new("Ana Lee"), |person, n| {
            person.with_role("mft", "mft_web_user", &format!("org_{n}"))
        })
    };
    world.provider.person(many(100));
    let mut jar = Jar::new(&world).await;
    for count in [150, 2, 120] {
        world.provider.person(many(count));
        world.later(BOUND);
        assert_eq!(jar.roles().await, count);
    }
}

#[tokio::test]
async fn a_session_does_not_show_its_access_token() {
    let world = World::new().await;
    let done = world.sign_in().await.unwrap();
    let shown = format!("{:?}", done.session);
    assert!(shown.contains("Access([secret])"), "{shown}");
}

/// On a shared computer nobody can be told to wait until the provider is back.
#[tokio::test]
async fn while_the_provider_is_away_people_sign_out_and_public_pages_are_shown() {
    let world = World::new().await;
    let start = |MaybeSignedIn(who): MaybeSignedIn| async move { who.map_or("nobody", |_| "somebody") };
    let router = Router::new().route("/", get(start)).route("/files", get(|_: SignedIn| async { "files" }));
    let mut browser = Browser::new(attach(router, &world.harp));
    assert_eq!(browser.get("/files").await.unwrap().body, "files");
    let mut copy = browser.clone();
    world.provider.misbehave(down());
    world.later(BOUND);
    let page = browser.get("/").await.unwrap();
    assert_eq!((page.status, page.body.as_str()), (StatusCode::OK, "nobody"));
    let page = browser.get("/files").await.unwrap();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    let allowed = format!("form-action 'self' {};", world.provider.issuer());
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains(&allowed));
    let form = format!("form_token={}", page.field("form_token").unwrap());
    let request = Request::post("/auth/sign-out").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let out = browser.send(request.body(Body::from(form)).unwrap()).await.unwrap();
    assert_eq!((out.status, browser.cookies().as_str()), (StatusCode::SEE_OTHER, ""));
    world.provider.misbehave(Mischief::default());
    world.later(5);
    assert_eq!(copy.open("/files").await.unwrap().status, StatusCode::SEE_OTHER, "every copy has ended");
}

/// The page says what is wrong; nothing that was sent was done.
#[tokio::test]
async fn the_page_says_that_the_sign_in_service_cannot_be_reached() {
    let world = World::new().await;
    let router = Router::new()
        .route("/files", get(|who: SignedIn| async move { who.display_name().to_owned() }))
        .route("/note", post(|_: SignedIn| async { "written" }));
    let mut browser = Browser::new(attach(router, &world.harp));
    assert_eq!(browser.get("/files").await.unwrap().body, "Ana Lee");
    world.provider.misbehave(down());
    world.later(BOUND);
    let page = browser.get("/files?page=2").await.unwrap();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.headers.contains_key(RETRY_AFTER));
    assert!(page.body.contains("The sign-in service cannot be reached"), "{}", page.body);
    assert!(page.body.contains("<a href=\"/files?page=2\">Try again</a>"));
    let form = || {
        let note = Request::post("/note").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        note.body(Body::empty()).unwrap()
    };
    let note = browser.send(form()).await.unwrap();
    assert_eq!(note.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(note.body.contains("Nothing that you sent was kept"));
    assert!(note.body.contains("<a href=\"/note\">Try again</a>"), "{}", note.body);
    world.provider.misbehave(Mischief::default());
    world.later(5);
    assert_eq!(browser.send(form()).await.unwrap().body, "written");
    // Locked: a page leads to the sign-in, a form is refused.
    world.provider.end("sub-ana.lee");
    world.later(BOUND);
    assert_eq!(browser.send(form()).await.unwrap().status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.open("/files").await.unwrap().status, StatusCode::SEE_OTHER);
}
