//! [`TermsStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::SqlTx;
use harp_core::kernel::id::AccountId;
use harp_core::store::Fault;

use super::args;
use crate::grant::terms::{Acceptance, InForce, Whose};
use crate::store::terms::TermsStore;

#[async_trait]
impl TermsStore for SqlTx {
    async fn accept_terms(&mut self, it: &Acceptance) -> Result<(), Fault> {
        const SQL: &str = "INSERT INTO oidc_terms (account, client, version, session, accepted_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account, client, version)
             DO UPDATE SET session = excluded.session, accepted_at = excluded.accepted_at";
        self.execute(SQL, args![it.account, column(&it.whose), &it.version, it.session, it.at]).await
    }

    async fn accepted_terms(
        &mut self,
        account: AccountId,
        terms: &InForce,
    ) -> Result<Option<Acceptance>, Fault> {
        const SQL: &str = "SELECT session, accepted_at FROM oidc_terms
             WHERE account = $1 AND client = $2 AND version = $3";
        let Some(row) = self.optional(SQL, args![account, column(&terms.whose), &terms.text.version]).await?
        else {
            return Ok(None);
        };
        Ok(Some(Acceptance {
            account,
            whose: terms.whose.clone(),
            version: terms.text.version.clone(),
            session: row.get("session")?,
            at: row.get("accepted_at")?,
        }))
    }
}

/// No client id is empty.
fn column(whose: &Whose) -> &str {
    match whose {
        Whose::Site => "",
        Whose::Application(client) => client.as_str(),
    }
}
