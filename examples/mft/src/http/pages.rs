//! The page for everyone.

use axum::extract::State;
use axum::response::Response;
use frame::Heading;
use harp_sdk::axum::MaybeSignedIn;

use super::App;
use crate::view::Start;
use crate::words::t;

pub async fn start(State(app): State<App>, who: MaybeSignedIn) -> Response {
    let page = Start { issuer: app.harp.issuer(), who: &who };
    app.frame(&who).around(&Heading::of(t("start.title")), &page)
}
