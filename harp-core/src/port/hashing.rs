//! The hook for slow hashes of what people remember.

use crate::account::PasswordHash;
use crate::kernel::secret::Secret;

/// Hashes passwords and challenge answers, slowly, on a bounded pool.
#[async_trait::async_trait]
pub trait Hasher: Send + Sync + std::fmt::Debug {
    async fn hash(&self, secret: &Secret<String>) -> Result<PasswordHash, Unhashed>;
    /// Checks a secret against a hash; `None` (an unknown user) costs the same and is never right.
    async fn check(&self, secret: &Secret<String>, hash: Option<&PasswordHash>) -> Result<Checked, Unhashed>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    Wrong,
    Right,
    /// Right, but hashed with weaker parameters than today's: store this one instead.
    RightUpgrade(PasswordHash),
}

/// Why there is no hash and no comparison.
#[derive(Debug, thiserror::Error)]
pub enum Unhashed {
    /// The hashing pool's queue is full.
    #[error("too busy to check passwords now")]
    Busy,
    #[error("a stored hash cannot be read: {private}")]
    Corrupt { private: String },
}
