//! [`PasskeyStore`] in SQL.

use async_trait::async_trait;

use super::factor::{factor, select_factor};
use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::factor::passkey::{Ceremony, CredentialId, Passkey};
use crate::factor::{Binding, Factor};
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::passkey::PasskeyStore;

#[async_trait]
impl PasskeyStore for SqlTx {
    async fn add_passkey(&mut self, factor: &Factor) -> Result<bool, Fault> {
        let Binding::Passkey(passkey) = &factor.binding else {
            return Err(Fault::Defect(format!("{} is no passkey", factor.id)));
        };
        let row = self
            .optional(
                "INSERT INTO factor (id, account, method, credential, passkey, sign_count, status, created_at, \
                 activated_at, last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
                 ON CONFLICT (credential) DO NOTHING RETURNING id",
                args![
                    factor.id,
                    factor.account,
                    factor.method().as_str(),
                    passkey.credential.as_str(),
                    Arg::json(&passkey.about)?,
                    passkey.sign_count,
                    factor.status.as_str(),
                    factor.created_at,
                    factor.activated_at,
                    factor.last_used_at,
                ],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn passkey(&mut self, credential: &CredentialId) -> Result<Option<Factor>, Fault> {
        let of = select_factor!("WHERE credential = $1 AND status <> 'removed'");
        self.optional(of, args![credential.as_str()]).await?.map(factor).transpose()
    }

    async fn passkey_used(&mut self, id: FactorId, now: &Passkey, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET sign_count = $2, passkey = $3, \
                 last_used_at = CASE WHEN last_used_at > $4 THEN last_used_at ELSE $4 END \
                 WHERE id = $1 AND status = 'active' AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0)) RETURNING id",
                args![id, now.sign_count, Arg::json(&now.about)?, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn add_ceremony(&mut self, ceremony: &Ceremony) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO ceremony (id, purpose, options, state, created_at, expires_at, spent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                ceremony.id,
                Arg::json(&ceremony.purpose)?,
                &ceremony.options,
                &ceremony.state,
                ceremony.created_at,
                ceremony.expires_at,
                ceremony.spent_at,
            ],
        )
        .await
    }

    async fn ceremony(&mut self, id: ChallengeId) -> Result<Option<Ceremony>, Fault> {
        let sql = "SELECT id, purpose, options, state, created_at, expires_at, spent_at FROM ceremony WHERE id = $1";
        self.optional(sql, args![id]).await?.map(ceremony).transpose()
    }

    async fn spend_ceremony(&mut self, id: ChallengeId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE ceremony SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL AND expires_at > $2 RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn sweep_ceremonies(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM ceremony WHERE id IN \
             (SELECT id FROM ceremony WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn ceremony(row: Row) -> Result<Ceremony, Fault> {
    Ok(Ceremony {
        id: row.get("id")?,
        purpose: row.json("purpose")?,
        options: row.get("options")?,
        state: row.get("state")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        spent_at: row.get("spent_at")?,
    })
}
