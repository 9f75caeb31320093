//! Role requests in names, a page at a time: one joined query, and one for the roles of each program that occurs.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::row::args;
use super::{Arg, Row, SqlTx, request};
use crate::access::RequestView;
use crate::kernel::id::{AccountId, ProgramId, RoleId};
use crate::kernel::text::PersonName;
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::access::{AccessStore as _, Page};

/// Requests `q` that the given tables and conditions leave.
macro_rules! select_view {
    ($from:expr, $of:literal) => {
        concat!(
            "SELECT q.id, q.account, q.program, q.roles, q.state, q.decided_by, q.decided_at, q.reason, q.created_at, \
             p.name AS program_name, o.name AS org_name, c.first_name, c.middle_name, c.last_name, \
             d.first_name AS by_first, d.middle_name AS by_middle, d.last_name AS by_last FROM ",
            $from,
            " JOIN program p ON p.id = q.program JOIN organization o ON o.id = q.org \
             JOIN account c ON c.id = q.account LEFT JOIN account d ON d.id = q.decided_by ",
            $of
        )
    };
}

/// What waits where `$1` decides at the time `$2`. Served by the index on organization, program and state.
macro_rules! queue {
    () => {
        "(SELECT DISTINCT a.org, r.program FROM assignment a JOIN role r ON r.id = a.role \
         JOIN account s ON s.id = a.account AND s.standing = 'active' \
         WHERE a.account = $1 AND r.kind = 'security_official' AND a.live \
         AND a.start_at <= $2 AND (a.end_at IS NULL OR a.end_at > $2)) w \
         JOIN role_request q ON q.org = w.org AND q.program = w.program AND q.state = 'pending'"
    };
}

pub(super) async fn pending(tx: &mut SqlTx, account: AccountId) -> Result<Vec<RequestView>, Fault> {
    let sql = select_view!(
        "role_request q",
        "WHERE q.account = $1 AND q.state = 'pending' ORDER BY q.created_at DESC, q.id DESC"
    );
    views(tx, sql, args![account]).await
}

pub(super) async fn decided(
    tx: &mut SqlTx,
    account: AccountId,
    page: Page,
) -> Result<Vec<RequestView>, Fault> {
    let sql = select_view!(
        "role_request q",
        "WHERE q.account = $1 AND q.state <> 'pending' AND ($2 IS NULL OR (q.created_at, q.id) < \
         (SELECT x.created_at, x.id FROM role_request x WHERE x.id = $2)) \
         ORDER BY q.created_at DESC, q.id DESC LIMIT $3"
    );
    views(tx, sql, args![account, page.beyond, page.most]).await
}

pub(super) async fn queue(
    tx: &mut SqlTx,
    official: AccountId,
    page: Page,
    now: Timestamp,
) -> Result<Vec<RequestView>, Fault> {
    let sql = select_view!(
        queue!(),
        "WHERE ($3 IS NULL OR (q.created_at, q.id) > \
         (SELECT x.created_at, x.id FROM role_request x WHERE x.id = $3)) \
         ORDER BY q.created_at, q.id LIMIT $4"
    );
    views(tx, sql, args![official, now, page.beyond, page.most]).await
}

pub(super) async fn queue_length(tx: &mut SqlTx, official: AccountId, now: Timestamp) -> Result<u32, Fault> {
    let sql = concat!("SELECT COUNT(*) AS length FROM ", queue!(), " WHERE q.account <> $1");
    let row = tx.optional(sql, args![official, now]).await?;
    row.map_or(Ok(0), |row| row.get("length"))
}

async fn views(tx: &mut SqlTx, sql: &'static str, args: Vec<Arg>) -> Result<Vec<RequestView>, Fault> {
    let mut names: HashMap<ProgramId, HashMap<RoleId, String>> = HashMap::new();
    let mut views = Vec::new();
    for row in tx.all(sql, args).await? {
        let program: ProgramId = row.get("program")?;
        let named = match names.entry(program) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let roles = tx.roles(program).await?;
                new.insert(roles.into_iter().map(|role| (role.id, role.name)).collect())
            }
        };
        let roles: Vec<RoleId> = row.json("roles")?;
        let name = |id: &RoleId| named.get(id).cloned();
        views.push(RequestView {
            id: row.get("id")?,
            program: row.get("program_name")?,
            org: row.get("org_name")?,
            roles: roles.iter().filter_map(name).collect(),
            requester: person(&row, ["first_name", "middle_name", "last_name"])?.unwrap_or_default(),
            requester_id: row.get("account")?,
            created_at: row.get("created_at")?,
            state: request::state(&row)?,
            decider: person(&row, ["by_first", "by_middle", "by_last"])?,
        });
    }
    Ok(views)
}

fn person(row: &Row, [first, middle, last]: [&str; 3]) -> Result<Option<String>, Fault> {
    let name = (row.get::<Option<String>>(first)?, row.get::<Option<String>>(last)?);
    let (Some(first), Some(last)) = name else { return Ok(None) };
    Ok(Some(PersonName { first, middle: row.get(middle)?, last }.to_string()))
}
