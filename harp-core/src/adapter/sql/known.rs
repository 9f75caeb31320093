//! [`KnownStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::kernel::id::{AccountId, BrowserId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::known::KnownBrowser;
use crate::store::Fault;
use crate::store::known::KnownStore;

#[async_trait]
impl KnownStore for SqlTx {
    async fn known_browser(
        &mut self,
        account: AccountId,
        secret: &Hashed,
    ) -> Result<Option<KnownBrowser>, Fault> {
        let sql = "SELECT k.account, k.browser, k.epoch, k.used_at FROM browser b \
                   JOIN known_browser k ON k.browser = b.id WHERE b.secret = $2 AND k.account = $1";
        self.optional(sql, args![account, secret]).await?.map(known).transpose()
    }

    async fn known_browsers(&mut self, account: AccountId) -> Result<Vec<KnownBrowser>, Fault> {
        let sql = "SELECT account, browser, epoch, used_at FROM known_browser \
                   WHERE account = $1 ORDER BY used_at DESC, browser DESC";
        self.all(sql, args![account]).await?.into_iter().map(known).collect()
    }

    async fn add_browser(&mut self, id: BrowserId, secret: &Hashed, at: Timestamp) -> Result<(), Fault> {
        self.execute("INSERT INTO browser (id, secret, used_at) VALUES ($1, $2, $3)", args![id, secret, at])
            .await
    }

    async fn renew_browser(
        &mut self,
        old: &Hashed,
        new: &Hashed,
        at: Timestamp,
    ) -> Result<Option<BrowserId>, Fault> {
        let sql = "UPDATE browser SET secret = $2, used_at = $3 WHERE secret = $1 RETURNING id";
        let Some(row) = self.optional(sql, args![old, new, at]).await? else { return Ok(None) };
        let id: BrowserId = row.get("id")?;
        self.execute(
            "INSERT INTO browser_spent (secret, browser, spent_at) VALUES ($1, $2, $3)",
            args![old, id, at],
        )
        .await?;
        Ok(Some(id))
    }

    async fn end_browser_of_spent(&mut self, spent: &Hashed) -> Result<bool, Fault> {
        let sql = "DELETE FROM browser WHERE id IN (SELECT browser FROM browser_spent WHERE secret = $1) \
                   RETURNING id";
        Ok(self.optional(sql, args![spent]).await?.is_some())
    }

    async fn know_browser(&mut self, known: &KnownBrowser) -> Result<(), Fault> {
        let KnownBrowser { account, browser, epoch, used_at } = *known;
        self.execute(
            "INSERT INTO known_browser (account, browser, epoch, used_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (account, browser) DO UPDATE SET epoch = excluded.epoch, used_at = excluded.used_at",
            args![account, browser, epoch, used_at],
        )
        .await
    }

    async fn forget_browsers(&mut self, account: AccountId, epoch: u32, most: u32) -> Result<(), Fault> {
        self.execute(
            "DELETE FROM known_browser WHERE account = $1 AND (epoch <> $2 OR browser NOT IN \
             (SELECT browser FROM known_browser WHERE account = $1 AND epoch = $2 \
              ORDER BY used_at DESC, browser DESC LIMIT $3))",
            args![account, epoch, most],
        )
        .await
    }

    /// First the browsers, and with them what is known of them; then what one person has left in a browser that others use.
    async fn sweep_browsers(&mut self, before: Timestamp) -> Result<u32, Fault> {
        let browsers = self
            .swept(
                "DELETE FROM browser WHERE used_at < $1 AND id IN \
                 (SELECT id FROM browser WHERE used_at < $1 ORDER BY used_at LIMIT 500) RETURNING id",
                before,
            )
            .await?;
        let known = self
            .swept(
                "DELETE FROM known_browser WHERE used_at < $1 AND browser IN \
                 (SELECT browser FROM known_browser WHERE used_at < $1 ORDER BY used_at LIMIT 500) RETURNING browser",
                before,
            )
            .await?;
        self.swept(
            "DELETE FROM browser_spent WHERE spent_at < $1 AND secret IN \
             (SELECT secret FROM browser_spent WHERE spent_at < $1 ORDER BY spent_at LIMIT 500) RETURNING secret",
            before,
        )
        .await?;
        Ok(browsers.saturating_add(known))
    }
}

fn known(row: Row) -> Result<KnownBrowser, Fault> {
    Ok(KnownBrowser {
        account: row.get("account")?,
        browser: row.get("browser")?,
        epoch: row.get("epoch")?,
        used_at: row.get("used_at")?,
    })
}
