//! The stylesheet and the icon, from our own origin.

use axum::Router;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

const KEPT: &str = "public, max-age=300";

pub fn router() -> Router {
    let css = || async {
        (
            [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEPT)],
            include_str!("../../static/mft.css"),
        )
    };
    let icon = || async {
        ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, KEPT)], include_str!("../../static/icon.svg"))
    };
    Router::new().route("/assets/mft.css", get(css)).route("/assets/icon.svg", get(icon))
}
