//! Locking an account and unlocking it.
//!
//! ```text
//! PendingSetup, Active --owner: This was not me--> Locked --operator: unlock, with a reason--> as before
//! ```
//! With the lock every session, unfinished sign-in and code is worthless at once (the credential epoch rises), and what
//! applications hold is refused when they next ask. The epoch stays when the account is unlocked: what was ended stays so.
//! Devices that were added since the letter was written are removed (suspended, where one was suspended meanwhile), or unlocking would let whoever added them in.

use async_trait::async_trait;

use super::alert::alert;
use super::attempts;
use super::{Harp, Trouble, in_a_row};
use crate::account::field::{Complaint, Field, Problem};
use crate::account::lock::{Lock, LockReason};
use crate::account::username::fold;
use crate::account::{Account, SecondAddress, Standing};
use crate::audit::Deed;
use crate::factor::Factor;
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::notice::Happened;
use crate::notice::repudiation::Repudiation;
use crate::store::{Fault, Tx, Work};

/// What a link *This was not me* is good for. Never told, spent and expired ones look the same, and tell of nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It will lock an account, if it is asked to.
    Serves,
    Dead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMe {
    /// The account is locked, now or since before.
    Locked,
    /// Nothing has happened.
    Dead,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Unlocked {
    /// The account, or sign-in with its user ID, was locked, or a password or device switched off, and is not any more. The owner is told by letter.
    Unlocked,
    NotLocked,
    /// There is no such user ID.
    Unknown,
    /// The reason is missing or too long.
    Refused(Vec<Complaint>),
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Whether the link serves. Changes nothing: mail scanners open links.
pub async fn look(harp: &Harp, token: &Plain, act: &Act) -> Result<Link, Trouble> {
    struct Look(Hashed);
    #[async_trait]
    impl Work for Look {
        type Out = Option<Repudiation>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.repudiation(&self.0).await
        }
    }
    let found = harp.store.read(&Look(token.hashed())).await?;
    Ok(if found.is_some_and(|r| r.serves(act.now)) { Link::Serves } else { Link::Dead })
}

/// The owner says that it was somebody else: locks the account of the letter, whoever is signed in here. The link works once.
pub async fn not_me(harp: &Harp, token: &Plain, act: &Act) -> Result<NotMe, Trouble> {
    Ok(harp.store.write(&Repudiate { harp, token, act }).await?)
}

struct Repudiate<'a> {
    harp: &'a Harp,
    token: &'a Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Repudiate<'_> {
    type Out = NotMe;

    async fn run(&self, tx: &mut dyn Tx) -> Result<NotMe, Fault> {
        let Repudiate { harp, act, .. } = self;
        let Some(found) = tx.repudiation(&self.token.hashed()).await? else { return Ok(NotMe::Dead) };
        // First the account, then its links: two letters at once do not wait for each other for ever.
        tx.account_turn(found.account).await?;
        if !tx.spend_repudiation(found.id, act.now).await? {
            return Ok(NotMe::Dead);
        }
        let Some(account) = tx.account(found.account).await? else { return Ok(NotMe::Dead) };
        if account.standing.is_usable() {
            let account = without_address_since(tx, harp, (account, found.created_at), act).await?;
            let account = without_devices_since(tx, harp, (account, found.created_at), act).await?;
            lock(tx, harp, (&account, LockReason::NotMe), act).await?;
        }
        Ok(NotMe::Locked)
    }
}

/// A second address of a stranger's goes: it would be told whatever the owner does to get back in.
async fn without_address_since(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, since): (Account, Timestamp),
    act: &Act,
) -> Result<Account, Fault> {
    let theirs = account.second.confirmed.as_ref().filter(|_| account.second.confirmed_at >= Some(since));
    let Some(theirs) = theirs else { return Ok(account) };
    if tx.remove_second_address(account.id, theirs).await? {
        tx.record(&harp.event(act, account.id, Deed::SecondAddressRemoved)).await?;
    }
    Ok(Account { second: SecondAddress::default(), ..account })
}

