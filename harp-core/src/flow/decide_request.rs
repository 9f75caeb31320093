//! A Security Official's queue: see, approve, deny with a reason (H07, I05). Nobody decides their own request (MFT-4).

use async_trait::async_trait;

use super::request_role::{PAGE, RequestView, cut, describe, tell};
use super::{Harp, Trouble};
use crate::access::{Assignment, RequestState, RoleRequest};
use crate::account::field::{Complaint, Field};
use crate::account::{Account, Email, Proofed, Standing};
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, AssignmentId, RequestId};
use crate::kernel::text::line;
use crate::kernel::time::Timestamp;
use crate::notice::Notice;
use crate::store::access::Page;
use crate::store::{Fault, Tx, Work};

/// The longest reason, in characters.
pub const REASON_MAX: usize = 500;

/// What the official says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Approve,
    Deny { reason: String },
}

/// Who may see a queue, and what is in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Queue {
    /// Not a Security Official anywhere: there is no queue to see.
    NotAnOfficial,
    Requests(Requests),
}

/// A part of the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Requests {
    /// Oldest first, over all organizations where the person decides; [`PAGE`] at most.
    pub waiting: Vec<Waiting>,
    /// The last of them, if more wait.
    pub more: Option<RequestId>,
}

/// One request in the queue.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    pub view: RequestView,
    pub may: May,
}

/// One request with what helps to decide about a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Looked {
    pub waiting: Waiting,
    pub email: Email,
    pub proofed: Proofed,
    /// Names of the roles that the person already holds at this organization.
    pub held: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    Decide,
    /// The requester's account is not active, or not proofed any more (D01).
    OnlyDeny,
    /// Shown, so that nobody wonders where it is; another official decides it.
    OwnRequest,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Approved(RequestView),
    Denied(RequestView),
    /// There is none, or it belongs to an organization where this person does not decide: one answer for both.
    NotYours,
    /// MFT-4
    OwnRequest,
    /// The requester's account is not active, or not proofed any more (D01): the request can only be denied.
    NotEligible,
    /// Somebody was faster, or it was withdrawn.
    AlreadyDecided(RequestView),
    Refused(Vec<Complaint>),
}

/// The queue; what comes after `after`, if it is given.
pub async fn queue(
    harp: &Harp,
    official: AccountId,
    after: Option<RequestId>,
    act: &Act,
) -> Result<Queue, Trouble> {
    struct Read {
        official: AccountId,
        after: Option<RequestId>,
        now: Timestamp,
    }
    #[async_trait]
    impl Work for Read {
        type Out = Queue;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Queue, Fault> {
            if tx.official_at(self.official, self.now).await?.is_empty() {
                return Ok(Queue::NotAnOfficial);
            }
            let page = Page { beyond: self.after, most: PAGE + 1 };
            let mut views = tx.queue_views(self.official, page, self.now).await?;
            let more = cut(&mut views);
            let may = |view: &RequestView| {
                if view.requester_id == self.official { May::OwnRequest } else { May::Decide }
            };
            let waiting = views.into_iter().map(|view| Waiting { may: may(&view), view }).collect();
            Ok(Queue::Requests(Requests { waiting, more }))
        }
    }
    Ok(harp.store.read(&Read { official, after, now: act.now }).await?)
}

/// How many requests the person may decide: none, if they are no Security Official.
pub async fn waiting(harp: &Harp, official: AccountId, act: &Act) -> Result<u32, Trouble> {
    struct Read(AccountId, Timestamp);
    #[async_trait]
    impl Work for Read {
        type Out = u32;
        async fn run(&self, tx: &mut dyn Tx) -> Result<u32, Fault> {
            tx.queue_length(self.0, self.1).await
        }
    }
    Ok(harp.store.read(&Read(official, act.now)).await?)
}

/// One request, if this person decides there. `None` otherwise, whether it exists or not.
pub async fn look(
    harp: &Harp,
    official: AccountId,
    id: RequestId,
    act: &Act,
) -> Result<Option<Looked>, Trouble> {
    struct Read {
        official: AccountId,
        id: RequestId,
        now: Timestamp,
    }
    #[async_trait]
    impl Work for Read {
        type Out = Option<Looked>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Some(request) = theirs(tx, self.official, self.id, self.now).await? else { return Ok(None) };
            let Some(account) = tx.account(request.account).await? else { return Ok(None) };
            let may = match request.account == self.official {
                true => May::OwnRequest,
                false if eligible(&account) => May::Decide,
                false => May::OnlyDeny,
            };
            let held = tx.held_roles(request.account, None, self.now).await?;
            let here = request.org.to_string();
            Ok(Some(Looked {
                waiting: Waiting { view: describe(tx, &request).await?, may },
                email: account.email,
                proofed: account.proofed,
                held: held.into_iter().filter(|h| h.org == here).map(|h| h.role_name).collect(),
            }))
        }
    }
    Ok(harp.store.read(&Read { official, id, now: act.now }).await?)
}

