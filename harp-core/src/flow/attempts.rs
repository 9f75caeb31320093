//! Attempts against a budget. Every attempt, right or wrong, takes a turn on its key's row before its
//! outcome counts, so a burst of guesses is judged one after another and the sixth is never looked at.

use std::net::IpAddr;

use super::Harp;
use super::alert::sign_in_locked;
use super::counter::{Step, change, read};
use super::known;
use crate::account::Account;
use crate::audit::Deed;
use crate::factor::budget::{Budget, Verdict, Visitor};
use crate::kernel::act::Act;
use crate::kernel::id::AccountId;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::policy::{AttemptRules, Profile};
use crate::session::known::KnownBrowser;
use crate::store::{Fault, Tx};

/// What an attempt counts against: keyed hashes, so that a stolen database names nobody who was guessed at.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    pub key: String,
    /// The e-mail address whose code is tried, whoever tries.
    address: Option<String>,
    /// The network that it came from. Not of a known browser: its own budget is enough, and a neighbour cannot use it up.
    source: Option<String>,
    pub visitor: Visitor,
}

/// How the keys of known browsers begin.
const KNOWN: &str = "known/";

/// What an attempt was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attempt {
    /// Right, and more is to come: resets nothing.
    Right,
    /// Right, and the sign-in is complete: failures are forgotten.
    Complete,
    Wrong,
}

/// What became of it. Unless it is `Open`, even a right attempt counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Open {
        left: u32,
    },
    /// This wrong attempt was the last one.
    NowLocked {
        until: Timestamp,
    },
    /// Nobody looked whether it was right.
    Locked {
        until: Timestamp,
    },
}

/// What an attempt that counted for nothing is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Wrong { left: u32 },
    Locked { until: Timestamp },
}

impl Keys {
    /// For a user ID as it was typed, known or not: one budget for all strangers together, and one for each browser that
    /// its account knows, so that nobody can lock the owner out there (P15).
    pub async fn sign_in(
        tx: &mut dyn Tx,
        harp: &Harp,
        (folded, account): (&str, Option<&Account>),
        act: &Act,
    ) -> Result<Keys, Fault> {
        let key = match known::here(tx, harp, account, act).await? {
            Some(known) => known_key(harp, &known),
            None => sign_in_key(harp, folded),
        };
        Ok(Keys::again(harp, &key, act))
    }

    /// A key that was made before.
    pub fn again(harp: &Harp, key: &str, act: &Act) -> Keys {
        let visitor = visitor(key);
        let source = match visitor {
            Visitor::Known => None,
            Visitor::Stranger => source(harp, act),
        };
        Keys { key: key.to_owned(), address: None, source, visitor }
    }

    /// For codes that confirm an e-mail address.
    pub fn email(harp: &Harp, (account, address): (AccountId, &EmailAddress), act: &Act) -> Keys {
        let key = harp.vault.fingerprint("email code", &account.to_string());
        let address = harp.vault.fingerprint("email code address", &address.folded());
        Keys {
            key: format!("email-code/{key}"),
            address: Some(format!("email-code/address/{address}")),
            source: source(harp, act),
            visitor: Visitor::Stranger,
        }
    }

    /// For codes that confirm a new device.
    pub fn enrolment(harp: &Harp, account: AccountId, act: &Act) -> Keys {
        let print = harp.vault.fingerprint("enrolment", &account.to_string());
        Keys::again(harp, &format!("enrolment/{print}"), act)
    }
}

/// Who tries, by the key of their budget.
pub(super) fn visitor(key: &str) -> Visitor {
    if key.starts_with(KNOWN) { Visitor::Known } else { Visitor::Stranger }
}

fn sign_in_key(harp: &Harp, folded: &str) -> String {
    format!("sign-in/{}", harp.vault.fingerprint("sign-in", folded))
}

/// Of the browser and not of its cookie: signing in as somebody else there, which changes the cookie, buys no guesses.
fn known_key(harp: &Harp, known: &KnownBrowser) -> String {
    let KnownBrowser { account, browser, .. } = known;
    format!("{KNOWN}{}", harp.vault.fingerprint("known browser", &format!("{account} {browser}")))
}

/// The keys of an account's own budgets: the strangers', and one for each browser that it knows.
async fn own_keys(tx: &mut dyn Tx, harp: &Harp, account: &Account) -> Result<Vec<String>, Fault> {
    let known = tx.known_browsers(account.id).await?;
    let known = known.iter().map(|k| known_key(harp, k));
    Ok([sign_in_key(harp, &account.username.folded())].into_iter().chain(known).collect())
}

/// The network of a request, as a keyed hash: an IPv6 host owns a whole /64. `None`: nobody said where it came from.
pub fn network(harp: &Harp, act: &Act) -> Option<String> {
    let network = match act.origin.address?.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => (u128::from(address) >> 64).to_string(),
    };
    Some(harp.vault.fingerprint("source", &network))
}

fn source(harp: &Harp, act: &Act) -> Option<String> {
    network(harp, act).map(|print| format!("source/{print}"))
}

