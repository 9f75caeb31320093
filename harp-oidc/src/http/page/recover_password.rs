//! A forgotten password (F06, X-6): a letter, a device, a new password. The token of the recovery lies in the flow's
//! sealed cookie; until the letter's code is entered no page differs for somebody known and for nobody.

use axum::Router;
use axum::routing::get;
use harp_core::account::field::Complaint;
use harp_core::flow::recover::{self, At, Begun, Devices, Proved, Recovered};
use harp_core::flow::sign_in::{self as sign_in_flow, SendOutcome};
use harp_core::kernel::id::FactorId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::time::Timestamp;

use super::sign_in::{NO_MORE, NUMBER, life_minutes, number, shown};
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::device::Device;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::passkey::{PASSKEY, RESPONSE, UsePasskey};
use crate::view::password;
use crate::view::profile::NEW_PASSWORD;
use crate::view::recover::{
    ChooseDevice, EnterLetterCode, ForgotPassword, LETTER_CODE, NewPassword, PasswordSet, RecoveryOver,
};
use crate::view::register::CONFIRM_PASSWORD;
use crate::view::sign_in::{CODE, EnterCode, Locked, METHOD, Sent, USERNAME};
use crate::view::url::{self, act};

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::RECOVER_PASSWORD, get(whose).post(begin))
        .route(url::RECOVER_LETTER, get(letter).post(check_letter))
        .route(url::RECOVER_DEVICE, get(device).post(choose_device))
        .route(url::RECOVER_CODE, get(code).post(check_code))
        .route(url::RECOVER_PASSKEY, get(passkey).post(check_passkey))
        .route(url::RECOVER_NEW, get(new_password).post(set_password))
        .route(url::RECOVER_DONE, get(done))
}

async fn whose(visit: Visit) -> Reply {
    show_whose(&visit, Form::new())
}

fn show_whose(visit: &Visit, form: Form) -> Reply {
    visit.show(&ForgotPassword { frame: visit.frame(Section::Elsewhere), form })
}

async fn begin(Post { mut visit, form }: Post) -> Reply {
    if form.act() == act::CANCEL {
        return visit.see(url::SIGN_IN);
    }
    let typed = form.text(USERNAME.name);
    let kept = || Form::new().value(USERNAME.name, typed.as_str());
    match recover::begin(visit.harp(), &typed, &visit.act).await? {
        Begun::Begun { token, .. } => {
            let recovery = Some(token.expose().to_owned());
            let state = FlowState { recovery, recovered_at: None, ..visit.state() };
            visit.keep(state);
            visit.see(url::RECOVER_LETTER)
        }
        Begun::Incomplete(found) => show_whose(&visit, kept().complaints(&found)),
        Begun::Locked { until } => locked(&visit, until),
        Begun::TooMany => show_whose(&visit, kept().problem(USERNAME.name, "forgot-password.too-many")),
    }
}

async fn letter(visit: Visit) -> Reply {
    match at(&visit).await? {
        At::Mail => show_letter(&visit, Form::new()),
        elsewhere => visit.see(place(&elsewhere)),
    }
}

fn show_letter(visit: &Visit, form: Form) -> Reply {
    let minutes = visit.harp().profile.recovery.life.as_secs() / 60;
    let life_minutes = u32::try_from(minutes).unwrap_or(u32::MAX);
    visit.show(&EnterLetterCode { frame: visit.frame(Section::Elsewhere), form, life_minutes })
}

async fn check_letter(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    if form.act() == act::CANCEL {
        return cancel(&mut visit, &token).await;
    }
    match recover::mail(visit.harp(), &token, &form.text(LETTER_CODE.name), &visit.act).await? {
        Proved::Proved => visit.see(url::RECOVER_DEVICE),
        Proved::Incomplete(found) => show_letter(&visit, Form::new().complaints(&found)),
        Proved::Wrong { .. } => {
            show_letter(&visit, Form::new().problem(LETTER_CODE.name, "problem.wrong_code"))
        }
        Proved::Locked { until } => locked(&visit, until),
        Proved::NotChosen => visit.see(url::RECOVER_DEVICE),
        Proved::Gone(_) => Err(over(&visit)),
    }
}

async fn device(visit: Visit) -> Reply {
    show_device(&visit, Form::new()).await
}

