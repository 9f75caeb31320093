//! An axum application: redirects, refusals, forms.

use axum::Router;
use axum::body::Body;
use axum::extract::Form;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use harp_sdk::axum::{
    MaybeSignedIn, Pages, Problem, ProblemKind, Refused, SignedIn, WrongFormToken, attach, attach_with,
    protect,
};
use harp_sdk::error::Declined;
use harp_sdk::testing::{Browser, Mischief, Person};
use harp_sdk::{Denial, SignInError, guard};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION, SET_COOKIE};
use http::{Request, StatusCode};

use super::World;

async fn start(MaybeSignedIn(who): MaybeSignedIn) -> String {
    who.map_or_else(|| "nobody".to_owned(), |who| who.display_name().to_owned())
}

async fn files(who: SignedIn) -> Result<String, Refused> {
    let rule = guard::role("mft_web_user").in_program("mft").at("org_yale");
    let role = who.require(&rule)?;
    Ok(format!(
        "{} {} <input name=\"form_token\" value=\"{}\">",
        who.display_name(),
        role.org,
        who.form_token()
    ))
}

#[derive(serde::Deserialize)]
struct Note {
    form_token: String,
}

async fn note(who: SignedIn, Form(note): Form<Note>) -> Result<&'static str, WrongFormToken> {
    who.check_form_token(&note.form_token)?;
    Ok("written")
}

async fn app() -> (World, Browser) {
    let world = World::new().await;
    let style = || async { ([(CACHE_CONTROL, "public, max-age=60")], "css") };
    let admin = protect(
        Router::new().route("/admin", get(|| async { "admin" })),
        guard::role("admin").in_program("mft"),
    );
    let router = Router::new()
        .route("/", get(start))
        .route("/files", get(files))
        .route("/note", post(note))
        .route("/style.css", get(style))
        .merge(admin);
    let browser = Browser::new(attach(router, &world.harp));
    (world, browser)
}

#[tokio::test]
async fn a_page_sends_to_sign_in_and_brings_back() {
    let (_world, mut browser) = app().await;
    let page = browser.get("/files?page=2").await.unwrap();
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/files?page=2"));
    assert!(page.body.starts_with("Ana Lee org_yale"));
    assert_eq!(browser.get("/").await.unwrap().body, "Ana Lee");
}

#[tokio::test]
async fn what_is_not_a_page_is_answered_401() {
    let (_world, mut browser) = app().await;
    let json = Request::get("/files").header(ACCEPT, "application/json").body(Body::empty()).unwrap();
    let answer = browser.send(json).await.unwrap();
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.headers.contains_key("www-authenticate") && !answer.headers.contains_key(LOCATION));
    let post = browser.post("/note", &[("form_token", "x")]).await.unwrap();
    assert_eq!(post.status, StatusCode::UNAUTHORIZED);
    assert!(post.body.contains("<a href=\"/auth/sign-in?return_to=%2Fnote\">Sign in</a>"), "{}", post.body);
}

/// MFT-2 step 6: authenticated, without the role.
#[tokio::test]
async fn a_refusal_is_403_with_the_reason_and_the_way_to_the_role() {
    let (world, mut browser) = app().await;
    world.provider.person(Person::new("Ben Roe").with_role("mft", "mft_web_user", "org_mayo"));
    let page = browser.get("/files").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("You have this role at org_mayo Hospital, but not at this organization."));
    let ask = format!(
        "{}/roles/request?program=mft&amp;org=org_yale&amp;role=mft_web_user",
        world.provider.issuer()
    );
    assert!(page.body.contains(&ask), "{}", page.body);
    assert_eq!(browser.get("/admin").await.unwrap().status, StatusCode::FORBIDDEN);
    // The role is given; a new sign-in brings it.
    world.provider.person(Person::new("Ben Roe").with_role("mft", "mft_web_user", "org_yale"));
    assert_eq!(browser.get("/files").await.unwrap().status, StatusCode::FORBIDDEN);
    let page = browser.get("/files?page=2").await.unwrap();
    let again = page.body.split("href=\"").skip(1).find(|l| l.contains(">Check again<")).unwrap();
    let again = again.split('"').next().unwrap().to_owned();
    let page = browser.get(&again).await.unwrap();
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/files?page=2"));
}

#[tokio::test]
async fn a_sign_in_never_returns_to_another_host() {
    let (_world, mut browser) = app().await;
    for evil in ["//evil.test", "https://evil.test", "/%5Cevil.test", "/%09/evil.test", "%0d%0aLocation:x"] {
        let page = browser.get(&format!("/auth/sign-in?return_to={evil}")).await.unwrap();
        assert_eq!((page.path.as_str(), page.body.as_str()), ("/", "Ana Lee"), "{evil}");
    }
}

#[tokio::test]
async fn signing_out_needs_the_form_and_ends_a_stolen_cookie() {
    let (_world, mut browser) = app().await;
    let page = browser.get("/files").await.unwrap();
    let token = page.field("form_token").unwrap().to_owned();
    let mut thief = browser.clone();
    assert_eq!(browser.open("/auth/sign-out").await.unwrap().status, StatusCode::METHOD_NOT_ALLOWED);
    let wrong = browser.post("/auth/sign-out", &[("form_token", "guess")]).await.unwrap();
    assert_eq!(
        (wrong.status, browser.get("/").await.unwrap().body.as_str()),
        (StatusCode::FORBIDDEN, "Ana Lee")
    );
    let form = format!("form_token={token}");
    let request = Request::post("/auth/sign-out")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form))
        .unwrap();
    let out = browser.send(request).await.unwrap();
    assert_eq!(out.status, StatusCode::SEE_OTHER);
    assert!(out.location().unwrap().contains("/sign-out?id_token_hint="));
    assert_eq!(browser.cookies(), "");
    assert_eq!(thief.open("/").await.unwrap().body, "nobody");
}

