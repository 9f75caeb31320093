//! [`RecoveryStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::kernel::id::{ChallengeId, FactorId, RecoveryId};
use crate::kernel::secret::Hashed;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;
use crate::session::recovery::Recovery;
use crate::store::Fault;
use crate::store::recovery::RecoveryStore;

macro_rules! select_recovery {
    ($of:literal) => {
        concat!(
            "SELECT id, secret, account, epoch, address, budget, mailed, mail_proved_at, factor, challenge, \
             device_proved_at, created_at, expires_at FROM recovery ",
            $of
        )
    };
}

#[async_trait]
impl RecoveryStore for SqlTx {
    async fn add_recovery(&mut self, recovery: &Recovery) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO recovery (id, secret, account, epoch, address, budget, mailed, mail_proved_at, factor, \
             challenge, device_proved_at, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            args![
                recovery.id,
                &recovery.secret,
                recovery.account,
                recovery.epoch,
                recovery.address.as_str(),
                &recovery.budget,
                recovery.mailed,
                recovery.mail_proved_at,
                recovery.chosen.map(|c| c.factor),
                recovery.chosen.and_then(|c| c.challenge),
                recovery.device_proved_at,
                recovery.created_at,
                recovery.expires_at,
            ],
        )
        .await
    }

    async fn recovery(&mut self, secret: &Hashed) -> Result<Option<Recovery>, Fault> {
        self.optional(select_recovery!("WHERE secret = $1"), args![secret]).await?.map(recovery).transpose()
    }

    async fn recovery_mailed(&mut self, challenge: ChallengeId) -> Result<Option<Recovery>, Fault> {
        self.optional(select_recovery!("WHERE mailed = $1"), args![challenge])
            .await?
            .map(recovery)
            .transpose()
    }

    async fn prove_recovery_mail(&mut self, id: RecoveryId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE recovery SET mail_proved_at = $2 \
                 WHERE id = $1 AND mail_proved_at IS NULL AND expires_at > $2 RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn choose_recovery_device(&mut self, id: RecoveryId, chosen: Chosen) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE recovery SET factor = $2, challenge = $3 \
                 WHERE id = $1 AND mail_proved_at IS NOT NULL AND device_proved_at IS NULL RETURNING id",
                args![id, chosen.factor, chosen.challenge],
            )
            .await?;
        if let (Some(_), Some(challenge)) = (&row, chosen.challenge) {
            self.execute(
                "INSERT INTO recovery_code (recovery, factor, challenge) VALUES ($1, $2, $3) \
                 ON CONFLICT (recovery, factor) DO UPDATE SET challenge = excluded.challenge",
                args![id, chosen.factor, challenge],
            )
            .await?;
        }
        Ok(row.is_some())
    }

    async fn recovery_challenge_sent(
        &mut self,
        id: RecoveryId,
        device: FactorId,
    ) -> Result<Option<ChallengeId>, Fault> {
        let sql = "SELECT challenge FROM recovery_code WHERE recovery = $1 AND factor = $2";
        self.optional(sql, args![id, device]).await?.map(|row| row.get("challenge")).transpose()
    }

    async fn prove_recovery_device(
        &mut self,
        id: RecoveryId,
        device: FactorId,
        at: Timestamp,
    ) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE recovery SET device_proved_at = $3 \
                 WHERE id = $1 AND factor = $2 AND mail_proved_at IS NOT NULL AND device_proved_at IS NULL \
                 AND expires_at > $3 RETURNING id",
                args![id, device, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn spend_recovery(&mut self, id: RecoveryId) -> Result<bool, Fault> {
        Ok(self.optional("DELETE FROM recovery WHERE id = $1 RETURNING id", args![id]).await?.is_some())
    }

    async fn sweep_recoveries(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM recovery WHERE id IN \
             (SELECT id FROM recovery WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn recovery(row: Row) -> Result<Recovery, Fault> {
    let factor: Option<FactorId> = row.get("factor")?;
    let challenge = row.get("challenge")?;
    Ok(Recovery {
        id: row.get("id")?,
        secret: row.get("secret")?,
        account: row.get("account")?,
        epoch: row.get("epoch")?,
        address: EmailAddress::stored(row.get("address")?),
        budget: row.get("budget")?,
        mailed: row.get("mailed")?,
        mail_proved_at: row.get("mail_proved_at")?,
        chosen: factor.map(|factor| Chosen { factor, challenge }),
        device_proved_at: row.get("device_proved_at")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
