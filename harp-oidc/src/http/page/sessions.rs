//! Where the person is signed in, and signing out.

use axum::Router;
use axum::routing::get;
use harp_core::flow::sessions;
use harp_core::kernel::id::SessionId;
use harp_core::session::Session;

use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::Visit;
use crate::view::frame::Section;
use crate::view::profile::{Sessions, SignedIn, Which};
use crate::view::sign_out::{ConfirmSignOut, SignedOut};
use crate::view::url::{self, act};

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::PROFILE_SESSIONS, get(list).post(end))
        .route(url::SIGN_OUT, get(ask).post(sign_out))
        .route(url::SIGNED_OUT, get(signed_out))
}

async fn list(visit: Visit) -> Reply {
    let live = visit.person()?;
    let mine = live.session.id;
    let sessions = sessions::list(visit.harp(), live, &visit.act).await?;
    let unknown = visit.words().t("sessions.unknown");
    let shown = |session: Session| SignedIn {
        id: session.id.to_string(),
        device: session.origin.agent.as_deref().and_then(device).unwrap_or_else(|| unknown.clone()),
        place: session.origin.address.map_or_else(|| unknown.clone(), |address| address.to_string()),
        started: session.created_at,
        seen: session.seen_at,
        which: if session.id == mine { Which::This } else { Which::Other },
    };
    let sessions = sessions.into_iter().map(shown).collect();
    visit.show(&Sessions { frame: visit.frame(Section::Profile), sessions })
}

/// One of the others, or all of them.
async fn end(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    if form.act() == act::SIGN_OUT {
        sessions::end_others(visit.harp(), live, &visit.act).await?;
    } else if let Ok(id) = form.text("session").parse::<SessionId>() {
        sessions::end(visit.harp(), live, id, &visit.act).await?;
    }
    visit.see(url::PROFILE_SESSIONS)
}

async fn ask(visit: Visit) -> Reply {
    match &visit.session {
        Ok(_) => visit.show(&ConfirmSignOut { frame: visit.frame(Section::Elsewhere) }),
        Err(_) => visit.see(url::SIGNED_OUT),
    }
}

/// Ends the session itself, and with it every copy of its cookie.
async fn sign_out(Post { mut visit, form }: Post) -> Reply {
    let Ok(live) = &visit.session else { return visit.see(url::SIGNED_OUT) };
    if form.act() != act::SIGN_OUT {
        return visit.see(url::HOME);
    }
    sessions::sign_out(visit.harp(), live, &visit.act).await?;
    visit.signed_out();
    visit.end_flow();
    visit.see(url::SIGNED_OUT)
}

async fn signed_out(visit: Visit) -> Reply {
    visit.show(&SignedOut { frame: visit.frame(Section::Elsewhere), back: None })
}

/// *Firefox, Windows*: enough to recognise one's own. Browsers name themselves last, and each other first.
pub(super) fn device(agent: &str) -> Option<String> {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let first = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (first(&BROWSERS), first(&SYSTEMS)) {
        (Some(browser), Some(system)) => Some(format!("{browser}, {system}")),
        (Some(one), None) | (None, Some(one)) => Some(one.to_owned()),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_told_by_what_it_calls_itself() {
        let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) \
                      Chrome/124.0.0.0 Mobile Safari/537.36";
        assert_eq!(device(chrome).as_deref(), Some("Chrome, Android"));
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 \
                      (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1";
        assert_eq!(device(safari).as_deref(), Some("Safari, iPhone"));
        assert_eq!(device("curl/8.5"), None);
    }
}
