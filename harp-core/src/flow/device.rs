//! One of a person's devices proves that they have it (F03, F04, F10, F11): the same for signing in, for getting back in, and for a session
//! that is to prove more.

use async_trait::async_trait;

use super::alert::alert;
use super::attempts::{self, Attempt, Counted, Keys, Refusal};
use super::codes::{self, LookedUp, OnItsWay, Sent, Typed, Wanted, Wish};
use super::in_a_row::{self, Authenticator, Judged};
use super::passkey::{self, Answered};
use super::sends::Reason;
use super::sign_in::Gone;
use super::{Harp, Trouble};
use crate::account::{Account, PasswordHash};
use crate::audit::Deed;
use crate::factor::budget::Visitor;
use crate::factor::lookup::LookUpCode;
use crate::factor::passkey::{Ceremony, CeremonyPurpose};
use crate::factor::{Binding, CodeChallenge, Factor, Proof};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::time::Timestamp;
use crate::notice::Happened;
use crate::port::Checked;
use crate::session::recovery::Recovery;
use crate::session::step_up::StepUp;
use crate::session::{Chosen, SignIn};
use crate::store::{Fault, Tx};

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

/// What is asked of the devices.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ask {
    Choose(FactorId),
    /// Another code instead of the one numbered so, which is worthless from now on. Asked twice, it sends once.
    Resend {
        instead_of: u32,
    },
}

/// What a device is given to prove itself by.
#[derive(Debug, Clone, Copy)]
pub(super) enum Answer<'a> {
    /// A code as it was typed.
    Code(Typed<'a>),
    /// What a passkey signed.
    Passkey(&'a Answered),
}

/// What waits for a device.
#[async_trait]
pub(super) trait Awaits: Sync {
    fn chosen(&self) -> Option<Chosen>;
    /// Failures count against this key.
    fn budget(&self) -> &str;
    /// The code that was last sent to this device meanwhile, or the challenge for it, whatever was chosen since.
    async fn sent(&self, tx: &mut dyn Tx, device: FactorId) -> Result<Option<ChallengeId>, Fault>;
    /// False: it does not wait any more.
    async fn choose(&self, tx: &mut dyn Tx, chosen: Chosen) -> Result<bool, Fault>;
    /// Somebody else has finished it since it was read.
    async fn is_over(&self, tx: &mut dyn Tx) -> Result<bool, Fault>;
}

/// Who waits, and which devices count: active ones that are not switched off for this visitor.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'a> {
    pub on: &'a dyn Awaits,
    pub account: &'a Account,
    pub devices: &'a [Factor],
}

/// What an answer came to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Verified<'a> {
    /// Spent, and counted as what the caller said.
    Right(&'a Factor, Proof),
    Refused(Refusal),
    /// No device is chosen, or it was removed meanwhile.
    NotChosen,
    /// The same form sent twice at once: the other one was first.
    Over,
}

/// A recovery code that was typed where a set of them is chosen, and what it must hash to.
#[derive(Debug)]
pub(super) struct Sought {
    set: FactorId,
    hash: Option<PasswordHash>,
}

/// Compares a recovery code with its hash, slowly, on the bounded pool; a number that is used or unknown costs the same.
pub(super) async fn look_up(
    harp: &Harp,
    (code, sought): (&LookUpCode, Option<Sought>),
) -> Result<Option<LookedUp>, Trouble> {
    let Some(Sought { set, hash }) = sought else { return Ok(None) };
    Ok(match harp.hasher.check(code.secret(), hash.as_ref()).await? {
        Checked::Wrong => None,
        Checked::Right | Checked::RightUpgrade(_) => Some(LookedUp { set, number: code.number }),
    })
}

impl<'a> Waiting<'a> {
    /// What the recovery code is to be compared with, unless nothing may be tried now, or no set is chosen.
    pub async fn seek(
        self,
        tx: &mut dyn Tx,
        harp: &Harp,
        code: &LookUpCode,
        act: &Act,
    ) -> Result<Option<Sought>, Fault> {
        let keys = Keys::again(harp, self.on.budget(), act);
        let chosen = self.chosen().filter(|f| f.method() == Method::RecoveryCode);
        match (chosen, attempts::locked(tx, harp, &keys, act.now).await?) {
            (Some(set), None) => {
                Ok(Some(Sought { set: set.id, hash: tx.lookup_code(set.id, code.number).await? }))
            }
            _ => Ok(None),
        }
    }

