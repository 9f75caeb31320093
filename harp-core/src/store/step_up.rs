//! Step-ups of sessions, each found by the hash of its token.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::id::{ChallengeId, FactorId, StepUpId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;
use crate::session::step_up::StepUp;

#[async_trait]
pub trait StepUpStore: Send {
    async fn add_step_up(&mut self, step_up: &StepUp) -> Result<(), Fault>;
    async fn step_up(&mut self, secret: &Hashed) -> Result<Option<StepUp>, Fault>;
    /// False: the step-up is complete or given up.
    async fn choose_step_up_device(&mut self, id: StepUpId, chosen: Chosen) -> Result<bool, Fault>;
    /// The code that was last sent to this device during this step-up, whatever was chosen since.
    async fn step_up_challenge_sent(
        &mut self,
        id: StepUpId,
        device: FactorId,
    ) -> Result<Option<ChallengeId>, Fault>;
    /// Takes the step-up away, once: true for the one caller who may complete it.
    async fn spend_step_up(&mut self, id: StepUpId) -> Result<bool, Fault>;
    /// Deletes those that expired before `before`; how many.
    async fn sweep_step_ups(&mut self, before: Timestamp) -> Result<u32, Fault>;
}
