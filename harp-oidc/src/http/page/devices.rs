//! Sign-in codes and devices: set-up (E02, E07–E14) and, once it is complete, the profile's list of them (A05, E11).
//! Both have the same pages under different addresses ([`Area`]).

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use harp_core::factor::budget::Off;
use harp_core::factor::{Factor, FactorStatus};
use harp_core::flow::factors::{
    self, Awaited, BeginOutcome, CompleteOutcome, ConfirmOutcome, Denied, RemoveOutcome, ResendOutcome,
    SuspendOutcome,
};
use harp_core::flow::sessions::Live;
use harp_core::flow::sign_in::Sent as CodeSent;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::FactorId;
use harp_core::kernel::secret::Plain;
use harp_core::session::SessionScope;

use super::sign_in::{NO_MORE, NUMBER, life_minutes, number, shown};
use super::{passkey, second_address};
use crate::flow::authorize::waiting;
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::device::Device;
use crate::view::form::Form;
use crate::view::frame::{Frame, Section};
use crate::view::moment::Moment;
use crate::view::qr::Qr;
use crate::view::set_up::{
    AddDevice, AddEmail, AddPhone, AddTotp, CODE, DeviceCode, Devices, EMAIL, Left, METHOD, PHONE,
    RemoveDevice, ResumeDevice, Row, SetUp, SetUpDone, Status, SuspendDevice,
};
use crate::view::sign_in::Sent;
use crate::view::url::{self, act};
use crate::view::words::Message;

/// Where the pages stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Area {
    SetUp,
    Profile,
}

/// One device in an address: who handles it, in which area.
type Id = Path<String>;

pub fn routes() -> Router<App> {
    let set_up = area(Area::SetUp)
        .route(url::SET_UP, get(set_up).post(complete))
        .route(url::SET_UP_DONE, get(done).post(second_address::send));
    let one = |act: &str| format!("{}/{{id}}/{act}", url::PROFILE_DEVICES);
    area(Area::Profile)
        .route(url::PROFILE_DEVICES, get(list))
        .route(&one(act::SUSPEND), get(ask_suspend).post(suspend))
        .route(&one(act::RESUME), get(ask_resume).post(resume))
        .merge(set_up)
}

fn area(at: Area) -> Router<App> {
    let (one, contact) = (format!("{}/{{id}}", at.devices()), format!("{}/{{method}}", at.add()));
    let remove_one = format!("{one}/{}", act::REMOVE);
    passkey::routes(at)
        .route(at.add(), get(move |visit: Visit| add(visit, at)).post(move |post: Post| choose(post, at)))
        .route(
            &contact,
            get(move |method: Path<String>, visit: Visit| contact_page(visit, method.0, at))
                .post(move |method: Path<String>, post: Post| send(post, method.0, at)),
        )
        .route(
            &one,
            get(move |id: Id, visit: Visit| awaited(visit, id.0, at))
                .post(move |id: Id, post: Post| confirm(post, id.0, at)),
        )
        .route(
            &remove_one,
            get(move |id: Id, visit: Visit| ask_remove(visit, id.0, at))
                .post(move |id: Id, post: Post| remove(post, id.0, at)),
        )
}

impl Area {
    pub(super) fn list(self) -> &'static str {
        match self {
            Area::SetUp => url::SET_UP,
            Area::Profile => url::PROFILE_DEVICES,
        }
    }

    pub(super) fn recovery_codes(self) -> &'static str {
        match self {
            Area::SetUp => url::SET_UP_CODES,
            Area::Profile => url::PROFILE_CODES,
        }
    }

    pub(super) fn add(self) -> &'static str {
        match self {
            Area::SetUp => url::SET_UP_ADD,
            Area::Profile => url::PROFILE_ADD_DEVICE,
        }
    }

    fn devices(self) -> &'static str {
        match self {
            Area::SetUp => url::SET_UP_DEVICES,
            Area::Profile => url::PROFILE_DEVICES,
        }
    }

    pub(super) fn frame(self, visit: &Visit) -> Frame {
        visit.frame(match self {
            Area::SetUp => Section::Elsewhere,
            Area::Profile => Section::Profile,
        })
    }

    /// Who may be here: in the profile, whoever has completed set-up.
    pub(super) fn person(self, visit: &Visit) -> Result<&Live, Stop> {
        match self {
            Area::SetUp => visit.anyone(),
            Area::Profile => visit.person(),
        }
    }
}

