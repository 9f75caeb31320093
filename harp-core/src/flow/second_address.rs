//! A second address for security letters (B02, P4): the first belongs to the employer, and goes when the person does.
//!
//! ```text
//! ask --letter with a code--> awaited --confirm--> confirmed --remove--> none
//!                             (one that was confirmed before serves until then)
//! ```
//! Who asks for it, or takes it away, has signed in lately as for a device: whoever gets the letters learns what becomes of
//! the account. It counts only once its code was entered, is no sign-in name, and belongs to nobody alone: it keeps its owner
//! from registering with it no more than any other word that somebody typed.

use std::time::Duration;

use async_trait::async_trait;

use super::alert::{alert, alert_also};
use super::attempts::{self, Attempt, Counted, Keys};
use super::factors::{Gate, take_turn};
use super::sends::Letter;
use super::sessions::Live;
use super::{Harp, Trouble, confirm_email};
use crate::account::Account;
use crate::account::field::{Complaint, Complaints, Field, Problem};
use crate::audit::Deed;
use crate::factor::{CodeChallenge, CodePurpose};
use crate::kernel::act::Act;
use crate::kernel::id::ChallengeId;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::notice::{Happened, Notice, Recipient};
use crate::store::{Fault, Tx, Work};

/// Within this time the same wish again is a second click.
const SECOND_CLICK: Duration = Duration::from_secs(15);

/// What became of the wish for a letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    OnItsWay,
    /// This code was sent as often as it may be, or too many letters went to the address, the account or the network lately.
    NoMore,
    /// The address is not one, or is the first one, or is confirmed already.
    Refused(Vec<Complaint>),
    /// No address waits for its code.
    Nothing,
    SignInAgain,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq)]
pub enum Confirmed {
    Confirmed,
    /// Wrong, used or out of date: one text for all three.
    Wrong,
    Locked {
        until: Timestamp,
    },
    /// No address waits for its code: perhaps an earlier click confirmed it.
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// Told at the removed address, too.
    Removed,
    /// There was none.
    Nothing,
    SignInAgain,
}

/// Sends a code to another address, which counts from the moment at which it was entered.
pub async fn ask(harp: &Harp, live: &Live, typed: &str, act: &Act) -> Result<Asked, Trouble> {
    let mut bad = Complaints::default();
    match bad.take(Field::SecondEmail, EmailAddress::parse(typed)) {
        Some(address) => send(harp, live, Some(address), act).await,
        None => Ok(Asked::Refused(bad.into_vec())),
    }
}

/// Sends the code anew: works after it has expired, too (P4).
pub async fn resend(harp: &Harp, live: &Live, act: &Act) -> Result<Asked, Trouble> {
    send(harp, live, None, act).await
}

async fn send(harp: &Harp, live: &Live, to: Option<EmailAddress>, act: &Act) -> Result<Asked, Trouble> {
    let id = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Send { harp, live, to, id, act }).await?)
}

struct Send<'a> {
    harp: &'a Harp,
    live: &'a Live,
    /// None: the one that waits already.
    to: Option<EmailAddress>,
    /// For a new challenge.
    id: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Send<'_> {
    type Out = Asked;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Asked, Fault> {
        let Send { harp, live, act, .. } = self;
        // Two clicks at once take turns: the second finds the first's code.
        take_turn(tx, live).await?;
        let Ok(Gate { account, .. }) = Gate::pass(tx, harp, live, act).await? else {
            return Ok(Asked::SignInAgain);
        };
        let Some(to) = self.to.clone().or_else(|| account.second.awaited.clone()) else {
            return Ok(Asked::Nothing);
        };
        if let Some(problem) = unfit(&account, &to) {
            return Ok(Asked::Refused(vec![Complaint { field: Field::SecondEmail, problem }]));
        }
        let open = tx.challenge_for(account.id, &purpose(&to)).await?;
        let sent_at = open.as_ref().map(|c| c.expires_at - harp.profile.code.email_life);
        if sent_at.is_some_and(|at| act.now.since(at) < SECOND_CLICK)
            && account.second.awaited.as_ref() == Some(&to)
        {
            return Ok(Asked::OnItsWay);
        }
        let letter = if open.is_some() { Letter::Another } else { Letter::First };
        if !confirm_email::may_send(tx, harp, (account.id, &to, letter), act).await? {
            return Ok(Asked::NoMore);
        }
        let Some(challenge) = self.challenge(tx, (&account, &to), open).await? else {
            return Ok(Asked::NoMore);
        };
        if account.second.awaited.as_ref() != Some(&to) {
            tx.await_second_address(account.id, &to).await?;
            tx.record(&harp.event(act, account.id, Deed::SecondAddressAsked)).await?;
        }
        let notice = Notice::ConfirmSecond { code: challenge.current() };
        confirm_email::push(tx, harp, (account.id, Recipient::Email(to), notice), act).await?;
        tx.record(&harp.event(act, account.id, Deed::EmailCodeSent)).await?;
        Ok(Asked::OnItsWay)
    }
}

