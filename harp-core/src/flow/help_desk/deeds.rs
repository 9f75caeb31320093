//! What one agent may do alone, once the caller is made sure of. Each is told to the owner on all addresses.

use async_trait::async_trait;

use super::{Shut, agent, own_case, reason};
use crate::account::field::Complaint;
use crate::audit::Deed;
use crate::flow::alert::alert;
use crate::flow::lock::{self, Unlocked};
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble, confirm_email};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::notice::{Happened, HelpDid};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    EndSessions,
    /// Signing in with the user ID, and the account, unless its owner locked it.
    Unlock,
    /// The letter with the code that confirms the first address.
    SendLetter,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Done {
    Done,
    /// There was nothing to end, to unlock, or to send.
    Nothing,
    /// Its owner locked it by *This was not me*, perhaps because somebody else reads a mailbox of theirs: then the callback code
    /// proves too little. Two agents reset the devices, and unlock with that; or an operator unlocks.
    TakesTwo,
    /// The callback code was not entered, or too long ago.
    NotProved,
    Refused(Vec<Complaint>),
    Gone,
    Shut(Shut),
}

/// Carries out a wish of the case's agent.
pub async fn carry_out(
    harp: &Harp,
    live: &Live,
    (case, wish, why): (HelpCaseId, Wish, &str),
    act: &Act,
) -> Result<Done, Trouble> {
    let why = match reason(why) {
        Ok(why) => why,
        Err(found) => return Ok(Done::Refused(found)),
    };
    let work = Carry { harp, live, case, wish, why: &why, act };
    match harp.store.write(&work).await? {
        Next::Done(done) => Ok(done),
        Next::Send(account) => Ok(match confirm_email::resend(harp, account, act).await? {
            confirm_email::Sent::OnItsWay => Done::Done,
            _ => Done::Nothing,
        }),
    }
}

enum Next {
    Done(Done),
    Send(AccountId),
}

struct Carry<'a> {
    harp: &'a Harp,
    live: &'a Live,
    case: HelpCaseId,
    wish: Wish,
    why: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Carry<'_> {
    type Out = Next;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Next, Fault> {
        let Carry { harp, live, act, .. } = self;
        let agent = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(Next::Done(Done::Shut(shut))),
        };
        let Some((case, account)) = own_case(tx, (self.case, agent), act).await? else {
            return Ok(Next::Done(Done::Gone));
        };
        if !case.is_proved(harp.profile.help_desk.proved_for, act.now) {
            return Ok(Next::Done(Done::NotProved));
        }
        tx.account_turn(account.id).await?;
        let reason = self.why.to_owned();
        Ok(Next::Done(match self.wish {
            Wish::EndSessions => {
                let ended = tx.end_sessions(account.id, None, act.now).await?;
                if ended.is_empty() {
                    return Ok(Next::Done(Done::Nothing));
                }
                let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
                let deed = Deed::HelpSessionsEnded { case: case.id, count, reason };
                tx.record(&harp.event(act, account.id, deed)).await?;
                let what = Happened::HelpDesk { did: HelpDid::SessionsEnded };
                alert(tx, harp, (&account, what), act).await?;
                Done::Done
            }
            Wish::Unlock if tx.account_lock(account.id).await?.is_some() => Done::TakesTwo,
            Wish::Unlock => match lock::release(tx, harp, (&account, self.why), act).await? {
                Unlocked::Unlocked => Done::Done,
                _ => Done::Nothing,
            },
            Wish::SendLetter => {
                let deed = Deed::HelpLetterSent { case: case.id, reason };
                tx.record(&harp.event(act, account.id, deed)).await?;
                return Ok(Next::Send(account.id));
            }
        }))
    }
}
