//! `POST /hooks/twilio/...`: what the telephone service calls back. Without its signature each is a 403, whatever it says and
//! whether or not there is such a message.

use std::str::FromStr as _;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, OriginalUri, Path, Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use harp_core::adapter::courier::twilio_hooks::{Signed, TwilioHooks};
use harp_core::flow::{Trouble, receipts};
use harp_core::kernel::id::MessageId;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode, Uri};
use serde::Deserialize;

use super::act::Acting;
use super::app::App;
use crate::view::words::Words;

const RECEIPT: &str = "/hooks/twilio/receipt/{message}";
const AGAIN: &str = "/hooks/twilio/again/{message}";

pub fn routes() -> Router<App> {
    Router::new().route(RECEIPT, post(receipt)).route(AGAIN, post(again))
}

/// A message arrived, or did not.
async fn receipt(
    State(app): State<App>,
    Acting(act): Acting,
    Path(message): Path<String>,
    called: Called,
) -> Response {
    let (Ok(id), Some(receipt)) = (MessageId::from_str(&message), called.signed.receipt()) else {
        return StatusCode::NO_CONTENT.into_response();
    };
    match receipts::received(&app.harp, id, &receipt, &act).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(trouble) => failed(&trouble),
    }
}

/// For which time it is asked.
#[derive(Debug, Deserialize)]
struct Which {
    n: u32,
}

/// Somebody on a call has pressed a key.
async fn again(
    State(app): State<App>,
    Acting(act): Acting,
    Path(message): Path<String>,
    which: Result<Query<Which>, QueryRejection>,
    called: Called,
) -> Response {
    let letter = match MessageId::from_str(&message) {
        Ok(id) => receipts::said_again(&app.harp, id, &act).await,
        Err(_) => Ok(None),
    };
    let document = match letter {
        Ok(Some(letter)) => {
            called.hooks.say_again(&letter, &message, which.map_or(u32::MAX, |Query(which)| which.n))
        }
        Ok(None) => TwilioHooks::say(&Words::english().t("letter-speech.over")),
        Err(trouble) => return failed(&trouble),
    };
    ([(CONTENT_TYPE, "text/xml; charset=utf-8")], document).into_response()
}

/// A callback that the telephone service has signed.
struct Called {
    hooks: TwilioHooks,
    signed: Signed,
}

impl FromRequest<App> for Called {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Called, Response> {
        let headers = request.headers().clone();
        let uri =
            request.extensions().get::<OriginalUri>().map_or_else(|| request.uri().clone(), |o| o.0.clone());
        let body = Bytes::from_request(request, app).await.map_err(IntoResponse::into_response)?;
        believed(app, &uri, (&headers, &body)).ok_or_else(forged)
    }
}

/// Signed for the address that we gave: by the issuer, never by `Host`.
fn believed(app: &App, uri: &Uri, (headers, body): (&HeaderMap, &[u8])) -> Option<Called> {
    let hooks = app.telephone.as_ref()?;
    let path = uri.path_and_query().map_or(uri.path(), |whole| whole.as_str());
    let signature = headers.get("x-twilio-signature")?.to_str().ok()?;
    let signed = hooks.verified(&format!("{}{path}", app.edge.origin()), signature, body)?;
    Some(Called { hooks: hooks.clone(), signed })
}

fn forged() -> Response {
    tracing::debug!("a callback came without the telephone service's signature");
    (StatusCode::FORBIDDEN, "not signed by the telephone service\n").into_response()
}

/// It is asked again by the service.
fn failed(trouble: &Trouble) -> Response {
    tracing::error!(%trouble, "a callback could not be carried out");
    (StatusCode::SERVICE_UNAVAILABLE, "try again\n").into_response()
}
