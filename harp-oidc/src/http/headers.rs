//! What every page carries: no framing, no sniffing, no referrer, no storing, and a policy without anything inline.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

use super::app::App;

/// Put on a response whose forms may end, by redirects, at an application: its origin (Chromium applies
/// `form-action` to every redirect that follows a form).
#[derive(Debug, Clone)]
pub struct FormAction(pub String);

/// Put on a response that sets its own `Cache-Control`, such as a static file.
#[derive(Debug, Clone, Copy)]
pub struct Cacheable;

pub async fn secure(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let origin = response.extensions_mut().remove::<FormAction>();
    let cacheable = response.extensions_mut().remove::<Cacheable>().is_some();
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy(origin));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
    );
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    );
    if !cacheable {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if app.edge.is_secure() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

fn policy(form_action: Option<FormAction>) -> HeaderValue {
    let to = form_action.map(|origin| format!(" {}", origin.0)).unwrap_or_default();
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'{to}; frame-ancestors 'none'"
    );
    // An origin that does not fit into a header is dropped, and with it the way there.
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}
