//! Problems that any page can have, as a page with a next step and the request's id.

use http::StatusCode;
use http::header::RETRY_AFTER;

use super::reply::Stop;
use super::visit::Visit;
use crate::view::frame::Section;
use crate::view::problem::{Failure, FailureKind};

impl Visit {
    /// The body is not a form's.
    pub fn bad_request(&self) -> Stop {
        self.failure(FailureKind::BadRequest)
    }

    pub fn too_large(&self) -> Stop {
        self.failure(FailureKind::TooLarge)
    }

    /// The form did not come from a page of ours in this browser: open the page again and send it from there.
    pub fn stale_form(&self) -> Stop {
        self.failure(FailureKind::StaleForm)
    }

    /// Not theirs to see (MFT-4).
    pub fn forbidden(&self) -> Stop {
        self.failure(FailureKind::Forbidden)
    }

    pub fn not_found(&self) -> Stop {
        self.failure(FailureKind::NotFound)
    }

    /// A page that says what failed and what to do.
    pub fn failure(&self, kind: FailureKind) -> Stop {
        let page = Failure { frame: self.frame(Section::Elsewhere), kind };
        match self.show(&page) {
            Ok(mut response) => {
                if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                    response.headers_mut().insert(RETRY_AFTER, http::HeaderValue::from_static("10"));
                }
                Stop::Answer(Box::new(response))
            }
            Err(stop) => stop,
        }
    }
}
