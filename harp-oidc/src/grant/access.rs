//! Access tokens: opaque, short-lived, good for userinfo, worth what the session behind them is worth.

use std::time::Duration;

use harp_core::account::{Account, Standing};
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::SessionRules;
use harp_core::session::Session;

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
    pub const LIFE: Duration = Duration::from_secs(5 * 60);
}

/// What an access token hangs on, as it is now.
#[derive(Debug, Clone)]
pub struct Behind {
    pub family: Family,
    pub session: Session,
    pub account: Account,
}

impl Behind {
    /// Whether the sign-in still counts: nothing revoked, the session alive, the account in good standing.
    /// A relying application holds nothing that outlives the sign-in it came from.
    pub fn check(&self, rules: &SessionRules, now: Timestamp) -> Result<(), ProtocolError> {
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
            Err(why) => ended(&format!("session ended: {why:?}")),
        }
    }
}
