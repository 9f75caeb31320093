//! `GET` and `POST /step-up`, `/step-up/code`: one more proof of who is signed in, on the way to an application that asks for
//! it by `acr` (OpenID Connect Core §3.1.2.1, §5.5.1.1; journey X-2). What to reach is read from the waiting request each time.

use axum::extract::{FromRequest as _, Request, State};
use harp_core::flow::sessions::Live;
use harp_core::flow::sign_in::{SendOutcome, Sent as CodeSent, SignedIn};
use harp_core::flow::step_up::{self, Offer, Outcome, Pending, Step};
use harp_core::kernel::id::FactorId;
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::Timestamp;

use super::{authorize, browser};
use crate::flow::authorize::{Need, Wish, decline_step_up, waiting};
use crate::http::RESUME;
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::Post;
use crate::http::page::sign_in::{NO_MORE, NUMBER, life_minutes, number, shown};
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::protocol::claims::Acr;
use crate::view::device::Device;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::passkey::{PASSKEY, RESPONSE, UsePasskey};
use crate::view::sign_in::{CODE, EnterCode, Expired, Locked, Sent};
use crate::view::step_up::{DEVICE, Otherwise, StepUp, StepUpAdd};
use crate::view::url::{self, act};

pub async fn show(visit: Visit) -> Reply {
    show_offer(&visit, Form::new()).await
}

/// Exactly the devices that reach what is asked for; where there is none, what to add.
async fn show_offer(visit: &Visit, form: Form) -> Reply {
    let asked = asked(visit).await?;
    let Asked { application, otherwise, .. } = asked;
    let Offer { devices, enrol } =
        step_up::offer(visit.harp(), asked.live, asked.to.level(), &visit.act).await?;
    let frame = visit.frame(Section::Elsewhere);
    if devices.is_empty() {
        return visit.show(&StepUpAdd { frame, application, methods: enrol, otherwise });
    }
    let devices = devices.iter().map(Device::of).collect();
    visit.show(&StepUp { frame, form, application, devices, otherwise })
}

pub async fn choose(State(app): State<App>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let copy = parts.clone();
    let Post { mut visit, form } = Post::from_request(Request::from_parts(parts, body), &app).await?;
    match form.act().as_str() {
        act::CANCEL => {
            let session = browser::session(&app, &copy.headers);
            let token = interaction(&visit).ok_or_else(|| visit.go(url::HOME))?;
            give_up(&visit).await?;
            let answer = decline_step_up(&app.oidc, &token, session.as_ref(), &visit.act).await?;
            visit.end_flow();
            return Ok(visit.with_cookies(authorize::say(&app, copy, answer).await?));
        }
        act::ADD => {
            let asked = asked(&visit).await?;
            let offer = step_up::offer(visit.harp(), asked.live, asked.to.level(), &visit.act).await?;
            let state = FlowState { enrol: offer.enrol, ..visit.state() };
            visit.keep(state);
            return visit.see(url::PROFILE_ADD_DEVICE);
        }
        _ => {}
    }
    let chosen = form.text(DEVICE.name);
    let Ok(device) = chosen.parse::<FactorId>() else {
        let problem = if chosen.is_empty() { "problem.method-missing" } else { "problem.method-unknown" };
        return show_offer(&visit, Form::new().problem(DEVICE.name, problem)).await;
    };
    let had = visit.state().step_up_token();
    let Step { token, sent } = {
        let asked = asked(&visit).await?;
        let wanted = (asked.to.level(), device);
        step_up::choose(visit.harp(), (asked.live, had.as_ref()), wanted, &visit.act).await?
    };
    match sent {
        SendOutcome::Sent(CodeSent::NoMore | CodeSent::TooMany) => {
            show_offer(&visit, Form::new().problem(DEVICE.name, "enter-code.no-more")).await
        }
        SendOutcome::NotAChoice => {
            show_offer(&visit, Form::new().problem(DEVICE.name, "problem.method-unknown")).await
        }
        sent => {
            let state = FlowState { step_up: Some(token.expose().to_owned()), ..visit.state() };
            visit.keep(state);
            after_sending(&visit, sent)
        }
    }
}

pub async fn code(visit: Visit) -> Reply {
    let sent = if query(&visit.uri, NO_MORE).is_some() { Some(Sent::NoMore) } else { None };
    show_code(&visit, Form::new(), sent).await
}

async fn show_code(visit: &Visit, form: Form, sent: Option<Sent>) -> Reply {
    let Asked { live, .. } = asked(visit).await?;
    let token = token(visit)?;
    let pending = step_up::pending(visit.harp(), (live, &token), &visit.act).await?;
    let Ok(Pending { chosen: Some(factor), code, .. }) = pending else { return visit.see(url::STEP_UP) };
    if factor.passkey().is_some() {
        return visit.see(url::STEP_UP_PASSKEY);
    }
    visit.show(&EnterCode {
        frame: visit.frame(Section::Elsewhere),
        form,
        device: Device::of(&factor),
        life_minutes: life_minutes(visit),
        sent: sent.unwrap_or(shown(code)),
    })
}

pub async fn check(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL | act::CHANGE => return visit.see(url::STEP_UP),
        act::RESEND => {
            let Asked { live, .. } = asked(&visit).await?;
            let sent = step_up::resend(visit.harp(), (live, &token), number(&visit), &visit.act).await?;
            return after_sending(&visit, sent);
        }
        _ => {}
    }
    let outcome = {
        let Asked { live, .. } = asked(&visit).await?;
        step_up::verify(visit.harp(), (live, &token), &form.text(CODE.name), &visit.act).await?
    };
    match outcome {
        Outcome::SteppedUp(signed_in) => raised(&mut visit, &signed_in),
        Outcome::Incomplete(found) => show_code(&visit, Form::new().complaints(&found), None).await,
        Outcome::Wrong { .. } => {
            show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code"), None).await
        }
        Outcome::Locked { until } => locked(&visit, until),
        // In time there is another device, or another code.
        Outcome::NotChosen | Outcome::Gone(_) => visit.see(url::STEP_UP),
    }
}

