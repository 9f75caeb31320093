//! What tests of signing in do again and again.

use crate::stage::{PASSWORD, Stage, ana};
use harp_core::adapter::courier::memory::Arrived;
use harp_core::factor::FactorStatus;
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Binding, Factor};
use harp_core::flow::deliver::{self, Delivered};
use harp_core::flow::factors::{self, BeginOutcome, CompleteOutcome, ConfirmOutcome};
use harp_core::flow::sessions::{self, Live};
use harp_core::flow::sign_in::{
    self, CodeOutcome, PasswordForm, PasswordOutcome, SendOutcome, Sent, SignedIn, Terms,
};
use harp_core::kernel::act::Actor;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::FactorId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::Phone;
use harp_core::notice::Recipient;
use harp_core::policy::HARP;
use harp_tests::cluster::Db;

pub const ANA: &str = "ana.rivera";
pub const PHONE: &str = "+12024561111";
pub const OTHER_PHONE: &str = "+12024561414";
/// The address that Ana registered with.
pub const EMAIL: &str = "ana@hospital.example";

/// Ana has registered; she has not signed in yet.
pub async fn registered(db: Db) -> Stage {
    let stage = Stage::on(db, &HARP);
    stage.registered(&ana(), ANA).await;
    stage
}

/// Ana has set up her phone, and is signed in.
pub async fn with_phone(db: Db) -> (Stage, Live) {
    let stage = registered(db).await;
    let live = set_up(&stage, ANA).await;
    let phone = add_phone(&stage, &live, PHONE).await;
    assert_eq!(confirm(&stage, &live, phone).await, "active");
    let live = complete(&stage, &live).await;
    (stage, live)
}

/// The same with an authenticator app beside it.
pub async fn with_phone_and_app(db: Db) -> (Stage, Live, TotpSecret) {
    let (stage, live) = with_phone(db).await;
    let app = add_app(&stage, &live).await;
    (stage, live, app)
}

pub fn form(username: &str, password: &str) -> PasswordForm {
    PasswordForm {
        username: username.to_owned(),
        password: Secret::new(password.to_owned()),
        terms: Terms::Ticked { terms: "terms 1".to_owned() },
    }
}

pub async fn password(stage: &Stage, username: &str, password: &str) -> PasswordOutcome {
    sign_in::password(&stage.harp, &form(username, password), None, &stage.act()).await.unwrap()
}

/// A right password that leads to the second step.
pub async fn token(stage: &Stage, username: &str) -> Plain {
    match password(stage, username, PASSWORD).await {
        PasswordOutcome::NeedsCode { token, .. } => token,
        other => panic!("{other:?}"),
    }
}

/// A right password of somebody who has no device yet.
pub async fn set_up(stage: &Stage, username: &str) -> Live {
    match password(stage, username, PASSWORD).await {
        PasswordOutcome::SetUp(signed_in) => live(stage, &signed_in).await,
        other => panic!("{other:?}"),
    }
}

pub async fn live(stage: &Stage, signed_in: &SignedIn) -> Live {
    sessions::authenticate(&stage.harp, &signed_in.secret, &stage.act()).await.unwrap().unwrap()
}

/// The same session as it is now.
pub async fn again(stage: &Stage, old: &Live) -> Live {
    let sessions = sessions::list(&stage.harp, old, &stage.act()).await.unwrap();
    let session = sessions.into_iter().find(|s| s.id == old.session.id).unwrap();
    Live { session, account: stage.account(old.account.id).await }
}

pub async fn add_phone(stage: &Stage, live: &Live, number: &str) -> FactorId {
    add(stage, live, (Method::Sms, number)).await
}

/// A device that codes are sent to, not confirmed yet.
pub async fn add(stage: &Stage, live: &Live, (method, contact): (Method, &str)) -> FactorId {
    let live = again(stage, live).await;
    let begun = match method {
        Method::Email => factors::begin_email(&stage.harp, &live, contact, &stage.act()).await,
        _ => factors::begin_phone(&stage.harp, &live, (method, contact), &stage.act()).await,
    };
    match begun.unwrap() {
        BeginOutcome::Begun { factor, sent: Sent::OnItsWay(_) } => factor,
        other => panic!("{other:?}"),
    }
}

/// Confirms a phone with the code that it got.
pub async fn confirm(stage: &Stage, live: &Live, factor: FactorId) -> &'static str {
    let factors = factors::devices(&stage.harp, live).await.unwrap().factors;
    let phone = match factors.into_iter().find(|f| f.id == factor).unwrap().binding {
        Binding::Sms { phone } => phone,
        other => panic!("{other:?}"),
    };
    let code = text(stage, phone.as_str()).await;
    confirm_with(stage, live, (factor, &code)).await
}

