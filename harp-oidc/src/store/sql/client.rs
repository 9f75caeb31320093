//! [`ClientStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, SqlTx};
use harp_core::store::Fault;

use super::args;
use crate::grant::client::Client;
use crate::protocol::client::ClientId;
use crate::store::client::ClientStore;

#[async_trait]
impl ClientStore for SqlTx {
    async fn add_client(&mut self, client: &Client) -> Result<bool, Fault> {
        const SQL: &str = "INSERT INTO oidc_client (id, data, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO NOTHING RETURNING id";
        let args = args![client.id.as_str(), Arg::json(client)?, client.created_at];
        Ok(self.optional(SQL, args).await?.is_some())
    }

    async fn save_client(&mut self, client: &Client) -> Result<bool, Fault> {
        const SQL: &str = "UPDATE oidc_client SET data = $2 WHERE id = $1 RETURNING id";
        Ok(self.optional(SQL, args![client.id.as_str(), Arg::json(client)?]).await?.is_some())
    }

    async fn client_turn(&mut self, id: &ClientId) -> Result<Option<Client>, Fault> {
        const SQL: &str = "UPDATE oidc_client SET created_at = created_at WHERE id = $1 RETURNING data";
        let row = self.optional(SQL, args![id.as_str()]).await?;
        row.map(|row| row.json("data")).transpose()
    }

    async fn client(&mut self, id: &ClientId) -> Result<Option<Client>, Fault> {
        let row = self.optional("SELECT data FROM oidc_client WHERE id = $1", args![id.as_str()]).await?;
        row.map(|row| row.json("data")).transpose()
    }

    async fn clients(&mut self) -> Result<Vec<Client>, Fault> {
        let rows = self.all("SELECT data FROM oidc_client ORDER BY id", vec![]).await?;
        rows.iter().map(|row| row.json("data")).collect()
    }
}
