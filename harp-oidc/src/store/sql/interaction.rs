//! [`InteractionStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Row, SqlTx};
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use super::{args, count};
use crate::grant::interaction::Interaction;
use crate::protocol::client::ClientId;
use crate::store::interaction::InteractionStore;

#[async_trait]
impl InteractionStore for SqlTx {
    async fn add_interaction(&mut self, it: &Interaction) -> Result<(), Fault> {
        const SQL: &str =
            "INSERT INTO oidc_interaction (secret, client, request, source, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)";
        let args =
            args![&it.secret, it.client.as_str(), &it.request, &it.source, it.created_at, it.expires_at];
        self.execute(SQL, args).await
    }

    async fn waiting_from(&mut self, source: &str, most: u32, at: Timestamp) -> Result<u32, Fault> {
        // Counted no further than it matters.
        const SQL: &str = "SELECT COUNT(*) AS waiting FROM (SELECT 1 AS one FROM oidc_interaction
             WHERE source = $1 AND expires_at > $2 LIMIT $3) AS some_of_them";
        let Some(row) = self.optional(SQL, args![source, at, i64::from(most)]).await? else { return Ok(0) };
        Ok(u32::try_from(row.get::<i64>("waiting")?).unwrap_or(u32::MAX))
    }

    async fn interaction(&mut self, secret: &Hashed, at: Timestamp) -> Result<Option<Interaction>, Fault> {
        const SQL: &str =
            "SELECT secret, client, request, source, created_at, step_up_declined_at, expires_at FROM oidc_interaction
             WHERE secret = $1 AND spent_at IS NULL AND expires_at > $2";
        self.optional(SQL, args![secret, at]).await?.map(|row| read(&row)).transpose()
    }

    async fn decline_step_up(&mut self, secret: &Hashed, at: Timestamp) -> Result<bool, Fault> {
        const SQL: &str = "UPDATE oidc_interaction SET step_up_declined_at = $2
             WHERE secret = $1 AND spent_at IS NULL AND expires_at > $2 RETURNING secret";
        Ok(self.optional(SQL, args![secret, at]).await?.is_some())
    }

    async fn spend_interaction(&mut self, secret: &Hashed, at: Timestamp) -> Result<bool, Fault> {
        const SQL: &str = "DELETE FROM oidc_interaction
             WHERE secret = $1 AND spent_at IS NULL AND expires_at > $2 RETURNING secret";
        Ok(self.optional(SQL, args![secret, at]).await?.is_some())
    }

    async fn sweep_interactions(&mut self, now: Timestamp) -> Result<u32, Fault> {
        const SQL: &str = "DELETE FROM oidc_interaction WHERE expires_at <= $1 RETURNING secret";
        Ok(count(&self.all(SQL, args![now]).await?))
    }
}

fn read(row: &Row) -> Result<Interaction, Fault> {
    Ok(Interaction {
        secret: row.get("secret")?,
        client: row.word("client", |text| ClientId::parse(text).ok())?,
        request: row.get("request")?,
        source: row.get("source")?,
        created_at: row.get("created_at")?,
        step_up_declined_at: row.get("step_up_declined_at")?,
        expires_at: row.get("expires_at")?,
    })
}
