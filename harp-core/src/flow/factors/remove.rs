//! Taking a device away (E09, E10, A05).

use async_trait::async_trait;

use super::{Denied, Devices, Gate, take_turn};
use crate::audit::Deed;
use crate::flow::alert::alert;
use crate::flow::sessions::{self, Live};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::FactorId;
use crate::notice::Happened;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoveOutcome {
    /// Gone, and every other session with it: whoever held the device is out.
    Removed,
    /// The last one that the account rests on stays: add another first (E01).
    LastOne,
    /// No such device of this person's.
    Gone,
    Denied(Denied),
}

pub async fn remove(harp: &Harp, live: &Live, factor: FactorId, act: &Act) -> Result<RemoveOutcome, Trouble> {
    Ok(harp.store.write(&Remove { harp, live, factor, act }).await?)
}

struct Remove<'a> {
    harp: &'a Harp,
    live: &'a Live,
    factor: FactorId,
    act: &'a Act,
}

#[async_trait]
impl Work for Remove<'_> {
    type Out = RemoveOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<RemoveOutcome, Fault> {
        let Remove { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(RemoveOutcome::Denied(denied)),
        };
        let Some(factor) = gate.own(self.factor).cloned() else { return Ok(RemoveOutcome::Gone) };
        let standing = gate.account.standing;
        let devices = Devices { factors: gate.factors, off: vec![], standing, offers: harp.methods() };
        if !devices.may_remove(factor.id) {
            return Ok(RemoveOutcome::LastOne);
        }
        if !tx.remove_factor(factor.id, act.now).await? {
            return Ok(RemoveOutcome::Gone);
        }
        let deed = Deed::FactorRemoved { factor: factor.id, method: factor.method() };
        tx.record(&harp.event(act, factor.account, deed)).await?;
        if factor.is_held() {
            let what = Happened::FactorRemoved { method: factor.method().as_str().to_owned() };
            alert(tx, harp, (&gate.account, what), act).await?;
            sessions::end_all_but(tx, harp, live, act).await?;
        }
        Ok(RemoveOutcome::Removed)
    }
}
