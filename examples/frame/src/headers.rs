//! What every answer carries.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use harp_sdk::Harp;
use http::HeaderValue;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use url::Url;

#[derive(Debug, Clone)]
pub struct Policy {
    content: HeaderValue,
    secure: bool,
}

impl Policy {
    pub fn new(harp: &Harp) -> Policy {
        let provider =
            Url::parse(harp.issuer()).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        // Signing out is a form of ours that ends at the provider: browsers hold `form-action` against redirects too.
        let content = format!(
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self' {provider}; \
             frame-ancestors 'none'"
        );
        let none = HeaderValue::from_static("default-src 'none'");
        let content = HeaderValue::from_str(&content).unwrap_or(none);
        Policy { content, secure: harp.redirect_uri().starts_with("https:") }
    }
}

pub async fn add(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy.content);
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    let resource = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(resource, HeaderValue::from_static("same-origin"));
    if policy.secure {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}
