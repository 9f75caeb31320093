//! Static files under names that carry their content's hash: cached for ever.

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use http::{HeaderMap, HeaderValue, StatusCode};

use super::app::App;
use super::headers::Cacheable;
use crate::view::asset::asset;
use crate::view::url;

pub fn routes() -> Router<App> {
    Router::new().route(&format!("{}{{name}}", url::ASSETS), get(file))
}

async fn file(State(app): State<App>, Path(name): Path<String>) -> Response {
    let brands = || app.site.brands.values().find_map(|brand| brand.file(&name));
    let Some(found) = asset(&name).or_else(brands) else { return StatusCode::NOT_FOUND.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.mime));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    if let Ok(etag) = HeaderValue::from_str(&found.etag) {
        headers.insert(ETAG, etag);
    }
    let mut response = (headers, found.bytes.as_ref().to_vec()).into_response();
    response.extensions_mut().insert(Cacheable);
    response
}
