//! A provider that signs in whoever it is told to, without asking. It checks what an application must get right
//! (client, redirect URI, PKCE, one use of a code), and it can misbehave on demand.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::axum::extract::{Query, State};
use ::axum::response::{IntoResponse as _, Redirect, Response};
use ::axum::routing::{get, post};
use ::axum::{Form, Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harp_core::kernel::random::{Random, SystemRandom};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, SystemClock};
use http::header::AUTHORIZATION;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::key::Key;
use super::person::Person;
use crate::config::Registration;
use crate::cookie_secret::CookieSecret;

const CLIENT_ID: &str = "application";
const CLIENT_SECRET: &str = "a secret / with: characters that Basic must escape";

/// The claims of an ID token.
pub type Claims = Map<String, Value>;

type Change = Box<dyn Fn(&mut Claims) + Send>;
type Make = Box<dyn Fn(&Claims) -> String + Send>;

/// How it misbehaves from now on.
#[derive(Default)]
pub struct Mischief {
    /// Changes the claims before they are signed.
    pub claims: Option<Change>,
    /// Makes the whole ID token.
    pub id_token: Option<Make>,
    /// What `iss` of the authorization response says; an empty one is left out (RFC 9207).
    pub iss: Option<String>,
    /// The authorization endpoint answers this error.
    pub error: Option<String>,
    /// The key set, instead of its own.
    pub keys: Option<String>,
    /// The claims that the userinfo endpoint tells, instead of its own.
    pub userinfo: Option<Claims>,
    /// The status that the userinfo endpoint answers, with nothing else.
    pub userinfo_status: Option<u16>,
    /// The status and the error code that the token endpoint answers.
    pub token_error: Option<(u16, String)>,
    /// Every endpoint answers 503.
    pub down: bool,
    /// Every endpoint answers this late.
    pub delay: Duration,
}

impl fmt::Debug for Mischief {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mischief")
    }
}

/// How often each endpoint was asked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Of the metadata.
    pub discovery: u32,
    /// Of the key set.
    pub keys: u32,
    /// Of the token endpoint.
    pub token: u32,
    /// Of the userinfo endpoint: name at sign-in, and every renewal.
    pub userinfo: u32,
}

/// Runs until it is dropped.
#[derive(Debug)]
pub struct Provider {
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    issuer: String,
    clock: Arc<dyn Clock>,
    state: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    key: Key,
    person: Person,
    mischief: Mischief,
    codes: HashMap<String, HashMap<String, String>>,
    /// Whom an access token is about; nobody, once their session has ended.
    tokens: HashMap<String, String>,
    people: HashMap<String, Person>,
    counts: Counts,
}

impl Provider {
    /// On a free port of this machine, by the system's clock.
    pub async fn start() -> io::Result<Provider> {
        Provider::start_by(Arc::new(SystemClock)).await
    }

