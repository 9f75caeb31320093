//! The first page, and the first page after signing in.

use askama::Template;

use super::frame::Frame;
use super::{pages, url};

/// What HARP is, for somebody who has not signed in.
#[derive(Debug, Template)]
#[template(path = "page/home/welcome.html")]
pub struct Welcome {
    pub frame: Frame,
}

/// The portal after signing in: applications, roles, and what is left to do (I08).
#[derive(Debug, Template)]
#[template(path = "page/home/portal.html")]
pub struct Portal {
    pub frame: Frame,
    pub first_name: String,
    pub tasks: Vec<Task>,
    pub applications: Vec<Application>,
    /// Requests of the person's that wait for a decision.
    pub waiting: u32,
    /// Requests of others that wait for this Security Official's decision.
    pub to_decide: u32,
}

/// An application that the person can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub name: String,
    pub url: String,
    /// The person's roles there: *role at organization*.
    pub roles: Vec<String>,
}

/// A line of the checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Task {
    pub kind: TaskKind,
    pub state: TaskState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    ConfirmEmail,
    ProveIdentity,
    AddDevice,
    RequestRole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    ToDo,
    Waiting,
    Done,
}

impl TaskKind {
    fn label(self) -> &'static str {
        match self {
            TaskKind::ConfirmEmail => "portal.task-email",
            TaskKind::ProveIdentity => "portal.task-identity",
            TaskKind::AddDevice => "portal.task-device",
            TaskKind::RequestRole => "portal.task-role",
        }
    }

    fn url(self) -> &'static str {
        match self {
            TaskKind::ConfirmEmail => url::CONFIRM_EMAIL,
            TaskKind::ProveIdentity => url::PROVE_IDENTITY,
            TaskKind::AddDevice => url::SET_UP,
            TaskKind::RequestRole => url::ROLE_REQUEST,
        }
    }
}

impl TaskState {
    fn label(self) -> &'static str {
        match self {
            TaskState::ToDo => "portal.to-do",
            TaskState::Waiting => "portal.waiting",
            TaskState::Done => "portal.done",
        }
    }

    fn class(self) -> &'static str {
        match self {
            TaskState::ToDo => "warn",
            TaskState::Waiting => "",
            TaskState::Done => "good",
        }
    }
}

impl Portal {
    /// The checklist is shown until everything on it is done.
    fn unfinished(&self) -> bool {
        self.tasks.iter().any(|t| t.state != TaskState::Done)
    }
}

pages!(Welcome, Portal);
