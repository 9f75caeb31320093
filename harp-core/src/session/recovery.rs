//! Somebody who says that they forgot their password: what they have proved of it so far.

use crate::account::Account;
use crate::factor::CodeRef;
use crate::kernel::id::{AccountId, ChallengeId, RecoveryId};
use crate::kernel::secret::Hashed;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;

/// One recovery, found by the hash of its token. There is one for whatever user ID was typed, known or not.
#[derive(Debug, Clone, PartialEq)]
pub struct Recovery {
    pub id: RecoveryId,
    pub secret: Hashed,
    /// Whose user ID it is; for a user ID that is nobody's, an id of nobody.
    pub account: AccountId,
    /// The account's credential epoch at the beginning: a change since then ends the recovery.
    pub epoch: u32,
    /// To where the code went: the confirmed address, or nowhere. Another one since then makes the recovery worthless.
    pub address: EmailAddress,
    /// Failures count against this key, the same as at sign-in.
    pub budget: String,
    /// Of which challenge the code in the letter is. It stands here and not with other challenges, so that it can be nobody's.
    pub mailed: ChallengeId,
    pub mail_proved_at: Option<Timestamp>,
    pub chosen: Option<Chosen>,
    /// The chosen device has proved itself, too.
    pub device_proved_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Recovery {
    /// The one code that is ever sent for it by letter.
    pub fn mail_code(&self) -> CodeRef {
        CodeRef { challenge: self.mailed, resend: 0 }
    }

    /// Whether the code in the letter is still waited for.
    pub fn awaits_mail(&self, now: Timestamp) -> bool {
        self.mail_proved_at.is_none() && now < self.expires_at
    }

    /// Whether it can succeed for this account as it is now. A locked one cannot be recovered by its owner alone: whoever
    /// locked it said that somebody else may have what this asks for.
    pub fn is_of(&self, account: &Account) -> bool {
        account.id == self.account
            && account.epoch == self.epoch
            && account.standing.is_usable()
            && account.email.verified() == Some(&self.address)
    }
}
