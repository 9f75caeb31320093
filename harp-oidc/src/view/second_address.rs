//! A second address for security letters (B02): asked for when set-up is complete, kept in the profile.

use askama::Template;

use super::form::{Control, Form, Kind};
use super::frame::Frame;
use super::sign_in::Sent;
use super::url::act;
use super::{form_pages, pages};

pub const SECOND_EMAIL: Control = Control::new(Kind::Email, "second_email", "second-address.email")
    .hint("second-address.email-hint")
    .autocomplete("email");
pub const CODE: Control = Control::code("code", "confirm-email.code").hint("confirm-email.code-hint");

/// What the profile says of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Second {
    pub confirmed: Option<String>,
    /// Waits for its code.
    pub awaited: Option<String>,
}

/// Which one it is to be. Posts `second_email`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/second_address/ask.html")]
pub struct AskSecond {
    pub frame: Frame,
    pub form: Form,
    /// The one that it would replace.
    pub confirmed: Option<String>,
}

/// The code in the letter. Posts `code`; `do` = `next`, `resend`, `change` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/second_address/code.html")]
pub struct SecondCode {
    pub frame: Frame,
    pub form: Form,
    pub email: String,
    pub life_hours: u32,
    pub sent: Sent,
}

/// Asks once before it goes. Posts `do` = `remove` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/second_address/remove.html")]
pub struct RemoveSecond {
    pub frame: Frame,
    pub email: String,
}

form_pages!(AskSecond, SecondCode);
pages!(RemoveSecond);
