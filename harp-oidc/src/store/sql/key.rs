//! [`KeyStore`] in SQL.

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, Row, SqlTx};
use harp_core::store::Fault;
use harp_core::vault::Sealed;

use super::args;
use crate::jose::alg::Alg;
use crate::jose::keyring::KeyState;
use crate::store::key::{KeyStore, StoredKey, StoredKeys};

#[async_trait]
impl KeyStore for SqlTx {
    async fn keys(&mut self) -> Result<StoredKeys, Fault> {
        // The version first: whoever claims it later has seen at least the keys of that version.
        let version = self.optional("SELECT version FROM oidc_keyring WHERE id = 1", vec![]).await?;
        let version = version.ok_or_else(|| Fault::Corrupt("oidc_keyring is empty".to_owned()))?;
        let rows = self.all("SELECT kid, alg, state, sealed FROM oidc_key ORDER BY kid", vec![]).await?;
        let keys = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(StoredKeys { version: version.get("version")?, keys })
    }

    async fn claim_keys(&mut self, version: u32) -> Result<bool, Fault> {
        const SQL: &str =
            "UPDATE oidc_keyring SET version = version + 1 WHERE id = 1 AND version = $1 RETURNING version";
        Ok(self.optional(SQL, args![version]).await?.is_some())
    }

    async fn add_key(&mut self, key: &StoredKey) -> Result<(), Fault> {
        const SQL: &str = "INSERT INTO oidc_key (kid, alg, state, sealed) VALUES ($1, $2, $3, $4)";
        let args = args![&key.kid, key.alg.as_str(), Arg::json(&key.state)?, &key.sealed.0];
        self.execute(SQL, args).await
    }

    async fn set_key_state(&mut self, kid: &str, state: KeyState) -> Result<(), Fault> {
        self.execute("UPDATE oidc_key SET state = $2 WHERE kid = $1", args![kid, Arg::json(&state)?]).await
    }

    async fn forget_key(&mut self, kid: &str) -> Result<(), Fault> {
        self.execute("DELETE FROM oidc_key WHERE kid = $1", args![kid]).await
    }
}

fn read(row: &Row) -> Result<StoredKey, Fault> {
    Ok(StoredKey {
        kid: row.get("kid")?,
        alg: row.word("alg", Alg::parse)?,
        state: row.json("state")?,
        sealed: Sealed(row.get("sealed")?),
    })
}
