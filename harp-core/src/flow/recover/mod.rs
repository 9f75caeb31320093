//! Getting back in (F06, X-6): a forgotten user ID is told by letter, a forgotten password is replaced after two proofs.
//!
//! ```text
//! user ID --begin--> letter with a code --mail--> one of the person's devices --device--> new password --complete--> spent
//! ```
//! SP 800-63B-4 §4.2.2.2: a code to a confirmed address *and* a bound authenticator; the challenge question plays no
//! part. What a page says before the letter's code was entered never hangs on whether somebody is known (X-7): the same
//! answer, the same rows, the same budgets, kept under what was typed. Codes that are wrong count against the budget of
//! signing in, so that nobody gets a guess more (X-3). A recovery lasts for minutes, is found by its token alone, and is
//! spent once; whatever changes about the account meanwhile ends it. A locked account cannot be recovered by its owner
//! alone: it was locked because somebody else may have the mailbox or the phone. The help desk unlocks it.

mod begin;
mod complete;
mod device;
mod mail;
mod user_id;

use async_trait::async_trait;

pub use begin::{Begun, begin};
pub use complete::{NewPassword, Recovered, complete};
pub use device::{choose, device, passkey, resend};
pub use mail::mail;
pub use user_id::{Asked, forgotten_user_id};

use super::attempts::{Refusal, network, visitor};
use super::codes::OnItsWay;
use super::device::Waiting;
use super::in_a_row;
use super::limits::{self, Limit};
use super::sign_in::Gone;
use super::{Harp, Trouble};
use crate::account::Account;
use crate::account::field::Complaint;
use crate::factor::budget::Visitor;
use crate::factor::{Factor, FactorStatus};
use crate::kernel::act::Act;
use crate::kernel::id::AccountId;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::recovery::Recovery;
use crate::store::{Fault, Tx, Work};

/// What became of a code, the letter's or a device's.
#[derive(Debug, Clone, PartialEq)]
pub enum Proved {
    /// Now, or since an earlier click: on to the next step.
    Proved,
    /// Nothing was checked: the field is empty.
    Incomplete(Vec<Complaint>),
    /// Wrong, used or out of date, or there is nobody of that user ID: one text for all.
    Wrong {
        left: u32,
    },
    Locked {
        until: Timestamp,
    },
    /// No device is chosen, or it was removed meanwhile.
    NotChosen,
    Gone(Gone),
}

impl From<Refusal> for Proved {
    fn from(refusal: Refusal) -> Proved {
        match refusal {
            Refusal::Wrong { left } => Proved::Wrong { left },
            Refusal::Locked { until } => Proved::Locked { until },
        }
    }
}

/// The step that a recovery is at.
#[derive(Debug, Clone)]
pub enum At {
    /// The code in the letter is waited for.
    Mail,
    /// One of these devices must prove itself.
    Device(Devices),
    /// The new password.
    Password,
}

#[derive(Debug, Clone)]
pub struct Devices {
    /// Those of the person's active devices that count here. Pages mask their contacts (F10).
    pub devices: Vec<Factor>,
    pub chosen: Option<Box<Factor>>,
    /// The code that was sent to the chosen one.
    pub code: Option<OnItsWay>,
    /// What the browser is asked for the chosen passkey, as JSON; `None`: time is up, or it was answered.
    pub challenge: Option<String>,
}

/// Where a recovery stands: for the pages that are shown after a redirect.
pub async fn standing(harp: &Harp, token: &Plain, act: &Act) -> Result<Result<At, Gone>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        token: Hashed,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Result<At, Gone>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            match find(tx, &self.token, self.act.now).await? {
                Ok(recovery) if recovery.mail_proved_at.is_none() => return Ok(Ok(At::Mail)),
                Ok(_) => {}
                Err(gone) => return Ok(Err(gone)),
            }
            let here = match Here::load(tx, self.harp, (&self.token, self.act.now)).await? {
                Ok(here) => here,
                Err(gone) => return Ok(Err(gone)),
            };
            if here.recovery.device_proved_at.is_some() {
                return Ok(here.proved().map(|_| At::Password));
            }
            let code = here.waiting().code(tx, self.harp).await?;
            let asked = here.waiting().ceremony(tx).await?.filter(|c| c.serves(self.act.now));
            let (challenge, chosen) =
                (asked.map(|c| c.options), here.waiting().chosen().cloned().map(Box::new));
            Ok(Ok(At::Device(Devices { devices: here.devices, chosen, code, challenge })))
        }
    }
    Ok(harp.store.read(&Read { harp, token: token.hashed(), act }).await?)
}

