//! Signing in: user ID and password, then a security code, then (for some applications) the terms (F01–F13).

use askama::Template;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::time::Timestamp;
use http::StatusCode;

use super::device::Device;
use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::passkey::WithoutPassword;
use super::url::{self, act};
use super::words::Message;
use super::{Page, form_pages};
use crate::grant::terms::TermsText;

pub const USERNAME: Control = Control::line("username", "sign-in.username").autocomplete("username");
pub const PASSWORD: Control =
    Control::new(Kind::Secret, "password", "sign-in.password").autocomplete("current-password");
/// F01
pub const TERMS: Control = Control::new(Kind::Tick, "terms", "sign-in.agree");
/// F03, F10
pub const METHOD: Control = Control::new(Kind::Select, "method", "choose-method.method");
/// F04
pub const CODE: Control = Control::code("code", "enter-code.code").hint("enter-code.code-hint");
/// P4
pub const RECOVERY: Control =
    Control::line("code", "enter-code.recovery-code").hint("enter-code.recovery-hint").autocomplete("off");
/// F12
pub const ACCEPT: Control = Control::new(Kind::Tick, "terms", "accept-terms.accept");
/// Which version the page showed: what comes back must still be in force. It never says what is stored.
pub const VERSION: &str = "version";

/// User ID and password (F01, F06–F08, F13). Posts `username`, `password`, `terms` (`yes`); where a passkey signs in alone and a
/// script asked for it, `challenge`, `response`, `terms`, `do` = `passkey`.
/// Whatever of user ID and password is wrong, and whether the user ID exists, the one problem is
/// `form.problem("username", "sign-in.no-match")`.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/password.html")]
pub struct SignIn {
    pub frame: Frame,
    pub form: Form,
    pub terms: TermsAt,
    /// Why the person is asked, if there is a reason to tell: `sign-in.again` and its neighbours.
    pub reason: Option<Message>,
    pub alone: Alone,
}

/// Whether a passkey signs in without user ID and password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    No,
    Yes,
}

/// Which challenge a passkey's answer is to.
pub const CHALLENGE: &str = "challenge";

impl SignIn {
    /// The browser offers passkeys in the field's own list (conditional UI).
    fn username(&self) -> Control {
        match self.alone {
            Alone::Yes => USERNAME.autocomplete("username webauthn"),
            Alone::No => USERNAME,
        }
    }

    fn without_password(&self) -> Option<WithoutPassword<'_>> {
        (self.alone == Alone::Yes).then_some(WithoutPassword { frame: &self.frame, form: &self.form })
    }
}

/// Where this application wants its terms accepted (F01 or F12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermsAt {
    Password,
    AfterCode,
}

/// Which of the person's active devices gets or makes the code. Posts `method` (a device's id), `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/method.html")]
pub struct ChooseMethod {
    pub frame: Frame,
    pub form: Form,
    pub devices: Vec<Device>,
    /// What too many wrong codes have switched off here.
    pub off: Vec<Device>,
}

impl ChooseMethod {
    fn choices(&self) -> Vec<Choice> {
        self.devices.iter().map(|d| d.option(&self.frame.words)).collect()
    }

    fn submit(&self) -> &'static str {
        Device::submit(&self.devices)
    }

    /// Of one there is nothing to choose.
    fn only(&self) -> Option<&Device> {
        match self.devices.as_slice() {
            [one] if !self.form.has_problems() => Some(one),
            _ => None,
        }
    }
}

/// The security code (F04, F11). Posts `code`, `do` = `next`, `resend`, `change` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/code.html")]
pub struct EnterCode {
    pub frame: Frame,
    pub form: Form,
    pub device: Device,
    pub life_minutes: u32,
    pub sent: Sent,
}

impl EnterCode {
    fn is_on_paper(&self) -> bool {
        self.device.method == Method::RecoveryCode
    }

    fn control(&self) -> Control {
        if self.is_on_paper() { RECOVERY } else { CODE }
    }
}

/// What became of the code. An application's code is `First`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    First,
    Again,
    /// No more codes are sent for now: too many were asked for.
    NoMore,
}

/// Too many attempts. The same page for every user ID, known or not.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/locked.html")]
pub struct Locked {
    pub frame: Frame,
    pub until: Timestamp,
    minutes: u32,
}

impl Locked {
    pub fn new(frame: Frame, until: Timestamp, now: Timestamp) -> Self {
        let minutes = u32::try_from(until.since(now).as_secs().div_ceil(60)).unwrap_or(u32::MAX);
        Self { frame, until, minutes }
    }

    /// The timer.
    fn left(&self) -> String {
        self.frame.words.say(&Message::new("locked.in").count("minutes", self.minutes))
    }
}

/// The password was right, and the account is locked until the help desk unlocks it. Nobody else gets to see this.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/account_locked.html")]
pub struct AccountLocked {
    pub frame: Frame,
    pub since: Timestamp,
}

/// The terms after the second factor (F12). Posts `terms` (`yes`), `version`, `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/terms.html")]
pub struct AcceptTerms {
    pub frame: Frame,
    pub form: Form,
    /// Without paragraphs: the warning (F13), and a link to the message file's terms.
    pub terms: TermsText,
}

/// A sign-in that took too long, or was finished in another tab.
#[derive(Debug, Template)]
#[template(path = "page/sign_in/expired.html")]
pub struct Expired {
    pub frame: Frame,
}

form_pages!(SignIn, ChooseMethod, EnterCode, AcceptTerms);

impl Page for Locked {
    fn status(&self) -> StatusCode {
        StatusCode::TOO_MANY_REQUESTS
    }
}

impl Page for AccountLocked {
    fn status(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }
}

impl Page for Expired {
    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}
