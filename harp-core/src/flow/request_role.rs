//! A person asks for roles inside the portal (H01–H06): program, organization, roles, submit.

use async_trait::async_trait;

use super::{Harp, Trouble};
pub use crate::access::{HeldView, RequestView};
use crate::access::{Organization, Program, RequestState, Role, RoleRequest};
use crate::account::Standing;
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, MessageId, OrgId, ProgramId, RequestId, RoleId};
use crate::kernel::time::Timestamp;
use crate::notice::{Message, Notice, Recipient};
use crate::store::access::Page;
use crate::store::{Fault, Tx, Work};

/// How many requests a page shows.
pub const PAGE: u32 = 50;
/// How many organizations a search shows (H04).
pub const SEARCH_LIMIT: u32 = 50;
/// How many roles one request may name.
pub const MOST_ROLES: usize = 20;
/// How many requests of one person may wait at a time.
pub const MOST_PENDING: usize = 50;

/// What the person has chosen, as ids. Each is checked against the others: none is believed.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub program: ProgramId,
    pub org: OrgId,
    pub roles: Vec<RoleId>,
}

/// H03: a program's page of the wizard: the program and what a search found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub program: Program,
    pub orgs: Vec<Organization>,
    /// More were found than are shown: a longer search text narrows them.
    pub more: bool,
}

/// H05: a role that could be asked for, and whether that makes sense.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    pub role: Role,
    pub state: OfferState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OfferState {
    Free,
    /// H08
    Held,
    Asked,
}

/// The last page before Submit.
#[derive(Debug, Clone, PartialEq)]
pub struct Offers {
    pub program: Program,
    pub org: Organization,
    pub roles: Vec<Offer>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    Pending {
        request: RequestId,
        decided_by: Deciders,
    },
    /// D01: who is not proofed asks for no role.
    NotProofed,
    /// E12: set-up comes first.
    NotSetUp,
    Refused(Vec<Complaint>),
    /// Too many requests wait already.
    TooMany,
}

/// P3: a wait on someone says on whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deciders {
    Officials {
        count: usize,
    },
    /// Nobody decides at this organization yet: the help desk must be asked.
    Nobody,
}

/// H01: the roles that the person holds now.
pub async fn held(harp: &Harp, account: AccountId, act: &Act) -> Result<Vec<HeldView>, Trouble> {
    struct Read {
        account: AccountId,
        now: Timestamp,
    }
    #[async_trait]
    impl Work for Read {
        type Out = Vec<HeldView>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.held_views(self.account, self.now).await
        }
    }
    Ok(harp.store.read(&Read { account, now: act.now }).await?)
}

/// H03
pub async fn programs(harp: &Harp) -> Result<Vec<Program>, Trouble> {
    struct Read;
    #[async_trait]
    impl Work for Read {
        type Out = Vec<Program>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.programs().await
        }
    }
    Ok(harp.store.read(&Read).await?)
}

/// H04: organizations of the program whose name contains the text. `None`: there is no such program.
pub async fn search(harp: &Harp, program: ProgramId, text: &str) -> Result<Option<Found>, Trouble> {
    struct Read<'a> {
        program: ProgramId,
        text: &'a str,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Option<Found>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Some(program) = tx.program(self.program).await? else { return Ok(None) };
            let mut orgs = tx.search_orgs(self.program, self.text, SEARCH_LIMIT + 1).await?;
            let limit = usize::try_from(SEARCH_LIMIT).unwrap_or(usize::MAX);
            let more = orgs.len() > limit;
            orgs.truncate(limit);
            Ok(Some(Found { program, orgs, more }))
        }
    }
    // Controls stand in no name, and PostgreSQL takes no NUL.
    let text: String = text.trim().chars().filter(|c| !c.is_control()).take(100).collect();
    Ok(harp.store.read(&Read { program, text: &text }).await?)
}

