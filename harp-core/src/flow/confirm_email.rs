//! Confirming an e-mail address (B09): only an address whose code was entered counts, and only then is it anybody's.
//!
//! What is said on pages never depends on whether somebody else has the address. Who enters a right code has
//! read the mailbox, and may be told.

use std::time::Duration;

use async_trait::async_trait;

use super::alert::alert;
use super::attempts::{self, Attempt, Counted, Keys};
use super::sends::{self, Letter, Reason};
use super::{Harp, Trouble};
use crate::account::Account;
use crate::account::field::{Complaint, Complaints, Field, Problem};
use crate::audit::Deed;
use crate::factor::{CodeChallenge, CodePurpose};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, ChallengeId, MessageId};
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::notice::{Happened, Message, Notice, Recipient};
use crate::store::account::Verified;
use crate::store::{Fault, Tx, Work};

/// Within this time the same wish again is a second click.
const SECOND_CLICK: Duration = Duration::from_secs(15);

/// An address that waits for its code.
#[derive(Debug, Clone, PartialEq)]
pub struct Awaited {
    pub address: EmailAddress,
    /// When the code stops working; `None` when none is on its way.
    pub expires_at: Option<Timestamp>,
}

/// What became of a code.
#[derive(Debug, Clone, PartialEq)]
pub enum Confirmed {
    /// Now, or since an earlier click.
    Confirmed(EmailAddress),
    /// Wrong, used or out of date: one text for all three.
    Wrong,
    Locked {
        until: Timestamp,
    },
    /// The code was right, and another account confirmed the same address first.
    Taken,
    Gone,
}

/// What became of the wish for another letter.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    OnItsWay,
    /// This code was sent as often as it may be, or too many letters went to the address, the account or the network lately.
    NoMore,
    AlreadyConfirmed,
    /// The address is not one, or was entered in two ways.
    Refused(Vec<Complaint>),
    Gone,
}

/// Why a letter is sent.
#[derive(Debug, Clone, Copy)]
pub(super) enum Occasion {
    /// B09
    Completed,
    Asked,
}

/// The address that waits for its code; `None` when it is confirmed.
pub async fn awaited(harp: &Harp, account: AccountId) -> Result<Option<Awaited>, Trouble> {
    struct Read(AccountId);
    #[async_trait]
    impl Work for Read {
        type Out = Option<Awaited>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Some(account) = unconfirmed(tx, self.0).await?.and_then(Result::ok) else { return Ok(None) };
            let challenge = open(tx, &account).await?;
            let expires_at = challenge.map(|c| c.expires_at);
            Ok(Some(Awaited { address: account.email.address, expires_at }))
        }
    }
    Ok(harp.store.read(&Read(account)).await?)
}

/// Enters a code. Each attempt takes its turn on the budget before it counts, so a burst of guesses is judged one by one.
pub async fn confirm(harp: &Harp, account: AccountId, typed: &str, act: &Act) -> Result<Confirmed, Trouble> {
    Ok(harp.store.write(&Confirm { harp, account, typed, act }).await?)
}

struct Confirm<'a> {
    harp: &'a Harp,
    account: AccountId,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Confirm<'_> {
    type Out = Confirmed;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Confirmed, Fault> {
        let Confirm { harp, act, .. } = self;
        let account = match unconfirmed(tx, self.account).await? {
            None => return Ok(Confirmed::Gone),
            Some(Err(address)) => return Ok(Confirmed::Confirmed(address)),
            Some(Ok(account)) => account,
        };
        let keys = Keys::email(harp, (account.id, &account.email.address), act);
        let challenge = open(tx, &account).await?;
        let right = challenge.as_ref().filter(|c| {
            c.serves(c.current(), act.now)
                && harp.vault.code_is(self.typed, c.id, c.resend, harp.profile.code.digits)
        });
        let attempt = if right.is_some() { Attempt::Complete } else { Attempt::Wrong };
        match attempts::count(tx, harp, &keys, (attempt, act.now)).await? {
            Counted::Open { .. } => {}
            Counted::NowLocked { until } | Counted::Locked { until } => {
                tx.record(&harp.event(act, account.id, Deed::EmailCodeRefused)).await?;
                return Ok(Confirmed::Locked { until });
            }
        }
        let spent = match right {
            Some(code) => tx.spend_challenge(code.id, code.resend, act.now).await?,
            None => false,
        };
        if !spent {
            // Spent a moment ago by a second click: then the address is confirmed.
            if let (Some(_), Some(Err(address))) = (right, unconfirmed(tx, account.id).await?) {
                return Ok(Confirmed::Confirmed(address));
            }
            tx.record(&harp.event(act, account.id, Deed::EmailCodeRefused)).await?;
            return Ok(Confirmed::Wrong);
        }
        match tx.verify_email(account.id, &account.email.address, act.now).await? {
            Verified::Verified => {
                tx.record(&harp.event(act, account.id, Deed::EmailConfirmed)).await?;
                if let Some(account) = tx.account(account.id).await? {
                    alert(tx, harp, (&account, Happened::EmailConfirmed), act).await?;
                }
                Ok(Confirmed::Confirmed(account.email.address))
            }
            Verified::Changed => Ok(Confirmed::Wrong),
            Verified::Taken => {
                tx.record(&harp.event(act, account.id, Deed::EmailTaken)).await?;
                Ok(Confirmed::Taken)
            }
        }
    }
}

/// Sends the code anew: works after it has expired, too (P4).
pub async fn resend(harp: &Harp, account: AccountId, act: &Act) -> Result<Sent, Trouble> {
    let id = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Send { harp, account, to: None, id, act }).await?)
}