    /// The chosen device, if it still is one that counts.
    pub fn chosen(self) -> Option<&'a Factor> {
        let chosen = self.on.chosen()?;
        self.devices.iter().find(|f| f.id == chosen.factor)
    }

    pub async fn code(self, tx: &mut dyn Tx, harp: &Harp) -> Result<Option<OnItsWay>, Fault> {
        Ok(self.challenge(tx).await?.map(|c| OnItsWay::of(&c, harp)))
    }

    async fn challenge(self, tx: &mut dyn Tx) -> Result<Option<CodeChallenge>, Fault> {
        match self.on.chosen().and_then(|c| c.challenge) {
            Some(id) => tx.challenge(id).await,
            None => Ok(None),
        }
    }

    /// The challenge for the chosen passkey.
    pub async fn ceremony(self, tx: &mut dyn Tx) -> Result<Option<Ceremony>, Fault> {
        let passkey = self.chosen().is_some_and(|f| f.passkey().is_some());
        match self.on.chosen().and_then(|c| c.challenge).filter(|_| passkey) {
            Some(id) => {
                let ours = CeremonyPurpose::Device { account: self.account.id };
                Ok(tx.ceremony(id).await?.filter(|asked| asked.purpose == ours))
            }
            None => Ok(None),
        }
    }

    /// Chooses a device or sends another code. The caller has taken the account's turn, so that the second of two clicks finds the
    /// first's code. `id` is for a new challenge.
    pub async fn send(
        self,
        tx: &mut dyn Tx,
        harp: &Harp,
        (ask, id): (Ask, ChallengeId),
        act: &Act,
    ) -> Result<SendOutcome, Fault> {
        let (factor, wish) = match ask {
            Ask::Choose(id) => (self.devices.iter().find(|f| f.id == id), Wish::Chosen),
            Ask::Resend { instead_of } => (self.chosen(), Wish::InsteadOf { resend: instead_of }),
        };
        let keys = Keys::again(harp, self.on.budget(), act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            if let Some(method) = factor.map(Factor::method) {
                tx.record(&harp.event(act, self.account.id, Deed::CodeSendRefused { method })).await?;
            }
            return Ok(SendOutcome::Locked { until });
        }
        let Some(factor) = factor else { return Ok(SendOutcome::NotAChoice) };
        if factor.passkey().is_some() {
            return self.ask(tx, harp, (factor, id), act).await;
        }
        // To choose another device in between does not begin the count of resends anew.
        let open = match self.on.sent(tx, factor.id).await? {
            Some(id) => tx.challenge(id).await?.filter(|c| c.spent_at.is_none() && c.is_for(factor)),
            None => None,
        };
        let reason = match keys.visitor {
            Visitor::Known => Reason::KnownSignIn,
            Visitor::Stranger => Reason::SignIn,
        };
        let sent = codes::send(tx, harp, Wanted { factor, open, wish, reason, id }, act).await?;
        let challenge = match sent {
            Sent::OnItsWay(code) => Some(code.challenge),
            Sent::ByApp | Sent::ByPasskey(_) => None,
            // What was chosen before stays chosen.
            Sent::NoMore | Sent::TooMany => return Ok(SendOutcome::Sent(sent)),
        };
        Ok(match self.on.choose(tx, Chosen { factor: factor.id, challenge }).await? {
            true => SendOutcome::Sent(sent),
            false => SendOutcome::Gone(Gone::Unknown),
        })
    }

    /// Makes a challenge for the person's passkeys, whichever of them was chosen: the one at hand will do. One that was made a
    /// moment ago serves on, so that a second click makes no second one.
    async fn ask(
        self,
        tx: &mut dyn Tx,
        harp: &Harp,
        (factor, id): (&Factor, ChallengeId),
        act: &Act,
    ) -> Result<SendOutcome, Fault> {
        let open = match self.on.sent(tx, factor.id).await? {
            Some(id) => tx.ceremony(id).await?,
            None => None,
        };
        let half = harp.profile.passkeys.life / 2;
        let challenge = match open.filter(|c| c.serves(act.now + half)) {
            Some(open) => open.id,
            None => {
                tx.add_ceremony(&passkey::ask(harp, (self.account.id, self.devices), id, act.now)?).await?;
                id
            }
        };
        let chosen = Chosen { factor: factor.id, challenge: Some(challenge) };
        Ok(match self.on.choose(tx, chosen).await? {
            true => SendOutcome::Sent(Sent::ByPasskey(challenge)),
            false => SendOutcome::Gone(Gone::Unknown),
        })
    }

    /// Checks what the chosen device gives and spends it. `right` says what a right answer is worth to the budget.
    pub async fn verify(
        self,
        tx: &mut dyn Tx,
        harp: &Harp,
        (answer, right): (Answer<'_>, Attempt),
        act: &Act,
    ) -> Result<Verified<'a>, Fault> {
        let keys = Keys::again(harp, self.on.budget(), act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            if let Some(factor) = self.chosen() {
                note_refused(tx, harp, factor, act).await?;
            }
            return Ok(Verified::Refused(Refusal::Locked { until }));
        }
        let Some(factor) = self.chosen() else { return Ok(Verified::NotChosen) };
        let proven = self.proven(tx, harp, (factor, answer), act).await?;
        if proven.is_none() && self.on.is_over(tx).await? {
            return Ok(Verified::Over);
        }
        if let Some((factor, _)) = proven
            && !tx.factor_used(factor.id, act.now).await?
        {
            // Removed at this moment: whoever removed it has ended every session, and means that none comes after.
            note_refused(tx, harp, factor, act).await?;
            return Ok(Verified::NotChosen);
        }
        if matches!(answer, Answer::Passkey(answered) if answered.is_late()) {
            return Ok(Verified::Refused(Refusal::Wrong { left: harp.profile.attempts.limit }));
        }
        let attempt = if proven.is_some() { right } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, &keys, (attempt, act.now)).await?;
        // Which device proved it, or else which was to.
        let by = proven.map_or(factor, |(by, _)| by);
        let device = Authenticator::Device(by.id);
        // Neither a signature nor 64 bits are guessed, and need no count in a row (SP 800-63B-4 §3.1.2): it would let a thief of
        // the password switch them off.
        let counts = !matches!(by.method(), Method::RecoveryCode | Method::Passkey);
        if counts && !matches!(counted, Counted::Locked { .. }) {
            match in_a_row::count(tx, harp, (device, keys.visitor), (attempt, act.now)).await? {
                Judged::Yes => {}
                Judged::Last(off) => {
                    in_a_row::switched_off(tx, harp, (self.account, Some(by), off), act).await?;
                }
                // Switched off at this moment.
                Judged::No => {
                    note_refused(tx, harp, by, act).await?;
                    return Ok(Verified::NotChosen);
                }
            }
        }
        if let (Some((by, proof)), Counted::Open { .. }) = (proven, counted) {
            in_a_row::reset(tx, device, act.now).await?;
            if let Binding::RecoveryCodes { left } = by.binding {
                let what = Happened::RecoveryCodeUsed { left: left.saturating_sub(1) };
                alert(tx, harp, (self.account, what), act).await?;
            }
            return Ok(Verified::Right(by, proof));
        }
        note_refused(tx, harp, factor, act).await?;
        let refusal = attempts::refused(tx, harp, (Some(self.account), counted), act).await?;
        Ok(Verified::Refused(refusal))
    }
}