#[tokio::test]
async fn a_form_of_another_page_or_another_session_is_refused() {
    let (_world, mut browser) = app().await;
    let token = browser.get("/files").await.unwrap().field("form_token").unwrap().to_owned();
    assert_eq!(browser.post("/note", &[("form_token", &token)]).await.unwrap().body, "written");
    assert_eq!(browser.post("/note", &[("form_token", "")]).await.unwrap().status, StatusCode::FORBIDDEN);
    let from = |site: &'static str| {
        Request::post("/note")
            .header("sec-fetch-site", site)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(format!("form_token={token}")))
            .unwrap()
    };
    assert_eq!(browser.send(from("same-origin")).await.unwrap().status, StatusCode::OK);
    for site in ["same-site", "cross-site"] {
        assert_eq!(browser.send(from(site)).await.unwrap().status, StatusCode::UNAUTHORIZED, "{site}");
    }
    browser.get("/auth/sign-in").await.unwrap();
    assert_eq!(browser.post("/note", &[("form_token", &token)]).await.unwrap().status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_session_is_prolonged_on_pages_but_never_on_what_a_cache_may_share() {
    let (world, mut browser) = app().await;
    browser.get("/files").await.unwrap();
    world.later(120);
    let style = browser.open("/style.css").await.unwrap();
    assert!(!style.headers.contains_key(SET_COOKIE));
    let page = browser.open("/").await.unwrap();
    assert!(page.headers.contains_key(SET_COOKIE));
}

#[tokio::test]
async fn a_provider_that_is_away_is_a_page_that_says_so() {
    let (world, mut browser) = app().await;
    world.provider.misbehave(Mischief { down: true, ..Mischief::default() });
    let page = browser.get("/files").await.unwrap();
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.body.contains("Sign-in is not available right now") && !page.body.contains("503"));
    assert!(page.body.contains("/auth/sign-in?return_to=%2Ffiles"));
    assert_eq!(page.headers[CACHE_CONTROL], "no-store");
}

#[tokio::test]
async fn back_after_a_sign_in_is_no_error() {
    let (_world, mut browser) = app().await;
    browser.get("/files").await.unwrap();
    let state = "s".repeat(43);
    assert_eq!(browser.get(&format!("/auth/callback?code=c&state={state}")).await.unwrap().body, "Ana Lee");
    let mut stranger = Browser::new(attach(Router::new(), &_world.harp));
    let page = stranger.get("/auth/callback?code=c&state=x").await.unwrap();
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("Please sign in again"));
}

/// No words of a framework reach a person.
#[tokio::test]
async fn what_cannot_be_read_is_a_page() {
    let (_world, mut browser) = app().await;
    let page = browser.open("/auth/sign-in?return_to=/a&return_to=/b").await.unwrap();
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.body.contains("<h1>We could not complete your sign-in</h1>"), "{}", page.body);
    browser.get("/files").await.unwrap();
    let page = browser.post("/auth/sign-out", &[("other", "x")]).await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("<h1>This form is out of date</h1>"), "{}", page.body);
    assert!(browser.cookies().contains("-session="), "and nobody is signed out by it");
}

/// An application that speaks another language.
#[derive(Debug)]
struct Spanish;

impl Pages for Spanish {
    fn problem(&self, problem: &Problem) -> Response {
        let title = match &problem.kind {
            ProblemKind::NotSignedIn => "Inicie sesi\u{f3}n de nuevo".to_owned(),
            ProblemKind::Refused(Denial::OtherOrganization { at }) => {
                format!("Su funci\u{f3}n: {}", at.join(", "))
            }
            ProblemKind::SignIn(SignInError::Declined(Declined::AccessDenied)) => "Cancelado".to_owned(),
            other => format!("{other:?}"),
        };
        let links: Vec<String> =
            problem.actions.iter().map(|action| format!("{:?} {}", action.kind, action.href)).collect();
        (problem.status, format!("{title}. {}", links.join(", "))).into_response()
    }
}

#[tokio::test]
async fn an_application_says_it_in_its_own_words() {
    let world = World::new().await;
    let router = Router::new().route("/files", get(files)).route("/note", post(note));
    let mut browser = Browser::new(attach_with(router, &world.harp, Spanish));
    let page = browser.post("/note", &[("form_token", "x")]).await.unwrap();
    assert_eq!(page.body, "Inicie sesi\u{f3}n de nuevo. SignIn /auth/sign-in?return_to=%2Fnote");
    let error = Some("access_denied".to_owned());
    world.provider.misbehave(Mischief { error, ..Mischief::default() });
    let page = browser.get("/files").await.unwrap();
    assert_eq!(page.body, "Cancelado. SignIn /auth/sign-in?return_to=%2Ffiles");
    world.provider.misbehave(Mischief::default());
    world.provider.person(Person::new("Ben Roe").with_role("mft", "mft_web_user", "org_mayo"));
    let page = browser.get("/files").await.unwrap();
    assert!(page.body.starts_with("Su funci\u{f3}n: org_mayo Hospital. AskForRole http"), "{}", page.body);
}
