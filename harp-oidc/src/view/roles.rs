//! User Roles: what a person holds and asks for (H01–H08).

use askama::Template;
use harp_core::kernel::time::Timestamp;

use super::form::{Choice, Control, Form, Kind};
use super::frame::Frame;
use super::url::{self, act};
use super::{form_pages, pages};

/// H03
pub const PROGRAM: Control = Control::new(Kind::Radios, "program", "choose-program.program");
/// H04. The search is a GET: `?query=CJR`.
pub const QUERY: Control = Control::new(Kind::Search, "query", "choose-organization.query")
    .hint("choose-organization.query-hint")
    .autocomplete("off");
pub const ORGANIZATION: Control =
    Control::new(Kind::Radios, "organization", "choose-organization.organization");
/// H05
pub const ROLES: Control =
    Control::new(Kind::Boxes, "roles", "choose-roles.roles").hint("choose-roles.roles-hint");

/// H01, H02
#[derive(Debug, Template)]
#[template(path = "page/roles/mine.html")]
pub struct MyRoles {
    pub frame: Frame,
    pub held: Vec<Held>,
    pub waiting: u32,
    pub gate: Gate,
}

/// A role that the person holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub program: String,
    pub organization: String,
    pub role: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

/// D01: whether the person may ask for a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    Open,
    ProveIdentity,
}

/// H03. Posts `program`; `do` = `next` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/roles/program.html")]
pub struct ChooseProgram {
    pub frame: Frame,
    pub form: Form,
    pub programs: Vec<Choice>,
}

/// H04. Search by GET with `query`; then posts `organization`; `do` = `next` or `back`.
#[derive(Debug, Template)]
#[template(path = "page/roles/organization.html")]
pub struct ChooseOrganization {
    pub frame: Frame,
    /// Holds `query` as it was typed.
    pub form: Form,
    pub program: String,
    pub found: Found,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nobody has searched yet.
    NotSearched,
    Nothing {
        query: String,
    },
    /// `more` were found beyond those that are shown.
    Some {
        organizations: Vec<Choice>,
        more: More,
    },
}

/// Whether a search found more than is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    No,
    Hidden,
}

/// H05, H08. Posts `roles` once for each; `do` = `next` or `back`.
#[derive(Debug, Template)]
#[template(path = "page/roles/roles.html")]
pub struct ChooseRoles {
    pub frame: Frame,
    pub form: Form,
    pub program: String,
    pub organization: String,
    /// Roles that may be asked for.
    pub free: Vec<Choice>,
    /// Roles that the person has, or has asked for (H08).
    pub taken: Vec<Taken>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub role: String,
    pub why: TakenWhy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenWhy {
    Held,
    Asked,
}

impl TakenWhy {
    fn label(self) -> &'static str {
        match self {
            TakenWhy::Held => "choose-roles.held",
            TakenWhy::Asked => "choose-roles.asked",
        }
    }
}

/// H06: the person's requests, pending ones first.
#[derive(Debug, Template)]
#[template(path = "page/roles/requests.html")]
pub struct Requests {
    pub frame: Frame,
    /// The request that was just submitted.
    pub submitted: Option<String>,
    pub pending: Vec<Request>,
    pub decided: Vec<Request>,
    /// Which of the decided ones.
    pub part: Part,
}

/// A part of a list that is too long for a page: `?beyond=ID` gives what comes after that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub begins: Begins,
    /// The last one that is shown, if there are more.
    pub next: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    Here,
    /// The reader came from an earlier part.
    Earlier,
}

impl Part {
    /// The whole list fits.
    pub const WHOLE: Part = Part { begins: Begins::Here, next: None };
}

/// A role request as tables show it (H06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: String,
    pub program: String,
    pub organization: String,
    pub roles: Vec<String>,
    pub requested: Timestamp,
    pub requester: String,
    pub status: Status,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Pending,
    Approved { at: Timestamp, by: String },
    Denied { at: Timestamp, by: String, reason: String },
}

impl Status {
    pub(super) fn label(&self) -> &'static str {
        match self {
            Status::Pending => "request.pending",
            Status::Approved { .. } => "request.approved",
            Status::Denied { .. } => "request.denied",
        }
    }

    pub(super) fn class(&self) -> &'static str {
        match self {
            Status::Pending => "warn",
            Status::Approved { .. } => "good",
            Status::Denied { .. } => "bad",
        }
    }

    pub(super) fn decided(&self) -> Option<(&Timestamp, &str)> {
        match self {
            Status::Pending => None,
            Status::Approved { at, by } | Status::Denied { at, by, .. } => Some((at, by)),
        }
    }

    pub(super) fn reason(&self) -> Option<&str> {
        match self {
            Status::Denied { reason, .. } => Some(reason),
            _ => None,
        }
    }
}

/// A table of requests, for who asked and for who decides.
#[derive(Debug, Template)]
#[template(path = "part/requests.html")]
pub(super) struct RequestTable<'a> {
    pub(super) frame: &'a Frame,
    pub(super) caption: String,
    pub(super) rows: &'a [Request],
    pub(super) links: Links,
}

impl askama::filters::HtmlSafe for RequestTable<'_> {}

/// Whether a request's id leads to its page on the Security Official's desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Links {
    None,
    ToReview,
}

impl Requests {
    fn table<'a>(&'a self, caption: &str, rows: &'a [Request]) -> RequestTable<'a> {
        RequestTable { frame: &self.frame, caption: self.frame.t(caption), rows, links: Links::None }
    }
}

form_pages!(ChooseProgram, ChooseOrganization, ChooseRoles);
pages!(MyRoles, Requests);