pub async fn confirm_with(stage: &Stage, live: &Live, what: (FactorId, &str)) -> &'static str {
    let live = again(stage, live).await;
    match factors::confirm(&stage.harp, &live, what, &stage.act()).await.unwrap() {
        ConfirmOutcome::Active => "active",
        ConfirmOutcome::Wrong { .. } => "wrong",
        ConfirmOutcome::Locked { .. } => "locked",
        ConfirmOutcome::Gone => "gone",
        ConfirmOutcome::Denied(_) => "denied",
        ConfirmOutcome::Incomplete(_) => "incomplete",
    }
}

pub async fn add_app(stage: &Stage, live: &Live) -> TotpSecret {
    let live = again(stage, live).await;
    let begun = factors::begin_app(&stage.harp, &live, &stage.act()).await.unwrap();
    let BeginOutcome::Begun { factor, sent: Sent::ByApp } = begun else { panic!("{begun:?}") };
    let secret = secret(stage, &live, factor).await;
    assert_eq!(confirm_with(stage, &live, (factor, &code_now(stage, &secret))).await, "active");
    secret
}

/// What the app knows after it has scanned the QR code.
pub async fn secret(stage: &Stage, live: &Live, factor: FactorId) -> TotpSecret {
    let factors = factors::devices(&stage.harp, live).await.unwrap().factors;
    match factors.into_iter().find(|f| f.id == factor).unwrap().binding {
        Binding::Totp { secret, .. } => TotpSecret::open(&secret, factor, &stage.harp.vault).unwrap(),
        other => panic!("{other:?}"),
    }
}

pub fn code_now(stage: &Stage, secret: &TotpSecret) -> String {
    secret.code_at(stage.act().now)
}

pub async fn complete(stage: &Stage, live: &Live) -> Live {
    let old = again(stage, live).await;
    match factors::complete_set_up(&stage.harp, &old, &stage.act()).await.unwrap() {
        CompleteOutcome::Completed(signed_in) => self::live(stage, &signed_in).await,
        other => panic!("{other:?}"),
    }
}

/// The person's active device of this method.
pub async fn device(stage: &Stage, live: &Live, method: Method) -> Factor {
    let factors = factors::devices(&stage.harp, live).await.unwrap().factors;
    let mut active = factors.into_iter().filter(|f| f.status == FactorStatus::Active);
    active.find(|f| f.method() == method).unwrap()
}

pub async fn choose(stage: &Stage, token: &Plain, factor: &Factor) -> Sent {
    match sign_in::choose(&stage.harp, token, factor.id, &stage.act()).await.unwrap() {
        SendOutcome::Sent(sent) => sent,
        other => panic!("{other:?}"),
    }
}

pub async fn verify(stage: &Stage, token: &Plain, code: &str) -> CodeOutcome {
    sign_in::verify(&stage.harp, token, code, &stage.act()).await.unwrap()
}

/// A whole sign-in with the phone.
pub async fn sign_in_by_phone(stage: &Stage, phone: &Factor) -> SignedIn {
    let token = token(stage, ANA).await;
    assert!(matches!(choose(stage, &token, phone).await, Sent::OnItsWay(_)));
    let code = text(stage, PHONE).await;
    match verify(stage, &token, &code).await {
        CodeOutcome::SignedIn(signed_in) => *signed_in,
        other => panic!("{other:?}"),
    }
}

pub async fn deliver(stage: &Stage) -> Delivered {
    deliver::deliver_due(&stage.harp, &stage.act().by(Actor::System)).await.unwrap()
}

/// Every text message that this number got.
pub async fn texts(stage: &Stage, number: &str) -> Vec<Arrived> {
    deliver(stage).await;
    stage.mail.at(&Recipient::Sms(Phone::parse(number).unwrap()))
}

/// The code in the last text message to this number.
pub async fn text(stage: &Stage, number: &str) -> String {
    texts(stage, number).await.last().and_then(Arrived::code).unwrap()
}

/// Somebody who is called.
pub fn called(number: &str) -> Recipient {
    Recipient::Voice(Phone::parse(number).unwrap())
}

/// The last message there.
pub async fn arrived(stage: &Stage, to: &Recipient) -> Arrived {
    deliver(stage).await;
    stage.mail.at(to).pop().unwrap()
}

/// Another code than this one.
pub fn wrong(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}
