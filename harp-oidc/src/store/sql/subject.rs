//! [`SubjectStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::SqlTx;
use harp_core::kernel::id::AccountId;
use harp_core::store::Fault;

use super::args;
use crate::grant::subject::Subject;
use crate::store::subject::SubjectStore;

#[async_trait]
impl SubjectStore for SqlTx {
    async fn subject(&mut self, account: AccountId, sector: &str) -> Result<Option<Subject>, Fault> {
        const SQL: &str = "SELECT subject FROM oidc_subject WHERE account = $1 AND sector = $2";
        let row = self.optional(SQL, args![account, sector]).await?;
        row.map(|row| row.get("subject").map(Subject::stored)).transpose()
    }

    async fn claim_subject(
        &mut self,
        account: AccountId,
        sector: &str,
        fresh: &Subject,
    ) -> Result<Subject, Fault> {
        // Whoever comes second waits for the first and then reads what it stored.
        const SQL: &str = "INSERT INTO oidc_subject (account, sector, subject) VALUES ($1, $2, $3)
             ON CONFLICT (account, sector) DO NOTHING RETURNING subject";
        if self.optional(SQL, args![account, sector, fresh.as_str()]).await?.is_some() {
            return Ok(fresh.clone());
        }
        let stored = self.subject(account, sector).await?;
        stored.ok_or_else(|| Fault::Defect("a subject that was there is not".to_owned()))
    }
}
