//! CORS for the endpoints that applications in a browser call: any origin may, because no cookie is read there and none
//! is let through (`Access-Control-Allow-Credentials` is never sent).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderName, HeaderValue, Method, StatusCode};

pub async fn any_origin(request: Request, next: Next) -> Response {
    let asks = request.headers();
    let preflight = request.method() == Method::OPTIONS
        && asks.contains_key(ORIGIN)
        && asks.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = match preflight {
        true => {
            let allowed: [(HeaderName, &'static str); 3] = [
                (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
                (ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type"),
                (ACCESS_CONTROL_MAX_AGE, "600"),
            ];
            (StatusCode::NO_CONTENT, allowed).into_response()
        }
        false => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, x-request-id"));
    response
}
