//! Authorization codes. One is spent by one compare-and-set, and there is no other way to read it.

use async_trait::async_trait;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use crate::grant::FamilyId;
use crate::grant::code::AuthorizationCode;
use crate::protocol::client::ClientId;

#[async_trait]
pub trait CodeStore: Send {
    async fn add_code(&mut self, code: &AuthorizationCode) -> Result<(), Fault>;
    /// Spends the code if it is this client's, unspent, and not expired at `at`.
    async fn spend_code(&mut self, secret: &Hashed, client: &ClientId, at: Timestamp)
    -> Result<Spend, Fault>;
}

/// What became of a code that was presented.
#[derive(Debug, Clone, PartialEq)]
pub enum Spend {
    Spent(AuthorizationCode),
    /// RFC 6749 §4.1.2: its client presented it before. What it led to is to be revoked.
    Replayed(FamilyId),
    /// There is none such, it has expired, or it is another client's.
    Unknown,
}
