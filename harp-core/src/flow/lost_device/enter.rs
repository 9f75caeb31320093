//! The second half, after the waiting time: one more letter, and a session that is good for set-up alone.

use async_trait::async_trait;

use super::{Letters, Reset, live, shut};
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::CodePurpose;
use crate::flow::alert::alert;
use crate::flow::attempts::{self, Attempt, Counted, Keys, Refusal};
use crate::flow::code_letter::{self, CodeLetter};
use crate::flow::sign_in::{Entry, Gone, Here, SignedIn};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::SessionId;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::notice::{Happened, Notice};
use crate::session::SessionScope;
use crate::store::{Fault, Tx, Work};

/// What became of the code.
#[derive(Debug, Clone)]
pub enum Entered {
    /// Good for set-up alone. Every other session has ended, and no device of before works.
    SetUp(Box<SignedIn>),
    Incomplete(Vec<Complaint>),
    Wrong {
        left: u32,
    },
    Locked {
        until: Timestamp,
    },
    /// Nothing has begun, or it was stopped, or its time has not come.
    NotThisWay,
    Gone(Gone),
}

/// Sends a code to the first confirmed address; anew in place of one that was sent.
pub async fn send_code(harp: &Harp, token: &Plain, act: &Act) -> Result<Letters, Trouble> {
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
            let reset = ready(tx, &here, act.now).await?;
            let (Some(reset), Some(&to)) = (reset, here.account.addresses().first()) else {
                return Ok(Letters::NotThisWay);
            };
            let letter = CodeLetter {
                account: &here.account,
                to,
                purpose: CodePurpose::Reset { reset: reset.id },
                life: harp.profile.recovery.life,
                notice: |code| Notice::LostDeviceCode { code },
            };
            Ok(if letter.send(tx, harp, act).await? { Letters::OnTheirWay } else { Letters::NoMore })
        }
    }
    Ok(harp.store.write(&Send { harp, token: token.hashed(), act }).await?)
}

/// Enters the code; a right one leads to set-up, once.
pub async fn enter(harp: &Harp, token: &Plain, typed: &str, act: &Act) -> Result<Entered, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(Entered::Incomplete(vec![complaint]));
    }
    let work = Enter {
        harp,
        token: token.hashed(),
        typed,
        session: SessionId::mint(act.now, &*harp.random),
        secret: Plain::mint(&*harp.random),
        act,
    };
    Ok(harp.store.write(&work).await?)
}

struct Enter<'a> {
    harp: &'a Harp,
    token: Hashed,
    typed: &'a str,
    session: SessionId,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Enter<'_> {
    type Out = Entered;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Entered, Fault> {
        let Enter { harp, act, .. } = self;
        let here = match Here::with_turn(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Entered::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let Some(reset) = ready(tx, &here, act.now).await? else { return Ok(Entered::NotThisWay) };
        let purpose = CodePurpose::Reset { reset: reset.id };
        let right = code_letter::right(tx, harp, (&here.account, &purpose, self.typed), act).await?;
        let keys = Keys::again(harp, &here.sign_in.budget, act);
        let attempt = if right.is_some() { Attempt::Complete } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        let (Some(code), Counted::Open { .. }) = (right, counted) else {
            tx.record(&harp.event(act, here.account.id, Deed::RecoveryCodeRefused)).await?;
            return Ok(match attempts::refused(tx, harp, (Some(&here.account), counted), act).await? {
                Refusal::Wrong { left } => Entered::Wrong { left },
                Refusal::Locked { until } => Entered::Locked { until },
            });
        };
        if !tx.spend_challenge(code.challenge, code.resend, act.now).await?
            || !tx.spend_reset(reset.id, act.now).await?
            || !tx.spend_sign_in(here.sign_in.id).await?
        {
            return Err(Fault::Conflict("a reset was spent while its code was checked".to_owned()));
        }
        let account = shut(tx, harp, here.account, act).await?;
        tx.record(&harp.event(act, account.id, Deed::ResetUsed)).await?;
        alert(tx, harp, (&account, Happened::ResetUsed), act).await?;
        let entry = Entry {
            id: self.session,
            secret: &self.secret,
            account: &account,
            proofs: here.sign_in.proofs,
            scope: SessionScope::SetUp,
            had: None,
        };
        Ok(Entered::SetUp(Box::new(entry.enter(tx, harp, act).await?)))
    }
}

/// The reset, if its time has come.
async fn ready(tx: &mut dyn Tx, here: &Here, now: Timestamp) -> Result<Option<Reset>, Fault> {
    Ok(live(tx, &here.account, now).await?.filter(|r| now >= r.ready_at))
}
