//! Passkeys: adding one, and proving oneself by one. A script asks the browser; without it the page says so, and leads on.

use askama::Template;

use super::device::Device;
use super::form::{Control, Form};
use super::form_pages;
use super::frame::Frame;
use super::sign_in::CHALLENGE;
use super::url::{self, act};

/// The browser's answer, as JSON.
pub const RESPONSE: &str = "response";
/// Where a problem with the answer is said.
pub const PASSKEY: &str = "passkey";
/// What the person calls a new one.
pub const NAME: Control =
    Control::line("name", "add-passkey.name").hint("add-passkey.name-hint").optional().width("w-half");

/// Proves who signs in, or gets back in, by a passkey. Posts `response`; `do` = `next`, `retry` (another challenge), `change` or
/// `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/passkey/use.html")]
pub struct UsePasskey {
    pub frame: Frame,
    pub form: Form,
    pub device: Device,
    /// What the browser is asked, as JSON; `None`: nothing any more, and another try is offered.
    pub challenge: Option<String>,
}

/// A new passkey. Posts `name`, `response`; `do` = `next`, `retry`, `change` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/passkey/add.html")]
pub struct AddPasskey {
    pub frame: Frame,
    pub form: Form,
    /// As in [`UsePasskey`].
    pub challenge: Option<String>,
}

impl UsePasskey {
    fn asked(&self) -> Asked<'_> {
        Asked { frame: &self.frame, call: "get", options: self.challenge.as_deref() }
    }

    fn says(&self) -> Says<'_> {
        Says { frame: &self.frame, form: &self.form }
    }
}

impl AddPasskey {
    fn asked(&self) -> Asked<'_> {
        Asked { frame: &self.frame, call: "create", options: self.challenge.as_deref() }
    }

    fn says(&self) -> Says<'_> {
        Says { frame: &self.frame, form: &self.form }
    }
}

/// What the script reads from the form: what to call, what to ask, and what to say when it fails.
#[derive(Debug, Template)]
#[template(path = "part/passkey_asked.html")]
struct Asked<'a> {
    frame: &'a Frame,
    call: &'static str,
    options: Option<&'a str>,
}

impl askama::filters::HtmlSafe for Asked<'_> {}

/// The answer's field, and the place where the script, or the page that comes back, says what is wrong with it.
#[derive(Debug, Template)]
#[template(path = "part/passkey_says.html")]
struct Says<'a> {
    frame: &'a Frame,
    form: &'a Form,
}

impl askama::filters::HtmlSafe for Says<'_> {}

/// What the page of user ID and password says of passkeys: nothing, until a script shows the button.
#[derive(Debug, Template)]
#[template(path = "part/passkey_alone.html")]
pub(super) struct WithoutPassword<'a> {
    pub frame: &'a Frame,
    pub form: &'a Form,
}

impl askama::filters::HtmlSafe for WithoutPassword<'_> {}

form_pages!(UsePasskey, AddPasskey);
