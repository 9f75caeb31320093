//! The hook for WebAuthn: what a browser is asked, and whether what it answers proves it. Pure computing: no I/O, no clock.

use crate::factor::passkey::{Asserted, Backup, CredentialId, Passkey, UserHandle};

/// Makes challenges of 256 random bits, and verifies what was signed for them (WebAuthn Level 3 §7.1, §7.2): type, challenge,
/// origin, relying party, user presence, signature. Everything else is the caller's: whose passkey it is, that a challenge
/// serves once and for minutes, what user verification is worth.
pub trait Passkeys: Send + Sync + std::fmt::Debug {
    /// Whether browsers let passkeys work where this portal is: at a name, over TLS (or on this machine).
    fn work_here(&self) -> bool;

    /// For a new passkey. User verification is asked for and not demanded, attestation is not asked for.
    fn create(&self, owner: &Owner<'_>) -> Result<PasskeyChallenge, NoPasskeys>;

    fn created(&self, state: &str, response: &str) -> Result<Created, NotProven>;

    /// For any of these passkeys of one person's, beside something else that they prove: user verification preferred.
    fn ask(&self, passkeys: &[&Passkey]) -> Result<PasskeyChallenge, NoPasskeys>;

    /// For whatever passkey the person has, and nothing else: user verification demanded.
    fn ask_anybody(&self) -> Result<PasskeyChallenge, NoPasskeys>;

    /// Whose passkey a response claims to be by. Nothing of it is proven yet.
    fn claimed(&self, response: &str) -> Option<Claimed>;

    /// Whether this passkey signed for the challenge.
    fn asserted(&self, state: &str, passkey: &Passkey, response: &str) -> Result<Asserted, NotProven>;
}

/// Who gets a new passkey.
#[derive(Debug)]
pub struct Owner<'a> {
    pub handle: UserHandle,
    /// What the authenticator shows when it asks.
    pub user_id: &'a str,
    /// An authenticator that holds one of these makes no second one.
    pub have: Vec<&'a CredentialId>,
}

/// A challenge.
#[derive(Clone)]
pub struct PasskeyChallenge {
    /// For the browser, as JSON.
    pub options: String,
    /// For [`Passkeys::created`] and [`Passkeys::asserted`]. It stays on the server.
    pub state: String,
}

impl std::fmt::Debug for PasskeyChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[challenge]")
    }
}

/// A new passkey, its possession proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    pub credential: CredentialId,
    pub record: String,
    pub sign_count: u32,
    pub backup: Backup,
    pub user_verified: crate::factor::UserVerified,
}

/// What a response says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    pub credential: CredentialId,
    pub handle: Option<UserHandle>,
}

/// Why a response proves nothing. The person is told one text for all of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotProven {
    #[error("the response cannot be read")]
    Unreadable,
    /// The counter is not higher than the last one: somebody else may have a copy of the key (§6.1.1).
    #[error("the signature counter went back")]
    CounterWentBack,
    #[error("not verified: {private}")]
    Wrong { private: String },
}

/// No passkey can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no passkey can be asked for: {private}")]
pub struct NoPasskeys {
    pub private: String,
}
