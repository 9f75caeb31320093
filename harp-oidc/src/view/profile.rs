//! The person's own account (A02–A05).

use askama::Template;
use harp_core::kernel::time::Timestamp;
use jiff::civil::Date;

use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::password::Rule;
use super::register::{ANSWER, CONFIRM_PASSWORD, Identified, QUESTION, question_choices};
use super::second_address::Second;
use super::url::{self, act};
use super::words::Message;
use super::{form_pages, pages};

pub const CURRENT_PASSWORD: Control =
    Control::new(Kind::Secret, "current_password", "change-password.current")
        .autocomplete("current-password")
        .width("w-half");
pub const NEW_PASSWORD: Control = Control::new(Kind::Secret, "password", "change-password.new")
    .autocomplete("new-password")
    .width("w-half")
    .described_by("password-rules");

/// Everything HARP knows of a person, to read (A02).
#[derive(Debug, Template)]
#[template(path = "page/profile/profile.html")]
pub struct Profile {
    pub frame: Frame,
    /// What was just changed, said once: `profile.saved-password`, `profile.saved-challenge`.
    pub saved: Option<Message>,
    pub username: String,
    pub name: String,
    pub email: String,
    pub email_state: EmailState,
    pub second: Second,
    pub phone: String,
    pub birth: Date,
    /// Line by line.
    pub address: Vec<String>,
    pub identity: Identified,
    pub devices: u32,
    pub challenge: Challenge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailState {
    Confirmed,
    NotYet,
}

/// The challenge question, by its stored name (A04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Challenge {
    Question(&'static str),
    /// The profile in force has none.
    None,
}

impl Profile {
    fn question(&self) -> Option<String> {
        match self.challenge {
            Challenge::Question(name) => Some(self.frame.t(&format!("question.{name}"))),
            Challenge::None => None,
        }
    }
}

/// A03. Posts `current_password`, `password`, `confirm_password`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/profile/password.html")]
pub struct ChangePassword {
    pub frame: Frame,
    pub form: Form,
    pub rules: Vec<Rule>,
}

/// A04. Posts `current_password`, `question`, `answer`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/profile/challenge.html")]
pub struct ChangeChallenge {
    pub frame: Frame,
    pub form: Form,
    pub questions: Vec<&'static str>,
}

impl ChangeChallenge {
    fn question_choices(&self) -> Vec<Choice> {
        question_choices(&self.questions, &self.frame.words)
    }
}

/// Where the person is signed in. Posts `session` (an id) for one, or `do` = `sign-out` for all others.
#[derive(Debug, Template)]
#[template(path = "page/profile/sessions.html")]
pub struct Sessions {
    pub frame: Frame,
    pub sessions: Vec<SignedIn>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub id: String,
    /// Browser and system in words.
    pub device: String,
    /// Rough place or address.
    pub place: String,
    pub started: Timestamp,
    pub seen: Timestamp,
    pub which: Which,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that reads the page.
    This,
    Other,
}

impl Sessions {
    fn others(&self) -> bool {
        self.sessions.iter().any(|s| s.which == Which::Other)
    }
}

form_pages!(ChangePassword, ChangeChallenge);
pages!(Profile, Sessions);
