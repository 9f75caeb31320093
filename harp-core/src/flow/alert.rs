//! Security letters: what happened to an account, on every confirmed address of its owner, with one link by which they say
//! that it was not them. Written in the transaction of the deed; the link's secret is made by the worker, and nothing
//! readable of it rests anywhere.

use super::{Harp, confirm_email};
use crate::account::Account;
use crate::kernel::act::{Act, Actor};
use crate::kernel::id::{AccountId, RepudiationId};
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::notice::repudiation::Repudiation;
use crate::notice::whence::Whence;
use crate::notice::{Alert, Happened, Notice, Recipient};
use crate::store::{Fault, Tx};

/// Tells the owner, wherever they are sure to be reached. An address that nobody confirmed is nobody's.
pub(super) async fn alert(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, what): (&Account, Happened),
    act: &Act,
) -> Result<(), Fault> {
    let to = addresses(account);
    if to.is_empty() {
        return Ok(());
    }
    send(tx, harp, (account.id, &to, what), act).await
}

/// The same, and at an address that is the owner's no longer: whoever took it away may not be the owner.
pub(super) async fn alert_also(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, former, what): (&Account, Option<&EmailAddress>, Happened),
    act: &Act,
) -> Result<(), Fault> {
    let mut to = addresses(account);
    to.extend(former.filter(|former| to.iter().all(|a| a.folded() != former.folded())).cloned());
    send(tx, harp, (account.id, &to, what), act).await
}

/// AC-7: the budget of a user ID has closed; called once for each lock.
pub(super) async fn sign_in_locked(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, until): (Option<&Account>, Timestamp),
    act: &Act,
) -> Result<(), Fault> {
    let usable = account.filter(|a| a.standing.is_usable());
    alert_or_nobody(tx, harp, (usable, Happened::SignInLocked { until }), act).await
}

/// The same for somebody whom perhaps nobody knows, or whom no letter reaches: the same rows are written, and the
/// worker throws them away.
pub(super) async fn alert_or_nobody(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, what): (Option<&Account>, Happened),
    act: &Act,
) -> Result<(), Fault> {
    let to = account.map(addresses).unwrap_or_default();
    let nobody = AccountId::mint(act.now, &*harp.random);
    match account.filter(|_| !to.is_empty()) {
        Some(account) => send(tx, harp, (account.id, &to, what.clone()), act).await?,
        None => send(tx, harp, (nobody, &[nowhere()], what.clone()), act).await?,
    }
    if to.len() < MOST_ADDRESSES {
        // Whether somebody has a second address is not told by the time that it takes.
        let unread = Alert { what, at: act.now, whence: None, repudiation: None };
        let to = Recipient::Email(nowhere());
        confirm_email::push(tx, harp, (nobody, to, Notice::Alert(unread)), act).await?;
    }
    Ok(())
}

/// How many an account has, at most.
const MOST_ADDRESSES: usize = 2;

/// RFC 2606 §2: no such name will ever be.
pub(super) fn nowhere() -> EmailAddress {
    EmailAddress::stored("nobody@harp.invalid".to_owned())
}

fn addresses(account: &Account) -> Vec<EmailAddress> {
    account.addresses().into_iter().cloned().collect()
}

async fn send(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, to, what): (AccountId, &[EmailAddress], Happened),
    act: &Act,
) -> Result<(), Fault> {
    let link = RepudiationId::mint(act.now, &*harp.random);
    let locked = what == Happened::AccountLocked;
    if !locked {
        let repudiation = Repudiation {
            id: link,
            account,
            secret: harp.vault.repudiation(link).hashed(),
            created_at: act.now,
            expires_at: act.now + harp.profile.repudiation.life,
            spent_at: None,
        };
        tx.add_repudiation(&repudiation).await?;
    }
    let ours = matches!(act.actor, Actor::Operator | Actor::System) || what.by_the_help_desk();
    let alert = Alert {
        what,
        at: act.now,
        whence: (!ours).then(|| Whence::of(&act.origin)),
        repudiation: (!locked).then_some(link),
    };
    for address in to {
        let notice = Notice::Alert(alert.clone());
        confirm_email::push(tx, harp, (account, Recipient::Email(address.clone()), notice), act).await?;
    }
    Ok(())
}
