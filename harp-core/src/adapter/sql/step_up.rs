//! [`StepUpStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::factor::level::Level;
use crate::kernel::id::{ChallengeId, FactorId, StepUpId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::Chosen;
use crate::session::step_up::StepUp;
use crate::store::Fault;
use crate::store::step_up::StepUpStore;

#[async_trait]
impl StepUpStore for SqlTx {
    async fn add_step_up(&mut self, step_up: &StepUp) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO step_up (id, secret, session, level, factor, challenge, budget, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                step_up.id,
                &step_up.secret,
                step_up.session,
                step_up.level.as_str(),
                step_up.chosen.map(|c| c.factor),
                step_up.chosen.and_then(|c| c.challenge),
                &step_up.budget,
                step_up.created_at,
                step_up.expires_at,
            ],
        )
        .await
    }

    async fn step_up(&mut self, secret: &Hashed) -> Result<Option<StepUp>, Fault> {
        let sql = "SELECT id, secret, session, level, factor, challenge, budget, created_at, expires_at FROM step_up \
                   WHERE secret = $1";
        self.optional(sql, args![secret]).await?.map(step_up).transpose()
    }

    async fn choose_step_up_device(&mut self, id: StepUpId, chosen: Chosen) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE step_up SET factor = $2, challenge = $3 WHERE id = $1 RETURNING id",
                args![id, chosen.factor, chosen.challenge],
            )
            .await?;
        if let (Some(_), Some(challenge)) = (&row, chosen.challenge) {
            self.execute(
                "INSERT INTO step_up_code (step_up, factor, challenge) VALUES ($1, $2, $3) \
                 ON CONFLICT (step_up, factor) DO UPDATE SET challenge = excluded.challenge",
                args![id, chosen.factor, challenge],
            )
            .await?;
        }
        Ok(row.is_some())
    }

    async fn step_up_challenge_sent(
        &mut self,
        id: StepUpId,
        device: FactorId,
    ) -> Result<Option<ChallengeId>, Fault> {
        let sql = "SELECT challenge FROM step_up_code WHERE step_up = $1 AND factor = $2";
        self.optional(sql, args![id, device]).await?.map(|row| row.get("challenge")).transpose()
    }

    async fn spend_step_up(&mut self, id: StepUpId) -> Result<bool, Fault> {
        Ok(self.optional("DELETE FROM step_up WHERE id = $1 RETURNING id", args![id]).await?.is_some())
    }

    async fn sweep_step_ups(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM step_up WHERE id IN \
             (SELECT id FROM step_up WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn step_up(row: Row) -> Result<StepUp, Fault> {
    let factor: Option<FactorId> = row.get("factor")?;
    let challenge = row.get("challenge")?;
    Ok(StepUp {
        id: row.get("id")?,
        secret: row.get("secret")?,
        session: row.get("session")?,
        level: row.word("level", Level::parse)?,
        chosen: factor.map(|factor| Chosen { factor, challenge }),
        budget: row.get("budget")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