/// The account was in strange hands when the letter was written: the device that it tells of goes, and whatever was added
/// later. If none is left, the account is to be set up again (E02).
///
/// Whoever clicks reads one mailbox, and may hold the stolen phone that it is read on. So nothing that is suspended comes back by
/// a link; and once something was suspended, a device that was added later may be its owner's replacement: it is suspended, not
/// removed. Either way nothing works until the account is unlocked and its owner comes back in by a reset.
async fn without_devices_since(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, since): (Account, Timestamp),
    act: &Act,
) -> Result<Account, Fault> {
    let (theirs, own): (Vec<Factor>, Vec<Factor>) = tx
        .factors(account.id)
        .await?
        .into_iter()
        .partition(|f| f.activated_at.unwrap_or(f.created_at) >= since);
    let mut kept = false;
    let suspended = !tx.suspended_since(account.id, since).await?.is_empty();
    for factor in &theirs {
        if suspended && factor.is_held() {
            kept = true;
            if tx.suspend_factor(factor.id, act.now).await? {
                let deed = Deed::FactorSuspended { factor: factor.id, method: factor.method() };
                tx.record(&harp.event(act, account.id, deed)).await?;
            }
        } else if tx.remove_factor(factor.id, act.now).await? {
            let deed = Deed::FactorRemoved { factor: factor.id, method: factor.method() };
            tx.record(&harp.event(act, account.id, deed)).await?;
        }
    }
    let bare = !theirs.is_empty() && !kept && !own.iter().any(|f| f.is_held() && f.method().carries());
    if bare && tx.set_standing(account.id, Standing::Active, Standing::PendingSetup).await? {
        return Ok(Account { standing: Standing::PendingSetup, ..account });
    }
    Ok(account)
}

/// Comes after the turn on the account's row.
async fn lock(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, why): (&Account, LockReason),
    act: &Act,
) -> Result<(), Fault> {
    let lock = Lock { account: account.id, at: act.now, why, before: account.standing };
    if !tx.lock_account(&lock).await? {
        return Err(Fault::Conflict("the account changed while it was locked".to_owned()));
    }
    let ended = tx.end_sessions(account.id, None, act.now).await?;
    if tx.stop_reset(account.id, act.now).await? {
        tx.record(&harp.event(act, account.id, Deed::ResetStopped)).await?;
    }
    // The letters that are out speak of what is past: whoever unlocks has talked to the owner.
    tx.void_repudiations(account.id, act.now).await?;
    tx.record(&harp.event(act, account.id, Deed::AccountLocked { why })).await?;
    if !ended.is_empty() {
        let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
        tx.record(&harp.event(act, account.id, Deed::SessionsEnded { count })).await?;
    }
    alert(tx, harp, (account, Happened::AccountLocked), act).await
}

/// An operator unlocks: the account, and signing in with its user ID (AC-7: *or until an administrator releases*);
/// a password or device that was switched off after too many wrong attempts works again. The password is as it was, whoever knows it: the letter asks its owner to change it, and the help desk sees to it.
pub async fn unlock(harp: &Harp, (username, reason): (&str, &str), act: &Act) -> Result<Unlocked, Trouble> {
    let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let reason = reason.trim();
    let problem = match reason.chars().count() {
        0 => Some(Problem::Missing),
        n if n > LONGEST_REASON => Some(Problem::TooLong { max: LONGEST_REASON }),
        _ => None,
    };
    if let Some(problem) = problem {
        return Ok(Unlocked::Refused(vec![Complaint { field: Field::Reason, problem }]));
    }
    Ok(harp.store.write(&Unlock { harp, folded: fold(username), reason, act }).await?)
}

struct Unlock<'a> {
    harp: &'a Harp,
    folded: String,
    reason: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Unlock<'_> {
    type Out = Unlocked;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Unlocked, Fault> {
        let Unlock { harp, folded, act, .. } = self;
        match tx.account_by_username(folded).await? {
            Some(account) => release(tx, harp, (&account, self.reason), act).await,
            None => Ok(Unlocked::Unknown),
        }
    }
}

/// The same as a step of another work.
pub(super) async fn release(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, reason): (&Account, &str),
    act: &Act,
) -> Result<Unlocked, Fault> {
    let attempts_locked = attempts::any_locked(tx, harp, account, act.now).await?
        || in_a_row::any_off(tx, harp, account).await?;
    let unlocked = match tx.account_lock(account.id).await? {
        Some(lock) => tx.unlock_account(&lock).await?,
        None => attempts_locked && account.standing.is_usable(),
    };
    if !unlocked {
        return Ok(Unlocked::NotLocked);
    }
    attempts::forgive(tx, harp, account, act.now).await?;
    in_a_row::reset_all(tx, account, act.now).await?;
    let deed = Deed::AccountUnlocked { reason: reason.to_owned() };
    tx.record(&harp.event(act, account.id, deed)).await?;
    alert(tx, harp, (account, Happened::AccountUnlocked), act).await?;
    Ok(Unlocked::Unlocked)
}