/// E02, E09, E10
async fn set_up(visit: Visit) -> Reply {
    let live = visit.anyone()?;
    if live.session.scope == SessionScope::Full {
        return visit.see(url::PROFILE_DEVICES);
    }
    let devices = rows(&visit, live).await?;
    visit.show(&SetUp { frame: Area::SetUp.frame(&visit), devices })
}

/// E11
async fn list(mut visit: Visit) -> Reply {
    let live = visit.person()?;
    if !visit.state().enrol.is_empty() {
        // Somebody added a device on the way to an application that asks for it: the request goes on by itself.
        if waits(&visit, live).await? {
            return visit.see(url::STEP_UP);
        }
        let state = FlowState { enrol: Vec::new(), ..visit.state() };
        visit.keep(state);
    }
    let live = visit.person()?;
    let devices = rows(&visit, live).await?;
    visit.show(&Devices { frame: Area::Profile.frame(&visit), devices })
}

/// Whether the application's request on whose way they are still waits for them.
async fn waits(visit: &Visit, live: &Live) -> Result<bool, Stop> {
    let Some(token) = visit.state().interaction.as_deref().map(Plain::presented) else { return Ok(false) };
    Ok(waiting(&visit.app.oidc, &token, Some(&live.session), &visit.act).await?.is_some())
}

async fn rows(visit: &Visit, live: &Live) -> Result<Vec<Row>, Stop> {
    let devices = factors::devices(visit.harp(), live).await?;
    let off = |factor: &Factor| devices.off.iter().find(|(id, _)| *id == factor.id).map(|(_, off)| *off);
    let status = |factor: &Factor| match (factor.status, off(factor)) {
        (FactorStatus::Suspended, _) => Status::Suspended,
        (_, Some(Off::Strangers)) => Status::OffForStrangers,
        (_, Some(Off::All)) => Status::Off,
        (FactorStatus::Active, None) => Status::Active,
        (FactorStatus::Unverified | FactorStatus::Removed, None) => Status::Unverified,
    };
    let row = |factor: &Factor| Row { device: Device::of(factor), status: status(factor) };
    Ok(devices.factors.iter().map(row).collect())
}

/// E12: with a device ACTIVE, the account is.
async fn complete(Post { mut visit, form: _ }: Post) -> Reply {
    let live = visit.anyone()?;
    match factors::complete_set_up(visit.harp(), live, &visit.act).await? {
        CompleteOutcome::Completed(signed_in) => {
            visit.entered(&signed_in);
            visit.see(url::SET_UP_DONE)
        }
        CompleteOutcome::NoDevice => visit.see(url::SET_UP),
        CompleteOutcome::Denied(_) => Err(visit.to_sign_in()),
    }
}

/// F14
async fn done(visit: Visit) -> Reply {
    let live = visit.person()?;
    let devices = factors::devices(visit.harp(), live).await?.factors;
    let active = devices.iter().filter(|f| f.status == FactorStatus::Active).count();
    visit.show(&SetUpDone {
        frame: Area::SetUp.frame(&visit),
        application_url: visit.resume_url(),
        devices: u32::try_from(active).unwrap_or(u32::MAX),
        second: live.account.second.confirmed.is_none().then(Form::new),
    })
}

/// E03–E06
async fn add(visit: Visit, at: Area) -> Reply {
    at.person(&visit)?;
    show_add(&visit, at, Form::new())
}

fn show_add(visit: &Visit, at: Area, form: Form) -> Reply {
    let wanted = visit.state().enrol;
    let offered = visit.harp().methods().into_iter();
    let methods = offered.filter(|method| wanted.is_empty() || wanted.contains(method)).collect();
    visit.show(&AddDevice { frame: at.frame(visit), form, methods })
}

async fn choose(Post { visit, form }: Post, at: Area) -> Reply {
    let live = at.person(&visit)?;
    if form.act() == act::CANCEL {
        return visit.see(at.list());
    }
    match Method::parse(&form.text(METHOD.name)) {
        Some(method @ (Method::Sms | Method::Voice | Method::Email)) if visit.harp().offers(method) => {
            visit.see(&format!("{}/{method}", at.add()))
        }
        Some(Method::Totp) => match factors::begin_app(visit.harp(), live, &visit.act).await? {
            BeginOutcome::Begun { factor, .. } => visit.see(&format!("{}/{factor}", at.devices())),
            BeginOutcome::Invalid(found) => show_add(&visit, at, Form::new().complaints(&found)),
            BeginOutcome::Denied(denied) => refuse_add(&visit, at, denied),
        },
        Some(Method::RecoveryCode) => visit.see(at.recovery_codes()),
        Some(Method::Passkey) => passkey::begin(&visit, live, at).await,
        _ => show_add(&visit, at, Form::new().problem(METHOD.name, "problem.method-missing")),
    }
}

