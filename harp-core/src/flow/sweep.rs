//! What is over and would only lie about: drafts, sign-ins, sessions, codes, counters, undeliverable messages.

use std::time::Duration;

use async_trait::async_trait;

use super::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx, Work};

/// An expired code can still be sent anew (P4), and an ended session is still told from one that never was.
const LINGER: Duration = Duration::from_secs(24 * 60 * 60);
/// How long an undeliverable message is kept for whoever looks into it.
const UNDELIVERED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many of each were deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub drafts: u32,
    /// Sessions and sign-ins.
    pub sessions: u32,
    /// Codes and counters.
    pub codes: u32,
    pub messages: u32,
}

/// Deletes what is over. For a worker's loop, every few minutes.
pub async fn sweep(harp: &Harp, act: &Act) -> Result<Swept, Trouble> {
    let before = act.now - LINGER;
    let sessions = before - harp.profile.session.absolute;
    let messages = act.now - UNDELIVERED;
    Ok(harp.store.write(&Sweep { now: act.now, before, sessions, messages }).await?)
}

struct Sweep {
    now: Timestamp,
    before: Timestamp,
    sessions: Timestamp,
    messages: Timestamp,
}

#[async_trait]
impl Work for Sweep {
    type Out = Swept;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Swept, Fault> {
        Ok(Swept {
            drafts: tx.sweep_drafts(self.now).await?,
            sessions: tx.sweep_sessions(self.sessions).await?,
            codes: tx.sweep_codes(self.before).await?,
            messages: tx.sweep_messages(self.messages).await?,
        })
    }
}
