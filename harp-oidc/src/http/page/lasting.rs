//! How long the session lasts, for the script of the page (P17). Asking is no use of the session; *Stay signed in* is one,
//! because a person pressed it, and so takes a form of ours.

use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::{Glance, Visit};
use crate::view::lasting::Lasting;
use crate::view::url;

pub fn routes() -> Router<App> {
    Router::new().route(url::SESSION, get(ask).post(stay))
}

/// In seconds; nothing is left of a session that is over.
#[derive(Debug, Default, Serialize)]
struct Left {
    left: u64,
    /// The most there is left, whatever the person does.
    most: u64,
}

async fn ask(Glance(visit): Glance) -> Reply {
    Ok(answer(&visit))
}

async fn stay(Post { visit, form: _ }: Post) -> Reply {
    Ok(answer(&visit))
}

fn answer(visit: &Visit) -> Response {
    let left = |lasting: Lasting| Left { left: lasting.left.as_secs(), most: lasting.most.as_secs() };
    Json(visit.lasting().map_or(Left::default(), left)).into_response()
}
