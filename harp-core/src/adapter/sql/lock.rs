//! [`LockStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::account::Standing;
use crate::account::lock::{Lock, LockReason};
use crate::kernel::id::{AccountId, RepudiationId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::notice::repudiation::Repudiation;
use crate::store::Fault;
use crate::store::lock::LockStore;

#[async_trait]
impl LockStore for SqlTx {
    async fn lock_account(&mut self, lock: &Lock) -> Result<bool, Fault> {
        let locked = self
            .optional(
                "UPDATE account SET standing = $3, epoch = epoch + 1 WHERE id = $1 AND standing = $2 RETURNING id",
                args![lock.account, lock.before.as_str(), Standing::Locked.as_str()],
            )
            .await?;
        if locked.is_none() {
            return Ok(false);
        }
        self.execute(
            "INSERT INTO account_lock (account, locked_at, why, standing_before) VALUES ($1, $2, $3, $4)",
            args![lock.account, lock.at, lock.why.as_str(), lock.before.as_str()],
        )
        .await?;
        Ok(true)
    }

    async fn account_lock(&mut self, id: AccountId) -> Result<Option<Lock>, Fault> {
        let sql = "SELECT account, locked_at, why, standing_before FROM account_lock WHERE account = $1";
        self.optional(sql, args![id]).await?.map(lock).transpose()
    }

    async fn unlock_account(&mut self, lock: &Lock) -> Result<bool, Fault> {
        let gone = self
            .optional(
                "DELETE FROM account_lock WHERE account = $1 AND locked_at = $2 RETURNING account",
                args![lock.account, lock.at],
            )
            .await?;
        if gone.is_none() {
            return Ok(false);
        }
        self.execute(
            "UPDATE account SET standing = $3 WHERE id = $1 AND standing = $2",
            args![lock.account, Standing::Locked.as_str(), lock.before.as_str()],
        )
        .await?;
        Ok(true)
    }

    async fn add_repudiation(&mut self, repudiation: &Repudiation) -> Result<(), Fault> {
        let Repudiation { id, account, secret, created_at, expires_at, spent_at } = repudiation;
        self.execute(
            "INSERT INTO repudiation (id, account, secret, created_at, expires_at, spent_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![*id, *account, secret, *created_at, *expires_at, *spent_at],
        )
        .await
    }

    async fn repudiation(&mut self, secret: &Hashed) -> Result<Option<Repudiation>, Fault> {
        let sql =
            "SELECT id, account, secret, created_at, expires_at, spent_at FROM repudiation WHERE secret = $1";
        self.optional(sql, args![secret]).await?.map(repudiation).transpose()
    }

    async fn spend_repudiation(&mut self, id: RepudiationId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE repudiation SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL AND expires_at > $2 \
                 RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn void_repudiations(&mut self, account: AccountId, at: Timestamp) -> Result<(), Fault> {
        self.execute(
            "UPDATE repudiation SET spent_at = $2 WHERE account = $1 AND spent_at IS NULL",
            args![account, at],
        )
        .await
    }

    async fn sweep_repudiations(&mut self, now: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM repudiation WHERE id IN \
             (SELECT id FROM repudiation WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            now,
        )
        .await
    }
}

fn lock(row: Row) -> Result<Lock, Fault> {
    Ok(Lock {
        account: row.get("account")?,
        at: row.get("locked_at")?,
        why: row.word("why", LockReason::parse)?,
        before: row.word("standing_before", Standing::parse)?,
    })
}

fn repudiation(row: Row) -> Result<Repudiation, Fault> {
    Ok(Repudiation {
        id: row.get("id")?,
        account: row.get("account")?,
        secret: row.get("secret")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        spent_at: row.get("spent_at")?,
    })
}
