//! Wrong attempts in a row at one password or device, over all budgets (SP 800-63B-4 §3.2.2). The counters stand beside the
//! budgets and are changed after them, always in this order, so that two transactions never wait for each other.

use super::Harp;
use super::alert::alert;
use super::attempts::Attempt;
use super::counter::{Step, change, read};
use crate::account::Account;
use crate::audit::Deed;
use crate::factor::budget::{InARow, Off, Visitor};
use crate::factor::{Factor, FactorStatus};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{AccountId, FactorId};
use crate::kernel::time::Timestamp;
use crate::notice::Happened;
use crate::store::{Fault, Tx};

/// What is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Authenticator {
    Password(AccountId),
    Device(FactorId),
    /// The password of a user ID that is nobody's: the same rows are written, and the sweep takes them away.
    Nobody(AccountId),
}

impl Authenticator {
    fn key(self) -> String {
        match self {
            Authenticator::Password(id) | Authenticator::Nobody(id) => format!("in-a-row/{id}"),
            Authenticator::Device(id) => format!("in-a-row/{id}"),
        }
    }
}

/// Whether an attempt may be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    Yes,
    /// It may, and this wrong one was the last.
    Last(Off),
    /// Nobody looks whether it was right.
    No,
}

/// Whether this visitor's attempt would be looked at. Only to know what it is worth: [`count`] decides.
pub(super) async fn serves(
    tx: &mut dyn Tx,
    harp: &Harp,
    (what, visitor): (Authenticator, Visitor),
) -> Result<bool, Fault> {
    let (_, row) = read::<InARow>(tx, &what.key()).await?;
    Ok(row.judges(&harp.profile.in_a_row, visitor))
}

/// What it is switched off for, if at all.
pub(super) async fn off(tx: &mut dyn Tx, harp: &Harp, what: Authenticator) -> Result<Option<Off>, Fault> {
    let (_, row) = read::<InARow>(tx, &what.key()).await?;
    Ok(row.off(&harp.profile.in_a_row))
}

/// Those of these devices that serve this visitor, and those that are switched off for them.
pub(super) async fn serving(
    tx: &mut dyn Tx,
    harp: &Harp,
    factors: Vec<Factor>,
    visitor: Visitor,
) -> Result<(Vec<Factor>, Vec<Factor>), Fault> {
    let (mut on, mut off) = (Vec::new(), Vec::new());
    for factor in factors {
        match serves(tx, harp, (Authenticator::Device(factor.id), visitor)).await? {
            true => on.push(factor),
            false => off.push(factor),
        }
    }
    Ok((on, off))
}

/// Takes a wrong attempt's turn; of a right one only whether it counts: what forgets the wrong ones is [`reset`].
pub(super) async fn count(
    tx: &mut dyn Tx,
    harp: &Harp,
    (what, visitor): (Authenticator, Visitor),
    (attempt, now): (Attempt, Timestamp),
) -> Result<Judged, Fault> {
    let rules = &harp.profile.in_a_row;
    let forget_at = match what {
        Authenticator::Nobody(_) => now,
        _ => now + rules.kept,
    };
    let step = |row: InARow| {
        if !row.judges(rules, visitor) {
            return Step { next: None, out: Judged::No };
        }
        if attempt != Attempt::Wrong {
            return Step { next: None, out: Judged::Yes };
        }
        let next = row.wrong();
        let out = match next.off(rules) {
            Some(off) if row.off(rules) != Some(off) => Judged::Last(off),
            _ => Judged::Yes,
        };
        Step { next: Some((next, forget_at)), out }
    };
    change(tx, &what.key(), step).await
}

/// It has served in something that is complete, or is another one now.
pub(super) async fn reset(tx: &mut dyn Tx, what: Authenticator, now: Timestamp) -> Result<(), Fault> {
    let step = |row: InARow| {
        let next = (row != InARow::default()).then(|| (InARow::default(), now));
        Step { next, out: () }
    };
    change(tx, &what.key(), step).await
}

/// Whether the password or a device that is in use is switched off.
pub(super) async fn any_off(tx: &mut dyn Tx, harp: &Harp, account: &Account) -> Result<bool, Fault> {
    for what in all(tx, account).await? {
        if off(tx, harp, what).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An operator says so (AC-7): the password and the devices work again.
pub(super) async fn reset_all(tx: &mut dyn Tx, account: &Account, now: Timestamp) -> Result<(), Fault> {
    for what in all(tx, account).await? {
        reset(tx, what, now).await?;
    }
    Ok(())
}

/// The devices in use first, then the password: the order in which a sign-in changes them.
async fn all(tx: &mut dyn Tx, account: &Account) -> Result<Vec<Authenticator>, Fault> {
    let factors = tx.factors(account.id).await?.into_iter().filter(|f| f.status == FactorStatus::Active);
    let devices = factors.map(|f| Authenticator::Device(f.id));
    Ok(devices.chain([Authenticator::Password(account.id)]).collect())
}

/// On record, and told to the owner by letter: what no longer works, and what they can do.
pub(super) async fn switched_off(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, device, off): (&Account, Option<&Factor>, Off),
    act: &Act,
) -> Result<(), Fault> {
    let method = device.map_or(Method::Password, Factor::method);
    let deed = Deed::SwitchedOff { factor: device.map(|f| f.id), method, off };
    tx.record(&harp.event(act, account.id, deed)).await?;
    if !account.standing.is_usable() {
        return Ok(());
    }
    let what = match device {
        Some(_) => Happened::FactorSwitchedOff { method: method.as_str().to_owned(), off },
        None => Happened::PasswordSwitchedOff { off },
    };
    alert(tx, harp, (account, what), act).await
}
