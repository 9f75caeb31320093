//! [`CaseStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::time::Timestamp;
use crate::proofing::{Case, CaseState, VendorRef};
use crate::store::Fault;
use crate::store::proofing::CaseStore;

#[async_trait]
impl CaseStore for SqlTx {
    async fn add_case(&mut self, case: &Case) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO proofing_case (id, account, state, reference, created_at, version) \
             VALUES ($1, $2, $3, $4, $5, $6)",
            args![
                case.id,
                case.account,
                Arg::json(&case.state)?,
                reference(&case.state),
                case.created_at,
                case.version,
            ],
        )
        .await
    }

    async fn case(&mut self, id: CaseId) -> Result<Option<Case>, Fault> {
        let row = self
            .optional(
                "SELECT id, account, state, created_at, version FROM proofing_case WHERE id = $1",
                args![id],
            )
            .await?;
        row.map(case).transpose()
    }

    async fn case_by_reference(&mut self, reference: &VendorRef) -> Result<Option<Case>, Fault> {
        let row = self
            .optional(
                "SELECT id, account, state, created_at, version FROM proofing_case WHERE reference = $1 \
                 ORDER BY created_at DESC, id DESC LIMIT 1",
                args![&reference.0],
            )
            .await?;
        row.map(case).transpose()
    }

    /// A state that has no reference of its own keeps the earlier one: an answer may come late, or twice.
    async fn save_case(&mut self, case: &Case) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE proofing_case SET state = $3, reference = COALESCE($4, reference), version = version + 1 \
                 WHERE id = $1 AND version = $2 RETURNING version",
                args![case.id, case.version, Arg::json(&case.state)?, reference(&case.state)],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn cases_since(&mut self, account: AccountId, since: Timestamp) -> Result<u32, Fault> {
        let row = self
            .optional(
                "SELECT COUNT(*) AS cases FROM proofing_case WHERE account = $1 AND created_at >= $2",
                args![account, since],
            )
            .await?;
        row.map_or(Ok(0), |r| r.get("cases"))
    }
}

fn reference(state: &CaseState) -> Option<&str> {
    match state {
        CaseState::Asked { reference, .. } | CaseState::Checking { reference, .. } => Some(&reference.0),
        _ => None,
    }
}

fn case(row: Row) -> Result<Case, Fault> {
    Ok(Case {
        id: row.get("id")?,
        account: row.get("account")?,
        state: row.json("state")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