/// H05: the roles of the program, with what the person already holds or has asked for there.
/// `None`: there is no such program, or the organization takes no part in it.
pub async fn offers(
    harp: &Harp,
    account: AccountId,
    (program, org): (ProgramId, OrgId),
    act: &Act,
) -> Result<Option<Offers>, Trouble> {
    struct Read {
        account: AccountId,
        program: ProgramId,
        org: OrgId,
        now: Timestamp,
    }
    #[async_trait]
    impl Work for Read {
        type Out = Option<Offers>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let (Some(program), Some(org)) = (tx.program(self.program).await?, tx.org(self.org).await?)
            else {
                return Ok(None);
            };
            if !tx.org_in_program(self.org, self.program).await? {
                return Ok(None);
            }
            let taken = Taken::load(tx, self.account, self.org, self.now).await?;
            let roles = tx.roles(self.program).await?;
            let roles = roles.into_iter().map(|role| Offer { state: taken.state(role.id), role }).collect();
            Ok(Some(Offers { program, org, roles }))
        }
    }
    Ok(harp.store.read(&Read { account, program, org, now: act.now }).await?)
}

/// H06: files the request, tells the requester and the organization's Security Officials.
pub async fn submit(
    harp: &Harp,
    account: AccountId,
    wanted: &Wanted,
    act: &Act,
) -> Result<Submitted, Trouble> {
    let mut roles = wanted.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() {
        return Ok(refused(Field::Roles, Problem::Missing));
    }
    if roles.len() > MOST_ROLES {
        return Ok(refused(Field::Roles, Problem::TooLong { max: MOST_ROLES }));
    }
    let request = RoleRequest {
        id: RequestId::mint(act.now, &*harp.random),
        account,
        program: wanted.program,
        org: wanted.org,
        roles,
        state: RequestState::Pending,
        created_at: act.now,
    };
    Ok(harp.store.write(&Submit { harp, request, act }).await?)
}

/// The person's own requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Mine {
    /// Newest first, all of them.
    pub pending: Vec<RequestView>,
    /// Newest first, [`PAGE`] at most.
    pub decided: Vec<RequestView>,
    /// The last of `decided`, if there are earlier ones.
    pub earlier: Option<RequestId>,
}

/// The person's own requests; of the decided ones those before `before`, if it is given.
pub async fn mine(harp: &Harp, account: AccountId, before: Option<RequestId>) -> Result<Mine, Trouble> {
    struct Read(AccountId, Option<RequestId>);
    #[async_trait]
    impl Work for Read {
        type Out = Mine;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let mut decided = tx.decided_views(self.0, Page { beyond: self.1, most: PAGE + 1 }).await?;
            let earlier = cut(&mut decided);
            Ok(Mine { pending: tx.pending_views(self.0).await?, decided, earlier })
        }
    }
    Ok(harp.store.read(&Read(account, before)).await?)
}

/// How many of the person's requests wait.
pub async fn waiting(harp: &Harp, account: AccountId) -> Result<usize, Trouble> {
    struct Read(AccountId);
    #[async_trait]
    impl Work for Read {
        type Out = usize;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            Ok(tx.pending_requests(self.0).await?.len())
        }
    }
    Ok(harp.store.read(&Read(account)).await?)
}

/// Cuts a list that was read with one more than a page holds. The last that is left, if there was more.
pub(super) fn cut(views: &mut Vec<RequestView>) -> Option<RequestId> {
    let most = usize::try_from(PAGE).unwrap_or(usize::MAX);
    if views.len() <= most {
        return None;
    }
    views.truncate(most);
    views.last().map(|view| view.id)
}

struct Submit<'a> {
    harp: &'a Harp,
    request: RoleRequest,
    act: &'a Act,
}

