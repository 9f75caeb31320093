//! [`OutboxStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::kernel::id::{AccountId, MessageId};
use crate::kernel::time::Timestamp;
use crate::notice::delivery::{Delivery, Posted};
use crate::notice::former::Former;
use crate::notice::{Message, Notice};
use crate::store::Fault;
use crate::store::outbox::{Leased, OutboxStore, Unreadable};

#[async_trait]
impl OutboxStore for SqlTx {
    async fn push_message(&mut self, message: &Message) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO outbox (id, account, recipient, notice, created_at, due_at, attempts, leased_until, state, \
             why) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL, 'waiting', NULL)",
            args![
                message.id,
                message.account,
                Arg::json(&message.to)?,
                Arg::json(&message.notice)?,
                message.created_at,
                message.due_at,
                message.attempts,
            ],
        )
        .await
    }

    async fn lease_messages(&mut self, now: Timestamp, until: Timestamp, most: u32) -> Result<Leased, Fault> {
        // Two workers may pick the same rows. The outer conditions are asked again of a row that the other has just
        // leased (PostgreSQL, READ COMMITTED), so that only one of them gets it.
        let rows = self
            .all(
                "UPDATE outbox SET leased_until = $2, attempts = attempts + 1 \
                 WHERE state = 'waiting' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1) AND id IN \
                 (SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= $1 \
                  AND (leased_until IS NULL OR leased_until <= $1) ORDER BY due_at, id LIMIT $3) \
                 RETURNING id, account, recipient, notice, created_at, due_at, attempts",
                args![now, until, most],
            )
            .await?;
        let mut leased = Leased::default();
        for row in rows {
            // One by one: what cannot be read must not hold up what can.
            match message(&row) {
                Ok(message) => leased.messages.push(message),
                Err(fault) => leased.unreadable.push(unreadable(&row, fault)?),
            }
        }
        leased.messages.sort_by_key(|m| (m.due_at, m.id));
        Ok(leased)
    }

    async fn message_done(&mut self, id: MessageId) -> Result<(), Fault> {
        self.execute("DELETE FROM outbox WHERE id = $1", args![id]).await
    }

    async fn message_sent(&mut self, id: MessageId) -> Result<(), Fault> {
        self.execute(
            "UPDATE outbox SET leased_until = NULL, state = 'sent', why = NULL WHERE id = $1 AND state = 'waiting'",
            args![id],
        )
        .await
    }

    async fn message_failed(
        &mut self,
        id: MessageId,
        due_at: Option<Timestamp>,
        why: &str,
    ) -> Result<(), Fault> {
        let state = if due_at.is_some() { "waiting" } else { "undeliverable" };
        self.execute(
            "UPDATE outbox SET leased_until = NULL, due_at = COALESCE($2, due_at), state = $3, why = $4 \
             WHERE id = $1 AND state = 'waiting'",
            args![id, due_at, state, why],
        )
        .await
    }

    async fn note_receipt(
        &mut self,
        id: MessageId,
        delivery: Delivery,
        why: Option<&str>,
    ) -> Result<bool, Fault> {
        // One that waits was taken, and the reply was lost or has not come yet: it is not sent again.
        let row = self
            .optional(
                "UPDATE outbox SET leased_until = NULL, state = $2, why = $3 \
                 WHERE id = $1 AND attempts > 0 AND state IN ('waiting', 'sent') RETURNING id",
                args![id, delivery.as_str(), why],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn posted(&mut self, id: MessageId) -> Result<Option<Posted>, Fault> {
        let sql = "SELECT id, account, recipient, notice, created_at, due_at, attempts, state, why \
                   FROM outbox WHERE id = $1";
        self.optional(sql, args![id]).await?.map(|row| posted(&row)).transpose()
    }

    async fn posted_to(&mut self, account: AccountId, most: u32) -> Result<Vec<Posted>, Fault> {
        let sql = "SELECT id, account, recipient, notice, created_at, due_at, attempts, state, why \
                   FROM outbox WHERE account = $1 ORDER BY created_at DESC, id DESC LIMIT $2";
        let rows = self.all(sql, args![account, most]).await?;
        Ok(rows.iter().filter_map(|row| posted(row).ok()).collect())
    }

    async fn sweep_messages(&mut self, before: Timestamp) -> Result<u32, Fault> {
        self.swept(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox \
             WHERE state IN ('sent', 'arrived', 'not_arrived', 'undeliverable') AND created_at < $1 \
             ORDER BY created_at LIMIT 500) RETURNING id",
            before,
        )
        .await
    }
}

fn posted(row: &Row) -> Result<Posted, Fault> {
    let state: String = row.get("state")?;
    let delivery = Delivery::parse(&state)
        .ok_or_else(|| Fault::Corrupt("a message is in no state that there is".to_owned()))?;
    Ok(Posted { message: message(row)?, delivery, why: row.get("why")? })
}

fn message(row: &Row) -> Result<Message, Fault> {
    Ok(Message {
        id: row.get("id")?,
        account: row.get("account")?,
        to: row.json("recipient")?,
        notice: notice(row)?,
        created_at: row.get("created_at")?,
        due_at: row.get("due_at")?,
        attempts: row.get("attempts")?,
    })
}

/// A letter that an earlier HARP wrote may still wait.
fn notice(row: &Row) -> Result<Notice, Fault> {
    let written = row.get("created_at")?;
    row.json("notice").or_else(|fault| match row.json::<Former>("notice") {
        Ok(former) => Ok(former.now(written)),
        Err(_) => Err(fault),
    })
}

fn unreadable(row: &Row, fault: Fault) -> Result<Unreadable, Fault> {
    Ok(Unreadable {
        id: row.get("id")?,
        account: row.get("account")?,
        created_at: row.get("created_at")?,
        attempts: row.get("attempts")?,
        fault,
    })
}
