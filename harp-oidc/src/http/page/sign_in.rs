//! Signing in (F01–F05, F10, F11): user ID and password, a device, its code.

use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use axum::{Json, Router};
use harp_core::flow::sign_in::{
    self, CodeOutcome, Gone, OnItsWay, PasskeyForm, PasskeySignIn, PasswordForm, PasswordOutcome, Pending,
    SendOutcome, SignedIn, Terms,
};
use harp_core::kernel::id::FactorId;
use harp_core::kernel::secret::{Hashed, Plain, Secret};
use harp_core::kernel::time::Timestamp;
use harp_core::session::SessionScope;
use serde::Serialize;

use super::asked::{Asked, asked};
use crate::flow::terms;
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::{Post, Posted};
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::device::Device;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::passkey::{PASSKEY, RESPONSE, UsePasskey};
use crate::view::sign_in::{
    AccountLocked, Alone, CHALLENGE, CODE, ChooseMethod, EnterCode, Expired, Locked, METHOD, PASSWORD, Sent,
    SignIn, TERMS, TermsAt, USERNAME, VERSION,
};
use crate::view::url::{self, act};

/// In the address of a code's page: which code it speaks of, so that a second click on *Resend* sends nothing more.
pub(in crate::http) const NUMBER: &str = "n";
/// In the address of a code's page: no further code was sent.
pub(in crate::http) const NO_MORE: &str = "no-more";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::SIGN_IN, get(password).post(check_password))
        .route(url::SIGN_IN_METHOD, get(method).post(choose_method))
        .route(url::SIGN_IN_CODE, get(code).post(check_code))
        .route(url::SIGN_IN_ASK, post(ask_anybody))
        .route(url::SIGN_IN_PASSKEY, get(passkey).post(check_passkey))
}

/// F01
async fn password(visit: Visit) -> Reply {
    if visit.flow.is_none()
        && let Ok(live) = &visit.session
        && live.session.scope == SessionScope::Full
    {
        return visit.see(url::HOME);
    }
    let asked = asked(&visit).await?;
    let form = match &asked.hint {
        Some(hint) => Form::new().value(USERNAME.name, hint),
        None => Form::new(),
    };
    show_password(&visit, asked, form)
}

fn show_password(visit: &Visit, Asked { terms, reason, .. }: Asked, form: Form) -> Reply {
    let alone = if sign_in::passwordless(visit.harp()) { Alone::Yes } else { Alone::No };
    visit.show(&SignIn { frame: visit.frame(Section::Elsewhere), form, terms, reason, alone })
}

async fn check_password(Post { mut visit, form }: Post) -> Reply {
    let asked = asked(&visit).await?;
    let ticked = asked.terms == TermsAt::Password && form.ticked(TERMS.name);
    let (shown, in_force) = (form.text(VERSION), visit.app.site.terms.version.clone());
    if ticked && !shown.is_empty() && shown != in_force {
        // Other terms than the page spoke of: nobody agrees to them unread.
        let form = Form::new().value(USERNAME.name, form.text(USERNAME.name));
        return show_password(&visit, asked, form.problem(TERMS.name, "accept-terms.changed"));
    }
    let agreed = ticked.then_some(in_force);
    let terms = match (&agreed, asked.terms) {
        (Some(version), _) => Terms::Ticked { terms: version.clone() },
        (None, TermsAt::Password) => Terms::NotTicked,
        (None, TermsAt::AfterCode) => Terms::NotAsked,
    };
    if form.act() == act::PASSKEY {
        return by_passkey(visit, &form, (asked, terms, agreed)).await;
    }
    let typed = PasswordForm {
        username: form.text(USERNAME.name),
        password: Secret::new(form.text(PASSWORD.name)),
        terms,
    };
    let had = visit.session.as_ref().ok().map(|live| live.session.id);
    match sign_in::password(visit.harp(), &typed, had, &visit.act).await? {
        PasswordOutcome::Incomplete(found) => show_password(&visit, asked, kept(&form).complaints(&found)),
        PasswordOutcome::Refused { .. } => {
            show_password(&visit, asked, kept(&form).problem(USERNAME.name, "sign-in.no-match"))
        }
        PasswordOutcome::Locked { until } => locked(&visit, until),
        PasswordOutcome::AccountLocked { since } => {
            visit.show(&AccountLocked { frame: visit.frame(Section::Elsewhere), since })
        }
        PasswordOutcome::NeedsCode { token, .. } => {
            let state = FlowState { sign_in: Some(token.expose().to_owned()), agreed, ..visit.state() };
            visit.keep(state);
            visit.see(url::SIGN_IN_METHOD)
        }
        PasswordOutcome::SetUp(signed_in) => enter(&mut visit, &signed_in, agreed).await,
    }
}

