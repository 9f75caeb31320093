//! `/dev/inbox`: what people would find in their mailbox, on their phone, in their ear.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::inbox::{Delivered, Inbox};

pub const PATH: &str = "/dev/inbox";

pub fn routes(inbox: Arc<Inbox>) -> Router {
    Router::new()
        .route(PATH, get(list))
        .route("/dev/inbox/inbox.css", get(style))
        .route("/dev/inbox/{id}/html", get(html))
        .with_state(inbox)
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    messages: Vec<Delivered>,
}

async fn list(State(inbox): State<Arc<Inbox>>) -> Response {
    match (Page { messages: inbox.messages() }).render() {
        Ok(html) => guarded(Html(html).into_response()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The HTML rendering of an e-mail, in a frame of its own without scripts.
async fn html(State(inbox): State<Arc<Inbox>>, Path(id): Path<String>) -> Response {
    let message = inbox.messages().into_iter().find(|m| m.id.to_string() == id);
    match message.and_then(|m| m.html) {
        Some(html) => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'";
            ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../templates/inbox.css")).into_response()
}

fn guarded(response: Response) -> Response {
    let policy = "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store")], response).into_response()
}
