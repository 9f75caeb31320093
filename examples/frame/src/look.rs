//! Pages in their frame, and those that every application has.

use std::sync::Arc;

use askama::{DynTemplate, Template};
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use harp_sdk::axum::{Action, MaybeSignedIn, Pages, Problem, SignOutForm};
use http::StatusCode;

use crate::person::Person;
use crate::{Shell, Site};

/// What every page shows around itself.
#[derive(Debug, Clone)]
pub struct Frame {
    pub(crate) site: Arc<Site>,
    pub issuer: String,
    pub person: Option<Person>,
}

/// What stands in the browser's tab, and the status of the answer.
#[derive(Debug, Clone)]
pub struct Heading {
    pub status: StatusCode,
    pub title: String,
}

impl Heading {
    pub fn of(title: impl Into<String>) -> Heading {
        Heading { status: StatusCode::OK, title: title.into() }
    }

    /// With a title that begins with `Error:`.
    pub fn error(status: StatusCode, title: &str) -> Heading {
        Heading { status, title: format!("Error: {title}") }
    }
}

impl Frame {
    /// A page of an application, from what it shows between header and footer.
    pub fn around(&self, heading: &Heading, content: &dyn DynTemplate) -> Response {
        let page = content
            .dyn_render()
            .and_then(|content| Framed { frame: self, title: &heading.title, content: &content }.render());
        match page {
            Ok(html) => (heading.status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    /// Something went wrong, and this is what to do.
    pub fn trouble(&self, status: StatusCode, title: &str, text: &str) -> Response {
        let page = Trouble { title, text, actions: &[], sign_out: None };
        self.around(&Heading::error(status, title), &page)
    }

    /// A fault of ours: the log has it, the person reads that it is not their fault.
    pub fn broken(&self, error: &dyn std::fmt::Display) -> Response {
        tracing::error!(%error, "a request could not be served");
        let text = "Something went wrong on our side. Nothing was stored. Please try again in a few minutes.";
        self.trouble(StatusCode::INTERNAL_SERVER_ERROR, "We could not do that", text)
    }

    /// There is no such page.
    pub fn nowhere(&self) -> Response {
        let text = "The address may have been typed wrong, or what it named may not be there any more.";
        self.trouble(StatusCode::NOT_FOUND, "Page not found", text)
    }
}

/// The pages that the SDK needs, in the look of the application.
impl Pages for Frame {
    fn problem(&self, problem: &Problem) -> Response {
        let Problem { title, text, actions, sign_out, .. } = problem;
        let page = Trouble { title, text, actions, sign_out: sign_out.as_ref() };
        self.around(&Heading::error(problem.status, title), &page)
    }
}

pub async fn nowhere(State(shell): State<Shell>, who: MaybeSignedIn) -> Response {
    shell.frame(&who).nowhere()
}

pub async fn signed_out(State(shell): State<Shell>, who: MaybeSignedIn) -> Response {
    let frame = shell.frame(&who);
    let title = if frame.person.is_some() { "Still signed in" } else { "Signed out" };
    frame.around(&Heading::of(title), &SignedOut { frame: &frame })
}

#[derive(Template)]
#[template(path = "frame.html")]
struct Framed<'a> {
    frame: &'a Frame,
    title: &'a str,
    /// Rendered, and so escaped already.
    content: &'a str,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Trouble<'a> {
    title: &'a str,
    text: &'a str,
    actions: &'a [Action],
    /// The provider is away, and signing out is what still works.
    sign_out: Option<&'a SignOutForm>,
}

#[derive(Template)]
#[template(path = "signed_out.html")]
struct SignedOut<'a> {
    frame: &'a Frame,
}

impl SignedOut<'_> {
    /// The main page for who is signed in.
    fn inside(&self) -> &'static str {
        self.frame.site.pages.first().map_or("/", |page| page.href)
    }
}