/// Signs in without a password, by what the page's script got from the browser.
async fn by_passkey(
    mut visit: Visit,
    form: &Posted,
    (asked, terms, agreed): (Asked, Terms, Option<String>),
) -> Reply {
    let again = |visit: &Visit, asked, problem: &'static str| {
        show_password(visit, asked, kept(form).problem(PASSKEY, problem))
    };
    let Ok(challenge) = form.text(CHALLENGE).parse() else {
        return again(&visit, asked, "sign-in.passkey-over");
    };
    let browser = browser(&visit);
    let answer = PasskeyForm { challenge, response: &form.text(RESPONSE), terms, browser };
    let had = visit.session.as_ref().ok().map(|live| live.session.id);
    match sign_in::by_passkey(visit.harp(), &answer, had, &visit.act).await? {
        PasskeySignIn::SignedIn(signed_in) => enter(&mut visit, &signed_in, agreed).await,
        PasskeySignIn::Incomplete(found) => show_password(&visit, asked, kept(form).complaints(&found)),
        PasskeySignIn::Refused => again(&visit, asked, "sign-in.passkey-wrong"),
        PasskeySignIn::Over => again(&visit, asked, "sign-in.passkey-over"),
        PasskeySignIn::Locked { until } => locked(&visit, until),
        PasskeySignIn::AccountLocked { since } => {
            visit.show(&AccountLocked { frame: visit.frame(Section::Elsewhere), since })
        }
    }
}

/// What the page's script needs; nothing where it is off, or was asked for too often.
#[derive(Debug, Default, Serialize)]
struct AskedOf {
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<String>,
}

async fn ask_anybody(Post { visit, form: _ }: Post) -> Reply {
    let asked = sign_in::ask_anybody(visit.harp(), browser(&visit), &visit.act).await?;
    let asked = asked.map_or(AskedOf::default(), |asked| AskedOf {
        challenge: Some(asked.challenge.to_string()),
        options: Some(asked.options),
    });
    Ok(Json(asked).into_response())
}

/// This browser, as its cookie tells it.
fn browser(visit: &Visit) -> Hashed {
    Plain::presented(&visit.browser.token(&visit.app.harp.vault)).hashed()
}

/// What was typed, but for the password.
fn kept(posted: &Posted) -> Form {
    let form = Form::new().value(USERNAME.name, posted.text(USERNAME.name));
    if posted.ticked(TERMS.name) { form.value(TERMS.name, "yes") } else { form }
}

/// F03, F10
async fn method(visit: Visit) -> Reply {
    show_method(&visit, Form::new()).await
}

async fn show_method(visit: &Visit, form: Form) -> Reply {
    let pending = pending(visit).await?;
    // What is switched off is named here, with what to do about it.
    if pending.factors.is_empty() && pending.off.is_empty() {
        return visit.see(url::SIGN_IN_LOST);
    }
    let form = match (&pending.chosen, pending.factors.as_slice()) {
        (Some(factor), _) | (None, [factor]) => form.value(METHOD.name, factor.id.to_string()),
        (None, _) => form,
    };
    let devices = pending.factors.iter().map(Device::of).collect();
    let off = pending.off.iter().map(Device::of).collect();
    visit.show(&ChooseMethod { frame: visit.frame(Section::Elsewhere), form, devices, off })
}

