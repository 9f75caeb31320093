//! The first and last thing that happens to a request: who asks, when, from where, under which id; and its line in the log.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use http::header::USER_AGENT;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use tracing::Instrument as _;

use super::app::App;
use super::cookie;

/// The request's [`Act`], still anonymous.
#[derive(Debug, Clone)]
pub struct Acting(pub Act);

/// Outermost layer: makes the [`Act`], says its id in `x-request-id`, and logs one line without personal data:
/// neither query, address nor names.
pub async fn begin(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let trace = TraceId::mint(&*app.harp.random);
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0);
    let agent = request.headers().get(USER_AGENT).and_then(|v| v.to_str().ok());
    let agent = agent.map(|text| text.chars().filter(|c| !c.is_control()).take(200).collect());
    let origin = Origin { address: app.edge.client(peer, request.headers()), agent };
    let span = tracing::info_span!("request", id = %trace);
    let browser = cookie::read(&app.edge, request.headers(), cookie::KNOWN).map(|c| c.hashed());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(Acting(Act {
        actor: Actor::Anonymous,
        now,
        origin,
        trace: trace.clone(),
        browser,
    }));
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = app.clock.now().since(now);
    let status = response.status().as_u16();
    span.in_scope(|| tracing::info!(%method, path, status, micros = took.as_micros() as u64, "answered"));
    if let Ok(value) = HeaderValue::try_from(trace.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    response
}

impl<S: Sync> FromRequestParts<S> for Acting {
    type Rejection = StatusCode;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Acting>().cloned().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}
