//! `GET /health/live` and `GET /health/ready`, for whatever watches the process. They say nothing but yes or no.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;

use super::act::Acting;
use super::app::App;
use crate::flow::keys;

pub const LIVE: &str = "/health/live";
pub const READY: &str = "/health/ready";

pub fn routes() -> Router<App> {
    Router::new().route(LIVE, get(live)).route(READY, get(ready))
}

/// The process answers.
async fn live() -> (StatusCode, &'static str) {
    (StatusCode::OK, "live\n")
}

/// It can serve: the database answers, and there is a key to sign with.
async fn ready(State(app): State<App>, Acting(act): Acting) -> (StatusCode, &'static str) {
    let store = app.harp.store.ready().await;
    let ring = keys::ring(&app.oidc, act.now).await;
    if store.is_ok() && ring.is_ok_and(|ring| !ring.algs().is_empty()) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    }
}
