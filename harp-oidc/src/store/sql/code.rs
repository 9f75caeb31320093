//! [`CodeStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, SqlTx};
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use super::args;
use crate::grant::code::AuthorizationCode;
use crate::protocol::client::ClientId;
use crate::store::code::{CodeStore, Spend};

#[async_trait]
impl CodeStore for SqlTx {
    async fn add_code(&mut self, code: &AuthorizationCode) -> Result<(), Fault> {
        const SQL: &str =
            "INSERT INTO oidc_code (secret, client, family, bound, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let family = code.family.to_string();
        let bound = Arg::json(&code.bound)?;
        self.execute(SQL, args![&code.secret, code.client.as_str(), family, bound, code.expires_at]).await
    }

    async fn spend_code(
        &mut self,
        secret: &Hashed,
        client: &ClientId,
        at: Timestamp,
    ) -> Result<Spend, Fault> {
        const SPEND: &str = "UPDATE oidc_code SET spent_at = $3
             WHERE secret = $1 AND client = $2 AND spent_at IS NULL AND expires_at > $3
             RETURNING family, bound, expires_at";
        const REPLAYED: &str =
            "SELECT family FROM oidc_code WHERE secret = $1 AND client = $2 AND spent_at IS NOT NULL";
        if let Some(row) = self.optional(SPEND, args![secret, client.as_str(), at]).await? {
            return Ok(Spend::Spent(AuthorizationCode {
                secret: secret.clone(),
                client: client.clone(),
                family: row.parse("family")?,
                bound: row.json("bound")?,
                expires_at: row.get("expires_at")?,
            }));
        }
        match self.optional(REPLAYED, args![secret, client.as_str()]).await? {
            Some(row) => Ok(Spend::Replayed(row.parse("family")?)),
            None => Ok(Spend::Unknown),
        }
    }
}
