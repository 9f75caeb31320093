//! [`TokenStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, SqlTx};
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use super::{args, count};
use crate::grant::FamilyId;
use crate::grant::access::AccessToken;
use crate::grant::code::AuthorizationCode;
use crate::grant::family::Family;
use crate::protocol::client::ClientId;
use crate::store::token::TokenStore;

#[async_trait]
impl TokenStore for SqlTx {
    async fn add_family(&mut self, family: &Family) -> Result<(), Fault> {
        const SQL: &str = "INSERT INTO oidc_family (id, client, account, session, grant_data, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)";
        let grant = &family.grant;
        let (id, client) = (family.id.to_string(), grant.client.as_str());
        let args = args![id, client, grant.account, grant.session, Arg::json(grant)?, family.created_at];
        self.execute(SQL, args).await
    }

    async fn family(&mut self, id: FamilyId) -> Result<Option<Family>, Fault> {
        const SQL: &str = "SELECT grant_data, created_at, revoked_at FROM oidc_family WHERE id = $1";
        let Some(row) = self.optional(SQL, args![id.to_string()]).await? else { return Ok(None) };
        Ok(Some(Family {
            id,
            grant: row.json("grant_data")?,
            created_at: row.get("created_at")?,
            revoked_at: row.get("revoked_at")?,
        }))
    }

    async fn revoke_family(&mut self, id: FamilyId, at: Timestamp) -> Result<bool, Fault> {
        const SQL: &str =
            "UPDATE oidc_family SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id";
        Ok(self.optional(SQL, args![id.to_string(), at]).await?.is_some())
    }

    async fn revoke_families_of(&mut self, client: &ClientId, at: Timestamp) -> Result<u32, Fault> {
        const SQL: &str =
            "UPDATE oidc_family SET revoked_at = $2 WHERE client = $1 AND revoked_at IS NULL RETURNING id";
        Ok(count(&self.all(SQL, args![client.as_str(), at]).await?))
    }

    async fn add_access_token(&mut self, token: &AccessToken) -> Result<(), Fault> {
        const SQL: &str = "INSERT INTO oidc_access_token (secret, family, expires_at) VALUES ($1, $2, $3)";
        self.execute(SQL, args![&token.secret, token.family.to_string(), token.expires_at]).await
    }

    async fn access_token(&mut self, secret: &Hashed, at: Timestamp) -> Result<Option<AccessToken>, Fault> {
        const SQL: &str =
            "SELECT family, expires_at FROM oidc_access_token WHERE secret = $1 AND expires_at > $2";
        let Some(row) = self.optional(SQL, args![secret, at]).await? else { return Ok(None) };
        Ok(Some(AccessToken {
            secret: secret.clone(),
            family: row.parse("family")?,
            expires_at: row.get("expires_at")?,
        }))
    }

    async fn sweep_grants(&mut self, now: Timestamp) -> Result<u32, Fault> {
        const TOKENS: &str = "DELETE FROM oidc_access_token WHERE expires_at <= $1 RETURNING secret";
        const CODES: &str = "DELETE FROM oidc_code WHERE expires_at <= $1 RETURNING secret";
        const FAMILIES: &str = "DELETE FROM oidc_family WHERE created_at <= $1
             AND NOT EXISTS (SELECT 1 FROM oidc_code WHERE oidc_code.family = oidc_family.id)
             AND NOT EXISTS (SELECT 1 FROM oidc_access_token WHERE oidc_access_token.family = oidc_family.id)
             RETURNING id";
        let forgotten = now - AuthorizationCode::REMEMBERED;
        let mut swept = count(&self.all(TOKENS, args![now]).await?);
        swept += count(&self.all(CODES, args![forgotten]).await?);
        swept += count(&self.all(FAMILIES, args![forgotten]).await?);
        Ok(swept)
    }
}
