//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery §4) and the same for RFC 8414.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::HeaderValue;
use http::header::CACHE_CONTROL;

use super::{endpoints, said};
use crate::flow::keys;
use crate::http::act::Acting;
use crate::http::app::App;
use crate::http::headers::Cacheable;
use crate::protocol::discovery::Metadata;

pub async fn show(State(app): State<App>, Acting(act): Acting) -> Response {
    let ring = match keys::ring(&app.oidc, act.now).await {
        Ok(ring) => ring,
        Err(trouble) => return said::trouble(&trouble),
    };
    let signing: Vec<&'static str> = ring.algs().into_iter().map(|alg| alg.as_str()).collect();
    let issuer = &app.oidc.issuer;
    let metadata = Metadata::new(issuer, endpoints(issuer), &signing);
    let mut response = (Extension(Cacheable), Json(metadata)).into_response();
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    response
}