impl<'a> Waiting<'a> {
    /// The device that has proved itself and how, spent; nothing else proves it again.
    async fn proven(
        self,
        tx: &mut dyn Tx,
        harp: &Harp,
        (factor, answer): (&'a Factor, Answer<'_>),
        act: &Act,
    ) -> Result<Option<(&'a Factor, Proof)>, Fault> {
        match answer {
            Answer::Code(typed) => {
                let challenge = self.challenge(tx).await?;
                let judged = codes::judge(harp, (factor, challenge.as_ref()), typed, act.now)?;
                let right = codes::spend(tx, factor.id, judged, act.now).await?;
                Ok(right.then(|| (factor, Proof::by(factor.method(), act.now))))
            }
            Answer::Passkey(answered) => {
                let spent = passkey::spend(tx, harp, (answered, self.devices), act).await?;
                if let Some((by, _)) = &spent
                    && by.id != factor.id
                {
                    // Another passkey of the same person's was at hand.
                    let challenge = self.on.chosen().and_then(|c| c.challenge);
                    self.on.choose(tx, Chosen { factor: by.id, challenge }).await?;
                }
                Ok(spent)
            }
        }
    }
}

async fn note_refused(tx: &mut dyn Tx, harp: &Harp, factor: &Factor, act: &Act) -> Result<(), Fault> {
    let deed = Deed::CodeRefused { factor: factor.id, method: factor.method() };
    tx.record(&harp.event(act, factor.account, deed)).await
}

#[async_trait]
impl Awaits for SignIn {
    fn chosen(&self) -> Option<Chosen> {
        self.chosen
    }

    fn budget(&self) -> &str {
        &self.budget
    }

    async fn sent(&self, tx: &mut dyn Tx, device: FactorId) -> Result<Option<ChallengeId>, Fault> {
        tx.challenge_sent(self.id, device).await
    }

    async fn choose(&self, tx: &mut dyn Tx, chosen: Chosen) -> Result<bool, Fault> {
        tx.choose_factor(self.id, chosen).await
    }

    async fn is_over(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        Ok(tx.sign_in(&self.secret).await?.is_none())
    }
}

#[async_trait]
impl Awaits for Recovery {
    fn chosen(&self) -> Option<Chosen> {
        self.chosen
    }

    fn budget(&self) -> &str {
        &self.budget
    }

    async fn sent(&self, tx: &mut dyn Tx, device: FactorId) -> Result<Option<ChallengeId>, Fault> {
        tx.recovery_challenge_sent(self.id, device).await
    }

    async fn choose(&self, tx: &mut dyn Tx, chosen: Chosen) -> Result<bool, Fault> {
        tx.choose_recovery_device(self.id, chosen).await
    }

    async fn is_over(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        Ok(tx.recovery(&self.secret).await?.is_none_or(|r| r.device_proved_at.is_some()))
    }
}

#[async_trait]
impl Awaits for StepUp {
    fn chosen(&self) -> Option<Chosen> {
        self.chosen
    }

    fn budget(&self) -> &str {
        &self.budget
    }

    async fn sent(&self, tx: &mut dyn Tx, device: FactorId) -> Result<Option<ChallengeId>, Fault> {
        tx.step_up_challenge_sent(self.id, device).await
    }

    async fn choose(&self, tx: &mut dyn Tx, chosen: Chosen) -> Result<bool, Fault> {
        tx.choose_step_up_device(self.id, chosen).await
    }

    async fn is_over(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        Ok(tx.step_up(&self.secret).await?.is_none())
    }
}
