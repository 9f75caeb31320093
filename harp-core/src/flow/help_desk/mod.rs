//! The help desk's console (P18, K01): an agent sees little, does less, and nothing at all before the caller has read out a code.
//!
//! ```text
//! agent --open, with a reason--> HelpCase --send_callback--> a code to the caller's addresses, and in their portal
//!                                         --prove--> sessions ended, a letter sent anew, unlocked; a reset asked for
//! another agent --decide, with a reason--> refused, or lost_device::begin after a waiting time
//! ```
//! An agent is an account with a right that an operator gave, signed in lately at AAL2. They act on nobody's account but through
//! a case of their own, never on theirs. No answer, SSN, date of birth or whole contact is in what these flows give. Every
//! deed is audited, and told on all of the owner's addresses with the link *This was not me*, which stops a reset.

mod callback;
mod deeds;
mod open;
mod reset;
mod see;

use async_trait::async_trait;

pub use callback::{Called, InPortal, ProvedCase, in_portal, prove, send_callback};
pub use deeds::{Done, Wish, carry_out};
pub use open::{Opened, open};
pub use reset::{Asked, DecidedReset, ask_reset, decide_reset};
pub use see::{Looked, Mine, OpenSession, Seen, WaitingReset, look, waiting};

use super::factors::Gate;
use super::sessions::Live;
use super::{Harp, Trouble};
use crate::account::field::{Complaint, Field, Problem};
use crate::account::help_case::HelpCase;
use crate::account::{Account, Standing};
use crate::kernel::act::Act;
use crate::kernel::assurance::Aal;
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::session::SessionScope;
use crate::store::{Fault, Tx, Work};

/// Why the desk is closed to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    NotAnAgent,
    /// The last sign-in is too long ago, or was less than AAL2.
    SignInAgain,
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Whether the person is an agent: for what their pages show. Each flow asks again.
pub async fn is_agent(harp: &Harp, account: AccountId) -> Result<bool, Trouble> {
    struct Read(AccountId);
    #[async_trait]
    impl Work for Read {
        type Out = bool;
        async fn run(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
            tx.is_agent(self.0).await
        }
    }
    Ok(harp.store.read(&Read(account)).await?)
}

/// The agent, if they may work now.
async fn agent(
    tx: &mut dyn Tx,
    harp: &Harp,
    live: &Live,
    act: &Act,
) -> Result<Result<AccountId, Shut>, Fault> {
    if !tx.is_agent(live.account.id).await? {
        return Ok(Err(Shut::NotAnAgent));
    }
    let Ok(gate) = Gate::pass(tx, harp, live, act).await? else { return Ok(Err(Shut::SignInAgain)) };
    let two = gate.session.assurance().is_some_and(|a| a.aal >= Aal::Two);
    let whole = gate.session.scope == SessionScope::Full && gate.account.standing == Standing::Active;
    Ok(if two && whole { Ok(gate.account.id) } else { Err(Shut::SignInAgain) })
}

/// The agent's own case that is not out of date, and whom it is about.
async fn own_case(
    tx: &mut dyn Tx,
    (id, agent): (HelpCaseId, AccountId),
    act: &Act,
) -> Result<Option<(HelpCase, Account)>, Fault> {
    let case = tx.help_case(id).await?.filter(|c| c.agent == agent && act.now < c.expires_at);
    let Some(case) = case else { return Ok(None) };
    let account = tx.account(case.account).await?.filter(|a| a.id != agent);
    Ok(account.map(|account| (case, account)))
}

/// A reason as it is kept: one line, not empty, not long.
fn reason(typed: &str) -> Result<String, Vec<Complaint>> {
    let line: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.trim().to_owned();
    let problem = match line.chars().count() {
        0 => Problem::Missing,
        n if n > LONGEST_REASON => Problem::TooLong { max: LONGEST_REASON },
        _ => return Ok(line),
    };
    Err(vec![Complaint { field: Field::Reason, problem }])
}
