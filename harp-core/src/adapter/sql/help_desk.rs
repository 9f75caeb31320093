//! [`HelpDeskStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Row, SqlTx};
use crate::account::help_case::{Answer, Decided, HelpCase, ResetAsked};
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::help_desk::HelpDeskStore;

macro_rules! select_case {
    ($of:literal) => {
        concat!(
            "SELECT id, account, agent, reason, opened_at, expires_at, proved_at, reset_reason, reset_asked_at, \
             decided_by, decided_at, answer, answer_reason FROM help_case ",
            $of
        )
    };
}

#[async_trait]
impl HelpDeskStore for SqlTx {
    async fn add_agent(&mut self, account: AccountId, at: Timestamp) -> Result<bool, Fault> {
        let sql = "INSERT INTO agent (account, added_at) VALUES ($1, $2) \
                   ON CONFLICT (account) DO NOTHING RETURNING account";
        Ok(self.optional(sql, args![account, at]).await?.is_some())
    }

    async fn remove_agent(&mut self, account: AccountId) -> Result<bool, Fault> {
        let sql = "DELETE FROM agent WHERE account = $1 RETURNING account";
        Ok(self.optional(sql, args![account]).await?.is_some())
    }

    async fn is_agent(&mut self, account: AccountId) -> Result<bool, Fault> {
        let sql = "SELECT account FROM agent WHERE account = $1";
        Ok(self.optional(sql, args![account]).await?.is_some())
    }

    async fn agents(&mut self) -> Result<Vec<AccountId>, Fault> {
        let rows = self.all("SELECT account FROM agent ORDER BY added_at, account", args![]).await?;
        rows.iter().map(|row| row.get("account")).collect()
    }

    async fn add_help_case(&mut self, case: &HelpCase) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO help_case (id, account, agent, reason, opened_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![case.id, case.account, case.agent, &case.reason, case.opened_at, case.expires_at],
        )
        .await
    }

    async fn help_case(&mut self, id: HelpCaseId) -> Result<Option<HelpCase>, Fault> {
        self.optional(select_case!("WHERE id = $1"), args![id]).await?.map(case).transpose()
    }

    async fn prove_help_case(&mut self, id: HelpCaseId, at: Timestamp) -> Result<(), Fault> {
        self.execute("UPDATE help_case SET proved_at = $2 WHERE id = $1", args![id, at]).await
    }

    async fn ask_reset(&mut self, id: HelpCaseId, reason: &str, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE help_case SET reset_reason = $2, reset_asked_at = $3 \
                 WHERE id = $1 AND reset_asked_at IS NULL AND proved_at IS NOT NULL RETURNING id",
                args![id, reason, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn decide_reset(&mut self, id: HelpCaseId, decided: &Decided) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE help_case SET decided_by = $2, decided_at = $3, answer = $4, answer_reason = $5 \
                 WHERE id = $1 AND reset_asked_at IS NOT NULL AND decided_at IS NULL \
                 AND agent <> $2 AND account <> $2 AND expires_at > $3 RETURNING id",
                args![id, decided.by, decided.at, decided.answer.as_str(), &decided.reason],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn resets_waiting(&mut self, now: Timestamp) -> Result<Vec<HelpCase>, Fault> {
        let of = select_case!(
            "WHERE expires_at > $1 AND reset_asked_at IS NOT NULL AND decided_at IS NULL ORDER BY reset_asked_at, id"
        );
        self.all(of, args![now]).await?.into_iter().map(case).collect()
    }

    async fn sweep_help_cases(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM help_case WHERE id IN \
             (SELECT id FROM help_case WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn case(row: Row) -> Result<HelpCase, Fault> {
    let decided_by: Option<AccountId> = row.get("decided_by")?;
    let decided = match decided_by {
        Some(by) => Some(Decided {
            by,
            at: row.get("decided_at")?,
            answer: row.word("answer", Answer::parse)?,
            reason: row.get("answer_reason")?,
        }),
        None => None,
    };
    let asked_at: Option<Timestamp> = row.get("reset_asked_at")?;
    let reset = match asked_at {
        Some(at) => Some(ResetAsked { at, reason: row.get("reset_reason")?, decided }),
        None => None,
    };
    Ok(HelpCase {
        id: row.get("id")?,
        account: row.get("account")?,
        agent: row.get("agent")?,
        reason: row.get("reason")?,
        opened_at: row.get("opened_at")?,
        expires_at: row.get("expires_at")?,
        proved_at: row.get("proved_at")?,
        reset,
    })
}
