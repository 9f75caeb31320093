//! Relying applications.

use async_trait::async_trait;
use harp_core::store::Fault;

use crate::grant::client::Client;
use crate::protocol::client::ClientId;

#[async_trait]
pub trait ClientStore: Send {
    /// False when the id is taken.
    async fn add_client(&mut self, client: &Client) -> Result<bool, Fault>;
    /// Replaces what is stored under the same id; false when there is none.
    async fn save_client(&mut self, client: &Client) -> Result<bool, Fault>;
    /// Makes whoever else takes a turn on this client wait until the transaction ends: before reading what is to be
    /// changed. `None`: there is no such client.
    async fn client_turn(&mut self, id: &ClientId) -> Result<Option<Client>, Fault>;
    async fn client(&mut self, id: &ClientId) -> Result<Option<Client>, Fault>;
    /// By id. There are as many as an operator registered.
    async fn clients(&mut self) -> Result<Vec<Client>, Fault>;
}
