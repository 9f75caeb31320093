//! Role requests in SQL: the other half of [`AccessStore`](crate::store::access::AccessStore).

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::access::{RequestState, RoleRequest};
use crate::kernel::id::{AccountId, RequestId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;

macro_rules! select_request {
    ($of:literal) => {
        concat!(
            "SELECT id, account, program, org, roles, state, decided_by, decided_at, reason, created_at \
             FROM role_request ",
            $of
        )
    };
}

/// One row of `pending_role` for each role: whoever finds one there already has asked before (H08).
pub(super) async fn add(tx: &mut SqlTx, request: &RoleRequest) -> Result<bool, Fault> {
    let Columns { state, by, at, reason } = columns(&request.state);
    tx.execute(
        "INSERT INTO role_request (id, account, program, org, roles, state, decided_by, decided_at, reason, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        args![
            request.id,
            request.account,
            request.program,
            request.org,
            Arg::json(&request.roles)?,
            state,
            by,
            at,
            reason,
            request.created_at,
        ],
    )
    .await?;
    if request.state != RequestState::Pending {
        return Ok(true);
    }
    // In one order for everybody, so that two requests do not wait for each other.
    let mut roles = request.roles.clone();
    roles.sort_unstable();
    roles.dedup();
    for role in roles {
        let row = tx
            .optional(
                "INSERT INTO pending_role (account, org, role, request) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (account, org, role) DO NOTHING RETURNING role",
                args![request.account, request.org, role, request.id],
            )
            .await?;
        if row.is_none() {
            // The refusal is committed: nothing of the request may stay.
            tx.execute("DELETE FROM pending_role WHERE request = $1", args![request.id]).await?;
            tx.execute("DELETE FROM role_request WHERE id = $1", args![request.id]).await?;
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) async fn by_id(tx: &mut SqlTx, id: RequestId) -> Result<Option<RoleRequest>, Fault> {
    tx.optional(select_request!("WHERE id = $1"), args![id]).await?.map(request).transpose()
}

pub(super) async fn pending(tx: &mut SqlTx, account: AccountId) -> Result<Vec<RoleRequest>, Fault> {
    let of = select_request!("WHERE account = $1 AND state = 'pending' ORDER BY created_at DESC, id DESC");
    tx.all(of, args![account]).await?.into_iter().map(request).collect()
}

/// Who decides must be a Security Official there at that moment: looked at by the statement that decides.
pub(super) async fn decide(tx: &mut SqlTx, id: RequestId, decision: &RequestState) -> Result<bool, Fault> {
    let Columns { state, by, at, reason } = columns(decision);
    let row = tx
        .optional(
            "UPDATE role_request SET state = $2, decided_by = $3, decided_at = $4, reason = $5 \
             WHERE id = $1 AND state = 'pending' AND ($3 IS NULL OR EXISTS (\
             SELECT 1 FROM assignment a JOIN role r ON r.id = a.role \
             JOIN account c ON c.id = a.account AND c.standing = 'active' \
             WHERE a.account = $3 AND a.org = role_request.org AND r.program = role_request.program \
             AND r.kind = 'security_official' AND a.live \
             AND a.start_at <= $4 AND (a.end_at IS NULL OR a.end_at > $4))) RETURNING id",
            args![id, state, by, at, reason],
        )
        .await?;
    if row.is_none() {
        return Ok(false);
    }
    tx.execute("DELETE FROM pending_role WHERE request = $1", args![id]).await?;
    Ok(true)
}

/// A state as it stands in the table.
struct Columns<'s> {
    state: &'static str,
    by: Option<AccountId>,
    at: Option<Timestamp>,
    reason: Option<&'s str>,
}

fn columns(state: &RequestState) -> Columns<'_> {
    let (by, at, reason) = match state {
        RequestState::Pending => (None, None, None),
        RequestState::Approved { by, at } => (Some(*by), Some(*at), None),
        RequestState::Denied { by, at, reason } => (Some(*by), Some(*at), Some(reason.as_str())),
        RequestState::Withdrawn { at } => (None, Some(*at), None),
    };
    Columns { state: state.as_str(), by, at, reason }
}

fn request(row: Row) -> Result<RoleRequest, Fault> {
    Ok(RoleRequest {
        id: row.get("id")?,
        account: row.get("account")?,
        program: row.get("program")?,
        org: row.get("org")?,
        roles: row.json("roles")?,
        state: state(&row)?,
        created_at: row.get("created_at")?,
    })
}

pub(super) fn state(row: &Row) -> Result<RequestState, Fault> {
    Ok(match row.get::<String>("state")?.as_str() {
        "pending" => RequestState::Pending,
        "approved" => RequestState::Approved { by: row.get("decided_by")?, at: row.get("decided_at")? },
        "denied" => RequestState::Denied {
            by: row.get("decided_by")?,
            at: row.get("decided_at")?,
            reason: row.get("reason")?,
        },
        "withdrawn" => RequestState::Withdrawn { at: row.get("decided_at")? },
        _ => return Err(Fault::Corrupt("a role request has a state that is not known".to_owned())),
    })
}