/// Another address, as long as none is confirmed; the code to the old one is then worthless.
pub async fn change_address(
    harp: &Harp,
    account: AccountId,
    (typed, again): (&str, &str),
    act: &Act,
) -> Result<Sent, Trouble> {
    let mut bad = Complaints::default();
    let address = bad.take(Field::Email, EmailAddress::parse(typed));
    // B06
    if let Some(address) = &address
        && EmailAddress::parse(again).as_ref() != Ok(address)
    {
        let missing = again.trim().is_empty();
        bad.add(Field::ConfirmEmail, if missing { Problem::Missing } else { Problem::Mismatch });
    }
    let Some(address) = address.filter(|_| bad.is_empty()) else { return Ok(Sent::Refused(bad.into_vec())) };
    let id = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Send { harp, account, to: Some(address), id, act }).await?)
}

struct Send<'a> {
    harp: &'a Harp,
    account: AccountId,
    /// Another address than the account's.
    to: Option<EmailAddress>,
    /// For a new challenge.
    id: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Send<'_> {
    type Out = Sent;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Sent, Fault> {
        let Send { harp, act, .. } = self;
        // Two clicks at once take turns: the second finds the first's code.
        tx.account_turn(self.account).await?;
        let mut account = match unconfirmed(tx, self.account).await? {
            None => return Ok(Sent::Gone),
            Some(Err(_)) => return Ok(Sent::AlreadyConfirmed),
            Some(Ok(account)) => account,
        };
        let to = self.to.as_ref().unwrap_or(&account.email.address).clone();
        let before = open(tx, &account).await?.filter(|_| to == account.email.address);
        if before.is_some_and(|c| act.now.since(c.expires_at - harp.profile.code.email_life) < SECOND_CLICK) {
            return Ok(Sent::OnItsWay);
        }
        // First of all: what is not sent changes nothing, or the code in the last letter would be worthless.
        let purpose = CodePurpose::ConfirmEmail { address: to.clone() };
        let letter = match tx.challenge_for(account.id, &purpose).await? {
            None => Letter::First,
            Some(_) => Letter::Another,
        };
        if !may_send(tx, harp, (account.id, &to, letter), act).await? {
            return Ok(Sent::NoMore);
        }
        if to != account.email.address {
            let address = &to;
            if !tx.set_email(account.id, address).await? {
                return Ok(Sent::AlreadyConfirmed);
            }
            account.email.address = address.clone();
            tx.record(&harp.event(act, account.id, Deed::EmailChanged)).await?;
        }
        let expires_at = act.now + harp.profile.code.email_life;
        let challenge = match open(tx, &account).await? {
            Some(open) if open.resend < harp.profile.code.resends => {
                if !tx.resend_challenge(open.id, open.resend, expires_at).await? {
                    return Ok(Sent::OnItsWay); // A second click: the first has sent it.
                }
                CodeChallenge { resend: open.resend + 1, expires_at, ..open }
            }
            Some(open) if act.now < open.expires_at => return Ok(Sent::NoMore),
            _ => {
                let challenge = CodeChallenge {
                    id: self.id,
                    account: account.id,
                    purpose: CodePurpose::ConfirmEmail { address: account.email.address.clone() },
                    resend: 0,
                    expires_at,
                    created_at: act.now,
                    spent_at: None,
                };
                tx.add_challenge(&challenge).await?;
                challenge
            }
        };
        send(tx, harp, (&challenge, &account.email.address, Occasion::Asked), act).await?;
        Ok(Sent::OnItsWay)
    }
}

/// Whether one more letter may go there; counted if so.
pub(super) async fn may_send(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, address, letter): (AccountId, &EmailAddress, Letter),
    act: &Act,
) -> Result<bool, Fault> {
    let to = Recipient::Email(address.clone());
    sends::take(tx, harp, (account, &to, Reason::ConfirmEmail(letter)), act).await
}

/// Puts the letter into the outbox.
///
/// If somebody has verified the address, the letter says that there is an account, and bears no code (X-7, A07).
pub(super) async fn send(
    tx: &mut dyn Tx,
    harp: &Harp,
    (challenge, address, occasion): (&CodeChallenge, &EmailAddress, Occasion),
    act: &Act,
) -> Result<(), Fault> {
    let to = Recipient::Email(address.clone());
    let code = challenge.current();
    let (account, notice) = match (tx.verified_owner(&address.folded()).await?, occasion) {
        (Some(owner), _) => (owner, Notice::AlreadyRegistered),
        (None, Occasion::Completed) => (challenge.account, Notice::AccountCompleted { code }),
        (None, Occasion::Asked) => (challenge.account, Notice::ConfirmEmail { code }),
    };
    push(tx, harp, (account, to, notice), act).await?;
    tx.record(&harp.event(act, challenge.account, Deed::EmailCodeSent)).await
}

pub(super) async fn push(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, to, notice): (AccountId, Recipient, Notice),
    act: &Act,
) -> Result<(), Fault> {
    let id = MessageId::mint(act.now, &*harp.random);
    let (created_at, due_at) = (act.now, act.now);
    tx.push_message(&Message { id, account: Some(account), to, notice, created_at, due_at, attempts: 0 })
        .await
}

/// The account, if its address waits for confirmation; the address, if it does not.
async fn unconfirmed(tx: &mut dyn Tx, id: AccountId) -> Result<Option<Result<Account, EmailAddress>>, Fault> {
    let account = tx.account(id).await?.filter(|a| a.standing.is_usable());
    Ok(account.map(|a| if a.email.verified_at.is_none() { Ok(a) } else { Err(a.email.address) }))
}

/// The code on its way to the account's address, bound to that address.
async fn open(tx: &mut dyn Tx, account: &Account) -> Result<Option<CodeChallenge>, Fault> {
    let purpose = CodePurpose::ConfirmEmail { address: account.email.address.clone() };
    tx.challenge_for(account.id, &purpose).await
}
