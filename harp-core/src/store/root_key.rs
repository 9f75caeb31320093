//! With which root keys the database was used: their ids, never the keys.

use async_trait::async_trait;

use super::Fault;
use crate::kernel::time::Timestamp;

#[async_trait]
pub trait RootKeyStore: Send {
    async fn root_keys(&mut self) -> Result<Vec<String>, Fault>;
    /// Nothing, if it is known already.
    async fn note_root_key(&mut self, kid: &str, now: Timestamp) -> Result<(), Fault>;
}
