//! Confirming an email address (B09), and changing one that is not confirmed yet.

use axum::Router;
use axum::routing::get;
use harp_core::flow::confirm_email::{Confirmed, Sent, awaited, change_address, confirm, resend};
use harp_core::kernel::id::AccountId;

use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::register::{CODE, CONFIRM_EMAIL, ChangeEmail, ConfirmEmail, EMAIL, EmailConfirmed};
use crate::view::sign_in::{self, Locked};
use crate::view::url::{self, act};

/// In the address: a letter was sent, or none was.
const SENT: &str = "sent";
const NO_MORE: &str = "no-more";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::CONFIRM_EMAIL, get(code).post(check))
        .route(url::CHANGE_EMAIL, get(other).post(change))
}

/// The person, set up or not: the address is confirmed before anything else can be told to them.
fn account(visit: &Visit) -> Result<AccountId, Stop> {
    Ok(visit.anyone()?.account.id)
}

async fn code(visit: Visit) -> Reply {
    show_code(&visit, Form::new()).await
}

async fn show_code(visit: &Visit, form: Form) -> Reply {
    let live = visit.anyone()?;
    let frame = visit.frame(Section::Profile);
    let Some(awaited) = awaited(visit.harp(), live.account.id).await? else {
        return visit.show(&EmailConfirmed { frame, email: live.account.email.address.as_str().to_owned() });
    };
    let sent = match (query(&visit.uri, SENT), query(&visit.uri, NO_MORE)) {
        (_, Some(_)) => sign_in::Sent::NoMore,
        (Some(_), None) => sign_in::Sent::Again,
        (None, None) => sign_in::Sent::First,
    };
    let email = awaited.address.as_str().to_owned();
    visit.show(&ConfirmEmail { frame, form, email, life_hours: life_hours(visit), sent })
}

async fn check(Post { visit, form }: Post) -> Reply {
    let id = account(&visit)?;
    match form.act().as_str() {
        act::CHANGE => return visit.see(url::CHANGE_EMAIL),
        act::RESEND => {
            let sent = resend(visit.harp(), id, &visit.act).await?;
            return after_sending(&visit, sent, |_, _| visit.see(url::CONFIRM_EMAIL));
        }
        _ => {}
    }
    let typed = form.text(CODE.name);
    if typed.trim().is_empty() {
        return show_code(&visit, Form::new().problem(CODE.name, "problem.code-missing")).await;
    }
    match confirm(visit.harp(), id, &typed, &visit.act).await? {
        Confirmed::Confirmed(_) => visit.see(url::CONFIRM_EMAIL),
        Confirmed::Wrong => show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code")).await,
        Confirmed::Taken => show_code(&visit, Form::new().problem(CODE.name, "confirm-email.taken")).await,
        Confirmed::Locked { until } => {
            visit.show(&Locked::new(visit.frame(Section::Profile), until, visit.act.now))
        }
        Confirmed::Gone => Err(visit.to_sign_in()),
    }
}

async fn other(visit: Visit) -> Reply {
    let id = account(&visit)?;
    match awaited(visit.harp(), id).await? {
        Some(_) => show_change(&visit, Form::new()),
        None => visit.see(url::CONFIRM_EMAIL),
    }
}

fn show_change(visit: &Visit, form: Form) -> Reply {
    visit.show(&ChangeEmail { frame: visit.frame(Section::Profile), form })
}

async fn change(Post { visit, form }: Post) -> Reply {
    let id = account(&visit)?;
    if form.act() == act::CANCEL {
        return visit.see(url::CONFIRM_EMAIL);
    }
    let (typed, again) = (form.text(EMAIL.name), form.text(CONFIRM_EMAIL.name));
    let sent = change_address(visit.harp(), id, (&typed, &again), &visit.act).await?;
    after_sending(&visit, sent, |kept, words| {
        let kept = kept.value(EMAIL.name, typed.as_str()).value(CONFIRM_EMAIL.name, again.as_str());
        show_change(&visit, if words.is_empty() { kept } else { kept.problem(EMAIL.name, words) })
    })
}

/// `stays`: the page on which something is wrong, given that form and the words that it lacks.
fn after_sending(visit: &Visit, sent: Sent, stays: impl FnOnce(Form, &'static str) -> Reply) -> Reply {
    match sent {
        Sent::OnItsWay => visit.see(&format!("{}?{SENT}=1", url::CONFIRM_EMAIL)),
        Sent::AlreadyConfirmed => visit.see(url::CONFIRM_EMAIL),
        Sent::Refused(found) => stays(Form::new().complaints(&found), ""),
        Sent::NoMore if visit.uri.path().ends_with(url::CHANGE_EMAIL) => {
            stays(Form::new(), "enter-code.no-more")
        }
        Sent::NoMore => visit.see(&format!("{}?{NO_MORE}=1", url::CONFIRM_EMAIL)),
        Sent::Gone => Err(visit.to_sign_in()),
    }
}

pub(super) fn life_hours(visit: &Visit) -> u32 {
    u32::try_from(visit.harp().profile.code.email_life.as_secs() / 3600).unwrap_or(u32::MAX)
}
