//! Recoveries of forgotten passwords, each found by the hash of its token.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::{ChallengeId, FactorId, RecoveryId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;
use crate::session::recovery::Recovery;

#[async_trait]
pub trait RecoveryStore: Send {
    async fn add_recovery(&mut self, recovery: &Recovery) -> Result<(), Fault>;
    async fn recovery(&mut self, secret: &Hashed) -> Result<Option<Recovery>, Fault>;
    /// By the challenge of its letter. Served by an index.
    async fn recovery_mailed(&mut self, challenge: ChallengeId) -> Result<Option<Recovery>, Fault>;
    /// Spends the code of the letter, once, if the recovery has not expired at `at`.
    async fn prove_recovery_mail(&mut self, id: RecoveryId, at: Timestamp) -> Result<bool, Fault>;
    /// The device that is asked for its code. False: the letter's code was not entered, or a device is proved already.
    async fn choose_recovery_device(&mut self, id: RecoveryId, chosen: Chosen) -> Result<bool, Fault>;
    /// The code that was last sent to this device during this recovery, whatever was chosen since.
    async fn recovery_challenge_sent(
        &mut self,
        id: RecoveryId,
        device: FactorId,
    ) -> Result<Option<ChallengeId>, Fault>;
    /// Once, for the device that is chosen, after the letter, if the recovery has not expired at `at`.
    async fn prove_recovery_device(
        &mut self,
        id: RecoveryId,
        device: FactorId,
        at: Timestamp,
    ) -> Result<bool, Fault>;
    /// Takes the recovery away, once: true for the one caller who may set the password.
    async fn spend_recovery(&mut self, id: RecoveryId) -> Result<bool, Fault>;
    /// Deletes those that expired before `before`; how many.
    async fn sweep_recoveries(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