/// Approves or denies, once. The requester is told by e-mail either way (H07).
pub async fn decide(
    harp: &Harp,
    official: AccountId,
    id: RequestId,
    answer: &Answer,
    act: &Act,
) -> Result<Outcome, Trouble> {
    let answer = match answer {
        Answer::Approve => Answer::Approve,
        Answer::Deny { reason } => match line(&reason.replace(['\r', '\n'], " "), REASON_MAX) {
            Ok(reason) => Answer::Deny { reason },
            Err(fault) => {
                return Ok(Outcome::Refused(vec![Complaint { field: Field::Reason, problem: fault.into() }]));
            }
        },
    };
    Ok(harp.store.write(&Decide { harp, official, id, answer, act }).await?)
}

struct Decide<'a> {
    harp: &'a Harp,
    official: AccountId,
    id: RequestId,
    answer: Answer,
    act: &'a Act,
}

#[async_trait]
impl Work for Decide<'_> {
    type Out = Outcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Outcome, Fault> {
        let Decide { harp, official, id, answer, act } = self;
        let Some(request) = theirs(tx, *official, *id, act.now).await? else { return Ok(Outcome::NotYours) };
        if request.account == *official {
            let deed = Deed::RoleRequestRefused { request: *id, why: "own request".to_owned() };
            tx.record(&harp.event(act, request.account, deed)).await?;
            return Ok(Outcome::OwnRequest);
        }
        if *answer == Answer::Approve && request.state == RequestState::Pending {
            // A turn: the account stays as it is until the role is given.
            tx.account_turn(request.account).await?;
            if !tx.account(request.account).await?.is_some_and(|account| eligible(&account)) {
                let why = "the requester is not active and proofed".to_owned();
                let deed = Deed::RoleRequestRefused { request: *id, why };
                tx.record(&harp.event(act, request.account, deed)).await?;
                return Ok(Outcome::NotEligible);
            }
        }
        let (state, deed) = match answer {
            Answer::Approve => (
                RequestState::Approved { by: *official, at: act.now },
                Deed::RoleRequestApproved { request: *id },
            ),
            Answer::Deny { reason } => (
                RequestState::Denied { by: *official, at: act.now, reason: reason.clone() },
                Deed::RoleRequestDenied { request: *id },
            ),
        };
        if !tx.decide_request(*id, &state).await? {
            let now = tx.request(*id).await?.unwrap_or(request);
            if now.state == RequestState::Pending {
                return Ok(Outcome::NotYours); // The official's role ended at this moment.
            }
            return Ok(Outcome::AlreadyDecided(describe(tx, &now).await?));
        }
        tx.record(&harp.event(act, request.account, deed)).await?;
        let request = RoleRequest { state, ..request };
        let view = describe(tx, &request).await?;
        let (program, org, roles) = (view.program.clone(), view.org.clone(), view.roles.clone());
        let (notice, outcome) = match answer {
            Answer::Approve => {
                self.assign(tx, &request).await?;
                (Notice::RoleApproved { request: *id, program, org, roles }, Outcome::Approved(view))
            }
            Answer::Deny { reason } => {
                let reason = reason.clone();
                (Notice::RoleDenied { request: *id, program, org, roles, reason }, Outcome::Denied(view))
            }
        };
        tell(harp, tx, request.account, notice, act).await?;
        Ok(outcome)
    }
}

impl Decide<'_> {
    async fn assign(&self, tx: &mut dyn Tx, request: &RoleRequest) -> Result<(), Fault> {
        for &role in &request.roles {
            let assignment = Assignment {
                id: AssignmentId::mint(self.act.now, &*self.harp.random),
                account: request.account,
                role,
                org: request.org,
                start: self.act.now,
                end: None,
                request: Some(request.id),
            };
            // Held already, by another way, since it was asked for: nothing to add.
            if tx.add_assignment(&assignment).await? {
                let deed = Deed::RoleAssigned { assignment: assignment.id, org: assignment.org, role };
                tx.record(&self.harp.event(self.act, request.account, deed)).await?;
            }
        }
        Ok(())
    }
}

/// D01: who is given a role is somebody whose account is active and who is proofed, at that moment too.
fn eligible(account: &Account) -> bool {
    account.standing == Standing::Active && account.proofed.is_proofed()
}

/// The request, if this person is a Security Official of its organization in its program.
async fn theirs(
    tx: &mut dyn Tx,
    official: AccountId,
    id: RequestId,
    now: Timestamp,
) -> Result<Option<RoleRequest>, Fault> {
    let Some(request) = tx.request(id).await? else { return Ok(None) };
    let officials = tx.officials(request.org, request.program, now).await?;
    Ok(officials.contains(&official).then_some(request))
}
