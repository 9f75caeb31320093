//! Challenges for passkeys: the same for signing in, for getting back in and for signing in without a password.
//!
//! ```text
//! ask --browser, authenticator--> answer --check, outside of any transaction--> Answered --spend, once--> Proof
//! ```
//! Whatever is answered spends its challenge, right or wrong: the next attempt needs another one.

use super::{Harp, Trouble};
use crate::audit::Deed;
use crate::factor::passkey::{Asserted, Ceremony, CeremonyPurpose, CredentialId, Passkey};
use crate::factor::{Factor, FactorStatus, Proof};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{AccountId, ChallengeId, FactorId};
use crate::kernel::time::Timestamp;
use crate::port::{NoPasskeys, NotProven, PasskeyChallenge};
use crate::store::{Fault, Tx};

/// An answer, looked at and not spent.
#[derive(Debug)]
pub(super) struct Answered {
    /// The challenge that it answers; `None`: nobody was asked.
    ceremony: Option<ChallengeId>,
    /// Whose passkey it claims to be by.
    by: Option<FactorId>,
    found: Result<Asserted, NotProven>,
}

impl Answered {
    /// Nobody waits for it: its challenge is over. However well it is signed, it proves nothing, and it is no guess either.
    pub(super) fn is_late(&self) -> bool {
        self.ceremony.is_none()
    }
}

/// The challenge for the passkeys among a person's devices.
pub(super) fn ask(
    harp: &Harp,
    (account, devices): (AccountId, &[Factor]),
    id: ChallengeId,
    now: Timestamp,
) -> Result<Ceremony, Fault> {
    let passkeys: Vec<&Passkey> = devices.iter().filter_map(Factor::passkey).collect();
    let asked = harp.passkeys.ask(&passkeys).map_err(|e| impossible(&e))?;
    Ok(ceremony(harp, (CeremonyPurpose::Device { account }, asked), id, now))
}

pub(super) fn ceremony(
    harp: &Harp,
    (purpose, asked): (CeremonyPurpose, PasskeyChallenge),
    id: ChallengeId,
    now: Timestamp,
) -> Ceremony {
    let PasskeyChallenge { options, state } = asked;
    let expires_at = now + harp.profile.passkeys.life;
    Ceremony { id, purpose, options, state, created_at: now, expires_at, spent_at: None }
}

/// Verifies what a browser answered; some public-key arithmetic, so never inside a transaction.
pub(super) fn check(
    harp: &Harp,
    (asked, devices): (Option<&Ceremony>, &[Factor]),
    response: &str,
    now: Timestamp,
) -> Answered {
    let Some(asked) = asked.filter(|c| c.serves(now)) else { return unproven(None, "nobody was asked") };
    let ceremony = Some(asked.id);
    let Some(claimed) = harp.passkeys.claimed(response) else {
        return Answered { ceremony, by: None, found: Err(NotProven::Unreadable) };
    };
    let Some((factor, passkey)) = holder(devices, &claimed.credential) else {
        return unproven(ceremony, "by none of this person's passkeys");
    };
    // WebAuthn Level 3 §7.2 step 6: a handle that is given is this person's.
    if claimed.handle.is_some_and(|handle| handle != passkey.about.handle) {
        return unproven(ceremony, "the handle is another person's");
    }
    Answered { ceremony, by: Some(factor.id), found: harp.passkeys.asserted(&asked.state, passkey, response) }
}

fn unproven(ceremony: Option<ChallengeId>, private: &str) -> Answered {
    Answered { ceremony, by: None, found: Err(NotProven::Wrong { private: private.to_owned() }) }
}

fn holder<'a>(devices: &'a [Factor], credential: &CredentialId) -> Option<(&'a Factor, &'a Passkey)> {
    let passkeys = devices.iter().filter(|f| f.status == FactorStatus::Active);
    passkeys.filter_map(|f| Some((f, f.passkey()?))).find(|(_, p)| p.credential == *credential)
}

/// Uses the answer up: the device and what it proves, for the one caller who is first.
pub(super) async fn spend<'a>(
    tx: &mut dyn Tx,
    harp: &Harp,
    (answered, devices): (&Answered, &'a [Factor]),
    act: &Act,
) -> Result<Option<(&'a Factor, Proof)>, Fault> {
    let Some(ceremony) = answered.ceremony else { return Ok(None) };
    if !tx.spend_ceremony(ceremony, act.now).await? {
        return Ok(None);
    }
    let asserted = match &answered.found {
        Ok(asserted) => asserted,
        Err(why) => {
            tracing::info!(%why, "a passkey's answer proves nothing");
            if let (NotProven::CounterWentBack, Some(factor)) = (why, answered.by) {
                note_copy(tx, harp, factor, act).await?;
            }
            return Ok(None);
        }
    };
    let Some((factor, passkey)) = holder(devices, &asserted.credential) else { return Ok(None) };
    if !tx.passkey_used(factor.id, &passkey.after(asserted), act.now).await? {
        // Somebody else used this counter since the answer was looked at: two copies of one key.
        note_copy(tx, harp, factor.id, act).await?;
        return Ok(None);
    }
    let proof = Proof { method: Method::Passkey, at: act.now, user_verified: asserted.user_verified };
    Ok(Some((factor, proof)))
}

/// WebAuthn Level 3 §6.1.1: a counter that does not rise is a sign of a copied key.
pub(super) async fn note_copy(tx: &mut dyn Tx, harp: &Harp, id: FactorId, act: &Act) -> Result<(), Fault> {
    let Some(factor) = tx.factor(id).await?.filter(|f| f.status == FactorStatus::Active) else {
        return Ok(());
    };
    tx.record(&harp.event(act, factor.account, Deed::PasskeyCounterWentBack { factor: id })).await
}

fn impossible(why: &NoPasskeys) -> Fault {
    Fault::Defect(why.to_string())
}

impl From<NoPasskeys> for Trouble {
    fn from(why: NoPasskeys) -> Trouble {
        Trouble::Corrupt { private: why.to_string() }
    }
}
