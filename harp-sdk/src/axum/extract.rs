//! Who asks.

use std::ops::Deref;
use std::sync::Arc;

use ::axum::extract::FromRequestParts;
use ::axum::response::{IntoResponse, Redirect, Response};
use harp_core::access::decide::HeldRole;
use http::header::{ACCEPT, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use url::form_urlencoded;

use super::layer::{Carrier, Current, Who};
use super::page::{Action, Problem};
use crate::guard::{Refusal, Rule};
use crate::harp::Harp;
use crate::identity::Identity;
use crate::local::LocalPath;
use crate::paths;
use crate::session::Session;

/// Somebody signed in; reads like their [`Identity`]. Nobody else reaches the handler: a browser that wants a page is
/// sent to sign in and comes back, everything else is answered 401.
#[derive(Debug, Clone)]
pub struct SignedIn {
    session: Arc<Session>,
    carrier: Carrier,
    here: LocalPath,
}

impl Deref for SignedIn {
    type Target = Identity;
    fn deref(&self) -> &Identity {
        self.session.who()
    }
}

impl SignedIn {
    pub fn session(&self) -> &Session {
        &self.session
    }

    pub fn harp(&self) -> &Harp {
        &self.carrier.harp
    }

    /// The role that the rule asks for, or the page that says why not: `who.require(&rule)?`.
    pub fn require(&self, rule: &Rule) -> Result<HeldRole, Refused> {
        let refused = |refusal| Refused(refusal, Box::new(self.clone()));
        self.carrier.harp.require(self, rule).map_err(refused)
    }

    /// The hidden field of a form.
    pub fn form_token(&self) -> String {
        self.carrier.harp.form_token(&self.session)
    }

    /// The token that came with a form (CWE-352, cross-site request forgery).
    pub fn check_form_token(&self, token: &str) -> Result<(), WrongFormToken> {
        let right = self.carrier.harp.is_form_token(token, &self.session);
        if right { Ok(()) } else { Err(WrongFormToken(self.carrier.clone())) }
    }
}

/// Somebody, or nobody: for pages that are for everyone.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

/// A refusal, as an answer.
#[derive(Debug)]
pub struct Refused(Box<Refusal>, Box<SignedIn>);

impl Refused {
    pub fn refusal(&self) -> &Refusal {
        &self.0
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let Refused(refusal, who) = self;
        who.carrier.pages.refused(&refusal, &who, &who.here)
    }
}

/// The form was not made for this session: 403.
#[derive(Debug)]
pub struct WrongFormToken(Carrier);

impl IntoResponse for WrongFormToken {
    fn into_response(self) -> Response {
        self.0.pages.problem(&Problem {
            status: StatusCode::FORBIDDEN,
            title: "This form is out of date".to_owned(),
            text:
                "You signed in again since the page was opened, or the form came from another page. Go back, \
                   reload the page and send it once more."
                    .to_owned(),
            actions: vec![],
        })
    }
}

/// Why there is nobody.
#[derive(Debug)]
pub enum NotSignedIn {
    /// A browser on its way to a page: 303 to the sign-in.
    Page { return_to: LocalPath },
    /// Anything else: 401.
    Other(Option<SignInPage>),
    /// It cannot be known now: 503.
    Unknown(Option<SignInPage>),
    /// [`super::attach`] was forgotten: 500.
    NotAttached,
}

/// Lets an answer look like the application.
#[derive(Debug)]
pub struct SignInPage(Carrier);

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        let show = |page: Option<SignInPage>, problem: Problem| match page {
            Some(SignInPage(carrier)) => carrier.pages.problem(&problem),
            None => (problem.status, problem.text).into_response(),
        };
        match self {
            NotSignedIn::Page { return_to } => Redirect::to(&sign_in_url(&return_to)).into_response(),
            NotSignedIn::Other(page) => {
                let mut response = show(
                    page,
                    Problem {
                        status: StatusCode::UNAUTHORIZED,
                        title: "Please sign in again".to_owned(),
                        text: "You are not signed in, or your session ended. What you sent was not kept."
                            .to_owned(),
                        actions: vec![Action {
                            label: "Sign in".to_owned(),
                            href: paths::SIGN_IN.to_owned(),
                        }],
                    },
                );
                // RFC 9110 §15.5.2 wants a challenge; cookies have no registered scheme.
                let challenge = http::HeaderValue::from_static("Cookie realm=\"session\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
                response
            }
            NotSignedIn::Unknown(page) => show(
                page,
                Problem {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    title: "Please try again in a minute".to_owned(),
                    text: "We cannot check your session right now.".to_owned(),
                    actions: vec![],
                },
            ),
            NotSignedIn::NotAttached => {
                tracing::error!("an extractor of harp-sdk in a router without `harp_sdk::axum::attach`");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Where a sign-in begins that comes back to `return_to`.
pub(super) fn sign_in_url(return_to: &LocalPath) -> String {
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to.as_str()).finish();
    format!("{}?{query}", paths::SIGN_IN)
}

fn wants_page(parts: &Parts) -> bool {
    let says = |headers: &HeaderMap, name, word| {
        headers.get(name).and_then(|v| v.to_str().ok()).is_some_and(|text: &str| text.contains(word))
    };
    matches!(parts.method, Method::GET | Method::HEAD) && says(&parts.headers, ACCEPT, "text/html")
}

fn current(parts: &Parts) -> Result<Option<SignedIn>, NotSignedIn> {
    let Some(Current { carrier, who, here }) = parts.extensions.get::<Current>() else {
        return Err(NotSignedIn::NotAttached);
    };
    match who {
        Who::Somebody(session) => {
            let (session, carrier, here) = (Arc::clone(session), carrier.clone(), here.clone());
            Ok(Some(SignedIn { session, carrier, here }))
        }
        Who::Nobody => Ok(None),
        Who::Unknown => Err(NotSignedIn::Unknown(Some(SignInPage(carrier.clone())))),
    }
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<SignedIn, NotSignedIn> {
        if let Some(who) = current(parts)? {
            return Ok(who);
        }
        if wants_page(parts) {
            let here = parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str);
            return Err(NotSignedIn::Page { return_to: LocalPath::or_root(here) });
        }
        let page = parts.extensions.get::<Current>().map(|current| SignInPage(current.carrier.clone()));
        Err(NotSignedIn::Other(page))
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<MaybeSignedIn, NotSignedIn> {
        current(parts).map(MaybeSignedIn)
    }
}

/// For this library's own routes.
#[derive(Debug)]
pub(super) struct Carried(pub Carrier);

impl<S: Sync> FromRequestParts<S> for Carried {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Carried, NotSignedIn> {
        let current = parts.extensions.get::<Current>().ok_or(NotSignedIn::NotAttached)?;
        Ok(Carried(current.carrier.clone()))
    }
}
