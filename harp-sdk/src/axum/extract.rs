//! Who asks.

use std::ops::Deref;
use std::sync::Arc;

use ::axum::extract::FromRequestParts;
use ::axum::response::{IntoResponse, Redirect, Response};
use harp_core::access::decide::HeldRole;
use http::header::{ACCEPT, RETRY_AFTER, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use url::form_urlencoded;

use super::layer::{Carrier, Cause, Current, Who};
use super::page::{Action, ActionKind, Problem, ProblemKind, SignOutForm};
use crate::guard::{Refusal, Rule};
use crate::harp::Harp;
use crate::identity::Identity;
use crate::local::LocalPath;
use crate::paths;
use crate::proof::{Proof, Shortfall};
use crate::session::Session;

/// Somebody signed in; reads like their [`Identity`]. Nobody else reaches the handler: a browser that wants a page is
/// sent to sign in and comes back, everything else is answered 401.
#[derive(Debug, Clone)]
pub struct SignedIn {
    session: Arc<Session>,
    carrier: Carrier,
    here: LocalPath,
    wanted: Wanted,
}

/// What the request asked for.
#[derive(Debug, Clone)]
struct Wanted {
    /// Also of a request that is no page.
    path: LocalPath,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A browser on its way to a page.
    Page,
    Other,
}

impl Deref for SignedIn {
    type Target = Identity;
    fn deref(&self) -> &Identity {
        self.session.who()
    }
}

impl SignedIn {
    /// Since when, until when, and of when what is known.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The client that [`super::attach`] was given.
    pub fn harp(&self) -> &Harp {
        &self.carrier.harp
    }

    /// The role that the rule asks for, or the page that says why not: `who.require(&rule)?`.
    pub fn require(&self, rule: &Rule) -> Result<HeldRole, Refused> {
        let refused = |refusal| Refused(refusal, Box::new(self.clone()));
        self.carrier.harp.require(self, rule).map_err(refused)
    }

    /// Goes on when this person has proved who they are strongly and lately enough; otherwise the answer sends them to do
    /// so: `who.prove(&Proof::of(Level::Aal2).within(ten_minutes))?`.
    ///
    /// # Errors
    /// An answer: to a browser that wants a page, the way to [`paths::STEP_UP`] and back; to anything else a page
    /// with status 403, since what was sent is not sent again by itself.
    pub fn prove(&self, proof: &Proof) -> Result<(), StepUp> {
        let short = |shortfall| StepUp { shortfall, who: Box::new(self.clone()) };
        proof.check(self, self.carrier.harp.now()).map_err(short)
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

/// Somebody, or nobody: for pages that are for everyone. While the provider is away, nobody is whoever would have to be
/// renewed.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

/// A refusal, as an answer.
#[derive(Debug)]
pub struct Refused(Box<Refusal>, Box<SignedIn>);

impl Refused {
    /// Why, and where to ask for what is missing.
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

/// The sign-in is too weak or too old for this, as an answer.
#[derive(Debug)]
pub struct StepUp {
    shortfall: Shortfall,
    who: Box<SignedIn>,
}

impl StepUp {
    /// What was reached, and what is needed.
    pub fn shortfall(&self) -> &Shortfall {
        &self.shortfall
    }

    /// The link that leads to the proof and back to the path that was asked for.
    pub fn href(&self) -> String {
        step_up_url(&self.shortfall.needed, &self.who.wanted.path)
    }
}

impl IntoResponse for StepUp {
    fn into_response(self) -> Response {
        if self.who.wanted.kind == Kind::Page {
            return Redirect::to(&self.href()).into_response();
        }
        let confirm = "Confirm that it is you".to_owned();
        let problem = Problem {
            kind: ProblemKind::NotProven(self.shortfall.clone()),
            status: StatusCode::FORBIDDEN,
            title: "Please confirm that it is you".to_owned(),
            text: format!(
                "{} What you sent was not kept: confirm that it is you, and then send it once more.",
                self.shortfall
            ),
            actions: vec![Action { kind: ActionKind::Confirm, label: confirm, href: self.href() }],
            sign_out: None,
        };
        self.who.carrier.pages.problem(&problem)
    }
}

/// The form was not made for this session: 403.
#[derive(Debug)]
pub struct WrongFormToken(Carrier);

impl IntoResponse for WrongFormToken {
    fn into_response(self) -> Response {
        self.0.pages.problem(&Problem {
            kind: ProblemKind::WrongFormToken,
            status: StatusCode::FORBIDDEN,
            title: "This form is out of date".to_owned(),
            text:
                "You signed in again since the page was opened, or the form came from another page. Go back, \
                   reload the page and send it once more."
                    .to_owned(),
            actions: vec![],
            sign_out: None,
        })
    }
}

/// Why there is nobody.
#[derive(Debug)]
pub enum NotSignedIn {
    /// A browser on its way to a page: 303 to the sign-in.
    Page {
        /// The page.
        return_to: LocalPath,
    },
    /// Anything else: 401.
    Other {
        /// Where to go on after the sign-in.
        here: LocalPath,
        /// The look.
        page: Option<SignInPage>,
    },
    /// It cannot be known now, because the memory of signed-out sessions does not answer: 503.
    Unknown(Option<SignInPage>),
    /// It cannot be known now, because the provider does not answer: 503.
    ProviderAway {
        /// Where to try again.
        here: LocalPath,
        /// The look.
        page: Option<SignInPage>,
        /// For whoever was signed in until now.
        sign_out: Option<SignOutForm>,
    },
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
            NotSignedIn::Other { here, page } => {
                let (label, href) = ("Sign in".to_owned(), sign_in_url(&here));
                let mut response = show(
                    page,
                    Problem {
                        kind: ProblemKind::NotSignedIn,
                        status: StatusCode::UNAUTHORIZED,
                        title: "Please sign in again".to_owned(),
                        text: "You are not signed in, or your session ended. What you sent was not kept."
                            .to_owned(),
                        actions: vec![Action { kind: ActionKind::SignIn, label, href }],
                        sign_out: None,
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
                    kind: ProblemKind::MemoryAway,
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    title: "Please try again in a minute".to_owned(),
                    text: "We cannot check your session right now.".to_owned(),
                    actions: vec![],
                    sign_out: None,
                },
            ),
            NotSignedIn::ProviderAway { here, page, sign_out } => {
                let (label, href) = ("Try again".to_owned(), here.as_str().to_owned());
                let problem = Problem {
                    kind: ProblemKind::ProviderAway,
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    title: "The sign-in service cannot be reached".to_owned(),
                    text: "We have to check with it every few minutes that you may still work here, and right now it \
                           does not answer. You are still signed in. Nothing that you sent was kept. Please try again in \
                           a minute."
                        .to_owned(),
                    actions: vec![Action { kind: ActionKind::TryAgain, label, href }],
                    sign_out,
                };
                let mut response = show(page, problem);
                response.headers_mut().insert(RETRY_AFTER, http::HeaderValue::from_static("10"));
                response
            }
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

/// Where a step-up begins that comes back to `return_to`.
pub(super) fn step_up_url(proof: &Proof, return_to: &LocalPath) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("acr", proof.level().acr());
    if let Some(age) = proof.max_age() {
        query.append_pair("max_age", &age.as_secs().to_string());
    }
    query.append_pair("return_to", return_to.as_str());
    format!("{}?{}", paths::STEP_UP, query.finish())
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
            let path = wanted(parts);
            let kind = if wants_page(parts) { Kind::Page } else { Kind::Other };
            Ok(Some(SignedIn { session, carrier, here, wanted: Wanted { path, kind } }))
        }
        Who::Nobody => Ok(None),
        Who::Unknown(Cause::Memory) => Err(NotSignedIn::Unknown(Some(SignInPage(carrier.clone())))),
        Who::Unknown(Cause::Provider(session)) => {
            let (harp, page) = (&carrier.harp, Some(SignInPage(carrier.clone())));
            let sign_out = session.as_ref().map(|session| SignOutForm {
                token: harp.form_token(session),
                issuer: harp.issuer().to_owned(),
            });
            Err(NotSignedIn::ProviderAway { here: wanted(parts), page, sign_out })
        }
    }
}

/// Also of a request that is no page: its path shows the form that was sent to it.
fn wanted(parts: &Parts) -> LocalPath {
    LocalPath::or_root(parts.uri.path_and_query().map(http::uri::PathAndQuery::as_str))
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<SignedIn, NotSignedIn> {
        if let Some(who) = current(parts)? {
            return Ok(who);
        }
        if wants_page(parts) {
            return Err(NotSignedIn::Page { return_to: wanted(parts) });
        }
        let page = parts.extensions.get::<Current>().map(|current| SignInPage(current.carrier.clone()));
        Err(NotSignedIn::Other { here: wanted(parts), page })
    }
}

impl<S: Sync> FromRequestParts<S> for MaybeSignedIn {
    type Rejection = NotSignedIn;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<MaybeSignedIn, NotSignedIn> {
        match current(parts) {
            // What is for everyone is shown while the provider is away, too.
            Err(NotSignedIn::ProviderAway { .. }) => Ok(MaybeSignedIn(None)),
            who => who.map(MaybeSignedIn),
        }
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
