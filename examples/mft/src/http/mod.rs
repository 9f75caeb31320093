//! Every URL of it, on one page.

mod download;
mod files;
mod pages;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use axum::routing::get;
use frame::{Frame, Link, Shell, Site};
use harp_sdk::Harp;
use harp_sdk::axum::{MaybeSignedIn, SignedIn};

use crate::config::Help;
use crate::vault::Vault;

/// What every handler needs.
#[derive(Debug, Clone)]
struct App {
    harp: Harp,
    shell: Shell,
    vault: Vault,
}

impl App {
    fn frame(&self, who: &MaybeSignedIn) -> Frame {
        self.shell.frame(who)
    }

    fn frame_at(&self, who: &SignedIn, organization: Option<&str>) -> Frame {
        self.shell.frame_at(who, organization)
    }
}

/// A page instead of what was asked for.
type Answer = Result<Response, Response>;

pub fn router(harp: Harp, vault: Vault, help: Help) -> Router {
    let shell = Shell::new(harp.clone(), site(help));
    let app = App { harp, shell: shell.clone(), vault };
    // The upload has a limit of its own, which it counts while it reads.
    let files = get(files::show).post(upload::receive).layer(DefaultBodyLimit::disable());
    let pages = Router::new()
        .route("/", get(pages::start))
        .route("/files", get(files::first))
        .route("/files/{org}", files)
        .route("/files/{org}/{id}", get(download::send))
        .with_state(app);
    shell.mount(pages)
}

fn site(help: Help) -> Site {
    Site {
        name: "Managed File Transfer",
        icon: include_str!("../../static/icon.svg"),
        colours: include_str!("../../static/colours.css"),
        pages: vec![Link { label: "Files", href: "/files" }],
        help,
    }
}
