//! Access: programs, organizations, roles, who holds which, who asks for which, and the decision.

use serde::{Deserialize, Serialize};

use crate::kernel::id::{AccountId, AssignmentId, OrgId, ProgramId, RequestId, RoleId};
use crate::kernel::time::Timestamp;

pub mod decide;
pub mod named;

/// What roles belong to: Managed File Transfer, Hospital Quality Reporting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    pub id: ProgramId,
    /// Short, stable, for URLs and tokens: `mft`.
    pub slug: String,
    pub name: String,
}

/// A hospital, a practice, a registry, a vendor. It takes part in programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    pub id: OrgId,
    pub name: String,
}

/// A role of a program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    pub id: RoleId,
    pub program: ProgramId,
    /// Short, stable, unique in its program, for guards and tokens: `mft_web_user`.
    pub key: String,
    pub name: String,
    pub kind: RoleKind,
    /// What its holder may do at the organization: `files:upload`.
    pub permissions: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    Ordinary,
    /// Decides the role requests of its organization in its program (I05).
    SecurityOfficial,
}

impl RoleKind {
    pub fn as_str(self) -> &'static str {
        match self {
            RoleKind::Ordinary => "ordinary",
            RoleKind::SecurityOfficial => "security_official",
        }
    }

    pub fn parse(text: &str) -> Option<RoleKind> {
        [RoleKind::Ordinary, RoleKind::SecurityOfficial].into_iter().find(|k| k.as_str() == text)
    }
}

/// A role that a person holds at an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub id: AssignmentId,
    pub account: AccountId,
    pub role: RoleId,
    pub org: OrgId,
    pub start: Timestamp,
    pub end: Option<Timestamp>,
    /// `None`: seeded by an operator.
    pub request: Option<RequestId>,
}

/// A person's request for roles at one organization (H05: several at once).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRequest {
    pub id: RequestId,
    pub account: AccountId,
    pub program: ProgramId,
    pub org: OrgId,
    pub roles: Vec<RoleId>,
    pub state: RequestState,
    pub created_at: Timestamp,
}

/// A request as its requester and its Security Officials see it (H06): names in place of ids.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestView {
    pub id: RequestId,
    pub program: String,
    pub org: String,
    pub roles: Vec<String>,
    pub requester: String,
    pub requester_id: AccountId,
    pub created_at: Timestamp,
    pub state: RequestState,
    /// The name of who decided it.
    pub decider: Option<String>,
}

/// A role that a person holds, in names.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldView {
    pub program: String,
    pub program_slug: String,
    pub org: String,
    pub role: String,
    pub since: Timestamp,
    pub until: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum RequestState {
    Pending,
    Approved { by: AccountId, at: Timestamp },
    Denied { by: AccountId, at: Timestamp, reason: String },
    Withdrawn { at: Timestamp },
}

impl RequestState {
    pub fn as_str(&self) -> &'static str {
        match self {
            RequestState::Pending => "pending",
            RequestState::Approved { .. } => "approved",
            RequestState::Denied { .. } => "denied",
            RequestState::Withdrawn { .. } => "withdrawn",
        }
    }
}