#[async_trait]
impl Work for Submit<'_> {
    type Out = Submitted;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Submitted, Fault> {
        let Submit { harp, request, act } = self;
        // Requests of one person take turns, so that MOST_PENDING holds.
        tx.account_turn(request.account).await?;
        let account = tx.account(request.account).await?;
        let Some(account) = account.filter(|a| a.standing == Standing::Active) else {
            return Ok(Submitted::NotSetUp);
        };
        if !account.proofed.is_proofed() {
            return Ok(Submitted::NotProofed); // D01
        }
        if !tx.org_in_program(request.org, request.program).await? {
            return Ok(refused(Field::Organization, Problem::Unknown));
        }
        let of_program: Vec<RoleId> = tx.roles(request.program).await?.into_iter().map(|r| r.id).collect();
        if !request.roles.iter().all(|role| of_program.contains(role)) {
            return Ok(refused(Field::Roles, Problem::Unknown));
        }
        let taken = Taken::load(tx, request.account, request.org, act.now).await?;
        if taken.waiting >= MOST_PENDING {
            return Ok(Submitted::TooMany);
        }
        for role in &request.roles {
            match taken.state(*role) {
                OfferState::Held => return Ok(refused(Field::Roles, Problem::AlreadyHeld)), // H08
                OfferState::Asked => return Ok(refused(Field::Roles, Problem::AlreadyAsked)),
                OfferState::Free => {}
            }
        }
        if !tx.add_request(request).await? {
            return Ok(refused(Field::Roles, Problem::AlreadyAsked));
        }
        let deed =
            Deed::RoleRequested { request: request.id, org: request.org, roles: request.roles.clone() };
        tx.record(&harp.event(act, request.account, deed)).await?;
        let view = describe(tx, request).await?;
        let notice = Notice::RoleRequested {
            request: view.id,
            program: view.program.clone(),
            org: view.org.clone(),
            roles: view.roles.clone(),
        };
        tell(harp, tx, request.account, notice, act).await?;
        let mut officials = tx.officials(request.org, request.program, act.now).await?;
        officials.retain(|&official| official != request.account);
        for &official in &officials {
            let notice = Notice::RoleRequestWaiting {
                request: view.id,
                program: view.program.clone(),
                org: view.org.clone(),
                roles: view.roles.clone(),
                requester: view.requester.clone(),
            };
            tell(harp, tx, official, notice, act).await?;
        }
        let decided_by = match officials.len() {
            0 => Deciders::Nobody,
            count => Deciders::Officials { count },
        };
        Ok(Submitted::Pending { request: request.id, decided_by })
    }
}

/// What a person already holds, or waits for, at one organization.
struct Taken {
    held: Vec<RoleId>,
    asked: Vec<RoleId>,
    waiting: usize,
}

impl Taken {
    async fn load(tx: &mut dyn Tx, account: AccountId, org: OrgId, now: Timestamp) -> Result<Taken, Fault> {
        let held = tx.assignments(account, now).await?;
        let pending = tx.pending_requests(account).await?;
        Ok(Taken {
            held: held.into_iter().filter(|a| a.org == org).map(|a| a.role).collect(),
            waiting: pending.len(),
            asked: pending.into_iter().filter(|r| r.org == org).flat_map(|r| r.roles).collect(),
        })
    }

    fn state(&self, role: RoleId) -> OfferState {
        if self.held.contains(&role) {
            OfferState::Held
        } else if self.asked.contains(&role) {
            OfferState::Asked
        } else {
            OfferState::Free
        }
    }
}

fn refused(field: Field, problem: Problem) -> Submitted {
    Submitted::Refused(vec![Complaint { field, problem }])
}

/// Names for ids.
pub(super) async fn describe(tx: &mut dyn Tx, request: &RoleRequest) -> Result<RequestView, Fault> {
    let program = tx.program(request.program).await?.map(|p| p.name).unwrap_or_default();
    let org = tx.org(request.org).await?.map(|o| o.name).unwrap_or_default();
    let mut roles = Vec::new();
    for role in &request.roles {
        roles.extend(tx.role(*role).await?.map(|r| r.name));
    }
    let requester = name(tx, request.account).await?.unwrap_or_default();
    let decider = match &request.state {
        RequestState::Approved { by, .. } | RequestState::Denied { by, .. } => name(tx, *by).await?,
        RequestState::Pending | RequestState::Withdrawn { .. } => None,
    };
    Ok(RequestView {
        id: request.id,
        program,
        org,
        roles,
        requester,
        requester_id: request.account,
        created_at: request.created_at,
        state: request.state.clone(),
        decider,
    })
}

async fn name(tx: &mut dyn Tx, account: AccountId) -> Result<Option<String>, Fault> {
    Ok(tx.account(account).await?.map(|a| a.person.name.to_string()))
}

/// Puts a message for a person into the outbox. It goes to an address only once that address counts.
pub(super) async fn tell(
    harp: &Harp,
    tx: &mut dyn Tx,
    account: AccountId,
    notice: Notice,
    act: &Act,
) -> Result<(), Fault> {
    let Some(account) = tx.account(account).await? else { return Ok(()) };
    let Some(address) = account.email.verified() else { return Ok(()) };
    let message = Message {
        id: MessageId::mint(act.now, &*harp.random),
        account: Some(account.id),
        to: Recipient::Email(address.clone()),
        notice,
        created_at: act.now,
        due_at: act.now,
        attempts: 0,
    };
    tx.push_message(&message).await
}
