//! The third step: a code from one of the person's own devices, as at sign-in. Nobody gets here without the letter.

use async_trait::async_trait;

use super::{Here, Proved, find};
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::Factor;
use crate::factor::lookup::LookUpCode;
use crate::factor::passkey::Ceremony;
use crate::flow::attempts::Attempt;
use crate::flow::codes::Typed;
use crate::flow::device::{Answer, Ask, SendOutcome, Sought, Verified, look_up};
use crate::flow::sign_in::Gone;
use crate::flow::{Harp, Trouble, passkey};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::secret::{Hashed, Plain};
use crate::store::{Fault, Tx, Work};

/// Chooses a device, and sends a code to it if it is one that codes are sent to.
pub async fn choose(harp: &Harp, token: &Plain, device: FactorId, act: &Act) -> Result<SendOutcome, Trouble> {
    send(harp, token, Ask::Choose(device), act).await
}

/// Another code instead of the one numbered `instead_of`.
pub async fn resend(harp: &Harp, token: &Plain, instead_of: u32, act: &Act) -> Result<SendOutcome, Trouble> {
    send(harp, token, Ask::Resend { instead_of }, act).await
}

/// Checks the code of the chosen device.
pub async fn device(harp: &Harp, token: &Plain, typed: &str, act: &Act) -> Result<Proved, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(Proved::Incomplete(vec![complaint]));
    }
    let looked_up = match LookUpCode::parse(typed) {
        Some(code) => {
            let sought = harp.store.read(&Seek { harp, token: token.hashed(), code: &code, act }).await?;
            look_up(harp, (&code, sought)).await?
        }
        None => None,
    };
    let answer = Answer::Code(Typed { text: typed, looked_up });
    Ok(harp.store.write(&Verify { harp, token: token.hashed(), answer, act }).await?)
}

/// The same by a passkey: checks what it signed.
pub async fn passkey(harp: &Harp, token: &Plain, response: &str, act: &Act) -> Result<Proved, Trouble> {
    struct Asked<'a> {
        harp: &'a Harp,
        token: &'a Hashed,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Asked<'_> {
        type Out = Result<(Option<Ceremony>, Vec<Factor>), Gone>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let here = match Here::load(tx, self.harp, (self.token, self.act.now)).await? {
                Ok(here) => here,
                Err(gone) => return Ok(Err(gone)),
            };
            let asked = here.waiting().ceremony(tx).await?;
            Ok(Ok((asked, here.devices)))
        }
    }
    let token = token.hashed();
    let (asked, devices) = match harp.store.read(&Asked { harp, token: &token, act }).await? {
        Ok(found) => found,
        Err(gone) => return Ok(Proved::Gone(gone)),
    };
    let answered = passkey::check(harp, (asked.as_ref(), &devices), response, act.now);
    Ok(harp.store.write(&Verify { harp, token, answer: Answer::Passkey(&answered), act }).await?)
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
        if let Some(recovery) = tx.recovery(&self.token).await? {
            tx.account_turn(recovery.account).await?;
        }
        let here = match Here::load(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(SendOutcome::Gone(gone)),
        };
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
    act: &'a Act,
}

#[async_trait]
impl Work for Verify<'_> {
    type Out = Proved;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Proved, Fault> {
        let Verify { harp, act, .. } = self;
        let here = match Here::load(tx, harp, (&self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Proved::Gone(gone)),
        };
        if here.recovery.device_proved_at.is_some() {
            return Ok(Proved::Proved);
        }
        let factor = match here.waiting().verify(tx, harp, (self.answer, Attempt::Right), act).await? {
            Verified::Right(factor, _) => factor,
            Verified::Refused(refusal) => return Ok(refusal.into()),
            Verified::NotChosen => return Ok(Proved::NotChosen),
            // In another tab: its bearer goes on, unless that one is through by now.
            Verified::Over => {
                return Ok(find(tx, &self.token, act.now)
                    .await?
                    .map_or_else(Proved::Gone, |_| Proved::Proved));
            }
        };
        if !tx.prove_recovery_device(here.recovery.id, factor.id, act.now).await? {
            return Ok(Proved::Gone(Gone::Unknown));
        }
        let deed = Deed::RecoveryDeviceAccepted { factor: factor.id, method: factor.method() };
        tx.record(&harp.event(act, here.account.id, deed)).await?;
        Ok(Proved::Proved)
    }
}
