//! Problems that any page can have. Until a page is made of it, a problem is a [`Bare`](super::reply::Bare) status,
//! which the outer layer dresses.

use axum::response::IntoResponse;
use http::StatusCode;

use super::reply::{Bare, Stop};
use super::visit::Visit;

impl Visit {
    /// The form's content type or encoding is not a form's.
    pub fn bad_request(&self) -> Stop {
        self.problem(StatusCode::BAD_REQUEST)
    }

    pub fn too_large(&self) -> Stop {
        self.problem(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// The form did not come from a page of ours in this browser: reload it and send it again.
    pub fn stale_form(&self) -> Stop {
        self.problem(StatusCode::FORBIDDEN)
    }

    /// Not theirs to see (MFT-4).
    pub fn forbidden(&self) -> Stop {
        self.problem(StatusCode::FORBIDDEN)
    }

    pub fn not_found(&self) -> Stop {
        self.problem(StatusCode::NOT_FOUND)
    }

    fn problem(&self, status: StatusCode) -> Stop {
        let mut response = self.with_cookies(status.into_response());
        response.extensions_mut().insert(Bare(status));
        Stop::Answer(Box::new(response))
    }
}