async fn choose_method(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    if form.act() == act::CANCEL {
        return cancel(&mut visit, &token).await;
    }
    let chosen = form.text(METHOD.name);
    let Ok(factor) = chosen.parse::<FactorId>() else {
        let problem = if chosen.is_empty() { "problem.method-missing" } else { "problem.method-unknown" };
        return show_method(&visit, Form::new().problem(METHOD.name, problem)).await;
    };
    match sign_in::choose(visit.harp(), &token, factor, &visit.act).await? {
        SendOutcome::Sent(sign_in::Sent::NoMore | sign_in::Sent::TooMany) => {
            show_method(&visit, Form::new().problem(METHOD.name, "enter-code.no-more")).await
        }
        SendOutcome::NotAChoice => {
            show_method(&visit, Form::new().problem(METHOD.name, "problem.method-unknown")).await
        }
        sent => after_sending(&visit, sent),
    }
}

/// F04
async fn code(visit: Visit) -> Reply {
    let sent = if query(&visit.uri, NO_MORE).is_some() { Some(Sent::NoMore) } else { None };
    show_code(&visit, Form::new(), sent).await
}

async fn show_code(visit: &Visit, form: Form, sent: Option<Sent>) -> Reply {
    let pending = pending(visit).await?;
    let Some(factor) = &pending.chosen else { return visit.see(url::SIGN_IN_METHOD) };
    if factor.passkey().is_some() {
        return visit.see(url::SIGN_IN_PASSKEY);
    }
    visit.show(&EnterCode {
        frame: visit.frame(Section::Elsewhere),
        form,
        device: Device::of(factor),
        life_minutes: life_minutes(visit),
        sent: sent.unwrap_or(shown(pending.code)),
    })
}

async fn check_code(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::CHANGE => return visit.see(url::SIGN_IN_METHOD),
        act::RESEND => {
            let number = number(&visit);
            let sent = sign_in::resend(visit.harp(), &token, number, &visit.act).await?;
            return after_sending(&visit, sent);
        }
        _ => {}
    }
    match sign_in::verify(visit.harp(), &token, &form.text(CODE.name), &visit.act).await? {
        CodeOutcome::SignedIn(signed_in) => {
            let agreed = visit.state().agreed;
            enter(&mut visit, &signed_in, agreed).await
        }
        CodeOutcome::Incomplete(found) => show_code(&visit, Form::new().complaints(&found), None).await,
        CodeOutcome::Wrong { .. } => {
            show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code"), None).await
        }
        CodeOutcome::Locked { until } => locked(&visit, until),
        CodeOutcome::NotChosen => visit.see(url::SIGN_IN_METHOD),
        CodeOutcome::Gone(gone) => Err(over(&visit, gone)),
    }
}

/// F04 by a passkey.
async fn passkey(visit: Visit) -> Reply {
    show_passkey(&visit, Form::new()).await
}

async fn show_passkey(visit: &Visit, form: Form) -> Reply {
    let Pending { chosen, challenge, .. } = pending(visit).await?;
    match chosen.filter(|f| f.passkey().is_some()) {
        Some(factor) => visit.show(&UsePasskey {
            frame: visit.frame(Section::Elsewhere),
            form,
            device: Device::of(&factor),
            challenge,
        }),
        None => visit.see(url::SIGN_IN_METHOD),
    }
}

async fn check_passkey(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::CHANGE => return visit.see(url::SIGN_IN_METHOD),
        act::RETRY => return ask_again(&visit, &token).await,
        _ => {}
    }
    match sign_in::verify_passkey(visit.harp(), &token, &form.text(RESPONSE), &visit.act).await? {
        CodeOutcome::SignedIn(signed_in) => {
            let agreed = visit.state().agreed;
            enter(&mut visit, &signed_in, agreed).await
        }
        CodeOutcome::Wrong { .. } | CodeOutcome::Incomplete(_) => {
            // The challenge is spent; the page that says so has another one.
            if let Some(factor) = pending(&visit).await?.chosen {
                sign_in::choose(visit.harp(), &token, factor.id, &visit.act).await?;
            }
            show_passkey(&visit, Form::new().problem(PASSKEY, "use-passkey.wrong")).await
        }
        CodeOutcome::Locked { until } => locked(&visit, until),
        CodeOutcome::NotChosen => visit.see(url::SIGN_IN_METHOD),
        CodeOutcome::Gone(gone) => Err(over(&visit, gone)),
    }
}

