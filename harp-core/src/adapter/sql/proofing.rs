//! [`CaseStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::account::ssn::PersonPrints;
use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::time::Timestamp;
use crate::proofing::{Case, CaseState, VendorRef};
use crate::store::Fault;
use crate::store::proofing::CaseStore;

macro_rules! select_case {
    ($of:literal) => {
        concat!("SELECT id, account, person, state, created_at, version FROM proofing_case ", $of)
    };
}

#[async_trait]
impl CaseStore for SqlTx {
    async fn add_case(&mut self, case: &Case) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO proofing_case (id, account, person, state, reference, created_at, version, live_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                case.id,
                case.account,
                case.person.to_text(),
                Arg::json(&case.state)?,
                case.reference().map(|r| r.0.as_str()),
                case.created_at,
                case.version,
                case.live_until(),
            ],
        )
        .await
    }

    async fn case(&mut self, id: CaseId) -> Result<Option<Case>, Fault> {
        self.optional(select_case!("WHERE id = $1"), args![id]).await?.map(case).transpose()
    }

    async fn case_by_reference(&mut self, reference: &VendorRef) -> Result<Option<Case>, Fault> {
        let of = select_case!("WHERE reference = $1 ORDER BY created_at DESC, id DESC LIMIT 1");
        self.optional(of, args![&reference.0]).await?.map(case).transpose()
    }

    /// A state that has no reference of its own keeps the earlier one: an answer may come late, or twice.
    async fn save_case(&mut self, case: &Case) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE proofing_case SET state = $3, reference = COALESCE($4, reference), live_until = $5, \
                 version = version + 1 WHERE id = $1 AND version = $2 RETURNING version",
                args![
                    case.id,
                    case.version,
                    Arg::json(&case.state)?,
                    case.reference().map(|r| r.0.as_str()),
                    case.live_until(),
                ],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn latest_case(&mut self, account: AccountId) -> Result<Option<Case>, Fault> {
        let of = select_case!("WHERE account = $1 ORDER BY created_at DESC, id DESC LIMIT 1");
        self.optional(of, args![account]).await?.map(case).transpose()
    }

    async fn lapsed_cases(&mut self, now: Timestamp, most: u32) -> Result<Vec<Case>, Fault> {
        let of = select_case!("WHERE live_until <= $1 ORDER BY live_until, id LIMIT $2");
        let mut cases = Vec::new();
        for row in self.all(of, args![now, most]).await? {
            let id: CaseId = row.get("id")?;
            match case(row) {
                Ok(case) => cases.push(case),
                // One by one: what cannot be read must not hold up what can, nor its owner, who begins anew.
                Err(fault) => {
                    tracing::error!(case = %id, %fault, "a proofing case cannot be read, and is ended");
                    self.execute(
                        "UPDATE proofing_case SET state = $2, live_until = NULL, version = version + 1 WHERE id = $1",
                        args![id, Arg::json(&CaseState::Expired { at: now })?],
                    )
                    .await?;
                }
            }
        }
        Ok(cases)
    }
}

fn case(row: Row) -> Result<Case, Fault> {
    Ok(Case {
        id: row.get("id")?,
        account: row.get("account")?,
        person: PersonPrints::stored(&row.get::<String>("person")?),
        state: row.json("state")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
    })
}