async fn show_device(visit: &Visit, form: Form) -> Reply {
    let Devices { devices, chosen, .. } = match at(visit).await? {
        At::Device(devices) => devices,
        elsewhere => return visit.see(place(&elsewhere)),
    };
    let form = match (chosen.as_deref(), devices.as_slice()) {
        (Some(factor), _) | (None, [factor]) => form.value(METHOD.name, factor.id.to_string()),
        (None, _) => form,
    };
    let devices = devices.iter().map(Device::of).collect();
    visit.show(&ChooseDevice { frame: visit.frame(Section::Elsewhere), form, devices })
}

async fn choose_device(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    if form.act() == act::CANCEL {
        return cancel(&mut visit, &token).await;
    }
    let chosen = form.text(METHOD.name);
    let Ok(factor) = chosen.parse::<FactorId>() else {
        let problem = if chosen.is_empty() { "problem.method-missing" } else { "problem.method-unknown" };
        return show_device(&visit, Form::new().problem(METHOD.name, problem)).await;
    };
    match recover::choose(visit.harp(), &token, factor, &visit.act).await? {
        SendOutcome::Sent(sign_in_flow::Sent::TooMany) => {
            show_device(&visit, Form::new().problem(METHOD.name, "enter-code.no-more")).await
        }
        SendOutcome::NotAChoice => {
            show_device(&visit, Form::new().problem(METHOD.name, "problem.method-unknown")).await
        }
        sent => after_sending(&visit, sent),
    }
}

async fn code(visit: Visit) -> Reply {
    let sent = query(&visit.uri, NO_MORE).map(|_| Sent::NoMore);
    show_code(&visit, Form::new(), sent).await
}

async fn show_code(visit: &Visit, form: Form, sent: Option<Sent>) -> Reply {
    let (factor, code) = match at(visit).await? {
        At::Device(Devices { chosen: Some(factor), code, .. }) => (factor, code),
        elsewhere => return visit.see(place(&elsewhere)),
    };
    if factor.passkey().is_some() {
        return visit.see(url::RECOVER_PASSKEY);
    }
    visit.show(&EnterCode {
        frame: visit.frame(Section::Elsewhere),
        form,
        device: Device::of(&factor),
        life_minutes: life_minutes(visit),
        sent: sent.unwrap_or(shown(code)),
    })
}

async fn check_code(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::CHANGE => return visit.see(url::RECOVER_DEVICE),
        act::RESEND => {
            let sent = recover::resend(visit.harp(), &token, number(&visit), &visit.act).await?;
            return after_sending(&visit, sent);
        }
        _ => {}
    }
    match recover::device(visit.harp(), &token, &form.text(CODE.name), &visit.act).await? {
        Proved::Proved => visit.see(url::RECOVER_NEW),
        Proved::Incomplete(found) => show_code(&visit, Form::new().complaints(&found), None).await,
        Proved::Wrong { .. } => {
            show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code"), None).await
        }
        Proved::Locked { until } => locked(&visit, until),
        Proved::NotChosen => visit.see(url::RECOVER_DEVICE),
        Proved::Gone(_) => Err(over(&visit)),
    }
}

async fn passkey(visit: Visit) -> Reply {
    show_passkey(&visit, Form::new()).await
}

async fn show_passkey(visit: &Visit, form: Form) -> Reply {
    let (factor, challenge) = match at(visit).await? {
        At::Device(Devices { chosen: Some(factor), challenge, .. }) if factor.passkey().is_some() => {
            (factor, challenge)
        }
        elsewhere => return visit.see(place(&elsewhere)),
    };
    let device = Device::of(&factor);
    visit.show(&UsePasskey { frame: visit.frame(Section::Elsewhere), form, device, challenge })
}

async fn check_passkey(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::CHANGE => return visit.see(url::RECOVER_DEVICE),
        act::RETRY => return ask_again(&visit, &token).await,
        _ => {}
    }
    match recover::passkey(visit.harp(), &token, &form.text(RESPONSE), &visit.act).await? {
        Proved::Proved => visit.see(url::RECOVER_NEW),
        Proved::Wrong { .. } | Proved::Incomplete(_) => {
            // The challenge is spent; the page that says so has another one.
            if let At::Device(Devices { chosen: Some(factor), .. }) = at(&visit).await? {
                recover::choose(visit.harp(), &token, factor.id, &visit.act).await?;
            }
            show_passkey(&visit, Form::new().problem(PASSKEY, "use-passkey.wrong")).await
        }
        Proved::Locked { until } => locked(&visit, until),
        Proved::NotChosen => visit.see(url::RECOVER_DEVICE),
        Proved::Gone(_) => Err(over(&visit)),
    }
}

