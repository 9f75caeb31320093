//! The pages for everyone, and how trouble looks.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Response};
use harp_sdk::axum::{MaybeSignedIn, Pages, Problem};
use http::StatusCode;

use super::App;
use crate::config::Help;
use crate::view::{Frame, SignedOut, Start, Trouble};
use crate::words::t;

pub async fn start(State(app): State<App>, who: MaybeSignedIn) -> Response {
    show(StatusCode::OK, &Start { frame: app.frame(&who) })
}

pub async fn signed_out(State(app): State<App>, who: MaybeSignedIn) -> Response {
    show(StatusCode::OK, &SignedOut { frame: app.frame(&who) })
}

pub async fn nowhere(State(app): State<App>, who: MaybeSignedIn) -> Response {
    let (title, text) = (t("trouble.not-found-title"), t("trouble.not-found"));
    trouble(app.frame(&who), StatusCode::NOT_FOUND, title, text)
}

pub fn trouble(frame: Frame, status: StatusCode, title: String, text: String) -> Response {
    show(status, &Trouble { frame, title, text, actions: vec![], sign_out: None })
}

/// A fault of ours: the log has it, the person reads that it is not their fault.
pub fn broken(frame: Frame, error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a request could not be served");
    trouble(frame, StatusCode::INTERNAL_SERVER_ERROR, t("trouble.broken-title"), t("trouble.broken"))
}

pub fn show(status: StatusCode, page: &dyn askama::DynTemplate) -> Response {
    match page.dyn_render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// The pages that the SDK needs, in the look of this application.
#[derive(Debug, Clone)]
pub struct Look {
    pub help: Arc<Help>,
    pub issuer: String,
}

impl Pages for Look {
    fn problem(&self, problem: &Problem) -> Response {
        let frame = Frame { help: self.help.clone(), issuer: self.issuer.clone(), person: None };
        let Problem { title, text, actions, sign_out, .. } = problem.clone();
        let page = Trouble { frame, title, text, actions, sign_out };
        match page.render() {
            Ok(html) => (problem.status, Html(html)).into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
