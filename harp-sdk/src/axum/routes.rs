//! Sign in, step up, come back, sign out.

use std::time::Duration;

use ::axum::extract::rejection::{FormRejection, QueryRejection};
use ::axum::extract::{Query, RawQuery};
use ::axum::response::{IntoResponse as _, Redirect, Response};
use ::axum::routing::{get, post};
use ::axum::{Form, Router};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Deserialize;

use super::extract::{Carried, MaybeSignedIn, sign_in_url, step_up_url};
use super::layer::{self, Carrier, cookies};
use super::page::{Action, ActionKind, Problem, ProblemKind};
use crate::cookie::SetCookie;
use crate::error::SignInError;
use crate::local::LocalPath;
use crate::login::{Ask, Prompt};
use crate::paths;
use crate::proof::{Level, Proof};

pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(paths::SIGN_IN, get(sign_in))
        .route(paths::STEP_UP, get(step_up))
        .route(paths::CALLBACK, get(callback))
        .route(paths::SIGN_OUT, post(sign_out))
}

#[derive(Debug, Deserialize)]
struct SignIn {
    return_to: Option<String>,
    /// `login`: ask for password and code although a session lives.
    prompt: Option<String>,
}

async fn sign_in(
    Carried(carrier): Carried,
    headers: HeaderMap,
    query: Result<Query<SignIn>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else { return problem(&carrier, &SignInError::Malformed, Way::default()) };
    let return_to = LocalPath::or_root(query.return_to.as_deref());
    let ask = Ask { prompt: anew(query.prompt.as_deref()), ..Ask::returning_to(return_to.clone()) };
    match carrier.harp.begin(&ask, &cookies(&headers)).await {
        Ok(begun) => go(&begun.url, &begun.cookies),
        Err(error) => problem(&carrier, &error, Way { return_to: Some(&return_to), proof: None }),
    }
}

fn anew(prompt: Option<&str>) -> Option<Prompt> {
    prompt.filter(|prompt| *prompt == "login").map(|_| Prompt::Login)
}

#[derive(Debug, Deserialize)]
struct Confirm {
    acr: String,
    /// Seconds.
    max_age: Option<u64>,
    return_to: Option<String>,
    /// `login`: somebody else is signed in at the provider.
    prompt: Option<String>,
}

/// Whatever a link asks here, a page that needs more asks again: this decides nothing.
async fn step_up(
    Carried(carrier): Carried,
    MaybeSignedIn(who): MaybeSignedIn,
    headers: HeaderMap,
    query: Result<Query<Confirm>, QueryRejection>,
) -> Response {
    let Some((level, asked)) = query.ok().and_then(|Query(asked)| Some((Level::parse(&asked.acr)?, asked)))
    else {
        return problem(&carrier, &SignInError::Malformed, Way::default());
    };
    let proof = match asked.max_age {
        Some(seconds) => Proof::of(level).within(Duration::from_secs(seconds)),
        None => Proof::of(level),
    };
    let return_to = LocalPath::or_root(asked.return_to.as_deref());
    let prompt = anew(asked.prompt.as_deref());
    let ask = Ask { prompt, ..Ask::step_up(proof, who.as_deref(), return_to.clone()) };
    match carrier.harp.begin(&ask, &cookies(&headers)).await {
        Ok(begun) => go(&begun.url, &begun.cookies),
        Err(error) => problem(&carrier, &error, Way { return_to: Some(&return_to), proof: Some(&proof) }),
    }
}

async fn callback(
    Carried(carrier): Carried,
    MaybeSignedIn(who): MaybeSignedIn,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    match carrier.harp.finish(query.as_deref().unwrap_or_default(), &cookies(&headers)).await {
        Ok(done) => go(done.return_to.as_str(), &done.cookies),
        // Back or reload after a sign-in: it is done, so there is nothing to explain.
        Err(late) if late.error == SignInError::NotBegun && who.is_some() => go("/", &late.cookies),
        Err(late) => {
            let mut response = problem(
                &carrier,
                &late.error,
                Way { return_to: late.return_to.as_ref(), proof: late.proof.as_ref() },
            );
            layer::set(&mut response, &late.cookies);
            response
        }
    }
}

#[derive(Debug, Deserialize)]
struct SignOut {
    form_token: String,
}

async fn sign_out(
    Carried(carrier): Carried,
    MaybeSignedIn(who): MaybeSignedIn,
    headers: HeaderMap,
    form: Result<Form<SignOut>, FormRejection>,
) -> Response {
    let Some(who) = who else { return go(&carrier.harp.post_logout_redirect_uri(), &[]) };
    let token = form.map(|Form(form)| form.form_token).unwrap_or_default();
    if let Err(wrong) = who.check_form_token(&token) {
        return wrong.into_response();
    }
    match carrier.harp.sign_out(who.session(), &cookies(&headers)).await {
        Ok(out) => go(&out.url, &out.cookies),
        Err(error) => {
            tracing::error!(%error, "a sign-out was not kept");
            carrier.pages.problem(&Problem {
                kind: ProblemKind::NotSignedOut,
                status: StatusCode::SERVICE_UNAVAILABLE,
                title: "You are still signed in".to_owned(),
                text: "We could not sign you out everywhere. Please try again in a minute.".to_owned(),
                actions: vec![],
                sign_out: None,
            })
        }
    }
}

fn go(url: &str, cookies: &[SetCookie]) -> Response {
    let mut response = Redirect::to(url).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    layer::set(&mut response, cookies);
    response
}

/// The way back to what was wanted.
#[derive(Debug, Default)]
struct Way<'a> {
    return_to: Option<&'a LocalPath>,
    proof: Option<&'a Proof>,
}

fn problem(carrier: &Carrier, error: &SignInError, way: Way<'_>) -> Response {
    let public = error.public();
    let action = match (way.return_to, way.proof) {
        // A link, and no redirect: a provider that answers less than was asked does not send anybody round in circles.
        (Some(to), Some(proof)) if *error == SignInError::OtherPerson => Action {
            kind: ActionKind::Confirm,
            label: "Confirm that it is you".to_owned(),
            // Silently the provider would answer with the same other person for ever.
            href: format!("{}&prompt=login", step_up_url(proof, to)),
        },
        (Some(to), Some(proof)) => {
            Action { kind: ActionKind::TryAgain, label: "Try again".to_owned(), href: step_up_url(proof, to) }
        }
        (to, _) => {
            let href = to.map_or_else(|| paths::SIGN_IN.to_owned(), sign_in_url);
            Action { kind: ActionKind::SignIn, label: "Sign in".to_owned(), href }
        }
    };
    carrier.pages.problem(&Problem {
        kind: ProblemKind::SignIn(error.clone()),
        status: StatusCode::from_u16(public.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        title: public.title.to_owned(),
        text: public.text.into_owned(),
        actions: vec![action],
        sign_out: None,
    })
}
