//! Getting back in (F06, X-6). No page says whether anybody is known by what was typed.

use askama::Template;

use super::form::{Control, Form, Kind};
use super::frame::Frame;
use super::url::{self, act};
use super::{form_pages, pages};

pub const EMAIL: Control = Control::new(Kind::Email, "email", "details.email").autocomplete("email");

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

form_pages!(ForgotUserId);
pages!(UserIdSent);