async fn ask_again(visit: &Visit, token: &Plain) -> Reply {
    match pending(visit).await?.chosen {
        Some(factor) => {
            let sent = sign_in::choose(visit.harp(), token, factor.id, &visit.act).await?;
            after_sending(visit, sent)
        }
        None => visit.see(url::SIGN_IN_METHOD),
    }
}

fn after_sending(visit: &Visit, sent: SendOutcome) -> Reply {
    match sent {
        SendOutcome::Sent(sign_in::Sent::OnItsWay(code)) => {
            visit.see(&format!("{}?{NUMBER}={}", url::SIGN_IN_CODE, code.resend))
        }
        SendOutcome::Sent(sign_in::Sent::ByApp) => visit.see(url::SIGN_IN_CODE),
        SendOutcome::Sent(sign_in::Sent::ByPasskey(_)) => visit.see(url::SIGN_IN_PASSKEY),
        SendOutcome::Sent(sign_in::Sent::NoMore | sign_in::Sent::TooMany) => {
            visit.see(&format!("{}?{NO_MORE}=1", url::SIGN_IN_CODE))
        }
        SendOutcome::NotAChoice => visit.see(url::SIGN_IN_METHOD),
        SendOutcome::Locked { until } => locked(visit, until),
        SendOutcome::Gone(gone) => Err(over(visit, gone)),
    }
}

/// A complete sign-in: its cookie, and onward. E12: to set-up first, wherever the person was going.
pub(super) async fn enter(visit: &mut Visit, signed_in: &SignedIn, agreed: Option<String>) -> Reply {
    if let Some(version) = agreed {
        terms::ticked(&visit.app.oidc, &signed_in.session, &version, &visit.act).await?;
    }
    visit.entered(signed_in);
    let state = FlowState { sign_in: None, agreed: None, ..visit.state() };
    // Whoever had to sign in again during set-up goes on where they were.
    let back = state.next.as_deref().is_some_and(|next| next.starts_with(&visit.path(url::SET_UP)));
    if signed_in.session.scope == SessionScope::SetUp && !back {
        visit.keep(state);
        return visit.see(url::SET_UP);
    }
    visit.onward()
}

pub(super) async fn cancel(visit: &mut Visit, token: &Plain) -> Reply {
    sign_in::cancel(visit.harp(), token).await?;
    let state = FlowState { sign_in: None, ..visit.state() };
    visit.keep(state);
    visit.see(url::SIGN_IN)
}

async fn pending(visit: &Visit) -> Result<Pending, Stop> {
    let token = token(visit)?;
    let found = sign_in::pending(visit.harp(), &token, &visit.act).await?;
    found.map_err(|gone| over(visit, gone))
}

/// The token of the sign-in that the address names; without one the first page is the place to be.
pub(super) fn token(visit: &Visit) -> Result<Plain, Stop> {
    visit.state().sign_in_token().ok_or_else(|| visit.go(url::SIGN_IN))
}

/// The sign-in cannot go on: why, and the way to its start.
pub(super) fn over(visit: &Visit, gone: Gone) -> Stop {
    let page = match gone {
        // Also when it was finished in another tab: one page tells both.
        Gone::Expired | Gone::Unknown | Gone::Changed => Expired { frame: visit.frame(Section::Elsewhere) },
    };
    visit.show(&page).map_or_else(|stop| stop, |response| Stop::Answer(Box::new(response)))
}

pub(super) fn locked(visit: &Visit, until: Timestamp) -> Reply {
    visit.show(&Locked::new(visit.frame(Section::Elsewhere), until, visit.act.now))
}

pub(in crate::http) fn life_minutes(visit: &Visit) -> u32 {
    u32::try_from(visit.harp().profile.code.life.as_secs() / 60).unwrap_or(u32::MAX)
}

/// Which code the page in the address spoke of.
pub(in crate::http) fn number(visit: &Visit) -> u32 {
    query(&visit.uri, NUMBER).and_then(|n| n.parse().ok()).unwrap_or(0)
}

/// What a code's page says of it.
pub(in crate::http) fn shown(code: Option<OnItsWay>) -> Sent {
    match code {
        Some(code) if code.resend > 0 => Sent::Again,
        _ => Sent::First,
    }
}
