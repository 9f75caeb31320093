//! Codes that are sent, and codes that are checked: the same for signing in and for a new device.

use std::time::Duration;

use super::Harp;
use super::sends::{self, Reason};
use crate::audit::Deed;
use crate::factor::totp::TotpSecret;
use crate::factor::{Binding, CodeChallenge, CodePurpose, CodeRef, Factor};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId, MessageId};
use crate::kernel::time::Timestamp;
use crate::notice::{Message, Notice, Recipient};
use crate::store::{Fault, Tx};

/// Within this time the same request again is a second click, not a wish for a second code.
const SECOND_CLICK: Duration = Duration::from_secs(15);

/// A code that was sent. `resend` says which one: a page gives it back when it asks for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnItsWay {
    pub challenge: ChallengeId,
    pub resend: u32,
    pub expires_at: Timestamp,
    /// How often it can still be sent anew.
    pub resends_left: u32,
}

/// What became of the wish for a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Sent, now or a moment ago.
    OnItsWay(OnItsWay),
    /// An authenticator app makes its own code.
    ByApp,
    /// A passkey signs the challenge that waits under this id.
    ByPasskey(ChallengeId),
    /// This code was sent anew as often as it may be; another way, or a new sign-in.
    NoMore,
    /// Too many codes for this contact, account or source lately.
    TooMany,
}

/// Which code is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// The factor was chosen.
    Chosen,
    /// Another one instead of this. Resending never resets the count of attempts.
    InsteadOf { resend: u32 },
}

/// What a code is sent for.
pub(super) struct Wanted<'a> {
    pub factor: &'a Factor,
    /// The unspent challenge that there already is.
    pub open: Option<CodeChallenge>,
    pub wish: Wish,
    pub reason: Reason,
    /// For a new challenge.
    pub id: ChallengeId,
}

impl OnItsWay {
    pub(super) fn of(challenge: &CodeChallenge, harp: &Harp) -> OnItsWay {
        OnItsWay {
            challenge: challenge.id,
            resend: challenge.resend,
            expires_at: challenge.expires_at,
            resends_left: harp.profile.code.resends.saturating_sub(challenge.resend),
        }
    }
}

/// Sends a code, within every limit, by the outbox.
pub(super) async fn send(tx: &mut dyn Tx, harp: &Harp, wanted: Wanted<'_>, act: &Act) -> Result<Sent, Fault> {
    let Wanted { factor, open, wish, reason, id } = wanted;
    let Some(to) = recipient(&factor.binding) else { return Ok(Sent::ByApp) };
    let rules = &harp.profile.code;
    if let Some(open) = &open {
        let second_click = match wish {
            Wish::InsteadOf { resend } => resend != open.resend,
            Wish::Chosen => act.now.since(open.expires_at - rules.life) < SECOND_CLICK,
        };
        if second_click && act.now < open.expires_at {
            return Ok(Sent::OnItsWay(OnItsWay::of(open, harp)));
        }
        if open.resend >= rules.resends {
            // Going back, while signing in, to a device whose last code still serves: it can be entered.
            if matches!((wish, reason), (Wish::Chosen, Reason::SignIn | Reason::KnownSignIn))
                && act.now < open.expires_at
            {
                return Ok(Sent::OnItsWay(OnItsWay::of(open, harp)));
            }
            return Ok(Sent::NoMore);
        }
    }
    if !sends::take(tx, harp, (factor.account, &to, reason), act).await? {
        let deed = Deed::CodeSendRefused { method: factor.method() };
        tx.record(&harp.event(act, factor.account, deed)).await?;
        return Ok(Sent::TooMany);
    }
    let expires_at = act.now + rules.life;
    let challenge = match open {
        // P4: this works after the code has expired, too.
        Some(open) => {
            if !tx.resend_challenge(open.id, open.resend, expires_at).await? {
                let now = tx.challenge(open.id).await?.unwrap_or(open);
                return Ok(Sent::OnItsWay(OnItsWay::of(&now, harp)));
            }
            CodeChallenge { resend: open.resend + 1, expires_at, ..open }
        }
        None => {
            let challenge = CodeChallenge {
                id,
                account: factor.account,
                purpose: CodePurpose::Factor { factor: factor.id },
                resend: 0,
                expires_at,
                created_at: act.now,
                spent_at: None,
            };
            tx.add_challenge(&challenge).await?;
            challenge
        }
    };
    let message = Message {
        id: MessageId::mint(act.now, &*harp.random),
        account: Some(factor.account),
        to,
        notice: Notice::SecurityCode { code: challenge.current() },
        created_at: act.now,
        due_at: act.now,
        attempts: 0,
    };
    tx.push_message(&message).await?;
    let deed = Deed::CodeSent { factor: factor.id, method: factor.method() };
    tx.record(&harp.event(act, factor.account, deed)).await?;
    Ok(Sent::OnItsWay(OnItsWay::of(&challenge, harp)))
}

