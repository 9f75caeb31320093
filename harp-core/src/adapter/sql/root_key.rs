//! [`RootKeyStore`] in SQL.

use async_trait::async_trait;

use super::SqlTx;
use super::row::args;
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::root_key::RootKeyStore;

#[async_trait]
impl RootKeyStore for SqlTx {
    async fn root_keys(&mut self) -> Result<Vec<String>, Fault> {
        let rows = self.all("SELECT kid FROM root_key ORDER BY first_used_at, kid", vec![]).await?;
        rows.iter().map(|row| row.get("kid")).collect()
    }

    async fn note_root_key(&mut self, kid: &str, now: Timestamp) -> Result<(), Fault> {
        let sql = "INSERT INTO root_key (kid, first_used_at) VALUES ($1, $2) ON CONFLICT (kid) DO NOTHING";
        self.execute(sql, args![kid, now]).await
    }
}
