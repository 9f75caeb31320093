//! Dresses answers that are a status and nothing else (an unknown address, a wrong verb, a fault of ours) as pages.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};

use super::app::App;
use super::reply::Stop;
use super::visit::Visit;
use crate::view::problem::FailureKind;

/// Middle layer: a bare error becomes a page for whoever accepts one. What an endpoint said itself is left alone.
pub async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let (headers, uri, extensions) = (parts.headers.clone(), parts.uri.clone(), parts.extensions.clone());
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let status = response.status();
    let bare = (status.is_client_error() || status.is_server_error())
        && !response.headers().contains_key(CONTENT_TYPE);
    let Some(kind) = kind(status).filter(|_| bare || is_plain_text(&response)) else { return response };
    if !wants_page(&headers) {
        return response;
    }
    parts.headers = headers;
    parts.uri = uri;
    parts.extensions = extensions;
    let page = match Visit::of(&mut parts, &app).await {
        Ok(visit) => visit.failure(kind),
        // Storage is what failed: the page around it cannot be built either.
        Err(stop) => stop,
    };
    let Stop::Answer(mut page) = page else { return response };
    if let Some(allow) = response.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, allow.clone());
    }
    (*page).into_response()
}

/// What axum says by itself when it refuses a request.
fn is_plain_text(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"text/plain"))
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("text/html"))
}

fn kind(status: StatusCode) -> Option<FailureKind> {
    match status {
        StatusCode::BAD_REQUEST => Some(FailureKind::BadRequest),
        StatusCode::FORBIDDEN => Some(FailureKind::Forbidden),
        StatusCode::NOT_FOUND => Some(FailureKind::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(FailureKind::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Some(FailureKind::TooLarge),
        StatusCode::UNPROCESSABLE_ENTITY => Some(FailureKind::Unreadable),
        StatusCode::TOO_MANY_REQUESTS => Some(FailureKind::TooMany { until: None }),
        StatusCode::INTERNAL_SERVER_ERROR => Some(FailureKind::Internal),
        StatusCode::SERVICE_UNAVAILABLE => Some(FailureKind::Unavailable),
        _ => None,
    }
}
