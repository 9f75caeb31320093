//! Sign-in codes and devices (E01–E12): adding, confirming and removing them, and completing set-up.
//!
//! ```text
//! begin_phone / begin_email / begin_app --> Unverified --confirm with a right code--> Active --remove--> Removed
//! begin_passkey --> a challenge --add_passkey, signed--> Active --remove--> Removed
//! ```
//! Codes by e-mail are one more way in (E06), at AAL1: set-up is not completed with them alone, and the last device
//! beside them stays ([`Factor::carries`]).
//!
//! Who changes anything here has signed in lately, at the highest level that the account can reach
//! (SP 800-63B-4 §4.1.2): whoever knows a password alone adds nothing to an account that has a device.

mod begin;
mod complete;
mod confirm;
mod passkey;
mod recovery_codes;
mod remove;
mod suspend;

use async_trait::async_trait;

pub use begin::{AppSetUp, BeginOutcome, begin_app, begin_email, begin_phone};
pub use complete::{CompleteOutcome, complete_set_up};
pub use confirm::{Awaited, ConfirmOutcome, ResendOutcome, awaited, confirm, resend};
pub use passkey::{
    Naming, PasskeyAnswer, PasskeyBegun, PasskeyOutcome, add_passkey, asked_for_passkey, begin_passkey,
};
pub use recovery_codes::{MadeOutcome, make_recovery_codes};
pub use remove::{RemoveOutcome, remove};
pub use suspend::{SuspendOutcome, resume, suspend};

use super::in_a_row::{self, Authenticator};
use super::sessions::Live;
use super::{Harp, Trouble};
use crate::account::{Account, Standing};
use crate::factor::budget::Off;
use crate::factor::{Assurance, Factor, Proof, highest_level, highest_level_held};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::FactorId;
use crate::session::{Session, SessionScope};
use crate::store::{Fault, Tx, Work};

/// Why nothing may be changed now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// The last sign-in is too long ago, was less than the account can reach (a password alone, a code by e-mail), or is
    /// over: sign in and come back.
    SignInAgain,
    /// As many devices as an account may have.
    TooMany,
    /// The profile does not offer this method.
    NotOffered,
}

/// The table of devices (E09), and what can be done (E10).
#[derive(Debug, Clone)]
pub struct Devices {
    /// Active and unverified ones, oldest first.
    pub factors: Vec<Factor>,
    /// Those that too many wrong codes have switched off: they lower nothing, and can be removed and added again.
    pub off: Vec<(FactorId, Off)>,
    pub standing: Standing,
    /// What may be added, in the profile's order.
    pub offers: Vec<Method>,
}

impl Devices {
    /// E10: set-up can be completed with one ACTIVE device at least, codes by e-mail not counted.
    pub fn may_complete(&self) -> bool {
        self.factors.iter().any(Factor::carries)
    }

    /// The last device that the account rests on stays, once set-up is complete (E01). So does a suspended one until another
    /// works: without it the password alone would lead to set-up.
    pub fn may_remove(&self, id: FactorId) -> bool {
        let others = self.factors.iter().any(|f| f.id != id && f.carries());
        let rests = self.factors.iter().any(|f| f.id == id && f.is_held() && f.method().carries());
        !rests || others || self.standing == Standing::PendingSetup
    }
}

/// The person's devices.
pub async fn devices(harp: &Harp, live: &Live) -> Result<Devices, Trouble> {
    struct Read<'a>(&'a Harp, &'a Live);
    #[async_trait]
    impl Work for Read<'_> {
        type Out = (Vec<Factor>, Vec<(FactorId, Off)>);
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let factors = tx.factors(self.1.account.id).await?;
            let mut off = Vec::new();
            for factor in &factors {
                let found = in_a_row::off(tx, self.0, Authenticator::Device(factor.id)).await?;
                off.extend(found.map(|found| (factor.id, found)));
            }
            Ok((factors, off))
        }
    }
    let (factors, off) = harp.store.read(&Read(harp, live)).await?;
    Ok(Devices { factors, off, standing: live.account.standing, offers: harp.methods() })
}

/// The session, account and factors as they are now, for somebody who may change them.
pub(in crate::flow) struct Gate {
    pub session: Session,
    pub account: Account,
    pub factors: Vec<Factor>,
}

impl Gate {
    /// Comes after the turn on the account's row ([`take_turn`]) wherever what is read decides.
    pub async fn pass(
        tx: &mut dyn Tx,
        harp: &Harp,
        live: &Live,
        act: &Act,
    ) -> Result<Result<Gate, Denied>, Fault> {
        let session = tx.session_by_id(live.session.id).await?;
        let account = tx.account(live.account.id).await?;
        let (Some(session), Some(account)) = (session, account) else { return Ok(Err(Denied::SignInAgain)) };
        let factors = tx.factors(account.id).await?;
        let rules = &harp.profile.session;
        let serves = session.secret == live.session.secret
            && session.check(account.epoch, rules, act.now).is_ok()
            && account.standing.is_usable();
        // A step-up proves more for an application, and not that who is at the screen knows the password: what counts here was
        // proved at the sign-in itself (decision 0008), or while it sets its devices up.
        let own = |p: &&Proof| p.at <= session.auth_time || session.scope == SessionScope::SetUp;
        let proofs: Vec<Proof> = session.proofs.iter().filter(own).copied().collect();
        let level = Assurance::of(&proofs).map(|a| a.aal);
        let needed = match session.scope {
            SessionScope::Full => highest_level_held(&factors),
            // After a reset every device of before is suspended, and was replaced by two letters and a wait.
            SessionScope::SetUp => highest_level(&factors),
        };
        let enough = level >= Some(needed) && act.now < session.auth_time + rules.fresh;
        Ok(if serves && enough { Ok(Gate { session, account, factors }) } else { Err(Denied::SignInAgain) })
    }

    pub fn own(&self, id: FactorId) -> Option<&Factor> {
        self.factors.iter().find(|f| f.id == id)
    }
}

/// Makes changes to one account's devices, and its lock, wait for each other: on the account's row, before anything else.
/// What is read after it is what decides, also at READ COMMITTED.
pub(in crate::flow) async fn take_turn(tx: &mut dyn Tx, live: &Live) -> Result<(), Fault> {
    tx.account_turn(live.account.id).await.map(drop)
}