fn recipient(binding: &Binding) -> Option<Recipient> {
    match binding {
        Binding::Sms { phone } => Some(Recipient::Sms(phone.clone())),
        Binding::Voice { phone } => Some(Recipient::Voice(phone.clone())),
        Binding::Email { address } => Some(Recipient::Email(address.clone())),
        Binding::Totp { .. } | Binding::RecoveryCodes { .. } | Binding::Passkey(_) => None,
    }
}

/// What was typed; and, if it is one of a person's recovery codes, which: its hash was compared before, outside of any
/// transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Typed<'a> {
    pub text: &'a str,
    pub looked_up: Option<LookedUp>,
}

/// A recovery code that is right, if nobody uses it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LookedUp {
    pub set: FactorId,
    pub number: u32,
}

impl<'a> From<&'a str> for Typed<'a> {
    fn from(text: &'a str) -> Typed<'a> {
        Typed { text, looked_up: None }
    }
}

/// What a typed code proves. Nothing is spent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    Wrong,
    Code(CodeRef),
    Step(u64),
    /// The recovery code of this number.
    LookUp(u32),
}

pub(super) fn judge(
    harp: &Harp,
    (factor, challenge): (&Factor, Option<&CodeChallenge>),
    typed: Typed<'_>,
    now: Timestamp,
) -> Result<Judged, Fault> {
    let Typed { text: typed, looked_up } = typed;
    if let Binding::RecoveryCodes { .. } = factor.binding {
        let right = looked_up.filter(|found| found.set == factor.id);
        return Ok(right.map_or(Judged::Wrong, |found| Judged::LookUp(found.number)));
    }
    if let Binding::Totp { secret, .. } = &factor.binding {
        let secret = TotpSecret::open(secret, factor.id, &harp.vault)
            .map_err(|e| Fault::Corrupt(format!("{}: {e}", factor.id)))?;
        return Ok(secret.check(typed, now).map_or(Judged::Wrong, Judged::Step));
    }
    let Some(challenge) = challenge.filter(|c| c.is_for(factor)) else { return Ok(Judged::Wrong) };
    let code = challenge.current();
    let right = challenge.serves(code, now)
        && harp.vault.code_is(typed, code.challenge, code.resend, harp.profile.code.digits);
    Ok(if right { Judged::Code(code) } else { Judged::Wrong })
}

/// Uses the proof up: false when it was wrong, or somebody else did so first.
pub(super) async fn spend(
    tx: &mut dyn Tx,
    factor: FactorId,
    judged: Judged,
    now: Timestamp,
) -> Result<bool, Fault> {
    match judged {
        Judged::Wrong => Ok(false),
        Judged::Code(code) => tx.spend_challenge(code.challenge, code.resend, now).await,
        Judged::Step(step) => tx.spend_totp_step(factor, step).await,
        Judged::LookUp(number) => tx.spend_lookup_code(factor, number, now).await,
    }
}
