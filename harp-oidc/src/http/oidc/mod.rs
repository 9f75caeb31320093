//! The protocol's endpoints, one file each. Every URL is on this page.

use axum::Router;
use axum::routing::{get, post};

use super::RESUME;
use super::app::App;
use crate::protocol::discovery::Endpoints;
use crate::protocol::issuer::Issuer;
use crate::view::url;

mod authorize;
mod body;
mod browser;
mod cors;
pub mod discovery;
mod end_session;
mod jwks;
mod said;
mod step_up;
mod terms;
mod token;
mod userinfo;

pub const DISCOVERY: &str = "/.well-known/openid-configuration";
pub const SERVER_METADATA: &str = "/.well-known/oauth-authorization-server";
pub const AUTHORIZE: &str = "/authorize";
pub const TOKEN: &str = "/token";
pub const USERINFO: &str = "/userinfo";
pub const JWKS: &str = "/jwks";
pub const LOGOUT: &str = "/logout";
/// Where a person says that they want to sign out.
pub const LOGOUT_CONFIRM: &str = "/logout/confirm";

/// Where browsers go. They carry cookies, so no other origin may read them.
fn for_browsers() -> Router<App> {
    Router::new()
        .route(AUTHORIZE, get(authorize::get).post(authorize::post))
        .route(RESUME, get(authorize::resume))
        .route(url::SIGN_IN_TERMS, get(terms::show).post(terms::accept))
        .route(url::STEP_UP, get(step_up::show).post(step_up::choose))
        .route(url::STEP_UP_CODE, get(step_up::code).post(step_up::check))
        .route(url::STEP_UP_PASSKEY, get(step_up::passkey).post(step_up::check_passkey))
        .route(LOGOUT, get(end_session::get).post(end_session::post))
        .route(LOGOUT_CONFIRM, get(end_session::ask).post(end_session::confirm))
}

/// Where applications go, those in a browser too: any origin may, since no cookie is read.
fn for_applications() -> Router<App> {
    Router::new()
        .route(DISCOVERY, get(discovery::show))
        .route(SERVER_METADATA, get(discovery::show))
        .route(JWKS, get(jwks::show))
        .route(TOKEN, post(token::exchange))
        .route(USERINFO, get(userinfo::get).post(userinfo::post))
        .layer(axum::middleware::from_fn(cors::any_origin))
}

/// The provider's endpoints.
pub fn routes() -> Router<App> {
    for_browsers().merge(for_applications())
}

/// The same as whole URLs, below the issuer.
pub fn endpoints(issuer: &Issuer) -> Endpoints {
    Endpoints {
        authorization: issuer.url(AUTHORIZE),
        token: issuer.url(TOKEN),
        userinfo: issuer.url(USERINFO),
        jwks: issuer.url(JWKS),
        end_session: issuer.url(LOGOUT),
    }
}
