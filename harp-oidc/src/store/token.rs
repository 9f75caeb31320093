//! Families and their access tokens.

use async_trait::async_trait;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use crate::grant::FamilyId;
use crate::grant::access::AccessToken;
use crate::grant::family::Family;
use crate::protocol::client::ClientId;

#[async_trait]
pub trait TokenStore: Send {
    async fn add_family(&mut self, family: &Family) -> Result<(), Fault>;
    async fn family(&mut self, id: FamilyId) -> Result<Option<Family>, Fault>;
    /// Revokes the family, once.
    async fn revoke_family(&mut self, id: FamilyId, at: Timestamp) -> Result<bool, Fault>;
    /// Revokes every family of a client; how many. It reads them all: an operator's rare deed has no index of its own.
    async fn revoke_families_of(&mut self, client: &ClientId, at: Timestamp) -> Result<u32, Fault>;
    async fn add_access_token(&mut self, token: &AccessToken) -> Result<(), Fault>;
    /// By its hash, if it has not expired at `at`.
    async fn access_token(&mut self, secret: &Hashed, at: Timestamp) -> Result<Option<AccessToken>, Fault>;
    /// Deletes tokens and codes that are of no more use, and the families that nothing hangs on; how many rows.
    async fn sweep_grants(&mut self, now: Timestamp) -> Result<u32, Fault>;
}
