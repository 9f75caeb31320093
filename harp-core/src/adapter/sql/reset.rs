//! [`ResetStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::factor::reset::{By, Reset};
use crate::kernel::id::{AccountId, FactorId, ResetId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::reset::ResetStore;

#[async_trait]
impl ResetStore for SqlTx {
    async fn suspend_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET status = 'suspended', suspended_at = $2 \
                 WHERE id = $1 AND status = 'active' RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn resume_factor(&mut self, id: FactorId) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET status = 'active', suspended_at = NULL \
                 WHERE id = $1 AND status = 'suspended' RETURNING id",
                args![id],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn suspended_since(
        &mut self,
        account: AccountId,
        since: Timestamp,
    ) -> Result<Vec<FactorId>, Fault> {
        let sql = "SELECT id FROM factor WHERE account = $1 AND status = 'suspended' AND suspended_at >= $2 \
                   ORDER BY created_at, id";
        self.all(sql, args![account, since]).await?.iter().map(|row| row.get("id")).collect()
    }

    async fn raise_epoch(&mut self, account: AccountId, epoch: u32) -> Result<Option<u32>, Fault> {
        let sql = "UPDATE account SET epoch = epoch + 1 WHERE id = $1 AND epoch = $2 RETURNING epoch";
        self.optional(sql, args![account, epoch]).await?.map(|row| row.get("epoch")).transpose()
    }

    async fn add_reset(&mut self, reset: &Reset) -> Result<bool, Fault> {
        let row = self
            .optional(
                "INSERT INTO device_reset (id, account, epoch, by_whom, begun_at, ready_at, expires_at, ended_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, NULL) \
                 ON CONFLICT (account) WHERE ended_at IS NULL DO NOTHING RETURNING id",
                args![
                    reset.id,
                    reset.account,
                    reset.epoch,
                    reset.by.as_str(),
                    reset.begun_at,
                    reset.ready_at,
                    reset.expires_at,
                ],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn reset_of(&mut self, account: AccountId) -> Result<Option<Reset>, Fault> {
        let sql = "SELECT id, account, epoch, by_whom, begun_at, ready_at, expires_at FROM device_reset \
                   WHERE account = $1 AND ended_at IS NULL";
        self.optional(sql, args![account]).await?.map(reset).transpose()
    }

    async fn spend_reset(&mut self, id: ResetId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE device_reset SET ended_at = $2 \
                 WHERE id = $1 AND ended_at IS NULL AND ready_at <= $2 AND expires_at > $2 RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn stop_reset(&mut self, account: AccountId, at: Timestamp) -> Result<bool, Fault> {
        let sql =
            "UPDATE device_reset SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL RETURNING id";
        Ok(self.optional(sql, args![account, at]).await?.is_some())
    }

    async fn sweep_resets(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM device_reset WHERE id IN \
             (SELECT id FROM device_reset WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn reset(row: Row) -> Result<Reset, Fault> {
    Ok(Reset {
        id: row.get("id")?,
        account: row.get("account")?,
        epoch: row.get("epoch")?,
        by: row.word("by_whom", By::parse)?,
        begun_at: row.get("begun_at")?,
        ready_at: row.get("ready_at")?,
        expires_at: row.get("expires_at")?,
    })
}
