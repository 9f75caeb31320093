//! Answers to applications: JSON that nobody stores, errors in the RFC's words, causes in the log alone.

use axum::Json;
use axum::response::{IntoResponse, Response};
use harp_core::flow::Trouble;
use http::header::{CACHE_CONTROL, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use crate::protocol::{ErrorCode, ProtocolError};

/// RFC 6749 §5.1: not to be stored, by anybody.
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// RFC 6749 §5.2.
pub fn error(error: &ProtocolError) -> Response {
    log(error);
    let mut response = json(error.status(), error);
    if error.code() == ErrorCode::InvalidClient {
        // RFC 9110 §15.5.2: a 401 names a scheme.
        let scheme = HeaderValue::from_static("Basic realm=\"token endpoint\", charset=\"UTF-8\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

/// A fault of ours: the RFC's word for it, and nothing more.
pub fn trouble(trouble: &Trouble) -> Response {
    tracing::error!(%trouble, detail = trouble_detail(trouble), "a protocol request could not be carried out");
    let (status, code, public) = match trouble {
        Trouble::Store(_) | Trouble::Busy => {
            (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TemporarilyUnavailable, "try again in a moment")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::ServerError, "something failed here"),
    };
    let mut response = json(status, &ProtocolError::new(code, public));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}

/// One line for the operator. Neither text holds what a person typed.
pub fn log(error: &ProtocolError) {
    let (code, public, private) = (error.code().as_str(), error.public(), error.private().unwrap_or(""));
    tracing::info!(code, public, private, "a protocol request was refused");
}

fn trouble_detail(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Store(fault) => fault.detail().to_owned(),
        _ => String::new(),
    }
}
