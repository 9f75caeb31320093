//! The third step: a code from one of the person's own devices, as at sign-in. Nobody gets here without the letter.

use async_trait::async_trait;

use super::{Here, Proved};
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::Factor;
use crate::flow::alert::sign_in_locked;
use crate::flow::attempts::{self, Attempt, Counted, Keys};
use crate::flow::codes::{self, Sent, Wanted, Wish};
use crate::flow::sends::Reason;
use crate::flow::sign_in::{Gone, SendOutcome};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::secret::{Hashed, Plain};
use crate::session::Chosen;
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
    Ok(harp.store.write(&Verify { harp, token: token.hashed(), typed, act }).await?)
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
        if let Some(recovery) = tx.recovery(&self.token).await? {
            tx.account_turn(recovery.account).await?;
        }
        let here = match Here::load(tx, &self.token, act.now).await? {
            Ok(here) => here,
            Err(gone) => return Ok(SendOutcome::Gone(gone)),
        };
        let (factor, wish) = match self.ask {
            Ask::Choose(id) => (here.devices.iter().find(|f| f.id == id), Wish::Chosen),
            Ask::Resend { instead_of } => (here.chosen(), Wish::InsteadOf { resend: instead_of }),
        };
        let keys = Keys::again(harp, &here.recovery.budget, act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            return Ok(SendOutcome::Locked { until });
        }
        let Some(factor) = factor else { return Ok(SendOutcome::NotAChoice) };
        let open = here.challenge(tx).await?.filter(|c| c.spent_at.is_none() && c.is_for(factor));
        let wanted = Wanted { factor, open, wish, reason: Reason::SignIn, id: self.challenge };
        let sent = codes::send(tx, harp, wanted, act).await?;
        let challenge = match sent {
            Sent::OnItsWay(code) => Some(code.challenge),
            Sent::ByApp => None,
            // What was chosen before stays chosen.
            Sent::NoMore | Sent::TooMany => return Ok(SendOutcome::Sent(sent)),
        };
        let chosen = Chosen { factor: factor.id, challenge };
        if tx.choose_recovery_device(here.recovery.id, chosen).await? {
            Ok(SendOutcome::Sent(sent))
        } else {
            Ok(SendOutcome::Gone(Gone::Unknown)) // Proved in another tab.
        }
    }
}

struct Verify<'a> {
    harp: &'a Harp,
    token: Hashed,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Verify<'_> {
    type Out = Proved;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Proved, Fault> {
        let Verify { harp, act, .. } = self;
        let here = match Here::load(tx, &self.token, act.now).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Proved::Gone(gone)),
        };
        if here.recovery.device_proved_at.is_some() {
            return Ok(Proved::Proved);
        }
        let keys = Keys::again(harp, &here.recovery.budget, act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            return Ok(Proved::Locked { until });
        }
        let Some(factor) = here.chosen() else { return Ok(Proved::NotChosen) };
        let challenge = here.challenge(tx).await?;
        let judged = codes::judge(harp, (factor, challenge.as_ref()), self.typed, act.now)?;
        let right = codes::spend(tx, factor.id, judged, act.now).await?;
        if right && !tx.factor_used(factor.id, act.now).await? {
            return Ok(Proved::NotChosen); // Removed at this moment.
        }
        if !right && self.proved_elsewhere(tx).await? {
            return Ok(Proved::Proved); // The same form sent twice at once.
        }
        let attempt = if right { Attempt::Right } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        if !right || !matches!(counted, Counted::Open { .. }) {
            return self.refuse(tx, (&here, factor, counted)).await;
        }
        if !tx.prove_recovery_device(here.recovery.id, factor.id, act.now).await? {
            return Ok(Proved::Gone(Gone::Unknown));
        }
        let deed = Deed::RecoveryDeviceAccepted { factor: factor.id, method: factor.method() };
        tx.record(&harp.event(act, here.account.id, deed)).await?;
        Ok(Proved::Proved)
    }
}

impl Verify<'_> {
    async fn proved_elsewhere(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        Ok(tx.recovery(&self.token).await?.is_some_and(|r| r.device_proved_at.is_some()))
    }

    async fn refuse(
        &self,
        tx: &mut dyn Tx,
        (here, factor, counted): (&Here, &Factor, Counted),
    ) -> Result<Proved, Fault> {
        let Verify { harp, act, .. } = self;
        let deed = Deed::CodeRefused { factor: factor.id, method: factor.method() };
        tx.record(&harp.event(act, here.account.id, deed)).await?;
        Ok(match counted {
            Counted::Open { left } => Proved::Wrong { left },
            Counted::NowLocked { until } => {
                tx.record(&harp.event(act, here.account.id, Deed::SignInLocked { until })).await?;
                sign_in_locked(tx, harp, (Some(&here.account), until), act).await?;
                Proved::Locked { until }
            }
            Counted::Locked { until } => Proved::Locked { until },
        })
    }
}
