//! Set-up: the first sign-in adds one or more sign-in codes or devices (E02, E07–E10, E12–E15).
//! The pages for adding and removing one serve the profile too (A05, E11).

use askama::Template;
use harp_core::kernel::assurance::Method;

use super::device::{self, Device};
use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::qr::Qr;
use super::second_address::SECOND_EMAIL;
use super::sign_in::Sent;
use super::url::{self, act};
use super::{form_pages, pages};

pub const METHOD: Control = Control::new(Kind::Radios, "method", "add-device.method");
pub const PHONE: Control = Control::new(Kind::Tel, "phone", "add-phone.phone")
    .hint("add-phone.phone-hint")
    .autocomplete("tel")
    .width("w-half");
pub const EMAIL: Control = Control::new(Kind::Email, "email", "add-email.email").autocomplete("email");
pub const CODE: Control = Control::code("code", "enter-code.code").hint("enter-code.code-hint");
pub const TOTP_CODE: Control = Control::code("code", "add-totp.code").hint("enter-code.code-hint");

/// A row of the device table (E09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub device: Device,
    pub status: Status,
}

impl Row {
    fn any_codes(rows: &[Row]) -> bool {
        rows.iter().any(|row| row.device.method == Method::RecoveryCode)
    }

    /// Whether one of them is switched off: then it is said why.
    fn any_off(rows: &[Row]) -> bool {
        rows.iter().any(|row| matches!(row.status, Status::OffForStrangers | Status::Off))
    }
}

/// E07: active only through a right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Active,
    Unverified,
    /// Too many wrong codes in a row: it works in known browsers alone.
    OffForStrangers,
    /// It works nowhere.
    Off,
    /// P4: works nowhere until its owner takes it back.
    Suspended,
}

impl Status {
    pub(super) fn label(self) -> &'static str {
        match self {
            Status::Active => "device-table.active",
            Status::Unverified => "device-table.unverified",
            Status::OffForStrangers => "device-table.off-strangers",
            Status::Off => "device-table.off",
            Status::Suspended => "device-table.suspended",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Status::Active => "good",
            Status::Unverified | Status::OffForStrangers | Status::Off | Status::Suspended => "warn",
        }
    }

    /// Whether a right code has confirmed it, and it is not put aside.
    fn is_confirmed(self) -> bool {
        !matches!(self, Status::Unverified | Status::Suspended)
    }
}

/// The device table and *Complete set-up* (E10). Posts `do` = `complete`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/devices.html")]
pub struct SetUp {
    pub frame: Frame,
    pub devices: Vec<Row>,
}

impl SetUp {
    fn complete(&self) -> bool {
        self.devices.iter().any(|row| row.status.is_confirmed() && row.device.method.carries())
    }

    /// What is missing.
    fn not_yet(&self) -> &'static str {
        let email = self.devices.iter().any(|row| row.status.is_confirmed());
        if email { "set-up.not-email-alone" } else { "set-up.not-yet" }
    }

    fn may_make_codes(&self) -> bool {
        self.complete() && !Row::any_codes(&self.devices)
    }

    fn remove_under(&self) -> &'static str {
        url::SET_UP_DEVICES
    }

    fn suspends(&self) -> bool {
        false
    }
}

/// The devices of the profile (A05, E11).
#[derive(Debug, Template)]
#[template(path = "page/profile/devices.html")]
pub struct Devices {
    pub frame: Frame,
    pub devices: Vec<Row>,
}

impl Devices {
    fn remove_under(&self) -> &'static str {
        url::PROFILE_DEVICES
    }

    fn suspends(&self) -> bool {
        true
    }
}

/// Asks once before a device is suspended (P4). Posts `do` = `suspend` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/profile/suspend.html")]
pub struct SuspendDevice {
    pub frame: Frame,
    pub device: Device,
    pub left: Left,
}

/// Asks once before it is taken back. Posts `do` = `resume` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/profile/resume.html")]
pub struct ResumeDevice {
    pub frame: Frame,
    pub device: Device,
}

/// Choose a kind of device (E03–E05, E07). Posts `method` (a [`Method`]'s name); `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/add.html")]
pub struct AddDevice {
    pub frame: Frame,
    pub form: Form,
    pub methods: Vec<Method>,
}

impl AddDevice {
    fn choices(&self) -> Vec<Choice> {
        device::choices(&self.methods, &self.frame.words)
    }
}

/// A number for text messages or calls. Posts `phone`; `do` = `next` (send the code) or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/phone.html")]
pub struct AddPhone {
    pub frame: Frame,
    pub form: Form,
    /// Sms or Voice.
    pub method: Method,
}

impl AddPhone {
    fn title(&self) -> &'static str {
        if self.method == Method::Voice { "add-phone.voice-title" } else { "add-phone.sms-title" }
    }

    fn lead(&self) -> &'static str {
        if self.method == Method::Voice { "add-phone.voice-lead" } else { "add-phone.sms-lead" }
    }
}

/// An address for codes by e-mail (E06). Posts `email`; `do` = `next` (send the code) or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/email.html")]
pub struct AddEmail {
    pub frame: Frame,
    pub form: Form,
}

/// An authenticator app: QR code, secret as text, first code. Posts `code`; `do` = `next` or `cancel`.
#[derive(Template)]
#[template(path = "page/set_up/totp.html")]
pub struct AddTotp {
    pub frame: Frame,
    pub form: Form,
    pub qr: Option<Qr>,
    /// Base32, as the app wants it; shown in groups of four.
    pub secret: String,
}

/// The secret does not print itself.
impl std::fmt::Debug for AddTotp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddTotp")
    }
}

impl AddTotp {
    fn grouped(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

/// The code sent to a new device (E07, E08). Posts `code`; `do` = `next`, `resend` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/code.html")]
pub struct DeviceCode {
    pub frame: Frame,
    pub form: Form,
    pub device: Device,
    pub life_minutes: u32,
    pub sent: Sent,
}

/// Set-up is complete; both ways on (F14). `frame.application` names the application that the person came from.
#[derive(Debug, Template)]
#[template(path = "page/set_up/done.html")]
pub struct SetUpDone {
    pub frame: Frame,
    /// Where *Sign in to the application* leads; `None` when nobody sent the person here.
    pub application_url: Option<String>,
    pub devices: u32,
    /// B02: asks for a second address while there is none; the ways on pass it by. Posts what `AskSecond` does.
    pub second: Option<Form>,
}

/// Asks once before a device goes. Posts `do` = `remove` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/set_up/remove.html")]
pub struct RemoveDevice {
    pub frame: Frame,
    pub device: Device,
    pub left: Left,
}

/// What remains after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    Others,
    /// It is the only active one, and set-up is not complete.
    None,
    /// It is the only active one of an account that is set up: it stays (E01).
    MustStay,
}

form_pages!(AddDevice, AddEmail, AddPhone, AddTotp, DeviceCode);
pages!(SetUp, Devices, SetUpDone, RemoveDevice, SuspendDevice, ResumeDevice);
