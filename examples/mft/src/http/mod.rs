//! Every URL of it, on one page.

mod assets;
mod download;
mod files;
mod headers;
mod pages;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::get;
use harp_sdk::Harp;
use harp_sdk::axum::{MaybeSignedIn, SignedIn, attach_with};

use crate::config::Help;
use crate::vault::Vault;
use crate::view::{Frame, Person};

/// What every handler needs.
#[derive(Debug, Clone)]
struct App {
    harp: Harp,
    vault: Vault,
    help: Arc<Help>,
}

impl App {
    fn frame(&self, who: &MaybeSignedIn) -> Frame {
        let person = who.0.as_ref().map(|who| Person::of(who, None));
        Frame { help: self.help.clone(), issuer: self.harp.issuer().to_owned(), person }
    }

    fn frame_at(&self, who: &SignedIn, organization: Option<&str>) -> Frame {
        let person = Some(Person::of(who, organization));
        Frame { help: self.help.clone(), issuer: self.harp.issuer().to_owned(), person }
    }
}

/// A page instead of what was asked for.
type Answer = Result<Response, Response>;

pub fn router(harp: Harp, vault: Vault, help: Help) -> Router {
    let app = App { harp: harp.clone(), vault, help: Arc::new(help) };
    // The upload has a limit of its own, which it counts while it reads.
    let files = get(files::show).post(upload::receive).layer(DefaultBodyLimit::disable());
    let pages = Router::new()
        .route("/", get(pages::start))
        .route(crate::SIGNED_OUT, get(pages::signed_out))
        .route("/files", get(files::first))
        .route("/files/{org}", files)
        .route("/files/{org}/{id}", get(download::send))
        .fallback(pages::nowhere)
        .with_state(app.clone());
    let look = pages::Look { help: app.help, issuer: harp.issuer().to_owned() };
    attach_with(pages, &harp, look)
        .merge(assets::router())
        .layer(from_fn_with_state(headers::Policy::new(&harp), headers::add))
}
