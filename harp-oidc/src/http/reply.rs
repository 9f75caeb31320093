//! Answers that are not the page that was asked for: a way elsewhere, a problem, a fault.

use axum::response::{IntoResponse, Response};
use harp_core::flow::Trouble;
use harp_core::store::Fault;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

/// What a handler gives back.
pub type Reply = Result<Response, Stop>;

/// Why a handler ends early.
#[derive(Debug)]
pub enum Stop {
    /// A finished answer: a redirect, a page of its own.
    Answer(Box<Response>),
    /// Storage, hashing or a vendor failed; what exactly is logged, not shown.
    Trouble(Trouble),
    /// A fault of ours.
    Broken(String),
    /// The layers that every request passes were not there.
    Lost,
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Stop {
        Stop::Trouble(trouble)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Trouble(Trouble::Store(fault))
    }
}

impl IntoResponse for Stop {
    fn into_response(self) -> Response {
        let status = match self {
            Stop::Answer(response) => return *response,
            Stop::Trouble(Trouble::Busy) => StatusCode::SERVICE_UNAVAILABLE,
            Stop::Trouble(Trouble::Store(fault)) => {
                tracing::error!(%fault, "storage failed");
                StatusCode::SERVICE_UNAVAILABLE
            }
            Stop::Trouble(trouble) => {
                tracing::error!(%trouble, "a request could not be carried out");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Stop::Broken(private) => {
                tracing::error!(private, "a fault of ours");
                StatusCode::INTERNAL_SERVER_ERROR
            }
            Stop::Lost => StatusCode::INTERNAL_SERVER_ERROR,
        };
        status.into_response()
    }
}

/// 303: the answer to a POST is another page.
pub fn redirect(to: &str) -> Response {
    match HeaderValue::try_from(to) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => Stop::Broken("a redirect that is no header value".to_owned()).into_response(),
    }
}
