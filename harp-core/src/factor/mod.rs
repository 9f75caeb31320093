//! Factors: what a person enrolled to prove who signs in, and what a set of proofs is worth.
//! A new factor is a file here, an arm in [`Method`], and one page.

use serde::{Deserialize, Serialize};

use self::passkey::Passkey;
use crate::kernel::assurance::{Aal, Method};
use crate::kernel::id::{AccountId, ChallengeId, FactorId, HelpCaseId, ResetId};
use crate::kernel::text::{EmailAddress, Phone};
use crate::kernel::time::Timestamp;
use crate::vault::Sealed;

mod blocklist;
pub mod budget;
pub mod level;
pub mod lookup;
pub mod passkey;
pub mod password;
pub mod phone;
pub mod reset;
pub mod totp;

/// A device or method bound to an account. The password is not one: it lives with the account.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    pub id: FactorId,
    pub account: AccountId,
    pub binding: Binding,
    pub status: FactorStatus,
    pub created_at: Timestamp,
    pub activated_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

impl Factor {
    pub fn method(&self) -> Method {
        self.binding.method()
    }

    /// Recovery codes that are all used prove nothing any more.
    pub fn is_used_up(&self) -> bool {
        matches!(self.binding, Binding::RecoveryCodes { left: 0 })
    }

    /// The passkey that it is, if it is one.
    pub fn passkey(&self) -> Option<&Passkey> {
        match &self.binding {
            Binding::Passkey(passkey) => Some(passkey),
            _ => None,
        }
    }

    /// Whether the account has it still: a suspended one proves nothing, and yet a password alone leads past none.
    pub fn is_held(&self) -> bool {
        matches!(self.status, FactorStatus::Active | FactorStatus::Suspended)
    }

    /// Whether an account may rest on it alone (E01): ACTIVE, and something that the person has. A code by e-mail is not
    /// (SP 800-63B-4 §3.1.3.1): whoever reads the mailbox would need nothing else (docs/decisions/0008). Nor are recovery codes:
    /// they are used up.
    pub fn carries(&self) -> bool {
        self.status == FactorStatus::Active && self.method().carries()
    }
}

/// What a factor is bound to. A further method is a variant; nothing else changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Binding {
    Sms {
        phone: Phone,
    },
    Voice {
        phone: Phone,
    },
    Email {
        address: EmailAddress,
    },
    /// `secret` is sealed (`v1.kid.nonce.ciphertext`); `last_step` is the last RFC 6238 time step that was accepted.
    Totp {
        secret: Sealed,
        last_step: Option<u64>,
    },
    /// A set of recovery codes, of which so many are left. Their hashes are kept beside it.
    RecoveryCodes {
        left: u32,
    },
    Passkey(Passkey),
}

impl Binding {
    pub fn method(&self) -> Method {
        match self {
            Binding::Sms { .. } => Method::Sms,
            Binding::Voice { .. } => Method::Voice,
            Binding::Email { .. } => Method::Email,
            Binding::Totp { .. } => Method::Totp,
            Binding::RecoveryCodes { .. } => Method::RecoveryCode,
            Binding::Passkey(_) => Method::Passkey,
        }
    }

    /// What may be shown of where a code goes: the last four digits, a masked address (E09, F10).
    pub fn masked_contact(&self) -> Option<String> {
        match self {
            Binding::Sms { phone } | Binding::Voice { phone } => {
                Some(format!("•••-•••-{}", phone.last_four()))
            }
            Binding::Email { address } => Some(address.masked()),
            Binding::Totp { .. } | Binding::RecoveryCodes { .. } | Binding::Passkey(_) => None,
        }
    }
}

/// E07: a factor becomes active only through a right code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorStatus {
    Unverified,
    Active,
    /// P4: lost, perhaps for a while only. It proves nothing, and still is the account's: a password alone adds no other.
    Suspended,
    Removed,
}

impl FactorStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            FactorStatus::Unverified => "unverified",
            FactorStatus::Active => "active",
            FactorStatus::Suspended => "suspended",
            FactorStatus::Removed => "removed",
        }
    }

    pub fn parse(text: &str) -> Option<FactorStatus> {
        use FactorStatus::{Active, Removed, Suspended, Unverified};
        [Unverified, Active, Suspended, Removed].into_iter().find(|s| s.as_str() == text)
    }
}

/// One code on its way to a phone or an e-mail address. The code itself is nowhere: it is a keyed function of
/// `id` and `resend`, so a delivery retry repeats it and only a resend changes it.
#[derive(Debug, Clone, PartialEq)]
pub struct CodeChallenge {
    pub id: ChallengeId,
    pub account: AccountId,
    pub purpose: CodePurpose,
    /// 0 for the first code; each resend adds one and makes the earlier code worthless (HQR-2).
    pub resend: u32,
    /// When the current code stops working.
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    pub spent_at: Option<Timestamp>,
}

