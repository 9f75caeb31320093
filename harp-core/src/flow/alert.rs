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
    match account.filter(|_| !to.is_empty()) {
        Some(account) => send(tx, harp, (account.id, &to, what), act).await,
        None => {
            let nobody = AccountId::mint(act.now, &*harp.random);
            send(tx, harp, (nobody, &[nowhere()], what), act).await
        }
    }
}

/// RFC 2606 §2: no such name will ever be.
pub(super) fn nowhere() -> EmailAddress {
    EmailAddress::stored("nobody@harp.invalid".to_owned())
}

/// Every confirmed address of the account. Today an account has one at most, and a confirmed one does not change.
fn addresses(account: &Account) -> Vec<EmailAddress> {
    account.email.verified().into_iter().cloned().collect()
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
    let ours = matches!(act.actor, Actor::Operator | Actor::System);
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
