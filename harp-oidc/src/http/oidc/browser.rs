//! What the endpoints for browsers share: the visit, the session's cookie, pages for protocol errors.

use axum::extract::Request;
use axum::response::Response;
use harp_core::kernel::secret::Plain;
use http::HeaderMap;
use http::request::Parts;

use super::said;
use crate::http::act::Acting;
use crate::http::app::App;
use crate::http::cookie;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::Visit;
use crate::protocol::{ErrorCode, ProtocolError};
use crate::view::frame::Section;
use crate::view::problem::ProtocolProblem;

/// The secret of the browser's session cookie.
pub fn session(app: &App, headers: &HeaderMap) -> Option<Plain> {
    cookie::read(&app.edge, headers, cookie::SESSION)
}

/// A request without its body, and who acts in it.
pub fn opened(request: Request) -> Result<(Parts, harp_core::kernel::act::Act), Stop> {
    let (parts, _) = request.into_parts();
    let act = parts.extensions.get::<Acting>().cloned().ok_or(Stop::Lost)?.0;
    Ok((parts, act))
}

/// An error that may not be sent to an application.
pub fn problem(visit: &Visit, error: &ProtocolError) -> Reply {
    said::log(error);
    let frame = visit.frame(Section::Elsewhere);
    let (code, description) = (error.code().as_str().to_owned(), error.public().to_owned());
    visit.show(&ProtocolProblem { frame, application: None, error: code, description })
}

/// The same, where the visit is not there yet.
pub async fn problem_at(app: &App, mut parts: Parts, error: &ProtocolError) -> Reply {
    let visit = Visit::of(&mut parts, app).await?;
    problem(&visit, error)
}

/// A query or a form that cannot be read at all.
pub fn unreadable(why: impl std::fmt::Display) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidRequest, "the request is not well-formed, or too long").because(why)
}

/// A form's origin as it may stand in a Content-Security-Policy: nothing that could begin another directive.
pub fn csp_source(text: &str) -> Option<String> {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b".:/-[]+".contains(&b);
    (!text.is_empty() && text.bytes().all(fits)).then(|| text.to_owned())
}

/// Away from here.
pub fn away(to: &crate::flow::provider::Location) -> Response {
    crate::http::reply::redirect(&to.0)
}
