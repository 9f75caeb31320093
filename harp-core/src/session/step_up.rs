//! A session that is to prove more: on its way from the device that was chosen to its code.

use crate::factor::level::Level;
use crate::kernel::id::{SessionId, StepUpId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;

/// One step-up, found by the hash of its token. It serves its session and no other: several tabs have one each.
#[derive(Debug, Clone, PartialEq)]
pub struct StepUp {
    pub id: StepUpId,
    pub secret: Hashed,
    pub session: SessionId,
    /// What is to be reached.
    pub level: Level,
    pub chosen: Option<Chosen>,
    /// Failures count against this key, the same as at sign-in.
    pub budget: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}
