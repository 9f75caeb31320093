//! Passkeys, and the challenges that are signed for them.

use async_trait::async_trait;

use super::Fault;
use crate::factor::Factor;
use crate::factor::passkey::{Ceremony, CredentialId, Passkey};
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::time::Timestamp;

#[async_trait]
pub trait PasskeyStore: Send {
    /// A factor that is a passkey. False: that credential is somebody's already. Served by a unique index.
    async fn add_passkey(&mut self, factor: &Factor) -> Result<bool, Fault>;
    /// The factor with this credential, whosoever it is. Not one that was removed.
    async fn passkey(&mut self, credential: &CredentialId) -> Result<Option<Factor>, Fault>;
    /// Notes that it proved something, and its counter, once for each value of the counter: true if it is active, and the
    /// counter is higher than every one before, or both are 0 (WebAuthn Level 3 §6.1.1).
    async fn passkey_used(&mut self, id: FactorId, now: &Passkey, at: Timestamp) -> Result<bool, Fault>;

    async fn add_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault>;
    async fn ceremony(&mut self, id: ChallengeId) -> Result<Option<Ceremony>, Fault>;
    /// Spends the challenge, once, if it has not expired at `at`.
    async fn spend_ceremony(&mut self, id: ChallengeId, at: Timestamp) -> Result<bool, Fault>;
    /// Deletes those that expired before `before`; how many.
    async fn sweep_ceremonies(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
