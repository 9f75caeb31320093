//! The help desk's console (P18, K01): a search, a case, what may be done in it, and the second agent's decision.

use askama::Template;
use harp_core::kernel::time::Timestamp;

use super::device::Device;
use super::form::{Control, Form, Kind};
use super::frame::Frame;
use super::official::REASON;
use super::set_up::Status;
use super::url::{self, act};
use super::words::Message;
use super::{form_pages, pages};

pub const WHO: Control = Control::new(Kind::Line, "username", "help-desk.who").hint("help-desk.who-hint");
pub const CODE: Control = Control::code("code", "help-desk.code").hint("enter-code.code-hint");

/// The search, and what waits for this agent. Posts `username`, `reason`; `do` = `next`.
#[derive(Debug, Template)]
#[template(path = "page/help_desk/search.html")]
pub struct Search {
    pub frame: Frame,
    pub form: Form,
    pub waiting: Vec<Waiting>,
    /// What was just done.
    pub done: Option<Message>,
}

/// A reset that another agent asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub case: String,
    pub username: String,
    pub agent: String,
    pub asked_at: Timestamp,
}

/// What an agent sees of an account: no answer, number, date of birth or whole contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub case: String,
    pub username: String,
    pub name: String,
    /// Key of the standing's words.
    pub standing: &'static str,
    pub locked_since: Option<Timestamp>,
    pub sign_in_locked_until: Option<Timestamp>,
    /// From when on a new device can be set up.
    pub reset_ready_at: Option<Timestamp>,
    /// Masked, with whether it is confirmed.
    pub addresses: Vec<(String, bool)>,
    pub devices: Vec<(Device, Status)>,
    pub sessions: Vec<OpenSession>,
    pub letters: Vec<Letter>,
    pub agent: String,
    pub reason: String,
    pub reset_reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub device: String,
    pub place: String,
    pub seen: Timestamp,
}

/// What became of a letter or a code; never the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub what: String,
    pub to: String,
    pub at: Timestamp,
    /// Key of the words.
    pub state: &'static str,
}

/// A case of the agent's own. Posts `code`; `do` = `send` (the callback code) or `next` (check it).
#[derive(Debug, Template)]
#[template(path = "page/help_desk/case.html")]
pub struct Case {
    pub frame: Frame,
    pub form: Form,
    pub subject: Subject,
    pub caller: Caller,
    pub done: Option<Message>,
}

/// Whether the caller has read out a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    NotYet,
    Proved,
}

/// A deed of one agent, before it is done. Posts `reason`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/help_desk/deed.html")]
pub struct Ask {
    pub frame: Frame,
    pub form: Form,
    pub case: String,
    pub username: String,
    pub deed: Deed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    EndSessions,
    Unlock,
    SendLetter,
    AskReset,
}

impl Deed {
    pub const ALL: [Deed; 4] = [Deed::EndSessions, Deed::Unlock, Deed::SendLetter, Deed::AskReset];

    /// Its place below the case.
    pub fn path(self) -> &'static str {
        match self {
            Deed::EndSessions => "end-sessions",
            Deed::Unlock => "unlock",
            Deed::SendLetter => "send-letter",
            Deed::AskReset => "reset",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Deed::EndSessions => "help-desk.end-sessions",
            Deed::Unlock => "help-desk.unlock",
            Deed::SendLetter => "help-desk.send-letter",
            Deed::AskReset => "help-desk.reset",
        }
    }

    fn what(self) -> &'static str {
        match self {
            Deed::EndSessions => "help-desk.end-sessions-what",
            Deed::Unlock => "help-desk.unlock-what",
            Deed::SendLetter => "help-desk.send-letter-what",
            Deed::AskReset => "help-desk.reset-what",
        }
    }
}

impl Case {
    fn deeds(&self) -> [Deed; 4] {
        Deed::ALL
    }
}

/// The second agent's decision. Posts `reason`; `do` = `approve`, `deny` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/help_desk/decide.html")]
pub struct Decide {
    pub frame: Frame,
    pub form: Form,
    pub subject: Subject,
    /// How long the owner has to stop it, in hours.
    pub wait_hours: u32,
}

form_pages!(Search, Case, Ask, Decide);

/// The code that a person reads out to the help desk, while an agent waits for it.
#[derive(Debug, Template)]
#[template(path = "page/help_desk/read_out.html")]
pub struct ReadOut {
    pub frame: Frame,
    pub code: Option<String>,
    pub until: Option<Timestamp>,
}

pages!(ReadOut);