pub(super) fn refuse_add(visit: &Visit, at: Area, denied: Denied) -> Reply {
    match denied {
        Denied::SignInAgain => Err(visit.to_sign_in()),
        Denied::TooMany => show_add(visit, at, Form::new().problem(METHOD.name, "add-device.too-many")),
        Denied::NotOffered => show_add(visit, at, Form::new().problem(METHOD.name, "problem.method-unknown")),
    }
}

async fn contact_page(visit: Visit, method: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let method = contact_method(&visit, at, &method)?;
    let form = match method {
        Method::Email => Form::new().value(EMAIL.name, live.account.email.address.as_str()),
        _ => Form::new(),
    };
    show_contact(&visit, (at, method), form)
}

/// A method that sends codes somewhere.
fn contact_method(visit: &Visit, at: Area, name: &str) -> Result<Method, Stop> {
    Method::parse(name)
        .filter(|m| matches!(m, Method::Sms | Method::Voice | Method::Email))
        .filter(|&m| visit.harp().offers(m))
        .ok_or_else(|| visit.go(at.add()))
}

fn show_contact(visit: &Visit, (at, method): (Area, Method), form: Form) -> Reply {
    match method {
        Method::Email => visit.show(&AddEmail { frame: at.frame(visit), form }),
        _ => visit.show(&AddPhone { frame: at.frame(visit), form, method }),
    }
}

/// E07: sends the first code.
async fn send(Post { visit, form }: Post, method: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let method = contact_method(&visit, at, &method)?;
    if form.act() == act::CANCEL {
        return visit.see(at.list());
    }
    let field = if method == Method::Email { EMAIL.name } else { PHONE.name };
    let typed = form.text(field);
    let again = || Form::new().value(field, typed.clone());
    let begun = match method {
        Method::Email => factors::begin_email(visit.harp(), live, &typed, &visit.act).await?,
        _ => factors::begin_phone(visit.harp(), live, (method, &typed), &visit.act).await?,
    };
    match begun {
        BeginOutcome::Begun { sent: CodeSent::NoMore | CodeSent::TooMany, .. } => {
            show_contact(&visit, (at, method), again().problem(field, "add-phone.too-many"))
        }
        BeginOutcome::Begun { factor, sent } => visit.see(&code_page(at, factor, sent)),
        BeginOutcome::Invalid(found) => show_contact(&visit, (at, method), again().complaints(&found)),
        BeginOutcome::Denied(denied) => refuse_add(&visit, at, denied),
    }
}

fn code_page(at: Area, factor: FactorId, sent: CodeSent) -> String {
    let page = format!("{}/{factor}", at.devices());
    match sent {
        CodeSent::OnItsWay(code) => format!("{page}?{NUMBER}={}", code.resend),
        CodeSent::ByApp | CodeSent::ByPasskey(_) => page,
        CodeSent::NoMore | CodeSent::TooMany => format!("{page}?{NO_MORE}=1"),
    }
}

/// E07, E08: the code that was sent, or what an authenticator app needs.
async fn awaited(visit: Visit, id: String, at: Area) -> Reply {
    show_awaited(&visit, (&id, at), Form::new()).await
}

async fn show_awaited(visit: &Visit, (id, at): (&str, Area), form: Form) -> Reply {
    let live = at.person(visit)?;
    let Ok(factor) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    // Confirmed or removed meanwhile: the table shows which.
    let Some(found) = factors::awaited(visit.harp(), live, factor).await? else {
        return visit.see(at.list());
    };
    let Awaited { factor, code, app } = found;
    let frame = at.frame(visit);
    match app {
        Some(app) => {
            let qr = Qr::new(app.uri.expose(), visit.words().t("add-totp.qr"));
            let secret = app.text.expose().replace(' ', "");
            visit.show(&AddTotp { frame, form, qr, secret })
        }
        None => {
            let sent = if query(&visit.uri, NO_MORE).is_some() { Sent::NoMore } else { shown(code) };
            let life_minutes = life_minutes(visit);
            visit.show(&DeviceCode { frame, form, device: Device::of(&factor), life_minutes, sent })
        }
    }
}

