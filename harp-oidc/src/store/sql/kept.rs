//! [`KeptStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Row, SqlTx};
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;
use harp_core::vault::Sealed;

use super::{args, count};
use crate::grant::kept::KeptForm;
use crate::store::kept::KeptStore;

#[async_trait]
impl KeptStore for SqlTx {
    async fn keep_form(&mut self, form: &KeptForm, most: u32) -> Result<(), Fault> {
        const ADD: &str = "INSERT INTO oidc_kept_form (secret, account, path, sealed, expires_at)
             VALUES ($1, $2, $3, $4, $5)";
        const TRIM: &str = "DELETE FROM oidc_kept_form WHERE account = $1 AND secret NOT IN
             (SELECT secret FROM oidc_kept_form WHERE account = $1 ORDER BY expires_at DESC, secret LIMIT $2)";
        let args = args![&form.secret, form.account, &form.path, &form.sealed.0, form.expires_at];
        self.execute(ADD, args).await?;
        self.execute(TRIM, args![form.account, i64::from(most)]).await
    }

    async fn kept_form(
        &mut self,
        secret: &Hashed,
        account: AccountId,
        at: Timestamp,
    ) -> Result<Option<KeptForm>, Fault> {
        const SQL: &str = "SELECT secret, account, path, sealed, expires_at FROM oidc_kept_form
             WHERE secret = $1 AND account = $2 AND expires_at > $3";
        self.optional(SQL, args![secret, account, at]).await?.map(|row| read(&row)).transpose()
    }

    async fn forget_form(&mut self, secret: &Hashed, account: AccountId) -> Result<(), Fault> {
        const SQL: &str = "DELETE FROM oidc_kept_form WHERE secret = $1 AND account = $2";
        self.execute(SQL, args![secret, account]).await
    }

    async fn sweep_kept_forms(&mut self, now: Timestamp) -> Result<u32, Fault> {
        const SQL: &str = "DELETE FROM oidc_kept_form WHERE expires_at <= $1 RETURNING secret";
        Ok(count(&self.all(SQL, args![now]).await?))
    }
}

fn read(row: &Row) -> Result<KeptForm, Fault> {
    Ok(KeptForm {
        secret: row.get("secret")?,
        account: row.get("account")?,
        path: row.get("path")?,
        sealed: Sealed(row.get("sealed")?),
        expires_at: row.get("expires_at")?,
    })
}
