//! A sign-in code or device as pages show it. Of a contact only the last four digits appear (F10).

use harp_core::factor::{Binding, Factor};
use harp_core::kernel::assurance::Method;

use super::form::Choice;
use super::words::{Message, Words};

/// A device of the person's (E09).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: String,
    pub method: Method,
    pub contact: Contact,
}

/// Where its codes go or come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contact {
    /// A telephone number's last four digits.
    LastFour(String),
    /// An address or a name that may be shown as it is: an email address already masked, the name given to a passkey.
    Shown(String),
    /// So many recovery codes.
    Left(u32),
    None,
}

/// What the device is called: *Text message (SMS)*.
pub fn method(method: Method) -> &'static str {
    match method {
        Method::Password => "method.password",
        Method::Sms => "method.sms",
        Method::Voice => "method.voice",
        Method::Email => "method.email",
        Method::Totp => "method.totp",
        Method::Push => "method.push",
        Method::Passkey => "method.passkey",
        Method::RecoveryCode => "method.recovery",
    }
}

/// What it is good for, when somebody chooses one.
pub fn method_hint(method: Method) -> Option<&'static str> {
    match method {
        Method::Sms => Some("method.sms-hint"),
        Method::Voice => Some("method.voice-hint"),
        Method::Email => Some("method.email-hint"),
        Method::Totp => Some("method.totp-hint"),
        Method::Push => Some("method.push-hint"),
        Method::Passkey => Some("method.passkey-hint"),
        Method::RecoveryCode => Some("method.recovery-hint"),
        Method::Password => None,
    }
}

/// The methods that can be added, as choices in the given order (E03–E05).
pub fn choices(methods: &[Method], words: &Words) -> Vec<Choice> {
    let choice = |m: &Method| Choice {
        value: m.as_str().to_owned(),
        label: words.t(method(*m)),
        hint: method_hint(*m).map(|key| words.t(key)),
    };
    methods.iter().map(choice).collect()
}

impl Device {
    pub fn of(factor: &Factor) -> Self {
        let contact = match &factor.binding {
            Binding::Sms { phone } | Binding::Voice { phone } => {
                Contact::LastFour(phone.last_four().to_owned())
            }
            Binding::Email { address } => Contact::Shown(address.masked()),
            Binding::Passkey(passkey) => Contact::Shown(passkey.about.name.as_str().to_owned()),
            Binding::Totp { .. } => Contact::None,
            Binding::RecoveryCodes { left } => Contact::Left(*left),
        };
        Self { id: factor.id.to_string(), method: factor.method(), contact }
    }

    pub fn kind(&self, words: &Words) -> String {
        words.t(method(self.method))
    }

    /// *number ending in 1233*
    pub fn contact(&self, words: &Words) -> String {
        match &self.contact {
            Contact::LastFour(digits) => words.say(&Message::new("device.ending").with("digits", digits)),
            Contact::Shown(text) => text.clone(),
            Contact::Left(count) => words.say(&Message::new("device.left").count("count", *count)),
            Contact::None => words.t("device.no-contact"),
        }
    }

    /// One line of a drop-down list (F03): *Text message (SMS), number ending in 1233*.
    pub fn option(&self, words: &Words) -> Choice {
        let label = match self.contact {
            Contact::None | Contact::Left(_) => self.kind(words),
            _ => words.say(
                &Message::new("device.option")
                    .with("kind", self.kind(words))
                    .with("contact", self.contact(words)),
            ),
        };
        Choice::new(self.id.clone(), label)
    }

    /// What the page says once the code is on its way there.
    pub fn on_its_way(&self) -> &'static str {
        match self.method {
            Method::Voice => "enter-code.called",
            Method::Email => "enter-code.mailed",
            _ => "enter-code.sent-to",
        }
    }

    /// Whether a code is sent, and so can be sent again; an application makes its own.
    pub fn sends(&self) -> bool {
        matches!(self.method, Method::Sms | Method::Voice | Method::Email)
    }

    /// F03: the key below a choice of these. Where only applications make codes, nothing is sent.
    pub fn submit(devices: &[Device]) -> &'static str {
        if devices.iter().any(Device::sends) { "choose-method.submit" } else { "form.go-on" }
    }
}
