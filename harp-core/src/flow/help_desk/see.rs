//! What an agent sees of a case: enough to help, and nothing to pass oneself off with.

use async_trait::async_trait;

use super::{Shut, agent};
use crate::account::help_case::HelpCase;
use crate::account::lock::Lock;
use crate::account::{Account, Standing};
use crate::factor::Factor;
use crate::factor::reset::Reset;
use crate::flow::attempts;
use crate::flow::lost_device;
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::{Act, Origin};
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::kernel::time::Timestamp;
use crate::notice::delivery::Posted;
use crate::session::Session;
use crate::store::{Fault, Tx, Work};

/// How many of the last letters and codes are shown.
const LETTERS: u32 = 20;

#[derive(Debug)]
pub enum Looked {
    Seen(Box<Seen>),
    /// No such case, out of date, or not for this agent's eyes: one answer.
    Gone,
    Shut(Shut),
}

/// A case, and whom it is about: no answer, number, date of birth or whole contact.
#[derive(Debug)]
pub struct Seen {
    pub case: HelpCase,
    pub mine: Mine,
    /// The caller was made sure of lately enough.
    pub proved: bool,
    pub username: String,
    pub name: String,
    pub standing: Standing,
    pub lock: Option<Lock>,
    /// Signing in with the user ID is locked until then (AC-7).
    pub sign_in_locked_until: Option<Timestamp>,
    /// Masked, each with whether it is confirmed.
    pub addresses: Vec<(String, bool)>,
    /// Pages mask their contacts (F10).
    pub devices: Vec<Factor>,
    pub sessions: Vec<OpenSession>,
    /// Newest first.
    pub letters: Vec<Posted>,
    pub reset: Option<Reset>,
    /// Who opened it.
    pub agent: String,
}

/// Where somebody is signed in: nothing by which anybody else would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    pub origin: Origin,
    pub started: Timestamp,
    pub seen: Timestamp,
}

/// What the agent who looks is to the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mine {
    /// They opened it.
    Own,
    /// Another agent waits for their decision.
    ToDecide,
}

/// A reset that waits for a second agent.
#[derive(Debug, Clone)]
pub struct WaitingReset {
    pub case: HelpCaseId,
    pub username: String,
    pub agent: String,
    pub asked_at: Timestamp,
}

/// One case: the agent's own, or one that waits for their decision.
pub async fn look(harp: &Harp, live: &Live, id: HelpCaseId, act: &Act) -> Result<Looked, Trouble> {
    struct Look<'a> {
        harp: &'a Harp,
        live: &'a Live,
        id: HelpCaseId,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Look<'_> {
        type Out = Looked;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Looked, Fault> {
            let Look { harp, live, id, act } = self;
            let agent = match agent(tx, harp, live, act).await? {
                Ok(agent) => agent,
                Err(shut) => return Ok(Looked::Shut(shut)),
            };
            let case = tx.help_case(*id).await?.filter(|c| act.now < c.expires_at);
            let Some(case) = case else { return Ok(Looked::Gone) };
            let mine = if case.agent == agent {
                Mine::Own
            } else if case.may_decide(agent, act.now) {
                Mine::ToDecide
            } else {
                return Ok(Looked::Gone);
            };
            let Some(account) = tx.account(case.account).await? else { return Ok(Looked::Gone) };
            Ok(Looked::Seen(Box::new(seen(tx, harp, (case, mine, account), act).await?)))
        }
    }
    Ok(harp.store.read(&Look { harp, live, id, act }).await?)
}

async fn seen(
    tx: &mut dyn Tx,
    harp: &Harp,
    (case, mine, account): (HelpCase, Mine, Account),
    act: &Act,
) -> Result<Seen, Fault> {
    let mut sessions = tx.sessions(account.id).await?;
    sessions.retain(|s| s.check(account.epoch, &harp.profile.session, act.now).is_ok());
    let open = |s: Session| OpenSession { origin: s.origin, started: s.created_at, seen: s.seen_at };
    let sessions = sessions.into_iter().map(open).collect();
    let first = (account.email.address.masked(), account.email.verified_at.is_some());
    let second = account.second.confirmed.as_ref().map(|a| (a.masked(), true));
    let letters = tx.posted_to(account.id, LETTERS).await?;
    let folded = account.username.folded();
    Ok(Seen {
        proved: case.is_proved(harp.profile.help_desk.proved_for, act.now),
        mine,
        lock: tx.account_lock(account.id).await?,
        sign_in_locked_until: attempts::locked_for(tx, harp, &folded, act.now).await?,
        addresses: [first].into_iter().chain(second).collect(),
        devices: tx.factors(account.id).await?,
        sessions,
        letters,
        reset: lost_device::live(tx, &account, act.now).await?,
        agent: name(tx, case.agent).await?,
        case,
        username: account.username.as_str().to_owned(),
        name: account.person.name.to_string(),
        standing: account.standing,
    })
}

async fn name(tx: &mut dyn Tx, agent: AccountId) -> Result<String, Fault> {
    Ok(tx.account(agent).await?.map(|a| a.username.as_str().to_owned()).unwrap_or_default())
}

/// What waits for this agent's decision, oldest first.
pub async fn waiting(
    harp: &Harp,
    live: &Live,
    act: &Act,
) -> Result<Result<Vec<WaitingReset>, Shut>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        live: &'a Live,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Result<Vec<WaitingReset>, Shut>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Read { harp, live, act } = self;
            let agent = match agent(tx, harp, live, act).await? {
                Ok(agent) => agent,
                Err(shut) => return Ok(Err(shut)),
            };
            let mut all = Vec::new();
            for case in tx.resets_waiting(act.now).await? {
                let asked_at = case.reset.as_ref().map(|r| r.at);
                if let (true, Some(asked_at)) = (case.may_decide(agent, act.now), asked_at) {
                    let (username, agent) = (name(tx, case.account).await?, name(tx, case.agent).await?);
                    all.push(WaitingReset { case: case.id, username, agent, asked_at });
                }
            }
            Ok(Ok(all))
        }
    }
    Ok(harp.store.read(&Read { harp, live, act }).await?)
}