pub async fn passkey(visit: Visit) -> Reply {
    show_passkey(&visit, Form::new()).await
}

async fn show_passkey(visit: &Visit, form: Form) -> Reply {
    let Asked { live, .. } = asked(visit).await?;
    let token = token(visit)?;
    let pending = step_up::pending(visit.harp(), (live, &token), &visit.act).await?;
    let Ok(Pending { chosen: Some(factor), challenge, .. }) = pending else { return visit.see(url::STEP_UP) };
    let (frame, device) = (visit.frame(Section::Elsewhere), Device::of(&factor));
    visit.show(&UsePasskey { frame, form, device, challenge })
}

pub async fn check_passkey(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL | act::CHANGE => return visit.see(url::STEP_UP),
        act::RETRY => {
            ask_again(&visit, &token).await?;
            return visit.see(url::STEP_UP_PASSKEY);
        }
        _ => {}
    }
    let outcome = {
        let Asked { live, .. } = asked(&visit).await?;
        step_up::verify_passkey(visit.harp(), (live, &token), &form.text(RESPONSE), &visit.act).await?
    };
    match outcome {
        Outcome::SteppedUp(signed_in) => raised(&mut visit, &signed_in),
        Outcome::Incomplete(_) | Outcome::Wrong { .. } => {
            // The challenge is spent; the page that says so has another one.
            ask_again(&visit, &token).await?;
            show_passkey(&visit, Form::new().problem(PASSKEY, "use-passkey.wrong")).await
        }
        Outcome::Locked { until } => locked(&visit, until),
        Outcome::NotChosen | Outcome::Gone(_) => visit.see(url::STEP_UP),
    }
}

/// Another challenge for the passkey that was chosen.
async fn ask_again(visit: &Visit, token: &Plain) -> Result<(), Stop> {
    let Asked { live, to, .. } = asked(visit).await?;
    if let Ok(Pending { chosen: Some(factor), .. }) =
        step_up::pending(visit.harp(), (live, token), &visit.act).await?
    {
        let wanted = (to.level(), factor.id);
        step_up::choose(visit.harp(), (live, Some(token)), wanted, &visit.act).await?;
    }
    Ok(())
}

/// The session has proved more, and has another secret: its cookie, and onward.
fn raised(visit: &mut Visit, signed_in: &SignedIn) -> Reply {
    visit.signed_in(&signed_in.secret);
    visit.onward()
}

fn after_sending(visit: &Visit, sent: SendOutcome) -> Reply {
    match sent {
        SendOutcome::Sent(CodeSent::OnItsWay(code)) => {
            visit.see(&format!("{}?{NUMBER}={}", url::STEP_UP_CODE, code.resend))
        }
        SendOutcome::Sent(CodeSent::ByApp) => visit.see(url::STEP_UP_CODE),
        SendOutcome::Sent(CodeSent::ByPasskey(_)) => visit.see(url::STEP_UP_PASSKEY),
        SendOutcome::Sent(CodeSent::NoMore | CodeSent::TooMany) => {
            visit.see(&format!("{}?{NO_MORE}=1", url::STEP_UP_CODE))
        }
        SendOutcome::Locked { until } => locked(visit, until),
        SendOutcome::NotAChoice | SendOutcome::Gone(_) => visit.see(url::STEP_UP),
    }
}

/// What the application asks for, of whom.
struct Asked<'v> {
    live: &'v Live,
    to: Acr,
    application: String,
    otherwise: Otherwise,
}

/// What else must happen first, or may happen at once, has its own page.
async fn asked(visit: &Visit) -> Result<Asked<'_>, Stop> {
    let Some(token) = interaction(visit) else { return Err(visit.go(url::HOME)) };
    let session = visit.session.as_ref().ok().map(|live| &live.session);
    let Some(pending) = waiting(&visit.app.oidc, &token, session, &visit.act).await? else {
        let page = Expired { frame: visit.frame(Section::Elsewhere) };
        return Err(Stop::Answer(Box::new(visit.show(&page)?)));
    };
    match pending.need {
        Some(Need::StepUp { to, wish }) => Ok(Asked {
            live: visit.set_up()?,
            to,
            application: pending.application,
            otherwise: match wish {
                Wish::Voluntary => Otherwise::Without,
                Wish::Essential => Otherwise::Leave,
            },
        }),
        Some(Need::SignIn(_)) => Err(visit.go(url::SIGN_IN)),
        Some(Need::SetUp) => Err(visit.go(url::SET_UP)),
        Some(Need::Terms) => Err(visit.go(url::SIGN_IN_TERMS)),
        None => Err(visit.go(&format!("{RESUME}?interaction={}", token.expose()))),
    }
}

async fn give_up(visit: &Visit) -> Result<(), Stop> {
    match visit.state().step_up_token() {
        Some(token) => Ok(step_up::cancel(visit.harp(), &token).await?),
        None => Ok(()),
    }
}

fn interaction(visit: &Visit) -> Option<Plain> {
    visit.state().interaction.as_deref().map(Plain::presented)
}

/// The token of the step-up under way; without one the choice of a device is the place to be.
fn token(visit: &Visit) -> Result<Plain, Stop> {
    visit.state().step_up_token().ok_or_else(|| visit.go(url::STEP_UP))
}

fn locked(visit: &Visit, until: Timestamp) -> Reply {
    visit.show(&Locked::new(visit.frame(Section::Elsewhere), until, visit.act.now))
}
