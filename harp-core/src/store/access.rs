//! Programs, organizations, roles, assignments and role requests.

use async_trait::async_trait;

use super::Fault;
use crate::access::decide::HeldRole;
use crate::access::{
    Assignment, HeldView, Organization, Program, RequestState, RequestView, Role, RoleRequest,
};
use crate::kernel::id::{AccountId, AssignmentId, OrgId, ProgramId, RequestId, RoleId};
use crate::kernel::time::Timestamp;

/// A part of a list: so many, beyond the last one that was seen.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub beyond: Option<RequestId>,
    pub most: u32,
}

#[async_trait]
pub trait AccessStore: Send {
    /// False when another program has the slug.
    async fn add_program(&mut self, program: &Program) -> Result<bool, Fault>;
    /// False when another role of the program has the key.
    async fn add_role(&mut self, role: &Role) -> Result<bool, Fault>;
    /// Makes whoever else takes a turn on this program wait until the transaction ends: for what an operator sets up
    /// there once. False: there is no such program.
    async fn program_turn(&mut self, id: ProgramId) -> Result<bool, Fault>;

    /// Adds or replaces by id.
    async fn put_program(&mut self, program: &Program) -> Result<(), Fault>;
    async fn put_org(&mut self, org: &Organization) -> Result<(), Fault>;
    async fn put_role(&mut self, role: &Role) -> Result<(), Fault>;
    /// The organization takes part in the program.
    async fn join_program(&mut self, org: OrgId, program: ProgramId) -> Result<(), Fault>;

    /// By name.
    async fn programs(&mut self) -> Result<Vec<Program>, Fault>;
    async fn program(&mut self, id: ProgramId) -> Result<Option<Program>, Fault>;
    async fn program_by_slug(&mut self, slug: &str) -> Result<Option<Program>, Fault>;
    async fn org(&mut self, id: OrgId) -> Result<Option<Organization>, Fault>;
    /// H04: organizations of the program whose name contains `text` in any case, by name, `limit` at most.
    async fn search_orgs(
        &mut self,
        program: ProgramId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<Organization>, Fault>;
    async fn org_in_program(&mut self, org: OrgId, program: ProgramId) -> Result<bool, Fault>;
    async fn role(&mut self, id: RoleId) -> Result<Option<Role>, Fault>;
    async fn roles(&mut self, program: ProgramId) -> Result<Vec<Role>, Fault>;

    /// False when the same person already holds the same role there (one live assignment each, by a unique index).
    async fn add_assignment(&mut self, assignment: &Assignment) -> Result<bool, Fault>;
    /// Live at `now`, by organization and role name.
    async fn assignments(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<Assignment>, Fault>;
    /// The same in names: for its holder to read.
    async fn held_views(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<HeldView>, Fault>;
    /// The same, joined with what a decision needs; of one program (by slug), or of all.
    async fn held_roles(
        &mut self,
        account: AccountId,
        program: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<HeldRole>, Fault>;
    async fn end_assignment(&mut self, id: AssignmentId, at: Timestamp) -> Result<bool, Fault>;
    /// Who decides there: active accounts with a live Security Official role of the program at the organization.
    async fn officials(
        &mut self,
        org: OrgId,
        program: ProgramId,
        now: Timestamp,
    ) -> Result<Vec<AccountId>, Fault>;
    /// Who holds such a role there, able to decide at this moment or not: a locked account keeps its seat, a disabled one does
    /// not.
    async fn seated(
        &mut self,
        org: OrgId,
        program: ProgramId,
        now: Timestamp,
    ) -> Result<Vec<AccountId>, Fault>;
    /// Where the person decides: (organization, program). Nowhere, unless the account is active.
    async fn official_at(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<(OrgId, ProgramId)>, Fault>;

    /// False when the person already has a pending request for one of the same roles there.
    async fn add_request(&mut self, request: &RoleRequest) -> Result<bool, Fault>;
    async fn request(&mut self, id: RequestId) -> Result<Option<RoleRequest>, Fault>;
    /// The person's pending ones, newest first: never more than may wait at a time.
    async fn pending_requests(&mut self, account: AccountId) -> Result<Vec<RoleRequest>, Fault>;
    /// The same in names.
    async fn pending_views(&mut self, account: AccountId) -> Result<Vec<RequestView>, Fault>;
    /// The person's others, newest first; those before one that is given.
    async fn decided_views(&mut self, account: AccountId, page: Page) -> Result<Vec<RequestView>, Fault>;
    /// What waits wherever this person decides, oldest first; those after one that is given.
    async fn queue_views(
        &mut self,
        official: AccountId,
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<RequestView>, Fault>;
    /// How many of them the person may decide: all but their own.
    async fn queue_length(&mut self, official: AccountId, now: Timestamp) -> Result<u32, Fault>;
    /// Pending to decided, once, and only by somebody who is a Security Official there at that time.
    async fn decide_request(&mut self, id: RequestId, state: &RequestState) -> Result<bool, Fault>;
}
