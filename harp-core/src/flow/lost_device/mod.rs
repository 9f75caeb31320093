//! Somebody whose password was right, and who has none of their devices any more (P4, X-6).
//!
//! ```text
//! SignIn --send_letters--> a code to each of two confirmed addresses --prove--> every device suspended, Reset
//!                                                   (or two agents of the help desk) --------------------^
//! Reset --waiting time; letters to every address, each with *This was not me*--> ready
//! SignIn, anew --send_code--> a code to the first address --enter--> a session that is good for set-up alone
//! ```
//! SP 800-63B-4 §4.2.2.2: two codes by independent routes, beside the password; never one of them alone, and the challenge
//! question plays no part. Codes that are wrong count against the budget of signing in (X-3). A reset is bound to the
//! account's credential epoch: a lock stops it for good, and so does whatever else changes meanwhile. The suspended
//! devices stay with the account: a password alone never finds an account without a device.

mod enter;
mod letters;

use async_trait::async_trait;

pub use enter::{Entered, enter, send_code};
pub use letters::{Letters, Proved, prove, send_letters};

pub(super) use letters::begin;

use super::sign_in::{Gone, Here};
use super::{Harp, Trouble};
use crate::account::Account;
use crate::audit::Deed;
use crate::factor::FactorStatus;
use crate::factor::reset::Reset;
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx, Work};

/// Which way is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// A code to each of these.
    Letters { first: EmailAddress, second: EmailAddress },
    /// Something has begun; until then nothing more can be done.
    Waiting { until: Timestamp },
    /// A code to this one, and then set-up.
    Ready { address: EmailAddress },
    /// There are no two routes: the help desk.
    HelpDesk,
}

/// The way that is open to whoever began this sign-in.
pub async fn way(harp: &Harp, token: &Plain, act: &Act) -> Result<Result<Way, Gone>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        token: Hashed,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Result<Way, Gone>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let now = self.act.now;
            let here = match Here::load(tx, self.harp, (&self.token, now)).await? {
                Ok(here) => here,
                Err(gone) => return Ok(Err(gone)),
            };
            let account = &here.account;
            Ok(Ok(match (live(tx, account, now).await?, routes(account)) {
                (Some(reset), _) if now < reset.ready_at => Way::Waiting { until: reset.ready_at },
                (Some(_), _) => match account.addresses().first() {
                    Some(&address) => Way::Ready { address: address.clone() },
                    None => Way::HelpDesk,
                },
                (None, Some((first, second))) => {
                    Way::Letters { first: first.clone(), second: second.clone() }
                }
                (None, None) => Way::HelpDesk,
            }))
        }
    }
    Ok(harp.store.read(&Read { harp, token: token.hashed(), act }).await?)
}

/// The account's reset, if it may still come to something.
pub(super) async fn live(tx: &mut dyn Tx, account: &Account, now: Timestamp) -> Result<Option<Reset>, Fault> {
    Ok(tx.reset_of(account.id).await?.filter(|r| r.lives(account, now)))
}

/// Two addresses that are independent of each other.
fn routes(account: &Account) -> Option<(&EmailAddress, &EmailAddress)> {
    match account.addresses().as_slice() {
        [first, second, ..] => Some((first, second)),
        _ => None,
    }
}

/// Nothing that the account has works any more: not its devices, not its sessions, not what applications hold. The account
/// as it is afterwards. Comes after the turn on its row.
pub(super) async fn shut(
    tx: &mut dyn Tx,
    harp: &Harp,
    account: Account,
    act: &Act,
) -> Result<Account, Fault> {
    for factor in tx.factors(account.id).await? {
        if factor.status == FactorStatus::Active && tx.suspend_factor(factor.id, act.now).await? {
            let deed = Deed::FactorSuspended { factor: factor.id, method: factor.method() };
            tx.record(&harp.event(act, account.id, deed)).await?;
        }
    }
    let Some(epoch) = tx.raise_epoch(account.id, account.epoch).await? else {
        return Err(Fault::Conflict("the account changed while its devices were suspended".to_owned()));
    };
    let ended = tx.end_sessions(account.id, None, act.now).await?;
    if !ended.is_empty() {
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        tx.record(&harp.event(act, account.id, Deed::SessionsEnded { count })).await?;
    }
    Ok(Account { epoch, ..account })
}
