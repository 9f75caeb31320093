//! The Security Official's desk: the queue, one request, the decision (H06, H07, I05; MFT-4).

use askama::Template;

use super::form::{Control, Form, Kind};
use super::frame::Frame;
use super::profile::EmailState;
use super::register::Identified;
use super::roles::{Begins, Links, Part, Request, RequestTable};
use super::url::{self, act};
use super::words::Message;
use super::{form_pages, pages};

pub const REASON: Control = Control::new(Kind::Area, "reason", "deny.reason").hint("deny.reason-hint");

/// Requests that wait for this Security Official. Each leads to `/official/requests/{id}`.
#[derive(Debug, Template)]
#[template(path = "page/official/queue.html")]
pub struct Queue {
    pub frame: Frame,
    /// What was just decided: `queue.approved` or `queue.denied` with `requester`.
    pub done: Option<Message>,
    pub pending: Vec<Request>,
    pub part: Part,
}

impl Queue {
    fn table(&self) -> RequestTable<'_> {
        let caption = self.frame.t("queue.caption");
        RequestTable { frame: &self.frame, caption, rows: &self.pending, links: Links::ToReview }
    }
}

/// One request. The decision is made on the next page: `/official/requests/{id}/approve` or `…/deny`.
#[derive(Debug, Template)]
#[template(path = "page/official/review.html")]
pub struct Review {
    pub frame: Frame,
    pub request: Request,
    pub requester: Requester,
    pub may: May,
}

/// What helps to decide about a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    pub name: String,
    pub email: String,
    pub email_state: EmailState,
    pub identity: Identified,
    /// Roles held at this organization already.
    pub roles: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    Decide,
    /// The person's account is not active, or their identity is not verified: approving would give nobody a role.
    OnlyDeny,
    /// Nobody decides their own request (MFT-4).
    Own,
    /// It is decided already.
    Decided,
}

/// Names what will happen and to whom. Posts `do` = `approve` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/official/approve.html")]
pub struct Approve {
    pub frame: Frame,
    pub request: Request,
}

/// Posts `reason`; `do` = `deny` or `cancel`.
#[derive(Debug, Template)]
#[template(path = "page/official/deny.html")]
pub struct Deny {
    pub frame: Frame,
    pub form: Form,
    pub request: Request,
}

form_pages!(Deny);
pages!(Queue, Review, Approve);
