//! The person's own account: what is known of them (A02), password (A03), challenge question (A04).

use axum::Router;
use axum::routing::get;
use harp_core::account::PostalAddress;
use harp_core::account::challenge::Question;
use harp_core::account::field::Complaint;
use harp_core::factor::FactorStatus;
use harp_core::flow::factors;
use harp_core::flow::profile::{
    PasswordChanged, PasswordForm, QuestionChanged, QuestionForm, change_password, change_question,
};
use harp_core::flow::prove_identity::{Applying, Standing, standing};
use harp_core::flow::sessions::Live;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::Timestamp;

use super::register::questions;
use super::{email_state, identified};
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::{Control, Form};
use crate::view::frame::Section;
use crate::view::password;
use crate::view::profile::{
    CURRENT_PASSWORD, Challenge, ChangeChallenge, ChangePassword, NEW_PASSWORD, Profile,
};
use crate::view::register::{ANSWER, CONFIRM_PASSWORD, Identified, QUESTION};
use crate::view::second_address::Second;
use crate::view::sign_in::Locked;
use crate::view::url::{self, act};
use crate::view::words::Message;

/// In the address of the profile: what was just changed.
const SAVED: &str = "saved";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::PROFILE, get(profile))
        .route(url::PROFILE_PASSWORD, get(password_page).post(set_password))
        .route(url::PROFILE_CHALLENGE, get(question_page).post(set_question))
}

/// A02
async fn profile(visit: Visit) -> Reply {
    let live = visit.person()?;
    let (account, person) = (&live.account, &live.account.person);
    let devices = factors::devices(visit.harp(), live).await?;
    let active = devices.factors.iter().filter(|f| f.status == FactorStatus::Active).count();
    let saved = match query(&visit.uri, SAVED).as_deref() {
        Some("password") => Some(Message::new("profile.saved-password")),
        Some("challenge") => Some(Message::new("profile.saved-challenge")),
        _ => None,
    };
    let challenge = match (visit.harp().profile.challenge, &account.challenge) {
        (Some(_), Some(challenge)) => Challenge::Question(challenge.question.as_str()),
        _ => Challenge::None,
    };
    visit.show(&Profile {
        frame: visit.frame(Section::Profile),
        saved,
        username: account.username.as_str().to_owned(),
        name: person.name.to_string(),
        email: account.email.address.as_str().to_owned(),
        email_state: email_state(&account.email),
        second: Second {
            confirmed: account.second.confirmed.as_ref().map(ToString::to_string),
            awaited: account.second.awaited.as_ref().map(ToString::to_string),
        },
        phone: person.phone.as_str().to_owned(),
        birth: person.birth.0,
        address: lines(&person.address),
        identity: identity(&visit, live).await?,
        devices: u32::try_from(active).unwrap_or(u32::MAX),
        challenge,
    })
}

async fn identity(visit: &Visit, live: &Live) -> Result<Identified, Stop> {
    if live.account.proofed.is_proofed() {
        return Ok(identified(live.account.proofed));
    }
    Ok(match standing(visit.harp(), Applying::Account(live.account.id), &visit.act).await? {
        Standing::Waiting { .. } => Identified::Waiting,
        _ => identified(live.account.proofed),
    })
}

fn lines(address: &PostalAddress) -> Vec<String> {
    let PostalAddress { country, line1, line2, city, state, zip } = address;
    let town = format!("{city}, {state} {zip}");
    [Some(line1.clone()), line2.clone(), Some(town), Some(country.clone())].into_iter().flatten().collect()
}

/// A03
async fn password_page(visit: Visit) -> Reply {
    visit.person()?;
    show_password(&visit, &[])
}

fn show_password(visit: &Visit, found: &[Complaint]) -> Reply {
    let rules = &visit.harp().profile.password;
    let rules = if found.is_empty() { password::rules(rules) } else { password::marked(rules, found) };
    let form = Form::new().complaints(found);
    visit.show(&ChangePassword { frame: visit.frame(Section::Profile), form, rules })
}

async fn set_password(Post { mut visit, form }: Post) -> Reply {
    let live = visit.person()?;
    if form.act() == act::CANCEL {
        return visit.see(url::PROFILE);
    }
    let secret = |control: Control| Secret::new(form.text(control.name));
    let typed = PasswordForm {
        current: secret(CURRENT_PASSWORD),
        password: secret(NEW_PASSWORD),
        confirm: secret(CONFIRM_PASSWORD),
    };
    match change_password(visit.harp(), live, &typed, &visit.act).await? {
        PasswordChanged::Changed { secret, browser } => {
            visit.signed_in(&secret);
            visit.known(browser.as_ref());
            visit.see(&format!("{}?{SAVED}=password", url::PROFILE))
        }
        PasswordChanged::Refused(found) => show_password(&visit, &found),
        PasswordChanged::Locked { until } => locked(&visit, until),
        PasswordChanged::SignInAgain => Err(visit.to_sign_in()),
    }
}

/// A04
async fn question_page(visit: Visit) -> Reply {
    let live = visit.person()?;
    if visit.harp().profile.challenge.is_none() {
        return Err(visit.not_found());
    }
    let chosen = live.account.challenge.as_ref().map_or("", |c| c.question.as_str());
    show_question(&visit, chosen, &[])
}

fn show_question(visit: &Visit, chosen: &str, found: &[Complaint]) -> Reply {
    let form = Form::new().value(QUESTION.name, chosen).complaints(found);
    visit.show(&ChangeChallenge { frame: visit.frame(Section::Profile), form, questions: questions(visit) })
}

async fn set_question(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    if form.act() == act::CANCEL {
        return visit.see(url::PROFILE);
    }
    let typed = QuestionForm {
        current: Secret::new(form.text(CURRENT_PASSWORD.name)),
        question: form.text(QUESTION.name),
        answer: Secret::new(form.text(ANSWER.name)),
    };
    match change_question(visit.harp(), live, &typed, &visit.act).await? {
        QuestionChanged::Changed => visit.see(&format!("{}?{SAVED}=challenge", url::PROFILE)),
        QuestionChanged::Refused(found) => {
            let chosen = Question::parse(&typed.question).map_or("", Question::as_str);
            show_question(&visit, chosen, &found)
        }
        QuestionChanged::Locked { until } => locked(&visit, until),
        QuestionChanged::NotOffered => Err(visit.not_found()),
        QuestionChanged::SignInAgain => Err(visit.to_sign_in()),
    }
}

fn locked(visit: &Visit, until: Timestamp) -> Reply {
    visit.show(&Locked::new(visit.frame(Section::Profile), until, visit.act.now))
}
