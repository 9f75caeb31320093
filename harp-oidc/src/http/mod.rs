//! HTTP: every address on one page. Extractors parse, flows decide, views show.

use axum::Router;
use axum::middleware::from_fn_with_state;
use http::StatusCode;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use app::App;

pub mod act;
pub mod app;
pub mod assets;
pub mod cookie;
pub mod csrf;
pub mod dev;
pub mod dress;
pub mod edge;
pub mod flow_cookie;
pub mod form;
pub mod headers;
pub mod health;
pub mod hooks;
pub mod kept;
pub mod oidc;
pub mod page;
pub mod problem;
pub mod reply;
pub mod serve;
pub mod visit;

/// Where an application's request goes on after sign-in: `/authorize/resume?interaction=…`.
pub const RESUME: &str = "/authorize/resume";

/// Every page of the portal.
pub fn portal() -> Router<App> {
    Router::new()
        .merge(page::home::routes())
        .merge(page::help_desk::routes())
        .merge(page::sign_in::routes())
        .merge(page::register::routes())
        .merge(page::identity::routes())
        .merge(page::email::routes())
        .merge(page::devices::routes())
        .merge(page::recovery_codes::routes())
        .merge(page::profile::routes())
        .merge(page::second_address::routes())
        .merge(page::sessions::routes())
        .merge(page::lasting::routes())
        .merge(page::roles::routes())
        .merge(page::official::routes())
        .merge(page::lost_device::routes())
        .merge(page::not_me::routes())
        .merge(page::recover::routes())
        .merge(page::recover_password::routes())
        .merge(page::about::routes())
        .merge(assets::routes())
}

/// What every request passes, from the outside in: its act and its line in the log, the security headers,
/// a page for bare errors, the bounds of its body and its time.
pub fn layered(app: App, routes: Router<App>) -> Router {
    let limits = app.limits;
    routes
        // Said here, since layers do not reach a router's own default.
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(from_fn_with_state(app.clone(), kept::keep))
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.time))
        .layer(from_fn_with_state(app.clone(), dress::dress))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .layer(from_fn_with_state(app.clone(), act::begin))
        .with_state(app)
}
