//! A second address for security letters (B02): asked for when set-up is complete, changed and removed in the profile.

use axum::Router;
use axum::routing::get;
use harp_core::flow::second_address::{Asked, Confirmed, Removed, ask, confirm, remove, resend};

use super::email::life_hours;
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::second_address::{AskSecond, CODE, RemoveSecond, SECOND_EMAIL, SecondCode};
use crate::view::sign_in::{Locked, Sent};
use crate::view::url::{self, act};

/// In the address of the code's page: a letter was sent again, or none was.
const SENT: &str = "sent";
const NO_MORE: &str = "no-more";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::PROFILE_SECOND, get(which).post(send))
        .route(url::PROFILE_SECOND_CODE, get(code).post(check))
        .route(url::PROFILE_SECOND_REMOVE, get(ask_remove).post(take_away))
}

async fn which(visit: Visit) -> Reply {
    show_which(&visit, Form::new())
}

fn show_which(visit: &Visit, form: Form) -> Reply {
    let confirmed = visit.person()?.account.second.confirmed.as_ref().map(ToString::to_string);
    visit.show(&AskSecond { frame: visit.frame(Section::Profile), form, confirmed })
}

/// Also from the page that ends set-up.
pub(super) async fn send(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    if form.act() == act::CANCEL {
        return back(&visit);
    }
    let typed = form.text(SECOND_EMAIL.name);
    let kept = || Form::new().value(SECOND_EMAIL.name, typed.as_str());
    match ask(visit.harp(), live, &typed, &visit.act).await? {
        Asked::OnItsWay => visit.see(url::PROFILE_SECOND_CODE),
        Asked::Refused(found) => show_which(&visit, kept().complaints(&found)),
        Asked::NoMore => show_which(&visit, kept().problem(SECOND_EMAIL.name, "enter-code.no-more")),
        Asked::Nothing => visit.see(url::PROFILE_SECOND),
        Asked::SignInAgain => Err(visit.to_sign_in()),
    }
}

/// Whoever came from set-up goes on there.
fn back(visit: &Visit) -> Reply {
    visit.see(if visit.flow.is_some() { url::SET_UP_DONE } else { url::PROFILE })
}

async fn code(visit: Visit) -> Reply {
    show_code(&visit, Form::new())
}

fn show_code(visit: &Visit, form: Form) -> Reply {
    let Some(email) = &visit.person()?.account.second.awaited else { return back(visit) };
    let sent = match (query(&visit.uri, SENT), query(&visit.uri, NO_MORE)) {
        (_, Some(_)) => Sent::NoMore,
        (Some(_), None) => Sent::Again,
        (None, None) => Sent::First,
    };
    let (frame, email) = (visit.frame(Section::Profile), email.to_string());
    visit.show(&SecondCode { frame, form, email, life_hours: life_hours(visit), sent })
}

async fn check(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    match form.act().as_str() {
        act::CANCEL => return back(&visit),
        act::CHANGE => return visit.see(url::PROFILE_SECOND),
        act::RESEND => {
            return match resend(visit.harp(), live, &visit.act).await? {
                Asked::OnItsWay => visit.see(&format!("{}?{SENT}=1", url::PROFILE_SECOND_CODE)),
                Asked::NoMore => visit.see(&format!("{}?{NO_MORE}=1", url::PROFILE_SECOND_CODE)),
                Asked::Nothing | Asked::Refused(_) => visit.see(url::PROFILE_SECOND),
                Asked::SignInAgain => Err(visit.to_sign_in()),
            };
        }
        _ => {}
    }
    let typed = form.text(CODE.name);
    if typed.trim().is_empty() {
        return show_code(&visit, Form::new().problem(CODE.name, "problem.code-missing"));
    }
    match confirm(visit.harp(), live, &typed, &visit.act).await? {
        Confirmed::Confirmed | Confirmed::Nothing => back(&visit),
        Confirmed::Wrong => show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code")),
        Confirmed::Locked { until } => {
            visit.show(&Locked::new(visit.frame(Section::Profile), until, visit.act.now))
        }
    }
}

async fn ask_remove(visit: Visit) -> Reply {
    let Some(email) = &visit.person()?.account.second.confirmed else { return visit.see(url::PROFILE) };
    visit.show(&RemoveSecond { frame: visit.frame(Section::Profile), email: email.to_string() })
}

async fn take_away(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    if form.act() != act::REMOVE {
        return visit.see(url::PROFILE);
    }
    match remove(visit.harp(), live, &visit.act).await? {
        Removed::Removed | Removed::Nothing => visit.see(url::PROFILE),
        Removed::SignInAgain => Err(visit.to_sign_in()),
    }
}
