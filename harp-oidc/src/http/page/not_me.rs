//! *This was not me*, from a security letter. It works without signing in; GET changes nothing, since mail scanners open links.

use axum::Router;
use axum::routing::get;
use harp_core::flow::lock::{self, Link, NotMe};
use harp_core::kernel::secret::Plain;
use harp_core::notice::repudiation::TOKEN;

use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::{Visit, query};
use crate::view::frame::Section;
use crate::view::not_me::{AskNotMe, NotMeDead, NotMeLocked};
use crate::view::url::{self, act};

pub fn routes() -> Router<App> {
    Router::new().route(url::NOT_ME, get(ask).post(lock)).route(url::NOT_ME_LOCKED, get(locked))
}

async fn ask(visit: Visit) -> Reply {
    match lock::look(visit.harp(), &token(&visit), &visit.act).await? {
        Link::Serves => visit.show(&AskNotMe { frame: visit.frame(Section::Elsewhere) }),
        Link::Dead => dead(&visit),
    }
}

async fn lock(Post { mut visit, form }: Post) -> Reply {
    if form.act() != act::LOCK {
        return visit.see(url::HOME);
    }
    match lock::not_me(visit.harp(), &token(&visit), &visit.act).await? {
        NotMe::Locked => {
            // In this browser's sealed cookie, so that a reload tells the same and an address alone tells nothing.
            visit.keep(FlowState { locked_at: Some(visit.act.now), ..FlowState::default() });
            visit.see(url::NOT_ME_LOCKED)
        }
        NotMe::Dead => dead(&visit),
    }
}

async fn locked(visit: Visit) -> Reply {
    match visit.state().locked_at {
        Some(since) => visit.show(&NotMeLocked { frame: visit.frame(Section::Elsewhere), since }),
        None => dead(&visit),
    }
}

fn token(visit: &Visit) -> Plain {
    Plain::presented(&query(&visit.uri, TOKEN).unwrap_or_default())
}

fn dead(visit: &Visit) -> Reply {
    let days = visit.harp().profile.repudiation.life.as_secs() / 86_400;
    let days = u32::try_from(days).unwrap_or(u32::MAX);
    visit.show(&NotMeDead { frame: visit.frame(Section::Elsewhere), days })
}
