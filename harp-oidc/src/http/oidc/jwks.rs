//! `GET /jwks`: the public keys (RFC 7517 §5): next, current and retired ones, and nothing private.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::HeaderValue;
use http::header::CACHE_CONTROL;

use super::said;
use crate::flow::keys;
use crate::http::act::Acting;
use crate::http::app::App;
use crate::http::headers::Cacheable;

pub async fn show(State(app): State<App>, Acting(act): Acting) -> Response {
    let ring = match keys::ring(&app.oidc, act.now).await {
        Ok(ring) => ring,
        Err(trouble) => return said::trouble(&trouble),
    };
    let keys = Json(ring.published(&app.oidc.schedule, act.now));
    let mut response = (Extension(Cacheable), keys).into_response();
    // Far below the time for which a key is announced before it signs.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}