/// Until when nothing may be tried, if so. Only to spare work: [`count`] decides.
pub(super) async fn locked(
    tx: &mut dyn Tx,
    harp: &Harp,
    keys: &Keys,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let key = lock_of(tx, &keys.key, &harp.profile.attempts, now).await?;
    let source = match &keys.source {
        Some(source) => lock_of(tx, source, &harp.profile.sources, now).await?,
        None => None,
    };
    Ok(key.max(source))
}

/// Whether any budget of this account's is used up.
pub(super) async fn any_locked(
    tx: &mut dyn Tx,
    harp: &Harp,
    account: &Account,
    now: Timestamp,
) -> Result<bool, Fault> {
    for key in own_keys(tx, harp, account).await? {
        if lock_of(tx, &key, &harp.profile.attempts, now).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Until when nobody signs in with this user ID, from wherever: for whoever helps its owner.
pub(super) async fn locked_for(
    tx: &mut dyn Tx,
    harp: &Harp,
    folded: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    lock_of(tx, &sign_in_key(harp, folded), &harp.profile.attempts, now).await
}

async fn lock_of(
    tx: &mut dyn Tx,
    key: &str,
    rules: &AttemptRules,
    now: Timestamp,
) -> Result<Option<Timestamp>, Fault> {
    let (_, budget) = read::<Budget>(tx, key).await?;
    Ok(match budget.verdict(rules, now) {
        Verdict::Locked { until } => Some(until),
        Verdict::Open { .. } => None,
    })
}

/// Takes the attempt's turn. The key first, then the address, then the source: always in this order, so that two never wait for each
/// other. A right attempt leaves the row of its source alone: a whole hospital shares it.
pub(super) async fn count(
    tx: &mut dyn Tx,
    harp: &Harp,
    keys: &Keys,
    (attempt, now): (Attempt, Timestamp),
) -> Result<Counted, Fault> {
    let Profile { attempts, addresses, sources, .. } = harp.profile;
    for (key, rules) in [(&keys.address, addresses), (&keys.source, sources)] {
        if let Some(key) = key
            && let Some(until) = lock_of(tx, key, rules, now).await?
        {
            return Ok(Counted::Locked { until });
        }
    }
    let mut counted = turn(tx, &keys.key, attempts, (attempt, now)).await?;
    if let (Some(address), Counted::Open { .. } | Counted::NowLocked { .. }) = (&keys.address, counted) {
        counted = match (counted, turn(tx, address, addresses, (attempt, now)).await?) {
            (Counted::Open { left: one }, Counted::Open { left: other }) => {
                Counted::Open { left: one.min(other) }
            }
            (Counted::Open { .. }, locked) => locked,
            (locked, _) => locked,
        };
    }
    if let (Attempt::Wrong, Some(source), Counted::Open { .. } | Counted::NowLocked { .. }) =
        (attempt, &keys.source, counted)
    {
        turn(tx, source, sources, (attempt, now)).await?;
    }
    Ok(counted)
}

/// What to tell whoever failed. When it was the last attempt the owner is told, too, by a letter (AC-7).
pub(super) async fn refused(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, counted): (Option<&Account>, Counted),
    act: &Act,
) -> Result<Refusal, Fault> {
    Ok(match counted {
        Counted::Open { left } => Refusal::Wrong { left },
        Counted::Locked { until } => Refusal::Locked { until },
        Counted::NowLocked { until } => {
            let deed = Deed::SignInLocked { until };
            tx.record(&harp.event(act, account.map(|a| a.id), deed)).await?;
            sign_in_locked(tx, harp, (account, until), act).await?;
            Refusal::Locked { until }
        }
    })
}

async fn turn(
    tx: &mut dyn Tx,
    key: &str,
    rules: &AttemptRules,
    (attempt, now): (Attempt, Timestamp),
) -> Result<Counted, Fault> {
    let step = |budget: Budget| {
        if let Verdict::Locked { until } = budget.verdict(rules, now) {
            return Step { next: None, out: Counted::Locked { until } };
        }
        let next = match attempt {
            Attempt::Right => budget,
            Attempt::Complete => budget.clear(),
            Attempt::Wrong => budget.fail(rules, now),
        };
        let out = match next.verdict(rules, now) {
            Verdict::Open { left } => Counted::Open { left },
            Verdict::Locked { until } => Counted::NowLocked { until },
        };
        let forget_at = next.forget_at(rules, now);
        Step { next: Some((next, forget_at)), out }
    };
    change(tx, key, step).await
}

/// Forgets the failures of an account, locked or not, strangers' and known browsers': its owner has proved themselves, or an
/// operator says so.
pub(super) async fn forgive(
    tx: &mut dyn Tx,
    harp: &Harp,
    account: &Account,
    now: Timestamp,
) -> Result<(), Fault> {
    let rules = &harp.profile.attempts;
    for key in own_keys(tx, harp, account).await? {
        let step = |budget: Budget| {
            let next = budget.clear();
            let forget_at = next.forget_at(rules, now);
            Step { next: Some((next, forget_at)), out: () }
        };
        change(tx, &key, step).await?;
    }
    Ok(())
}
