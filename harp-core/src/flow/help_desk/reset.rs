//! A factor reset: one agent asks, another decides, and nothing happens before a waiting time in which the owner can stop it.

use async_trait::async_trait;

use super::{Shut, agent, own_case, reason};
use crate::account::field::Complaint;
use crate::account::help_case::{Answer, Decided};
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::factor::reset::By;
use crate::flow::alert::alert;
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble, lock, lost_device};
use crate::kernel::act::Act;
use crate::kernel::id::{HelpCaseId, ResetId};
use crate::kernel::time::Timestamp;
use crate::notice::{Happened, HelpDid};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// It waits for another agent.
    Asked,
    /// In this case it was asked for before.
    Already,
    /// The callback code was not entered, or too long ago.
    NotProved,
    /// The account is not active, or has no confirmed address to which the last code could go.
    NotPossible,
    Refused(Vec<Complaint>),
    Gone,
    Shut(Shut),
}

#[derive(Debug, Clone, PartialEq)]
pub enum DecidedReset {
    /// Every device is suspended; from then on a new one can be set up.
    Approved {
        ready_at: Timestamp,
    },
    Refused,
    /// The account has changed since it was asked for: it can only be refused.
    NotPossible,
    Incomplete(Vec<Complaint>),
    /// Decided, out of date, or not this agent's to decide: their own, or about them.
    Gone,
    Shut(Shut),
}

/// Asks for a reset: the case's own agent.
pub async fn ask_reset(
    harp: &Harp,
    live: &Live,
    (case, why): (HelpCaseId, &str),
    act: &Act,
) -> Result<Asked, Trouble> {
    match reason(why) {
        Ok(why) => Ok(harp.store.write(&Ask { harp, live, case, why, act }).await?),
        Err(found) => Ok(Asked::Refused(found)),
    }
}

struct Ask<'a> {
    harp: &'a Harp,
    live: &'a Live,
    case: HelpCaseId,
    why: String,
    act: &'a Act,
}

#[async_trait]
impl Work for Ask<'_> {
    type Out = Asked;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Asked, Fault> {
        let Ask { harp, live, act, .. } = self;
        let agent = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(Asked::Shut(shut)),
        };
        let Some((case, account)) = own_case(tx, (self.case, agent), act).await? else {
            return Ok(Asked::Gone);
        };
        if !case.is_proved(harp.profile.help_desk.proved_for, act.now) {
            return Ok(Asked::NotProved);
        }
        if !can_reset(tx, &account, act.now).await? {
            return Ok(Asked::NotPossible);
        }
        if !tx.ask_reset(case.id, &self.why, act.now).await? {
            return Ok(Asked::Already);
        }
        let deed = Deed::HelpResetAsked { case: case.id, reason: self.why.clone() };
        tx.record(&harp.event(act, account.id, deed)).await?;
        alert(tx, harp, (&account, Happened::HelpDesk { did: HelpDid::ResetAsked }), act).await?;
        Ok(Asked::Asked)
    }
}

/// Decides: another agent than the one who asked, and not the one whom it is about.
pub async fn decide_reset(
    harp: &Harp,
    live: &Live,
    (case, answer, why): (HelpCaseId, Answer, &str),
    act: &Act,
) -> Result<DecidedReset, Trouble> {
    let why = match reason(why) {
        Ok(why) => why,
        Err(found) => return Ok(DecidedReset::Incomplete(found)),
    };
    let reset = ResetId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Decide { harp, live, case, answer, why, reset, act }).await?)
}

struct Decide<'a> {
    harp: &'a Harp,
    live: &'a Live,
    case: HelpCaseId,
    answer: Answer,
    why: String,
    reset: ResetId,
    act: &'a Act,
}

#[async_trait]
impl Work for Decide<'_> {
    type Out = DecidedReset;

    async fn run(&self, tx: &mut dyn Tx) -> Result<DecidedReset, Fault> {
        let Decide { harp, live, act, .. } = self;
        let by = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(DecidedReset::Shut(shut)),
        };
        let case = tx.help_case(self.case).await?.filter(|c| c.may_decide(by, act.now));
        let Some(case) = case else { return Ok(DecidedReset::Gone) };
        tx.account_turn(case.account).await?;
        let Some(account) = tx.account(case.account).await? else { return Ok(DecidedReset::Gone) };
        let asked_at = case.reset.as_ref().map_or(case.opened_at, |r| r.at);
        let possible = can_reset(tx, &account, asked_at).await?
            // Two people: whoever asked is one of the desk still.
            && tx.is_agent(case.agent).await?;
        if self.answer == Answer::Approved && !possible {
            return Ok(DecidedReset::NotPossible);
        }
        let decided = Decided { by, at: act.now, answer: self.answer, reason: self.why.clone() };
        if !tx.decide_reset(case.id, &decided).await? {
            return Ok(DecidedReset::Gone);
        }
        let deed = Deed::HelpResetDecided { case: case.id, answer: self.answer, reason: self.why.clone() };
        tx.record(&harp.event(act, account.id, deed)).await?;
        if self.answer == Answer::Refused {
            let what = Happened::HelpDesk { did: HelpDid::ResetRefused };
            alert(tx, harp, (&account, what), act).await?;
            return Ok(DecidedReset::Refused);
        }
        // What its owner locked is opened by the same two; the devices stop, and the wait is the same.
        let account = match account.standing {
            Standing::Locked => {
                lock::release(tx, harp, (&account, &self.why), act).await?;
                let Some(account) = tx.account(account.id).await? else { return Ok(DecidedReset::Gone) };
                account
            }
            _ => account,
        };
        let ready_at = act.now + harp.profile.recovery.help_desk_wait;
        lost_device::begin(tx, harp, (account, self.reset, By::HelpDesk, ready_at), act).await?;
        Ok(DecidedReset::Approved { ready_at })
    }
}

/// Whether the last code of a reset that was asked for then has somewhere to go, and set-up is behind the account: it is active, or
/// was until its owner locked it. What was asked for before the lock, they have denied.
async fn can_reset(tx: &mut dyn Tx, account: &Account, asked_at: Timestamp) -> Result<bool, Fault> {
    let stands = match account.standing {
        Standing::Active => true,
        Standing::Locked => tx
            .account_lock(account.id)
            .await?
            .is_some_and(|lock| lock.before == Standing::Active && lock.at < asked_at),
        Standing::PendingSetup | Standing::Disabled => false,
    };
    Ok(stands && !account.addresses().is_empty())
}
