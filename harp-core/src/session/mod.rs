//! Sessions at the provider, and sign-ins that are not complete.

use serde::{Deserialize, Serialize};

use crate::factor::{Assurance, Proof};
use crate::kernel::act::Origin;
use crate::kernel::id::{AccountId, ChallengeId, FactorId, SessionId, SignInId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::policy::SessionRules;

pub mod known;
pub mod recovery;
pub mod step_up;

/// A signed-in browser. Its cookie is opaque; only the cookie's hash is here.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub secret: Hashed,
    pub account: AccountId,
    /// The account's credential epoch at sign-in: a later change of credentials ends the session.
    pub epoch: u32,
    pub proofs: Vec<Proof>,
    /// When the person last proved themselves: `auth_time`. The absolute life runs from here
    /// (SP 800-63B-4 §2.2.3 limits the time since the last authentication).
    pub auth_time: Timestamp,
    pub created_at: Timestamp,
    /// The last request that counts as use. Token refresh and `prompt=none` never count.
    pub seen_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub scope: SessionScope,
    /// From where the person signed in: how they recognise it in the list of their sessions.
    pub origin: Origin,
}

/// What a session is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionScope {
    /// E12: signed in with a password alone, good for set-up and nothing else.
    SetUp,
    Full,
}

/// Why a session does not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    SignedOut,
    Idle,
    Absolute,
    CredentialsChanged,
}

impl Session {
    /// Idle and absolute life, sign-out, credential epoch.
    pub fn check(&self, epoch: u32, rules: &SessionRules, now: Timestamp) -> Result<(), Ended> {
        if self.ended_at.is_some() {
            Err(Ended::SignedOut)
        } else if self.epoch != epoch {
            Err(Ended::CredentialsChanged)
        } else if now >= self.auth_time + rules.absolute {
            Err(Ended::Absolute)
        } else if now >= self.seen_at + rules.idle {
            Err(Ended::Idle)
        } else {
            Ok(())
        }
    }

    /// When it ends if nothing more is done.
    pub fn ends_at(&self, rules: &SessionRules) -> Timestamp {
        (self.seen_at + rules.idle).min(self.auth_time + rules.absolute)
    }

    /// A session is made from proofs, so it always has an assurance; none at all would be worth nothing.
    pub fn assurance(&self) -> Option<Assurance> {
        Assurance::of(&self.proofs)
    }
}

/// F02: the password was right, which alone gives no session.
#[derive(Debug, Clone, PartialEq)]
pub struct SignIn {
    pub id: SignInId,
    pub secret: Hashed,
    pub account: AccountId,
    /// The account's credential epoch when the password was right: a change since then ends the sign-in.
    pub epoch: u32,
    /// The session that the browser already had: raised if it is the same person's and still serves, ended if not.
    pub session: Option<SessionId>,
    pub proofs: Vec<Proof>,
    /// The factor that was chosen last (F03).
    pub chosen: Option<Chosen>,
    /// Failures count against this key until the sign-in is complete: the keyed hash of the user ID that was typed.
    pub budget: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Which factor is asked for its code; `challenge` for the ones to which a code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    pub factor: FactorId,
    pub challenge: Option<ChallengeId>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::kernel::secret::Plain;
    use crate::policy::HARP;

    /// idle ends it; the absolute limit ends it even when busy; a change of credentials ends it at once.
    #[test]
    fn a_session_ends_when_idle_when_old_and_when_credentials_change() {
        let (random, now, rules) = (SeededRandom::new(1), Timestamp::from_secs(1_000), &HARP.session);
        let session = Session {
            id: SessionId::mint(now, &random),
            secret: Plain::mint(&random).hashed(),
            account: AccountId::mint(now, &random),
            epoch: 1,
            proofs: vec![],
            auth_time: now,
            created_at: now,
            seen_at: now,
            ended_at: None,
            scope: SessionScope::Full,
            origin: Origin::default(),
        };
        let second = Duration::from_secs(1);
        assert_eq!(session.check(1, rules, now + rules.idle - second), Ok(()));
        assert_eq!(session.check(1, rules, now + rules.idle), Err(Ended::Idle));
        assert_eq!(session.check(2, rules, now), Err(Ended::CredentialsChanged));
        let busy = Session { seen_at: now + rules.absolute - second, ..session };
        assert_eq!(busy.check(1, rules, now + rules.absolute), Err(Ended::Absolute));
        assert_eq!(busy.ends_at(rules), now + rules.absolute);
    }
}
