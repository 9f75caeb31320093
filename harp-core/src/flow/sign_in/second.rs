//! The second step: a device and its code (F03, F04, F10, F11).

use async_trait::async_trait;

use super::codes::{self, Sent, Wanted, Wish};
use super::{Entry, Gone, Here, SignedIn};
use crate::account::field::{Complaint, Field, Problem};
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::factor::{CodeChallenge, Factor, Proof};
use crate::flow::alert::sign_in_locked;
use crate::flow::attempts::{self, Attempt, Counted, Keys};
use crate::flow::sends::Reason;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId, SessionId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::{Chosen, SessionScope};
use crate::store::{Fault, Tx, Work};

/// What became of choosing a device, or of asking for another code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendOutcome {
    Sent(Sent),
    /// That is none of the person's active devices.
    NotAChoice,
    Locked {
        until: Timestamp,
    },
    Gone(Gone),
}

/// What became of a code.
#[derive(Debug, Clone)]
pub enum CodeOutcome {
    SignedIn(SignedIn),
    /// Nothing was checked: the field is empty.
    Incomplete(Vec<Complaint>),
    /// Wrong, used or out of date: one text for all three.
    Wrong {
        left: u32,
    },
    Locked {
        until: Timestamp,
    },
    /// No device is chosen, or it was removed meanwhile: choose one.
    NotChosen,
    Gone(Gone),
}

/// F03, F11: chooses a device, and sends a code to it if it is one that codes are sent to.
pub async fn choose(harp: &Harp, token: &Plain, factor: FactorId, act: &Act) -> Result<SendOutcome, Trouble> {
    send(harp, token, Ask::Choose(factor), act).await
}

/// Sends another code instead of the one numbered `instead_of`, which is worthless from now on. Asked twice with the
/// same number, it sends once.
pub async fn resend(harp: &Harp, token: &Plain, instead_of: u32, act: &Act) -> Result<SendOutcome, Trouble> {
    send(harp, token, Ask::Resend { instead_of }, act).await
}

/// F04: checks the code of the chosen device; a right one completes the sign-in, once.
pub async fn verify(harp: &Harp, token: &Plain, typed: &str, act: &Act) -> Result<CodeOutcome, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(CodeOutcome::Incomplete(vec![complaint]));
    }
    let work = Verify {
        harp,
        token: token.hashed(),
        typed,
        session: SessionId::mint(act.now, &*harp.random),
        secret: Plain::mint(&*harp.random),
        act,
    };
    Ok(harp.store.write(&work).await?)
}

#[derive(Debug, Clone, Copy)]
enum Ask {
    Choose(FactorId),
    Resend { instead_of: u32 },
}

async fn send(harp: &Harp, token: &Plain, ask: Ask, act: &Act) -> Result<SendOutcome, Trouble> {
    let challenge = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Send { harp, token: token.hashed(), ask, challenge, act }).await?)
}

struct Send<'a> {
    harp: &'a Harp,
    token: Hashed,
    ask: Ask,
    challenge: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Send<'_> {
    type Out = SendOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<SendOutcome, Fault> {
        let Send { harp, act, .. } = self;
        // Two clicks at once take turns: the second finds the first's code.
        if let Some(sign_in) = tx.sign_in(&self.token).await? {
            tx.account_turn(sign_in.account).await?;
        }
        let here = match Here::load(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(SendOutcome::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let keys = Keys::again(harp, &here.sign_in.budget, act);
        let (factor, wish) = match self.ask {
            Ask::Choose(id) => (here.factors.iter().find(|f| f.id == id), Wish::Chosen),
            Ask::Resend { instead_of } => (here.chosen(), Wish::InsteadOf { resend: instead_of }),
        };
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            if let Some(method) = factor.map(Factor::method) {
                tx.record(&harp.event(act, here.account.id, Deed::CodeSendRefused { method })).await?;
            }
            return Ok(SendOutcome::Locked { until });
        }
        let Some(factor) = factor else { return Ok(SendOutcome::NotAChoice) };
        // The code of this device in this sign-in: to choose another one in between does not begin the count of resends anew.
        let open = match tx.challenge_sent(here.sign_in.id, factor.id).await? {
            Some(id) => tx.challenge(id).await?.filter(|c| c.spent_at.is_none() && c.is_for(factor)),
            None => None,
        };
        let wanted = Wanted { factor, open, wish, reason: Reason::SignIn, id: self.challenge };
        let sent = codes::send(tx, harp, wanted, act).await?;
        let challenge = match sent {
            Sent::OnItsWay(code) => Some(code.challenge),
            Sent::ByApp => None,
            // What was chosen before stays chosen.
            Sent::NoMore | Sent::TooMany => return Ok(SendOutcome::Sent(sent)),
        };
        tx.choose_factor(here.sign_in.id, Chosen { factor: factor.id, challenge }).await?;
        Ok(SendOutcome::Sent(sent))
    }
}

