//! A person's account: what is known of them, how far it is set up, and the rules for what they type.

use serde::{Deserialize, Serialize};

use crate::kernel::id::AccountId;
use crate::kernel::text::{EmailAddress, PersonName, Phone};
use crate::kernel::time::Timestamp;

pub mod challenge;
pub mod field;
pub mod help_case;
pub mod lock;
pub mod person;
pub mod ssn;
pub mod username;

use username::Username;

/// One person, one account (A07).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub id: AccountId,
    pub username: Username,
    pub person: Person,
    pub email: Email,
    pub second: SecondAddress,
    /// PHC string: algorithm, parameters, salt and hash.
    pub password: PasswordHash,
    pub challenge: Option<Challenge>,
    pub standing: Standing,
    pub proofed: Proofed,
    /// Rises with every change of credentials; a session bound to an older epoch has ended.
    pub epoch: u32,
    /// BCP 47. Accounts carry a locale.
    pub locale: String,
    pub created_at: Timestamp,
}

impl Account {
    /// Every address at which its owner is sure to be reached, the first one first. Each is a route of its own
    /// (SP 800-63B-4 §4.6): the same mailbox twice counts once.
    pub fn addresses(&self) -> Vec<&EmailAddress> {
        let first = self.email.verified();
        let second = self.second.confirmed.as_ref();
        let second = second.filter(|s| first.is_none_or(|first| first.folded() != s.folded()));
        first.into_iter().chain(second).collect()
    }
}

/// What registration asks of a person (B03, B04). The SSN is not here: it is never stored (P10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: PersonName,
    /// ISO 8601 calendar date.
    pub birth: BirthDate,
    pub phone: Phone,
    pub address: PostalAddress,
}

/// A date of birth: a calendar date, no time and no zone. Personal data: `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BirthDate(pub jiff::civil::Date);

impl std::fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[BirthDate]")
    }
}

/// B04: line 2 is optional.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    pub line1: String,
    pub line2: Option<String>,
    pub city: String,
    pub state: String,
    pub zip: String,
}

impl std::fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[PostalAddress]")
    }
}

/// An address as typed. It counts (claims, recovery, notices) only once the code sent to it was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    pub address: EmailAddress,
    pub verified_at: Option<Timestamp>,
}

impl Email {
    /// The address, if it counts.
    pub fn verified(&self) -> Option<&EmailAddress> {
        self.verified_at.map(|_| &self.address)
    }
}

/// B02: another address for security letters, since the first belongs to the employer. It is no sign-in name, and may be
/// several people's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecondAddress {
    /// Its code was entered.
    pub confirmed: Option<EmailAddress>,
    pub confirmed_at: Option<Timestamp>,
    /// Waits for its code; the confirmed one serves until then.
    pub awaited: Option<EmailAddress>,
}

/// A password or a challenge answer, hashed (PHC string).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[hash]")
    }
}

/// C11–C13: one question, its answer normalised and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    pub question: challenge::Question,
    pub answer: PasswordHash,
}

/// How far an account is, and whether it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// B10: registered; the first sign-in has not yet added a sign-in code or device.
    PendingSetup,
    Active,
    /// For safety, until an operator unlocks it: see [`lock::Lock`]. Nothing of it works; who knows the password is told
    /// why.
    Locked,
    /// An operator ended it. Nothing of it works, and nobody is told.
    Disabled,
}

impl Standing {
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::PendingSetup => "pending_setup",
            Standing::Active => "active",
            Standing::Locked => "locked",
            Standing::Disabled => "disabled",
        }
    }

    pub fn parse(text: &str) -> Option<Standing> {
        [Standing::PendingSetup, Standing::Active, Standing::Locked, Standing::Disabled]
            .into_iter()
            .find(|s| s.as_str() == text)
    }

    /// Whether sessions, codes and grants of the account count at all.
    pub fn is_usable(self) -> bool {
        match self {
            Standing::PendingSetup | Standing::Active => true,
            Standing::Locked | Standing::Disabled => false,
        }
    }
}

/// Whether, how and when the person was proofed (D01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Proofed {
    No,
    /// D05–D07: knowledge questions. They state no NIST level.
    Questions {
        at: Timestamp,
    },
}

impl Proofed {
    pub fn is_proofed(self) -> bool {
        self != Proofed::No
    }
}
