//! A form as a protocol endpoint reads it: of the one content type, bounded, no parameter twice unnoticed.

use axum::body::{Body, to_bytes};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};

use crate::protocol::ProtocolError;
use crate::protocol::params::{Limits, Params};

/// Why a body is no form.
#[derive(Debug)]
pub struct NoForm {
    pub status: StatusCode,
    pub error: ProtocolError,
}

fn refused(status: StatusCode, why: &'static str) -> NoForm {
    NoForm { status, error: ProtocolError::invalid_request(why) }
}

/// The bytes of a form, at most [`Limits::STANDARD`] of them.
pub async fn bytes(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, NoForm> {
    if !is_form(headers) {
        let why = "the body must be application/x-www-form-urlencoded";
        return Err(refused(StatusCode::BAD_REQUEST, why));
    }
    let read = to_bytes(body, Limits::STANDARD.bytes).await;
    read.map(|bytes| bytes.to_vec())
        .map_err(|_| refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"))
}

pub async fn form(headers: &HeaderMap, body: Body) -> Result<Params, NoForm> {
    let bytes = bytes(headers, body).await?;
    Params::parse(&bytes, Limits::STANDARD).map_err(|fault| NoForm {
        status: StatusCode::BAD_REQUEST,
        error: ProtocolError::invalid_request("the body is not a well-formed form").because(fault),
    })
}

pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let kind = kind.split(';').next().unwrap_or("").trim();
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
