//! Authorization requests that wait for a person.

use async_trait::async_trait;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use crate::grant::interaction::Interaction;

#[async_trait]
pub trait InteractionStore: Send {
    async fn add_interaction(&mut self, interaction: &Interaction) -> Result<(), Fault>;
    /// How many wait at `at` that came from this source; counted up to `most`.
    async fn waiting_from(&mut self, source: &str, most: u32, at: Timestamp) -> Result<u32, Fault>;
    /// By the hash of the browser's secret, if it is unspent and has not expired at `at`.
    async fn interaction(&mut self, secret: &Hashed, at: Timestamp) -> Result<Option<Interaction>, Fault>;
    /// The person does not want to prove more for this request. False: it does not wait any more.
    async fn decline_step_up(&mut self, secret: &Hashed, at: Timestamp) -> Result<bool, Fault>;
    /// The request gets its answer, once, and is forgotten: true for the one who may give it.
    async fn spend_interaction(&mut self, secret: &Hashed, at: Timestamp) -> Result<bool, Fault>;
    async fn sweep_interactions(&mut self, now: Timestamp) -> Result<u32, Fault>;
}
