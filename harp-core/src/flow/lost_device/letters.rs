//! The first half: a code from each of two addresses.

use async_trait::async_trait;

use super::{live, routes, shut};
use crate::account::Account;
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::CodePurpose;
use crate::factor::reset::{By, Reset};
use crate::flow::alert::alert;
use crate::flow::attempts::{self, Attempt, Counted, Keys, Refusal};
use crate::flow::code_letter::{self, CodeLetter};
use crate::flow::sign_in::{Gone, Here};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::ResetId;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::notice::{Happened, Notice};
use crate::store::{Fault, Tx, Work};

/// What became of the wish for letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    OnTheirWay,
    /// So many went out lately that none does.
    NoMore,
    /// There are no two addresses, or a reset waits already.
    NotThisWay,
    Locked {
        until: Timestamp,
    },
    Gone(Gone),
}

/// What became of the two codes.
#[derive(Debug, Clone, PartialEq)]
pub enum Proved {
    /// Every device is suspended, every session has ended. From then on a new one can be set up.
    Waiting {
        until: Timestamp,
    },
    /// Nothing was checked: a field is empty.
    Incomplete(Vec<Complaint>),
    /// One of the two, or both: which is not told.
    Wrong {
        left: u32,
    },
    NotThisWay,
    Locked {
        until: Timestamp,
    },
    Gone(Gone),
}

/// Sends a code to each of the two addresses; anew in place of those that were sent.
pub async fn send_letters(harp: &Harp, token: &Plain, act: &Act) -> Result<Letters, Trouble> {
    Ok(harp.store.write(&Send { harp, token: token.hashed(), act }).await?)
}

struct Send<'a> {
    harp: &'a Harp,
    token: Hashed,
    act: &'a Act,
}

#[async_trait]
impl Work for Send<'_> {
    type Out = Letters;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Letters, Fault> {
        let Send { harp, act, .. } = self;
        let here = match Here::with_turn(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Letters::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let keys = Keys::again(harp, &here.sign_in.budget, act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            return Ok(Letters::Locked { until });
        }
        let account = &here.account;
        let (None, Some((first, second))) = (live(tx, account, act.now).await?, routes(account)) else {
            return Ok(Letters::NotThisWay);
        };
        for to in [first, second] {
            let letter = CodeLetter {
                account,
                to,
                purpose: purpose(to),
                life: harp.profile.recovery.life,
                notice: |code| Notice::LostDeviceCode { code },
            };
            if !letter.send(tx, harp, act).await? {
                return Ok(Letters::NoMore);
            }
        }
        tx.record(&harp.event(act, account.id, Deed::DevicesSaidLost)).await?;
        Ok(Letters::OnTheirWay)
    }
}

fn purpose(address: &EmailAddress) -> CodePurpose {
    CodePurpose::LostDevice { address: address.clone() }
}

/// Both codes at once: one alone tells nothing, neither to a guesser nor to whoever reads one mailbox.
pub async fn prove(
    harp: &Harp,
    token: &Plain,
    (first, second): (&str, &str),
    act: &Act,
) -> Result<Proved, Trouble> {
    let missing = |field| Complaint { field, problem: Problem::Missing };
    let mut found = Vec::new();
    found.extend(first.trim().is_empty().then(|| missing(Field::FirstCode)));
    found.extend(second.trim().is_empty().then(|| missing(Field::SecondCode)));
    if !found.is_empty() {
        return Ok(Proved::Incomplete(found));
    }
    let reset = ResetId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Prove { harp, token: token.hashed(), typed: (first, second), reset, act }).await?)
}

struct Prove<'a> {
    harp: &'a Harp,
    token: Hashed,
    typed: (&'a str, &'a str),
    reset: ResetId,
    act: &'a Act,
}

#[async_trait]
impl Work for Prove<'_> {
    type Out = Proved;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Proved, Fault> {
        let Prove { harp, act, .. } = self;
        let here = match Here::with_turn(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Proved::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let account = &here.account;
        let (None, Some((first, second))) = (live(tx, account, act.now).await?, routes(account)) else {
            return Ok(Proved::NotThisWay);
        };
        let one = code_letter::right(tx, harp, (account, &purpose(first), self.typed.0), act).await?;
        let two = code_letter::right(tx, harp, (account, &purpose(second), self.typed.1), act).await?;
        let keys = Keys::again(harp, &here.sign_in.budget, act);
        let attempt = if one.and(two).is_some() { Attempt::Right } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        let (Some(one), Some(two), Counted::Open { .. }) = (one, two, counted) else {
            tx.record(&harp.event(act, account.id, Deed::RecoveryCodeRefused)).await?;
            return Ok(match attempts::refused(tx, harp, (Some(account), counted), act).await? {
                Refusal::Wrong { left } => Proved::Wrong { left },
                Refusal::Locked { until } => Proved::Locked { until },
            });
        };
        for code in [one, two] {
            if !tx.spend_challenge(code.challenge, code.resend, act.now).await? {
                return Err(Fault::Conflict("a code was spent while it was checked".to_owned()));
            }
        }
        tx.spend_sign_in(here.sign_in.id).await?;
        let (id, until) = (self.reset, act.now + harp.profile.recovery.lost_wait);
        begin(tx, harp, (here.account, id, By::Letters, until), act).await?;
        Ok(Proved::Waiting { until })
    }
}

/// Suspends every device, and begins the waiting time; told on every address at once. Comes after the turn on the account's
/// row.
pub(in crate::flow) async fn begin(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, id, by, ready_at): (Account, ResetId, By, Timestamp),
    act: &Act,
) -> Result<(), Fault> {
    // One that is out of date, or that something has stopped.
    tx.stop_reset(account.id, act.now).await?;
    let account = shut(tx, harp, account, act).await?;
    let reset = Reset {
        id,
        account: account.id,
        epoch: account.epoch,
        by,
        begun_at: act.now,
        ready_at,
        expires_at: ready_at + harp.profile.recovery.ready_for,
    };
    if !tx.add_reset(&reset).await? {
        return Err(Fault::Conflict("another reset began at this moment".to_owned()));
    }
    tx.record(&harp.event(act, account.id, Deed::ResetBegun { by, ready_at })).await?;
    alert(tx, harp, (&account, Happened::ResetBegun { by, ready_at }), act).await
}