    /// The same by another clock, which the application should share.
    pub async fn start_by(clock: Arc<dyn Clock>) -> io::Result<Provider> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let inner = Inner {
            key: Key::mint("key-1").ok_or_else(|| io::Error::other("no key"))?,
            person: Person::new("Ana Lee"),
            mischief: Mischief::default(),
            codes: HashMap::new(),
            tokens: HashMap::new(),
            people: HashMap::new(),
            counts: Counts::default(),
        };
        let issuer = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared { issuer, clock, state: Mutex::new(inner) });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/userinfo", get(userinfo))
            .route("/jwks", get(jwks))
            .with_state(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            let _ = ::axum::serve(listener, router).await;
        });
        Ok(Provider { shared, server })
    }

    /// What it calls itself.
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// What an application at `base_url` gives to [`crate::Config::new`].
    pub fn registration(&self, base_url: &str) -> Registration {
        Registration {
            issuer: self.issuer().to_owned(),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Secret::new(CLIENT_SECRET.to_owned()),
            base_url: base_url.to_owned(),
            cookie_secrets: CookieSecret::mint().into(),
        }
    }

    /// Who signs in from now on; somebody known is from now on so.
    pub fn person(&self, person: Person) {
        let mut inner = self.shared.lock();
        inner.people.insert(person.0.sub.clone(), person.clone());
        inner.person = person;
    }

    /// Signs the person out there, as a lock of the account does too: what was issued is worth nothing any more.
    pub fn end(&self, sub: &str) {
        self.shared.lock().tokens.retain(|_, about| about != sub);
    }

    /// Replaces how it misbehaves.
    pub fn misbehave(&self, mischief: Mischief) {
        self.shared.lock().mischief = mischief;
    }

    /// Signs with another key from now on; the old one is gone.
    pub fn rotate(&self, kid: &str) {
        if let Some(key) = Key::mint(kid) {
            self.shared.lock().key = key;
        }
    }

    /// How often it was asked until now.
    pub fn counts(&self) -> Counts {
        self.shared.lock().counts
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the request and misbehaves as told.
    async fn enter(&self, count: fn(&mut Counts)) -> Result<(), StatusCode> {
        let (down, delay) = {
            let mut inner = self.lock();
            count(&mut inner.counts);
            (inner.mischief.down, inner.mischief.delay)
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if down { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok(()) }
    }
}

type App = State<Arc<Shared>>;
type Params = HashMap<String, String>;

async fn discovery(State(shared): App) -> Result<Json<Value>, StatusCode> {
    shared.enter(|counts| counts.discovery += 1).await?;
    let at = |path: &str| format!("{}{path}", shared.issuer);
    Ok(Json(json!({
        "issuer": shared.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/sign-out"),
        "authorization_response_iss_parameter_supported": true,
    })))
}

async fn authorize(State(shared): App, Query(params): Query<Params>) -> Result<Response, StatusCode> {
    shared.enter(|_| {}).await?;
    let is = |name: &str, value: &str| params.get(name).is_some_and(|v| v == value);
    let asks_right =
        is("response_type", "code") && is("client_id", CLIENT_ID) && is("code_challenge_method", "S256");
    let has_all =
        ["redirect_uri", "state", "nonce", "code_challenge"].iter().all(|name| params.contains_key(*name));
    let Some(mut back) = params.get("redirect_uri").and_then(|uri| Url::parse(uri).ok()) else {
        return Err(StatusCode::BAD_REQUEST);
    };
    if !asks_right || !has_all {
        return Err(StatusCode::BAD_REQUEST);
    }
    let mut inner = shared.lock();
    let mut query = back.query_pairs_mut();
    query.append_pair("state", params.get("state").map_or("", String::as_str));
    match inner.mischief.iss.as_deref().unwrap_or(&shared.issuer) {
        "" => {}
        iss => {
            query.append_pair("iss", iss);
        }
    }
    if let Some(error) = &inner.mischief.error {
        query.append_pair("error", error);
    } else {
        let code = random_text();
        query.append_pair("code", &code);
        inner.codes.insert(code, params);
    }
    drop(query);
    Ok(Redirect::to(back.as_str()).into_response())
}

async fn token(
    State(shared): App,
    headers: HeaderMap,
    Form(form): Form<Params>,
) -> Result<Response, StatusCode> {
    shared.enter(|counts| counts.token += 1).await?;
    if let Some((status, error)) = &shared.lock().mischief.token_error {
        let status = StatusCode::from_u16(*status).unwrap_or_default();
        return Ok((status, Json(json!({ "error": error }))).into_response());
    }
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if headers.get(AUTHORIZATION).is_none_or(|value| value.as_bytes() != basic().as_bytes()) {
        return Ok(refuse("invalid_client"));
    }
    let now = shared.clock.now();
    let mut inner = shared.lock();
    let Some(asked) = form.get("code").and_then(|code| inner.codes.remove(code)) else {
        return Ok(refuse("invalid_grant"));
    };
    let challenge = form.get("code_verifier").map(|v| URL_SAFE_NO_PAD.encode(Sha256::digest(v.as_bytes())));
    if asked.get("code_challenge") != challenge.as_ref()
        || asked.get("redirect_uri") != form.get("redirect_uri")
    {
        return Ok(refuse("invalid_grant"));
    }
    let access_token = random_text();
    let person = inner.person.clone();
    let mut claims = person.claims();
    let half = Sha256::digest(access_token.as_bytes()).first_chunk::<16>().copied().unwrap_or_default();
    for (name, value) in [
        ("iss", json!(shared.issuer)),
        ("aud", json!(CLIENT_ID)),
        ("iat", json!(now.secs())),
        ("exp", json!(now.secs() + 300)),
        ("auth_time", json!(now.secs())),
        ("nonce", json!(asked.get("nonce"))),
        ("at_hash", json!(URL_SAFE_NO_PAD.encode(half))),
    ] {
        claims.insert(name.to_owned(), value);
    }
    if let Some(change) = &inner.mischief.claims {
        change(&mut claims);
    }
    let id_token = match &inner.mischief.id_token {
        Some(make) => make(&claims),
        None => inner
            .key
            .sign(&json!({"alg": "ES256", "kid": inner.key.kid(), "typ": "JWT"}), &Value::Object(claims)),
    };
    let sub = person.0.sub.clone();
    inner.tokens.insert(access_token.clone(), sub.clone());
    inner.people.entry(sub).or_insert(person);
    let answer = json!({
        "access_token": access_token, "token_type": "Bearer", "expires_in": 300, "id_token": id_token,
    });
    Ok(Json(answer).into_response())
}

async fn userinfo(State(shared): App, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    shared.enter(|counts| counts.userinfo += 1).await?;
    let bearer =
        headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    let inner = shared.lock();
    if let Some(status) = inner.mischief.userinfo_status {
        return Err(StatusCode::from_u16(status).unwrap_or_default());
    }
    let about = bearer.and_then(|token| inner.tokens.get(token)).ok_or(StatusCode::UNAUTHORIZED)?;
    if let Some(claims) = &inner.mischief.userinfo {
        return Ok(Json(Value::Object(claims.clone())));
    }
    let person = inner.people.get(about).ok_or(StatusCode::UNAUTHORIZED)?;
    Ok(Json(Value::Object(person.claims())))
}

async fn jwks(State(shared): App) -> Result<Response, StatusCode> {
    shared.enter(|counts| counts.keys += 1).await?;
    let inner = shared.lock();
    Ok(match &inner.mischief.keys {
        Some(text) => text.clone().into_response(),
        None => Json(json!({ "keys": [inner.key.jwk()] })).into_response(),
    })
}

fn random_text() -> String {
    let random: &dyn Random = &SystemRandom;
    URL_SAFE_NO_PAD.encode(random.bytes::<24>())
}

/// RFC 6749 §2.3.1: both are form-encoded first.
fn basic() -> String {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(CLIENT_ID), encoded(CLIENT_SECRET))))
}

impl Person {
    fn claims(&self) -> Claims {
        let who = &self.0;
        let claims = json!({
            "sub": who.sub,
            "sid": who.sid,
            "name": who.name,
            "email": who.email,
            "email_verified": true,
            "acr": who.acr,
            "amr": who.amr,
            "urn:harp:claims:ial": who.ial.map(|ial| ial.number()),
            "urn:harp:claims:aal": who.aal.map(|aal| aal.number()),
            "urn:harp:claims:roles": who.roles,
        });
        match claims {
            Value::Object(claims) => claims.into_iter().filter(|(_, value)| !value.is_null()).collect(),
            _ => Claims::new(),
        }
    }
}
