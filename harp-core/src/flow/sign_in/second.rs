//! The second step: a device and its code (F03, F04, F10, F11).

use async_trait::async_trait;

use super::{Entry, Gone, Here, SendOutcome, SignedIn};
use crate::account::Standing;
use crate::account::field::{Complaint, Field, Problem};
use crate::factor::Factor;
use crate::factor::lookup::LookUpCode;
use crate::factor::passkey::Ceremony;
use crate::flow::attempts::{Attempt, Refusal};
use crate::flow::codes::Typed;
use crate::flow::device::{self, Answer, Ask, Sought, Verified};
use crate::flow::{Harp, Trouble, passkey};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId, SessionId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::SessionScope;
use crate::store::{Fault, Tx, Work};

/// What became of a code.
#[derive(Debug, Clone)]
pub enum CodeOutcome {
    SignedIn(Box<SignedIn>),
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
    let looked_up = match LookUpCode::parse(typed) {
        Some(code) => {
            let sought = harp.store.read(&Seek { harp, token: token.hashed(), code: &code, act }).await?;
            device::look_up(harp, (&code, sought)).await?
        }
        None => None,
    };
    complete(harp, token, Answer::Code(Typed { text: typed, looked_up }), act).await
}

/// F04 by a passkey: checks what it signed (the browser's `PublicKeyCredential` as JSON); right, it completes the sign-in, once.
pub async fn verify_passkey(
    harp: &Harp,
    token: &Plain,
    response: &str,
    act: &Act,
) -> Result<CodeOutcome, Trouble> {
    let (asked, devices) = match harp.store.read(&Asked { harp, token: token.hashed(), act }).await? {
        Ok(found) => found,
        Err(gone) => return Ok(CodeOutcome::Gone(gone)),
    };
    let answered = passkey::check(harp, (asked.as_ref(), &devices), response, act.now);
    complete(harp, token, Answer::Passkey(&answered), act).await
}

async fn complete(harp: &Harp, token: &Plain, answer: Answer<'_>, act: &Act) -> Result<CodeOutcome, Trouble> {
    let work = Verify {
        harp,
        token: token.hashed(),
        answer,
        session: SessionId::mint(act.now, &*harp.random),
        secret: Plain::mint(&*harp.random),
        act,
    };
    Ok(harp.store.write(&work).await?)
}

/// What the passkeys were asked, and which there are.
struct Asked<'a> {
    harp: &'a Harp,
    token: Hashed,
    act: &'a Act,
}

#[async_trait]
impl Work for Asked<'_> {
    type Out = Result<(Option<Ceremony>, Vec<Factor>), Gone>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let here = match Here::load(tx, self.harp, (&self.token, self.act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Err(gone)),
        };
        let asked = here.waiting().ceremony(tx).await?;
        Ok(Ok((asked, here.factors)))
    }
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
        here.waiting().send(tx, harp, (self.ask, self.challenge), act).await
    }
}

struct Seek<'a> {
    harp: &'a Harp,
    token: Hashed,
    code: &'a LookUpCode,
    act: &'a Act,
}

#[async_trait]
impl Work for Seek<'_> {
    type Out = Option<Sought>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Option<Sought>, Fault> {
        match Here::load(tx, self.harp, (&self.token, self.act.now)).await? {
            Ok(here) => here.waiting().seek(tx, self.harp, self.code, self.act).await,
            Err(_) => Ok(None),
        }
    }
}

struct Verify<'a> {
    harp: &'a Harp,
    token: Hashed,
    answer: Answer<'a>,
    session: SessionId,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Verify<'_> {
    type Out = CodeOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<CodeOutcome, Fault> {
        let Verify { harp, act, .. } = self;
        if let Some(sign_in) = tx.sign_in(&self.token).await? {
            tx.account_turn(sign_in.account).await?;
        }
        let here = match Here::load(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(CodeOutcome::Gone(gone)),
        };
        let act = &act.by_person(here.account.id);
        let verified = here.waiting().verify(tx, harp, (self.answer, Attempt::Complete), act).await?;
        let proof = match verified {
            Verified::Right(_, proof) => proof,
            Verified::Refused(Refusal::Wrong { left }) => return Ok(CodeOutcome::Wrong { left }),
            Verified::Refused(Refusal::Locked { until }) => return Ok(CodeOutcome::Locked { until }),
            Verified::NotChosen => return Ok(CodeOutcome::NotChosen),
            Verified::Over => return Ok(CodeOutcome::Gone(Gone::Unknown)),
        };
        if !tx.spend_sign_in(here.sign_in.id).await? {
            return Ok(CodeOutcome::Gone(Gone::Unknown));
        }
        let mut proofs = here.sign_in.proofs.clone();
        proofs.push(proof);
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
        Ok(CodeOutcome::SignedIn(Box::new(entry.enter(tx, harp, act).await?)))
    }
}