impl Send<'_> {
    /// The next code; none when this one was sent as often as it may be.
    async fn challenge(
        &self,
        tx: &mut dyn Tx,
        (account, to): (&Account, &EmailAddress),
        open: Option<CodeChallenge>,
    ) -> Result<Option<CodeChallenge>, Fault> {
        let Send { harp, act, .. } = self;
        let rules = &harp.profile.code;
        let expires_at = act.now + rules.email_life;
        match open {
            Some(open) if open.resend < rules.resends => {
                let next = tx.resend_challenge(open.id, open.resend, expires_at).await?;
                Ok(next.then(|| CodeChallenge { resend: open.resend + 1, expires_at, ..open }))
            }
            Some(open) if act.now < open.expires_at => Ok(None),
            _ => {
                let challenge = CodeChallenge {
                    id: self.id,
                    account: account.id,
                    purpose: purpose(to),
                    resend: 0,
                    expires_at,
                    created_at: act.now,
                    spent_at: None,
                };
                tx.add_challenge(&challenge).await?;
                Ok(Some(challenge))
            }
        }
    }
}

fn purpose(address: &EmailAddress) -> CodePurpose {
    CodePurpose::ConfirmSecond { address: address.clone() }
}

/// Why it would be no second address.
fn unfit(account: &Account, to: &EmailAddress) -> Option<Problem> {
    let same = |other: &EmailAddress| other.folded() == to.folded();
    let held = account.second.confirmed.as_ref().is_some_and(same);
    (held || same(&account.email.address)).then_some(Problem::AlreadyHeld)
}

/// Enters a code. Each attempt takes its turn on the budget before it counts.
pub async fn confirm(harp: &Harp, live: &Live, typed: &str, act: &Act) -> Result<Confirmed, Trouble> {
    Ok(harp.store.write(&Confirm { harp, live, typed, act }).await?)
}

struct Confirm<'a> {
    harp: &'a Harp,
    live: &'a Live,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Confirm<'_> {
    type Out = Confirmed;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Confirmed, Fault> {
        let Confirm { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        let account = tx.account(live.account.id).await?.filter(|a| a.standing.is_usable());
        let Some(account) = account else { return Ok(Confirmed::Nothing) };
        let Some(address) = account.second.awaited.clone() else { return Ok(Confirmed::Nothing) };
        let challenge = tx.challenge_for(account.id, &purpose(&address)).await?;
        let right = challenge.as_ref().filter(|c| {
            c.serves(c.current(), act.now)
                && harp.vault.code_is(self.typed, c.id, c.resend, harp.profile.code.digits)
        });
        let keys = Keys::email(harp, (account.id, &address), act);
        let attempt = if right.is_some() { Attempt::Complete } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        let spent = match (right, counted) {
            (Some(code), Counted::Open { .. }) => tx.spend_challenge(code.id, code.resend, act.now).await?,
            _ => false,
        };
        if !spent || !tx.confirm_second_address(account.id, &address, act.now).await? {
            tx.record(&harp.event(act, account.id, Deed::EmailCodeRefused)).await?;
            return Ok(match counted {
                Counted::Open { .. } => Confirmed::Wrong,
                Counted::NowLocked { until } | Counted::Locked { until } => Confirmed::Locked { until },
            });
        }
        tx.record(&harp.event(act, account.id, Deed::SecondAddressConfirmed)).await?;
        let former = account.second.confirmed;
        if let Some(account) = tx.account(account.id).await? {
            let what = Happened::SecondAddressConfirmed;
            alert_also(tx, harp, (&account, former.as_ref(), what), act).await?;
        }
        Ok(Confirmed::Confirmed)
    }
}

/// Takes the confirmed one away, and one that waits with it.
pub async fn remove(harp: &Harp, live: &Live, act: &Act) -> Result<Removed, Trouble> {
    struct Remove<'a> {
        harp: &'a Harp,
        live: &'a Live,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Remove<'_> {
        type Out = Removed;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Removed, Fault> {
            let Remove { harp, live, act } = self;
            take_turn(tx, live).await?;
            let Ok(Gate { account, .. }) = Gate::pass(tx, harp, live, act).await? else {
                return Ok(Removed::SignInAgain);
            };
            let Some(former) = &account.second.confirmed else { return Ok(Removed::Nothing) };
            if !tx.remove_second_address(account.id, former).await? {
                return Ok(Removed::Nothing);
            }
            tx.record(&harp.event(act, account.id, Deed::SecondAddressRemoved)).await?;
            // As it was: the removed one is told, too.
            alert(tx, harp, (&account, Happened::SecondAddressRemoved), act).await?;
            Ok(Removed::Removed)
        }
    }
    Ok(harp.store.write(&Remove { harp, live, act }).await?)
}
