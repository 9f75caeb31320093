//! Passkeys (WebAuthn Level 3): what is kept of one, and of a challenge that a browser is asked to sign. Pure; who verifies
//! what it signs stands behind the port `Passkeys`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::UserVerified;
use crate::kernel::id::{AccountId, ChallengeId, SessionId};
use crate::kernel::random::Random;
use crate::kernel::secret::Hashed;
use crate::kernel::text::{TextFault, line};
use crate::kernel::time::Timestamp;

/// One passkey of a person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    pub credential: CredentialId,
    pub about: About,
    /// The last signature counter that was accepted; 0 for the many that do not count (§6.1.1).
    pub sign_count: u32,
}

/// What is kept of a passkey beside its id and its counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// As its owner calls it.
    pub name: PasskeyName,
    /// Whose it is, as the authenticator knows it.
    pub handle: UserHandle,
    pub backup: Backup,
    /// The verifier's own record: the public key and how the authenticator is reached. Nothing in it is secret.
    pub record: String,
}

impl About {
    /// Of a passkey that was removed: nothing that names it, or its owner to an authenticator, is kept.
    pub(crate) fn wiped() -> About {
        let (name, handle) = (PasskeyName(String::new()), UserHandle([0; 16]));
        About { name, handle, backup: Backup::Never, record: String::new() }
    }
}

/// The id that an authenticator gave its credential, base64url: 16 to 1023 bytes (§4).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CredentialId(String);

impl CredentialId {
    /// The most bytes that an id may have (WebAuthn Level 3 §4, *Credential ID*).
    pub const MOST: usize = 1023;

    pub fn of(bytes: &[u8]) -> Option<CredentialId> {
        (1..=Self::MOST).contains(&bytes.len()).then(|| CredentialId(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// From a column of the database.
    pub fn stored(text: String) -> CredentialId {
        CredentialId(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// It names a person's authenticator everywhere: it does not print itself.
impl fmt::Debug for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[credential]")
    }
}

/// What an authenticator is told of its owner: 128 random bits, the same for all passkeys of an account. Neither the user ID
/// nor the account's id, since whoever holds the authenticator can read it (WebAuthn Level 3 §14.6.1).
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserHandle([u8; 16]);

impl UserHandle {
    pub fn mint(random: &dyn Random) -> UserHandle {
        UserHandle(random.bytes())
    }

    /// As an authenticator gave it back.
    pub fn presented(bytes: &[u8]) -> Option<UserHandle> {
        bytes.try_into().ok().map(UserHandle)
    }

    pub fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Debug for UserHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[handle]")
    }
}

/// The flags BE and BS (§6.1.3). Recorded, and no reason to refuse (SP 800-63B-4 §3.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// Bound to one device.
    Never,
    /// It may be synchronized, and is not so far.
    Possible,
    Done,
}

/// What a person calls a passkey: *My phone*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasskeyName(String);

impl PasskeyName {
    /// In characters.
    pub const MOST: usize = 40;

    pub fn parse(text: &str) -> Result<PasskeyName, TextFault> {
        line(text, Self::MOST).map(PasskeyName)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Personal data, as whatever a person types may be.
impl fmt::Debug for PasskeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[PasskeyName]")
    }
}

/// What a passkey has just signed for, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asserted {
    pub credential: CredentialId,
    /// The flag UV, and nothing else, says that the authenticator knew its owner: without it a passkey is one factor
    /// (SP 800-63B-4 §3.1.7).
    pub user_verified: UserVerified,
    pub sign_count: u32,
    pub backup: Backup,
}

impl Passkey {
    /// As it stands after this signature.
    #[must_use]
    pub fn after(&self, asserted: &Asserted) -> Passkey {
        let about = About { backup: asserted.backup, ..self.about.clone() };
        Passkey { about, sign_count: asserted.sign_count, ..self.clone() }
    }
}

/// One challenge that a browser is asked to have signed. It serves once, for minutes, for what it was made for.
#[derive(Clone, PartialEq)]
pub struct Ceremony {
    pub id: ChallengeId,
    pub purpose: CeremonyPurpose,
    /// What the browser is asked, as JSON.
    pub options: String,
    /// What the verifier must remember meanwhile, the challenge in it. It never leaves the server.
    pub state: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub spent_at: Option<Timestamp>,
}

impl fmt::Debug for Ceremony {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ceremony")
            .field("id", &self.id)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

/// What a challenge was made for: it serves for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum CeremonyPurpose {
    /// A new passkey, in this session.
    Enrolment { account: AccountId, session: SessionId, handle: UserHandle },
    /// The device of a sign-in or of a recovery, whose row names this challenge.
    Device { account: AccountId },
    /// Signing in without a password: whose passkey it will be, nobody knows yet. For the browser that asked.
    Passwordless { browser: Hashed },
}

impl Ceremony {
    /// Whether it can still be answered. The store decides, when it is spent.
    pub fn serves(&self, now: Timestamp) -> bool {
        self.spent_at.is_none() && now < self.expires_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;

    #[test]
    fn a_credential_id_is_neither_empty_nor_longer_than_the_standard_allows() {
        assert_eq!(CredentialId::of(&[]), None);
        assert!(CredentialId::of(&[7; CredentialId::MOST]).is_some());
        assert_eq!(CredentialId::of(&[7; CredentialId::MOST + 1]), None);
    }

    #[test]
    fn a_handle_comes_back_as_it_was_given_and_prints_nothing() {
        let handle = UserHandle::mint(&SeededRandom::new(1));
        assert_eq!(UserHandle::presented(&handle.bytes()), Some(handle));
        assert_eq!(UserHandle::presented(b"acct_1"), None);
        assert_eq!(
            format!("{handle:?} {:?}", PasskeyName::parse(" My phone ").unwrap()),
            "[handle] [PasskeyName]"
        );
        assert!(PasskeyName::parse(&"x".repeat(41)).is_err() && PasskeyName::parse("a\u{202e}b").is_err());
    }
}
