//! The layer: opens the session cookie before a request and prolongs it after.

use std::sync::Arc;

use ::axum::extract::{Request, State};
use ::axum::middleware::Next;
use ::axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue};

use super::extract::SignedIn;
use super::page::Pages;
use crate::cookie::SetCookie;
use crate::guard::Rule;
use crate::harp::{Harp, Presence, Purpose, SessionUnknown};
use crate::local::LocalPath;
use crate::paths;
use crate::proof::Proof;
use crate::session::{Open, Session};

/// What every request carries on.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    pub harp: Harp,
    pub pages: Arc<dyn Pages>,
}

/// Who asks, for the extractors.
#[derive(Debug, Clone)]
pub(super) struct Current {
    pub carrier: Carrier,
    pub who: Who,
    /// The page that is wanted; the start page, if it is none that a link could lead to.
    pub here: LocalPath,
}

#[derive(Debug, Clone)]
pub(super) enum Who {
    Nobody,
    Somebody(Arc<Session>),
    /// Whether somebody is signed in cannot be known now.
    Unknown(Cause),
}

/// What does not answer.
#[derive(Debug, Clone)]
pub(super) enum Cause {
    Memory,
    /// The session that cannot be renewed counts for nothing but its own end.
    Provider(Option<Arc<Session>>),
}

pub(super) async fn carry(State(carrier): State<Carrier>, mut request: Request, next: Next) -> Response {
    let (who, cookie) = if is_foreign(&request) {
        (Who::Nobody, None)
    } else {
        let (cookies, purpose) = (cookies(request.headers()), purpose(&request));
        match carrier.harp.presence(&cookies, purpose).await {
            Ok(Presence::Somebody(open)) => {
                let Open { session, renewed } = *open;
                (Who::Somebody(Arc::new(session)), renewed)
            }
            Ok(Presence::Nobody) => (Who::Nobody, None),
            Ok(Presence::Ended(gone)) => (Who::Nobody, Some(gone)),
            Err(error) => {
                tracing::error!(%error, "nobody counts as signed in");
                let cause = match error {
                    SessionUnknown::SignedOut(_) => Cause::Memory,
                    SessionUnknown::Provider(_) => Cause::Provider(stale(&carrier.harp, &cookies).await),
                };
                (Who::Unknown(cause), None)
            }
        }
    };
    let path = request.uri().path_and_query().map(PathAndQuery::as_str);
    let here = LocalPath::or_root(path.filter(|_| request.method().is_safe()));
    request.extensions_mut().insert(Current { carrier, who, here });
    let mut response = next.run(request).await;
    if let Some(cookie) = cookie
        && !is_shared(response.headers())
        && !sets(&cookie, response.headers())
    {
        set(&mut response, &[cookie]);
    }
    response
}

pub(super) async fn check(
    State(rule): State<Arc<Rule>>,
    who: SignedIn,
    request: Request,
    next: Next,
) -> Response {
    match who.require(&rule) {
        Ok(_) => next.run(request).await,
        Err(refused) => refused.into_response(),
    }
}

pub(super) async fn confirm(
    State(proof): State<Proof>,
    who: SignedIn,
    request: Request,
    next: Next,
) -> Response {
    match who.prove(&proof) {
        Ok(()) => next.run(request).await,
        Err(step_up) => step_up.into_response(),
    }
}

async fn stale(harp: &Harp, cookies: &str) -> Option<Arc<Session>> {
    let open = harp.session(cookies, Purpose::SignInOrOut).await;
    open.ok().flatten().map(|open| Arc::new(open.session))
}

/// This library's own routes begin and end sessions: they need no renewal, and work while the provider is away.
fn purpose(request: &Request) -> Purpose {
    match request.uri().path() {
        paths::SIGN_IN | paths::STEP_UP | paths::CALLBACK | paths::SIGN_OUT => Purpose::SignInOrOut,
        _ if request.method().is_safe() => Purpose::Read,
        _ => Purpose::Change,
    }
}

/// A page of another origin makes this browser write something here: a session does not count for that, whatever
/// SameSite lets through (another port or another host of the site). Browsers say so on TLS and on loopback.
fn is_foreign(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site").map(HeaderValue::as_bytes);
    !request.method().is_safe() && matches!(site, Some(b"cross-site" | b"same-site"))
}

/// A cookie in a response that a shared cache may keep would reach other people.
fn is_shared(headers: &HeaderMap) -> bool {
    let says_public = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("public"));
    headers.get_all(CACHE_CONTROL).iter().any(says_public)
}

/// Signing in and out set the session cookie themselves.
fn sets(cookie: &SetCookie, headers: &HeaderMap) -> bool {
    let start = format!("{}=", cookie.name());
    headers.get_all(SET_COOKIE).iter().any(|value| value.as_bytes().starts_with(start.as_bytes()))
}

/// The `Cookie` header; HTTP/2 may split it (RFC 9113 §8.2.3).
pub(super) fn cookies(headers: &HeaderMap) -> String {
    let all: Vec<&str> = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).collect();
    all.join("; ")
}

pub(super) fn set(response: &mut Response, cookies: &[SetCookie]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
}
