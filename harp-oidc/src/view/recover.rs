//! Getting back in (F06, X-6). No page says whether anybody is known by what was typed.

use askama::Template;
use http::StatusCode;

use super::device::Device;
use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::password::Rule;
use super::profile::NEW_PASSWORD;
use super::register::CONFIRM_PASSWORD;
use super::sign_in::{METHOD, USERNAME};
use super::url::{self, act};
use super::{Page, form_pages, pages};

pub const EMAIL: Control = Control::new(Kind::Email, "email", "details.email").autocomplete("email");

/// The code in the letter.
pub const LETTER_CODE: Control = Control::code("code", "letter-code-page.code").hint("enter-code.code-hint");

/// The address to which the user ID is written. Posts `email`, `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/recover/user_id.html")]
pub struct ForgotUserId {
    pub frame: Frame,
    pub form: Form,
}

/// The one page after it, whoever the address belongs to.
#[derive(Debug, Template)]
#[template(path = "page/recover/user_id_sent.html")]
pub struct UserIdSent {
    pub frame: Frame,
}

/// Whose password it is. Posts `username`, `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/recover/password.html")]
pub struct ForgotPassword {
    pub frame: Frame,
    pub form: Form,
}

/// The code in the letter that went to the confirmed address, if there is one. Posts `code`, `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/recover/letter.html")]
pub struct EnterLetterCode {
    pub frame: Frame,
    pub form: Form,
    pub life_minutes: u32,
}

/// Which device proves the rest. Posts `method` (a device's id), `do` = `next` or `cancel`. Its code: `sign_in::EnterCode`.
#[derive(Debug, Template)]
#[template(path = "page/recover/device.html")]
pub struct ChooseDevice {
    pub frame: Frame,
    pub form: Form,
    pub devices: Vec<Device>,
}

impl ChooseDevice {
    fn choices(&self) -> Vec<Choice> {
        self.devices.iter().map(|d| d.option(&self.frame.words)).collect()
    }

    fn submit(&self) -> &'static str {
        Device::submit(&self.devices)
    }
}

/// Posts `password`, `confirm_password`, `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/recover/new_password.html")]
pub struct NewPassword {
    pub frame: Frame,
    pub form: Form,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Template)]
#[template(path = "page/recover/done.html")]
pub struct PasswordSet {
    pub frame: Frame,
}

/// It took too long, was finished elsewhere, or something about the account changed.
#[derive(Debug, Template)]
#[template(path = "page/recover/over.html")]
pub struct RecoveryOver {
    pub frame: Frame,
}

form_pages!(ForgotUserId, ForgotPassword, EnterLetterCode, ChooseDevice, NewPassword);
pages!(UserIdSent, PasswordSet);

impl Page for RecoveryOver {
    fn status(&self) -> StatusCode {
        StatusCode::GONE
    }
}
