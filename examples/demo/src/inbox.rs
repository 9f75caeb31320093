//! `/dev/inbox`: every email, text message and phone call, as people would find it in their mailbox, on their phone,
//! in their ear. It exists in the demo only; `harp serve` has no such thing.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use harp_core::adapter::courier::memory::{Arrived, Mailbox};
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::notice::Recipient;
use http::{StatusCode, header};

use crate::seed::Sol;

pub const PATH: &str = "/dev/inbox";

pub fn routes(mailbox: Arc<Mailbox>) -> Router {
    Router::new()
        .route(PATH, get(list))
        .route("/dev/inbox/inbox.css", get(style))
        .route("/dev/inbox/{id}/html", get(html))
        .with_state(mailbox)
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct Page {
    /// Newest first.
    messages: Vec<Message>,
    official: &'static str,
    official_code: String,
}

struct Message {
    id: String,
    way: &'static str,
    address: String,
    subject: String,
    code: Option<String>,
    text: String,
    has_html: bool,
}

impl Message {
    fn of(arrived: &Arrived) -> Message {
        let (way, address) = match &arrived.to {
            Recipient::Email(address) => ("Email", address.to_string()),
            Recipient::Sms(phone) => ("Text message", phone.to_string()),
            Recipient::Voice(phone) => ("Phone call", phone.to_string()),
        };
        Message {
            id: arrived.id.to_string(),
            way,
            address,
            subject: arrived.letter.subject.clone(),
            code: arrived.code(),
            text: arrived.letter.text.expose().clone(),
            has_html: arrived.letter.html.is_some(),
        }
    }
}

async fn list(State(mailbox): State<Arc<Mailbox>>) -> Response {
    let page = Page {
        messages: mailbox.all().iter().rev().map(Message::of).collect(),
        official: Sol::USERNAME,
        official_code: Sol::totp().code_at(SystemClock.now()),
    };
    let policy =
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    match page.render() {
        Ok(html) => answer(policy, Html(html)),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The HTML rendering of an email, by itself, where nothing of it can run.
async fn html(State(mailbox): State<Arc<Mailbox>>, Path(id): Path<String>) -> Response {
    let found = mailbox.all().into_iter().find(|m| m.id.to_string() == id).and_then(|m| m.letter.html);
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";
    match found {
        Some(html) => answer(policy, Html(html.expose().clone())),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("../templates/inbox.css"))
        .into_response()
}

fn answer(policy: &'static str, page: Html<String>) -> Response {
    ([(header::CONTENT_SECURITY_POLICY, policy), (header::CACHE_CONTROL, "no-store")], page).into_response()
}