/// Which code of a challenge: what a message in the outbox carries instead of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeRef {
    pub challenge: ChallengeId,
    pub resend: u32,
}

impl CodeChallenge {
    /// The code that counts now.
    pub fn current(&self) -> CodeRef {
        CodeRef { challenge: self.id, resend: self.resend }
    }

    /// Whether its code proves this factor: it was sent there, for the same account.
    pub fn is_for(&self, factor: &Factor) -> bool {
        self.account == factor.account && self.purpose == CodePurpose::Factor { factor: factor.id }
    }

    /// Whether this code can still be entered.
    pub fn serves(&self, code: CodeRef, now: Timestamp) -> bool {
        self.current() == code && self.spent_at.is_none() && now < self.expires_at
    }
}

/// What a right code does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum CodePurpose {
    /// Completes a sign-in, or activates a factor that is being enrolled.
    Factor { factor: FactorId },
    /// One of two that begin a reset (P4), sent to this address.
    LostDevice { address: EmailAddress },
    /// The one that ends it.
    Reset { reset: ResetId },
    /// P18: read out to the agent of this case, who enters it.
    Callback { case: HelpCaseId },
    /// Proves that an address is read by the person. Bound to that address: a later change makes the code worthless.
    ConfirmEmail { address: EmailAddress },
    /// The same of the second address (B02).
    ConfirmSecond { address: EmailAddress },
}

/// A method by which the person has proved themselves, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub method: Method,
    pub at: Timestamp,
    /// Passkeys only: the authenticator itself verified the user (WebAuthn UV flag).
    #[serde(default)]
    pub user_verified: UserVerified,
}

impl Proof {
    /// A proof by anything but a passkey.
    pub fn by(method: Method, at: Timestamp) -> Proof {
        Proof { method, at, user_verified: UserVerified::No }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserVerified {
    #[default]
    No,
    Yes,
}

/// What a set of proofs is worth (SP 800-63B-4 §2). Sets, never combinations: a new method needs no new case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    pub aal: Aal,
    pub phishing: Phishing,
    /// RFC 8176 values, sorted, with `mfa` when two kinds of proof were given.
    pub amr: Vec<&'static str>,
}

/// The highest level that a person with a password and these factors can reach. Who changes factors must have
/// reached it (SP 800-63B-4 §4.1.2): a password alone adds nothing to an account that has a second factor.
pub fn highest_level(factors: &[Factor]) -> Aal {
    if factors.iter().any(Factor::carries) { Aal::Two } else { Aal::One }
}

/// The same, with what is suspended: whoever signed in without it has not proved what the account is protected by.
pub fn highest_level_held(factors: &[Factor]) -> Aal {
    let held = |f: &Factor| f.is_held() && f.method().carries();
    if factors.iter().any(held) { Aal::Two } else { Aal::One }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phishing {
    Possible,
    Resistant,
}

impl Assurance {
    /// `None` for no proof at all.
    pub fn of(proofs: &[Proof]) -> Option<Assurance> {
        if proofs.is_empty() {
            return None;
        }
        let password = proofs.iter().any(|p| p.method == Method::Password);
        let verified_passkey =
            proofs.iter().any(|p| p.method == Method::Passkey && p.user_verified == UserVerified::Yes);
        let second = proofs.iter().any(|p| p.method.possession());
        let two = verified_passkey || (password && second);
        let resistant = two && proofs.iter().any(|p| p.method == Method::Passkey);
        let mut amr: Vec<&'static str> = proofs.iter().filter_map(|p| p.method.amr()).collect();
        if two {
            amr.push("mfa");
        }
        amr.sort_unstable();
        amr.dedup();
        Some(Assurance {
            aal: if two { Aal::Two } else { Aal::One },
            phishing: if resistant { Phishing::Resistant } else { Phishing::Possible },
            amr,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(methods: &[Method]) -> Assurance {
        let at = Timestamp::from_secs(0);
        let proofs: Vec<Proof> =
            methods.iter().map(|&method| Proof { method, at, user_verified: UserVerified::No }).collect();
        Assurance::of(&proofs).unwrap()
    }

    /// E06 and mission 3.6: a password with an e-mail code states AAL1.
    #[test]
    fn a_password_with_an_email_code_states_aal1() {
        assert_eq!(of(&[Method::Password, Method::Email]).aal, Aal::One);
        assert_eq!(of(&[Method::Password]).aal, Aal::One);
        assert_eq!(of(&[Method::Sms, Method::Totp]).aal, Aal::One);
        let two = of(&[Method::Password, Method::Totp]);
        assert_eq!((two.aal, two.phishing), (Aal::Two, Phishing::Possible));
        assert_eq!(two.amr, ["mfa", "otp", "pwd"]);
        assert_eq!(of(&[Method::Password, Method::Passkey]).phishing, Phishing::Resistant);
    }
}