struct Verify<'a> {
    harp: &'a Harp,
    token: Hashed,
    typed: &'a str,
    session: SessionId,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Verify<'_> {
    type Out = CodeOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<CodeOutcome, Fault> {
        let Verify { harp, act, .. } = self;
        let here = match Here::load(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(CodeOutcome::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let keys = Keys::again(harp, &here.sign_in.budget, act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            if let Some(factor) = here.chosen() {
                note_refused(tx, harp, factor, act).await?;
            }
            return Ok(CodeOutcome::Locked { until });
        }
        let Some(factor) = here.chosen() else { return Ok(CodeOutcome::NotChosen) };
        let challenge: Option<CodeChallenge> = here.challenge(tx).await?;
        let judged = codes::judge(harp, (factor, challenge.as_ref()), self.typed, act.now)?;
        let mut right = codes::spend(tx, factor.id, judged, act.now).await?;
        if !right && tx.sign_in(&self.token).await?.is_none() {
            // The same form sent twice at once: the other one has completed the sign-in since it was looked up here.
            return Ok(CodeOutcome::Gone(Gone::Unknown));
        }
        if right && !tx.factor_used(factor.id, act.now).await? {
            // Removed at this moment: whoever removed it has ended every session, and means that none comes after.
            note_refused(tx, harp, factor, act).await?;
            return Ok(CodeOutcome::NotChosen);
        }
        let attempt = if right { Attempt::Complete } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        right &= matches!(counted, Counted::Open { .. });
        if !right {
            return refuse(tx, harp, (&here.account, factor, counted), act).await;
        }
        if !tx.spend_sign_in(here.sign_in.id).await? {
            return Ok(CodeOutcome::Gone(Gone::Unknown));
        }
        let mut proofs = here.sign_in.proofs.clone();
        proofs.push(Proof::by(factor.method(), act.now));
        let entry = Entry {
            id: self.session,
            secret: &self.secret,
            account: &here.account,
            proofs,
            // E12: a person who closed the browser during set-up goes on there.
            scope: match here.account.standing {
                Standing::PendingSetup => SessionScope::SetUp,
                _ => SessionScope::Full,
            },
            had: here.sign_in.session,
        };
        Ok(CodeOutcome::SignedIn(entry.enter(tx, harp, act).await?))
    }
}

async fn refuse(
    tx: &mut dyn Tx,
    harp: &Harp,
    (account, factor, counted): (&Account, &Factor, Counted),
    act: &Act,
) -> Result<CodeOutcome, Fault> {
    note_refused(tx, harp, factor, act).await?;
    Ok(match counted {
        Counted::Open { left } => CodeOutcome::Wrong { left },
        Counted::NowLocked { until } => {
            tx.record(&harp.event(act, account.id, Deed::SignInLocked { until })).await?;
            sign_in_locked(tx, harp, (Some(account), until), act).await?;
            CodeOutcome::Locked { until }
        }
        Counted::Locked { until } => CodeOutcome::Locked { until },
    })
}

async fn note_refused(tx: &mut dyn Tx, harp: &Harp, factor: &Factor, act: &Act) -> Result<(), Fault> {
    let deed = Deed::CodeRefused { factor: factor.id, method: factor.method() };
    tx.record(&harp.event(act, factor.account, deed)).await
}