async fn ask_again(visit: &Visit, token: &Plain) -> Reply {
    match at(visit).await? {
        At::Device(Devices { chosen: Some(factor), .. }) => {
            let sent = recover::choose(visit.harp(), token, factor.id, &visit.act).await?;
            after_sending(visit, sent)
        }
        elsewhere => visit.see(place(&elsewhere)),
    }
}

fn after_sending(visit: &Visit, sent: SendOutcome) -> Reply {
    match sent {
        SendOutcome::Sent(sign_in_flow::Sent::OnItsWay(code)) => {
            visit.see(&format!("{}?{NUMBER}={}", url::RECOVER_CODE, code.resend))
        }
        SendOutcome::Sent(sign_in_flow::Sent::ByApp) => visit.see(url::RECOVER_CODE),
        SendOutcome::Sent(sign_in_flow::Sent::ByPasskey(_)) => visit.see(url::RECOVER_PASSKEY),
        SendOutcome::Sent(sign_in_flow::Sent::NoMore | sign_in_flow::Sent::TooMany) => {
            visit.see(&format!("{}?{NO_MORE}=1", url::RECOVER_CODE))
        }
        SendOutcome::NotAChoice => visit.see(url::RECOVER_DEVICE),
        SendOutcome::Locked { until } => locked(visit, until),
        SendOutcome::Gone(_) => Err(over(visit)),
    }
}

async fn new_password(visit: Visit) -> Reply {
    match at(&visit).await? {
        At::Password => show_password(&visit, &[]),
        elsewhere => visit.see(place(&elsewhere)),
    }
}

fn show_password(visit: &Visit, found: &[Complaint]) -> Reply {
    let rules = &visit.harp().profile.password;
    let rules = if found.is_empty() { password::rules(rules) } else { password::marked(rules, found) };
    let form = Form::new().complaints(found);
    visit.show(&NewPassword { frame: visit.frame(Section::Elsewhere), form, rules })
}

async fn set_password(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    if form.act() == act::CANCEL {
        return cancel(&mut visit, &token).await;
    }
    let typed = recover::NewPassword {
        password: Secret::new(form.text(NEW_PASSWORD.name)),
        confirm: Secret::new(form.text(CONFIRM_PASSWORD.name)),
    };
    match recover::complete(visit.harp(), &token, &typed, &visit.act).await? {
        Recovered::Recovered { browser } => {
            visit.known(browser.as_ref());
            let recovered_at = Some(visit.act.now);
            let state = FlowState { recovery: None, sign_in: None, recovered_at, ..visit.state() };
            visit.keep(state);
            visit.see(url::RECOVER_DONE)
        }
        Recovered::Refused(found) => show_password(&visit, &found),
        Recovered::Gone(_) => Err(over(&visit)),
    }
}

/// An address alone tells nothing.
async fn done(visit: Visit) -> Reply {
    match visit.state().recovered_at {
        Some(_) => visit.show(&PasswordSet { frame: visit.frame(Section::Elsewhere) }),
        None => visit.see(url::SIGN_IN),
    }
}

async fn cancel(visit: &mut Visit, token: &Plain) -> Reply {
    recover::cancel(visit.harp(), token).await?;
    let state = FlowState { recovery: None, ..visit.state() };
    visit.keep(state);
    visit.see(url::SIGN_IN)
}

async fn at(visit: &Visit) -> Result<At, Stop> {
    let token = token(visit)?;
    recover::standing(visit.harp(), &token, &visit.act).await?.map_err(|_| over(visit))
}

/// The page of each step.
fn place(at: &At) -> &'static str {
    match at {
        At::Mail => url::RECOVER_LETTER,
        At::Device(_) => url::RECOVER_DEVICE,
        At::Password => url::RECOVER_NEW,
    }
}

fn token(visit: &Visit) -> Result<Plain, Stop> {
    visit.state().recovery_token().ok_or_else(|| visit.go(url::RECOVER_PASSWORD))
}

/// One page, whyever it cannot go on.
fn over(visit: &Visit) -> Stop {
    let page = RecoveryOver { frame: visit.frame(Section::Elsewhere) };
    visit.show(&page).map_or_else(|stop| stop, |response| Stop::Answer(Box::new(response)))
}

fn locked(visit: &Visit, until: Timestamp) -> Reply {
    visit.show(&Locked::new(visit.frame(Section::Elsewhere), until, visit.act.now))
}
