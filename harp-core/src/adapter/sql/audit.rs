//! [`AuditStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::audit::Event;
use crate::kernel::id::AccountId;
use crate::store::Fault;
use crate::store::audit::AuditStore;

macro_rules! select_event {
    ($of:literal) => {
        concat!(
            "SELECT id, happened_at, actor, origin, trace, subject, policy, deed FROM audit_event ",
            $of,
            " ORDER BY happened_at, place, id LIMIT $1"
        )
    };
}

#[async_trait]
impl AuditStore for SqlTx {
    async fn record(&mut self, event: &Event) -> Result<(), Fault> {
        let place = self.next_place();
        self.execute(
            "INSERT INTO audit_event (id, happened_at, place, actor, origin, trace, subject, policy, deed) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                event.id,
                event.at,
                place,
                Arg::json(&event.actor)?,
                Arg::json(&event.origin)?,
                event.trace.to_string(),
                event.subject,
                &event.policy,
                Arg::json(&event.deed)?,
            ],
        )
        .await
    }

    async fn events(&mut self, subject: Option<AccountId>, most: u32) -> Result<Vec<Event>, Fault> {
        let rows = match subject {
            None => self.all(select_event!(""), args![most]).await?,
            Some(account) => self.all(select_event!("WHERE subject = $2"), args![most, account]).await?,
        };
        rows.into_iter().map(event).collect()
    }
}

fn event(row: Row) -> Result<Event, Fault> {
    Ok(Event {
        id: row.get("id")?,
        at: row.get("happened_at")?,
        actor: row.json("actor")?,
        origin: row.json("origin")?,
        trace: row.get("trace")?,
        subject: row.get("subject")?,
        policy: row.get("policy")?,
        deed: row.json("deed")?,
    })
}
