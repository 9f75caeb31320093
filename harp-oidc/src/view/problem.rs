//! Pages for what went wrong: what happened, what to do now, and a number by which the help desk finds it. Nothing internal.

use askama::Template;
use harp_core::kernel::time::Timestamp;
use http::StatusCode;

use super::Page;
use super::frame::Frame;
use super::url;

/// A page that cannot be shown.
#[derive(Debug, Template)]
#[template(path = "page/problem/failure.html")]
pub struct Failure {
    pub frame: Frame,
    pub kind: FailureKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    BadRequest,
    Forbidden,
    /// A form without its token, or with another session's.
    StaleForm,
    NotFound,
    MethodNotAllowed,
    TooLarge,
    Unreadable,
    TooMany {
        until: Option<Timestamp>,
    },
    Internal,
    Unavailable,
}

impl FailureKind {
    fn keys(self) -> [&'static str; 3] {
        match self {
            FailureKind::BadRequest => ["failure.bad-title", "failure.bad-what", "failure.bad-next"],
            FailureKind::Forbidden => {
                ["failure.forbidden-title", "failure.forbidden-what", "failure.forbidden-next"]
            }
            FailureKind::StaleForm => ["failure.stale-title", "failure.stale-what", "failure.stale-next"],
            FailureKind::NotFound => {
                ["failure.missing-title", "failure.missing-what", "failure.missing-next"]
            }
            FailureKind::MethodNotAllowed => {
                ["failure.method-title", "failure.method-what", "failure.method-next"]
            }
            FailureKind::TooLarge => ["failure.large-title", "failure.large-what", "failure.large-next"],
            FailureKind::Unreadable => {
                ["failure.unreadable-title", "failure.unreadable-what", "failure.unreadable-next"]
            }
            FailureKind::TooMany { .. } => ["failure.many-title", "failure.many-what", "failure.many-next"],
            FailureKind::Internal => {
                ["failure.internal-title", "failure.internal-what", "failure.internal-next"]
            }
            FailureKind::Unavailable => {
                ["failure.unavailable-title", "failure.unavailable-what", "failure.unavailable-next"]
            }
        }
    }

    fn until(self) -> Option<Timestamp> {
        match self {
            FailureKind::TooMany { until } => until,
            _ => None,
        }
    }
}

impl Failure {
    fn title(&self) -> String {
        let [title, _, _] = self.kind.keys();
        self.frame.t(title)
    }

    fn what(&self) -> String {
        let [_, what, _] = self.kind.keys();
        self.frame.t(what)
    }

    fn next(&self) -> String {
        let [_, _, next] = self.kind.keys();
        self.frame.t(next)
    }
}

impl Page for Failure {
    fn status(&self) -> StatusCode {
        match self.kind {
            FailureKind::BadRequest => StatusCode::BAD_REQUEST,
            FailureKind::Forbidden | FailureKind::StaleForm => StatusCode::FORBIDDEN,
            FailureKind::NotFound => StatusCode::NOT_FOUND,
            FailureKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            FailureKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            FailureKind::Unreadable => StatusCode::UNPROCESSABLE_ENTITY,
            FailureKind::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            FailureKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            FailureKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An authorization request that must not redirect, because its redirect URI is not proven (RFC 6749 §4.1.2.1).
#[derive(Debug, Template)]
#[template(path = "page/problem/protocol.html")]
pub struct ProtocolProblem {
    pub frame: Frame,
    /// The application's name, if its client id is known.
    pub application: Option<String>,
    /// The RFC's error code.
    pub error: String,
    /// What a developer should look at. Public text.
    pub description: String,
}

impl Page for ProtocolProblem {
    fn status(&self) -> StatusCode {
        StatusCode::BAD_REQUEST
    }
}
