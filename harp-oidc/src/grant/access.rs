//! Access tokens: opaque, good for userinfo alone, worth what stands behind them at the moment when they are shown.

use std::time::Duration;

use harp_core::account::{Account, Standing};
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::SessionRules;
use harp_core::session::{Ended, Session};

use super::FamilyId;
use super::family::Family;
use crate::protocol::{ErrorCode, ProtocolError};

/// An access token as it is kept: 256 random bits, of which only the hash is here.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessToken {
    pub secret: Hashed,
    pub family: FamilyId,
    pub expires_at: Timestamp,
}

impl AccessToken {
    /// As long as a relying application's session, which asks again and again with it whether it still counts. Since it
    /// is looked up each time, a long life lets nothing live on that has ended.
    pub const LIFE: Duration = Duration::from_secs(60 * 60);
}

/// What an access token hangs on, as it is now.
#[derive(Debug, Clone)]
pub struct Behind {
    pub family: Family,
    pub session: Session,
    pub account: Account,
}

/// What a session that nobody has used at the provider for a while is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// Nothing: the person is to be asked again.
    Ends,
    /// What it was: the person may well be busy in the application, which measures idleness of its own.
    /// Sessions at the provider and at an application end apart (SP 800-63C-4 §3.9).
    Counts,
}

impl Behind {
    /// Whether the sign-in still counts: nothing revoked, the session alive, the account in good standing.
    /// A relying application holds nothing that outlives the sign-in it came from.
    pub fn check(&self, idle: Idle, rules: &SessionRules, now: Timestamp) -> Result<(), ProtocolError> {
        let ended = |why: &str| {
            Err(ProtocolError::new(
                ErrorCode::InvalidToken,
                "the access token has been revoked or has expired",
            )
            .because(why))
        };
        if self.family.revoked_at.is_some() {
            return ended("family revoked");
        }
        if self.account.standing != Standing::Active {
            return ended("account not active");
        }
        match self.session.check(self.account.epoch, rules, now) {
            Ok(()) => Ok(()),
            Err(Ended::Idle) if idle == Idle::Counts => Ok(()),
            Err(why) => ended(&format!("session ended: {why:?}")),
        }
    }
}
