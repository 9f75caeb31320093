//! The stylesheet and the icon, from our own origin.

use axum::Router;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::Site;

const KEPT: &str = "public, max-age=300";

pub fn router(site: &Site) -> Router {
    // Its own colours after those of the stylesheet.
    let css = format!("{}{}", include_str!("../static/frame.css"), site.colours);
    let css =
        move || async move { ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, KEPT)], css) };
    let icon = site.icon;
    let icon = move || async move { ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, KEPT)], icon) };
    Router::new().route("/assets/app.css", get(css)).route("/assets/icon.svg", get(icon))
}
