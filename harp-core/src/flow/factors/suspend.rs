//! A device that is lost, perhaps for a while only: it works nowhere, at once, and can be taken back (P4).

use async_trait::async_trait;

use super::{Denied, Gate, take_turn};
use crate::audit::Deed;
use crate::flow::alert::alert;
use crate::flow::sessions::{self, Live};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::FactorId;
use crate::notice::Happened;
use crate::session::SessionScope;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SuspendOutcome {
    /// Suspended, or in use again. With the first every other session has ended.
    Done,
    /// No such device of this person's, or it is so already.
    Gone,
    Denied(Denied),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Suspend,
    Resume,
}

/// The device proves nothing from now on. The last one, too: a thief who holds it matters more than the way back in.
pub async fn suspend(
    harp: &Harp,
    live: &Live,
    factor: FactorId,
    act: &Act,
) -> Result<SuspendOutcome, Trouble> {
    Ok(harp.store.write(&Change { harp, live, factor, wish: Wish::Suspend, act }).await?)
}

/// It is found: it works again.
pub async fn resume(
    harp: &Harp,
    live: &Live,
    factor: FactorId,
    act: &Act,
) -> Result<SuspendOutcome, Trouble> {
    Ok(harp.store.write(&Change { harp, live, factor, wish: Wish::Resume, act }).await?)
}

struct Change<'a> {
    harp: &'a Harp,
    live: &'a Live,
    factor: FactorId,
    wish: Wish,
    act: &'a Act,
}

#[async_trait]
impl Work for Change<'_> {
    type Out = SuspendOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<SuspendOutcome, Fault> {
        let Change { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            // Who is at set-up has proved no device of before.
            Ok(gate) if gate.session.scope == SessionScope::Full => gate,
            Ok(_) => return Ok(SuspendOutcome::Denied(Denied::SignInAgain)),
            Err(denied) => return Ok(SuspendOutcome::Denied(denied)),
        };
        let Some(factor) = gate.own(self.factor) else { return Ok(SuspendOutcome::Gone) };
        let (id, method) = (factor.id, factor.method());
        let done = match self.wish {
            Wish::Suspend => tx.suspend_factor(id, act.now).await?,
            Wish::Resume => tx.resume_factor(id).await?,
        };
        if !done {
            return Ok(SuspendOutcome::Gone);
        }
        let name = method.as_str().to_owned();
        let (deed, what) = match self.wish {
            Wish::Suspend => {
                (Deed::FactorSuspended { factor: id, method }, Happened::FactorSuspended { method: name })
            }
            Wish::Resume => {
                (Deed::FactorResumed { factor: id, method }, Happened::FactorResumed { method: name })
            }
        };
        tx.record(&harp.event(act, gate.account.id, deed)).await?;
        alert(tx, harp, (&gate.account, what), act).await?;
        if self.wish == Wish::Suspend {
            sessions::end_all_but(tx, harp, live, act).await?;
        }
        Ok(SuspendOutcome::Done)
    }
}
