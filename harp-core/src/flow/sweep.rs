//! What is over and would only lie about: drafts, proofing cases, sign-ins, sessions, codes, counters, messages that are done.

use std::time::Duration;

use async_trait::async_trait;

use super::{Harp, Trouble};
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::time::Timestamp;
use crate::proofing::{CaseState, Step};
use crate::store::{Fault, Tx, Work};

/// An expired code can still be sent anew (P4), and an ended session is still told from one that never was.
const LINGER: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a message that waits no more is kept: for its receipt, and for the help desk, who see what became of it (P18).
const KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many cases one sweep ends.
const CASES: u32 = 100;

/// How many of each were deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub drafts: u32,
    /// Proofing cases whose time was up: they are ended, and what the vendor asked is forgotten.
    pub cases: u32,
    /// Sessions, sign-ins, step-ups, recoveries, known browsers, and challenges for passkeys.
    pub sessions: u32,
    /// Codes and counters.
    pub codes: u32,
    pub messages: u32,
    /// *This was not me*, out of date.
    pub links: u32,
}

/// Deletes what is over. For a worker's loop, every few minutes.
pub async fn sweep(harp: &Harp, act: &Act) -> Result<Swept, Trouble> {
    let before = act.now - LINGER;
    let sessions = before - harp.profile.session.absolute;
    let messages = act.now - KEPT;
    Ok(harp.store.write(&Sweep { harp, before, sessions, messages, act }).await?)
}

struct Sweep<'a> {
    harp: &'a Harp,
    before: Timestamp,
    sessions: Timestamp,
    messages: Timestamp,
    act: &'a Act,
}

#[async_trait]
impl Work for Sweep<'_> {
    type Out = Swept;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Swept, Fault> {
        Ok(Swept {
            drafts: tx.sweep_drafts(self.act.now).await?,
            cases: self.cases(tx).await?,
            sessions: self.sessions(tx).await?,
            codes: tx.sweep_codes(self.before).await?,
            messages: tx.sweep_messages(self.messages).await?,
            links: tx.sweep_repudiations(self.act.now).await?,
        })
    }
}

impl Sweep<'_> {
    async fn sessions(&self, tx: &mut dyn Tx) -> Result<u32, Fault> {
        let recoveries = tx.sweep_recoveries(self.before).await?;
        let step_ups = tx.sweep_step_ups(self.before).await?;
        let ceremonies = tx.sweep_ceremonies(self.act.now).await?;
        let browsers = tx.sweep_browsers(self.act.now - self.harp.profile.known.life).await?;
        let resets = tx.sweep_resets(self.before).await?;
        let help_cases = tx.sweep_help_cases(self.messages).await?;
        let sessions = tx.sweep_sessions(self.sessions).await?;
        let rows = [recoveries, resets, help_cases, step_ups, ceremonies, browsers, sessions];
        Ok(rows.into_iter().fold(0, u32::saturating_add))
    }

    async fn cases(&self, tx: &mut dyn Tx) -> Result<u32, Fault> {
        let mut ended = 0;
        for case in tx.lapsed_cases(self.act.now, CASES).await? {
            let (id, account) = (case.id, case.account);
            // Whoever moved it at this moment has seen to it.
            if let Step::Moved(case) = case.lapsed(&self.harp.profile.proofing, self.act.now)
                && tx.save_case(&case).await?
                && matches!(case.state, CaseState::Expired { .. })
            {
                tx.record(&self.harp.event(self.act, account, Deed::ProofingExpired { case: id })).await?;
                ended += 1;
            }
        }
        Ok(ended)
    }
}