async fn confirm(Post { visit, form }: Post, id: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let Ok(factor) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    match form.act().as_str() {
        act::CANCEL => return visit.see(at.list()),
        act::RESEND => {
            let wanted = (factor, number(&visit));
            return match factors::resend(visit.harp(), live, wanted, &visit.act).await? {
                ResendOutcome::Sent(sent) => visit.see(&code_page(at, factor, sent)),
                ResendOutcome::Gone => visit.see(at.list()),
                ResendOutcome::Denied(_) => Err(visit.to_sign_in()),
            };
        }
        _ => {}
    }
    let typed = form.text(CODE.name);
    let form = match factors::confirm(visit.harp(), live, (factor, &typed), &visit.act).await? {
        ConfirmOutcome::Active | ConfirmOutcome::Gone => return visit.see(at.list()),
        ConfirmOutcome::Denied(_) => return Err(visit.to_sign_in()),
        ConfirmOutcome::Incomplete(found) => Form::new().complaints(&found),
        ConfirmOutcome::Wrong { .. } => Form::new().problem(CODE.name, "problem.wrong_code"),
        ConfirmOutcome::Locked { until } => {
            let time = Moment::new(until, &visit.app.site.zone, visit.words()).words;
            Form::new().problem(CODE.name, Message::new("device-code.locked").with("time", time))
        }
    };
    show_awaited(&visit, (&id, at), form).await
}

/// E09: asks once.
async fn ask_remove(visit: Visit, id: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let Ok(id) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    let devices = factors::devices(visit.harp(), live).await?;
    let Some(factor) = devices.factors.iter().find(|f| f.id == id) else { return visit.see(at.list()) };
    let others = devices.factors.iter().any(|f| f.id != id && f.carries());
    let left = match (devices.may_remove(id), others) {
        (false, _) => Left::MustStay,
        (true, false) if factor.carries() => Left::None,
        (true, _) => Left::Others,
    };
    visit.show(&RemoveDevice { frame: at.frame(&visit), device: Device::of(factor), left })
}

async fn remove(Post { visit, form }: Post, id: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let Ok(factor) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    if form.act() != act::REMOVE {
        return visit.see(at.list());
    }
    match factors::remove(visit.harp(), live, factor, &visit.act).await? {
        RemoveOutcome::Removed | RemoveOutcome::Gone => visit.see(at.list()),
        // The page that asked says why not.
        RemoveOutcome::LastOne => visit.see(&format!("{}/{factor}/{}", at.devices(), act::REMOVE)),
        RemoveOutcome::Denied(_) => Err(visit.to_sign_in()),
    }
}

/// P4: asks once.
async fn ask_suspend(visit: Visit, Path(id): Path<String>) -> Reply {
    let live = visit.person()?;
    let Ok(id) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    let devices = factors::devices(visit.harp(), live).await?.factors;
    let Some(factor) = devices.iter().find(|f| f.id == id && f.status == FactorStatus::Active) else {
        return visit.see(url::PROFILE_DEVICES);
    };
    let others = devices.iter().any(|f| f.id != id && f.carries());
    let left = if others { Left::Others } else { Left::None };
    visit.show(&SuspendDevice { frame: visit.frame(Section::Profile), device: Device::of(factor), left })
}

async fn suspend(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let Ok(factor) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    if form.act() != act::SUSPEND {
        return visit.see(url::PROFILE_DEVICES);
    }
    after_suspending(&visit, factors::suspend(visit.harp(), live, factor, &visit.act).await?)
}

async fn ask_resume(visit: Visit, Path(id): Path<String>) -> Reply {
    let live = visit.person()?;
    let Ok(id) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    let devices = factors::devices(visit.harp(), live).await?.factors;
    let Some(factor) = devices.iter().find(|f| f.id == id && f.status == FactorStatus::Suspended) else {
        return visit.see(url::PROFILE_DEVICES);
    };
    visit.show(&ResumeDevice { frame: visit.frame(Section::Profile), device: Device::of(factor) })
}

async fn resume(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let Ok(factor) = id.parse::<FactorId>() else { return Err(visit.not_found()) };
    if form.act() != act::RESUME {
        return visit.see(url::PROFILE_DEVICES);
    }
    after_suspending(&visit, factors::resume(visit.harp(), live, factor, &visit.act).await?)
}

fn after_suspending(visit: &Visit, outcome: SuspendOutcome) -> Reply {
    match outcome {
        SuspendOutcome::Done | SuspendOutcome::Gone => visit.see(url::PROFILE_DEVICES),
        SuspendOutcome::Denied(_) => Err(visit.to_sign_in()),
    }
}
