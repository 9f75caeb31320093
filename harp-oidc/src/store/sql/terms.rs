//! [`TermsStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::SqlTx;
use harp_core::kernel::id::AccountId;
use harp_core::store::Fault;

use super::args;
use crate::grant::terms::Acceptance;
use crate::protocol::client::ClientId;
use crate::store::terms::TermsStore;

#[async_trait]
impl TermsStore for SqlTx {
    async fn accept_terms(&mut self, it: &Acceptance) -> Result<(), Fault> {
        const SQL: &str = "INSERT INTO oidc_terms (account, client, version, session, accepted_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account, client, version)
             DO UPDATE SET session = excluded.session, accepted_at = excluded.accepted_at";
        self.execute(SQL, args![it.account, it.client.as_str(), &it.version, it.session, it.at]).await
    }

    async fn accepted_terms(
        &mut self,
        account: AccountId,
        client: &ClientId,
        version: &str,
    ) -> Result<Option<Acceptance>, Fault> {
        const SQL: &str = "SELECT session, accepted_at FROM oidc_terms
             WHERE account = $1 AND client = $2 AND version = $3";
        let Some(row) = self.optional(SQL, args![account, client.as_str(), version]).await? else {
            return Ok(None);
        };
        Ok(Some(Acceptance {
            account,
            client: client.clone(),
            version: version.to_owned(),
            session: row.get("session")?,
            at: row.get("accepted_at")?,
        }))
    }
}