/// Gives the recovery up.
pub async fn cancel(harp: &Harp, token: &Plain) -> Result<(), Trouble> {
    struct Spend(Hashed);
    #[async_trait]
    impl Work for Spend {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            if let Some(recovery) = tx.recovery(&self.0).await? {
                tx.spend_recovery(recovery.id).await?;
            }
            Ok(())
        }
    }
    Ok(harp.store.write(&Spend(token.hashed())).await?)
}

/// A recovery whose letter was read, with whose it is and what they have.
#[derive(Debug)]
struct Here {
    recovery: Recovery,
    account: Account,
    devices: Vec<Factor>,
}

impl Here {
    async fn load(
        tx: &mut dyn Tx,
        harp: &Harp,
        (token, now): (&Hashed, Timestamp),
    ) -> Result<Result<Here, Gone>, Fault> {
        let recovery = match find(tx, token, now).await? {
            Ok(recovery) if recovery.mail_proved_at.is_some() => recovery,
            Ok(_) => return Ok(Err(Gone::Unknown)),
            Err(gone) => return Ok(Err(gone)),
        };
        Ok(match owner(tx, harp, &recovery).await? {
            Some((account, devices)) => Ok(Here { recovery, account, devices }),
            None => Err(Gone::Changed),
        })
    }

    /// With both proofs, by a device that still is the person's.
    fn proved(self) -> Result<Here, Gone> {
        match (self.recovery.device_proved_at, self.waiting().chosen()) {
            (Some(_), Some(_)) => Ok(self),
            (Some(_), None) => Err(Gone::Changed),
            (None, _) => Err(Gone::Unknown),
        }
    }

    fn waiting(&self) -> Waiting<'_> {
        Waiting { on: &self.recovery, account: &self.account, devices: &self.devices }
    }
}

async fn find(tx: &mut dyn Tx, token: &Hashed, now: Timestamp) -> Result<Result<Recovery, Gone>, Fault> {
    Ok(match tx.recovery(token).await? {
        Some(recovery) if now < recovery.expires_at => Ok(recovery),
        Some(_) => Err(Gone::Expired),
        None => Err(Gone::Unknown),
    })
}

/// Whose recovery it is, if it can still succeed.
async fn owner(
    tx: &mut dyn Tx,
    harp: &Harp,
    recovery: &Recovery,
) -> Result<Option<(Account, Vec<Factor>)>, Fault> {
    let account = tx.account(recovery.account).await?;
    let devices = devices(tx, harp, (recovery.account, visitor(&recovery.budget))).await?;
    Ok(account.filter(|a| recovery.is_of(a) && !devices.is_empty()).map(|account| (account, devices)))
}

/// What may prove the rest: something that the person has, not switched off, and not the mailbox once more.
async fn devices(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, visitor): (AccountId, Visitor),
) -> Result<Vec<Factor>, Fault> {
    let mut factors = tx.factors(account).await?;
    factors.retain(|f| f.status == FactorStatus::Active && f.method().possession() && !f.is_used_up());
    Ok(in_a_row::serving(tx, harp, factors, visitor).await?.0)
}

/// Whether there may be one more for what was typed, known or not; counted if so.
async fn may_recover(
    tx: &mut dyn Tx,
    harp: &Harp,
    (what, typed): (&str, &str),
    act: &Act,
) -> Result<bool, Fault> {
    let (rules, sources) = (&harp.profile.recovery, &harp.profile.per_source);
    let print = harp.vault.fingerprint(&format!("recover {what}"), typed);
    let limit = |key: String, most| Limit { key, most, window: sources.window };
    let here = network(harp, act)
        .map(|source| limit(format!("recover/{what}/{print}/{source}"), rules.from_one_source));
    let all = limit(format!("recover/{what}/{print}"), rules.from_all);
    let source = Limit::per_source(harp, ("recover", sources.recoveries), act);
    // Always in this order, so that two transactions never wait for each other.
    let limits: Vec<Limit> = source.into_iter().chain(here).chain([all]).collect();
    Ok(limits::take_all(tx, &limits, act.now).await?.is_ok())
}
