//! SQLite's one writer, whose works share commits: one flush to the disk serves all that came meanwhile.
//!
//! ```text
//! queue ──▶ A: BEGIN IMMEDIATE · SAVEPOINT · statements · RELEASE ──▶ waits
//!           B:                   SAVEPOINT · statements · RELEASE ──▶ waits
//!           committer (entered the queue when A had finished): COMMIT ──▶ A and B return
//!           C: BEGIN IMMEDIATE · ...
//! ```
//!
//! - The queue is a fair mutex: whoever holds it has the turn.
//! - `Err`, or a future that was dropped, rolls back its own savepoint and nothing else. Whoever comes next
//!   tidies up after a dropped future; if nobody comes, a janitor does.
//! - A COMMIT that fails runs every work of its batch again, each in a commit of its own, so that
//!   one that cannot be committed fails alone.
//! - Nothing leaves before the COMMIT: neither an answer nor a fault of the shared part.

use std::sync::Arc;

use sqlx::sqlite::SqliteConnection;
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

use super::SqlWork;
use super::driver::{Conn, SqlTx};
use super::fault::fault;
use super::store::ATTEMPTS;
use crate::store::Fault;

/// The most works that share one COMMIT: it bounds how long the first of them waits.
const BATCH: usize = 256;

type Verdict = Result<(), Fault>;

#[derive(Debug, Clone)]
pub(super) struct Writer(Arc<Mutex<Lane>>);

#[derive(Debug)]
struct Lane {
    /// `None` once closed.
    conn: Option<SqliteConnection>,
    phase: Phase,
    /// The works that are done and wait for the COMMIT.
    waiting: Vec<oneshot::Sender<Verdict>>,
}

/// What is open on the connection. Set to the worse case before a statement, to the better one after it, so that
/// a future that is dropped in between leaves the truth or the worse case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No transaction.
    Idle,
    /// Perhaps a transaction, in it nothing that anybody waits for.
    Unsure,
    /// The shared transaction, no savepoint.
    Shared,
    /// The shared transaction, and perhaps the savepoint of a work.
    Working,
}

/// What must not be cut off half-way.
enum Chore {
    Finish,
    Undo,
}

/// The right to use the writing connection.
pub(super) struct Turn {
    lane: OwnedMutexGuard<Lane>,
    writer: Writer,
}

impl Writer {
    pub(super) fn on(conn: SqliteConnection) -> Self {
        Self(Arc::new(Mutex::new(Lane { conn: Some(conn), phase: Phase::Idle, waiting: Vec::new() })))
    }

    /// Runs the work in the shared transaction; returns when it is durable.
    pub(super) async fn write<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        let mut last = Fault::Conflict("never ran".to_owned());
        for attempt in 0..ATTEMPTS {
            // Whoever shared a COMMIT that failed has the next one for itself.
            let room = if attempt == 0 { BATCH } else { 1 };
            let mut turn = self.turn().await?;
            if turn.lane.waiting.len() >= room {
                turn = turn.apart(Chore::Finish).await?;
            }
            turn.open().await?;
            let mut tx = SqlTx::on(Conn::SqliteTurn(turn));
            let result = work.run(&mut tx).await;
            let (Conn::SqliteTurn(turn), result) = tx.settle(result) else {
                return Err(Fault::Defect("the turn was lost".to_owned()));
            };
            last = match result {
                Ok(out) => match turn.join(room).await? {
                    Ok(()) => return Ok(out),
                    Err(of_commit) => of_commit,
                },
                Err(of_work) => {
                    drop(turn.apart(Chore::Undo).await?);
                    if !of_work.passing() {
                        return Err(of_work);
                    }
                    of_work
                }
            };
        }
        Err(last)
    }

    pub(super) async fn close(&self) {
        let Ok(turn) = self.turn().await else { return };
        let Ok(mut turn) = turn.apart(Chore::Finish).await else { return };
        if let Some(conn) = turn.lane.conn.take() {
            let _ = sqlx::Connection::close(conn).await;
        }
    }

    /// Waits for the turn, and finds the lane tidy: `Idle` or `Shared`.
    async fn turn(&self) -> Result<Turn, Fault> {
        let lane = Arc::clone(&self.0).lock_owned().await;
        let mut turn = Turn { lane, writer: self.clone() };
        turn.conn()?;
        match turn.lane.phase {
            Phase::Idle | Phase::Shared => {}
            Phase::Unsure => turn.end("ROLLBACK").await.unwrap_or_default(),
            Phase::Working => turn = turn.apart(Chore::Undo).await?,
        }
        Ok(turn)
    }

    /// Enters the queue, and ends the shared transaction when its turn comes.
    fn finish_later(&self) {
        // Without a runtime nobody waits any more, and the connection is about to be closed.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let writer = self.clone();
        runtime.spawn(async move {
            if let Ok(mut turn) = writer.turn().await {
                turn.finish().await;
            }
        });
    }
}

impl Turn {
    pub(super) fn conn(&mut self) -> Result<&mut SqliteConnection, Fault> {
        self.lane.conn.as_mut().ok_or_else(|| Fault::Unavailable("the store is closed".to_owned()))
    }

    /// Opens a savepoint, and the shared transaction before it where there is none.
    async fn open(&mut self) -> Result<(), Fault> {
        if self.lane.phase == Phase::Idle {
            self.lane.phase = Phase::Unsure;
            let begun = self.say("BEGIN IMMEDIATE").await;
            self.lane.phase = if begun.is_ok() { Phase::Shared } else { Phase::Idle };
            begun?;
        }
        self.lane.phase = Phase::Working;
        self.say("SAVEPOINT work").await
    }

    /// The work is done: keeps its changes, passes the turn on, waits for the COMMIT.
    async fn join(mut self, room: usize) -> Result<Verdict, Fault> {
        if let Err(lost) = self.say("RELEASE work").await {
            drop(self.apart(Chore::Undo).await?);
            return Ok(Err(lost));
        }
        let (sender, verdict) = oneshot::channel();
        self.lane.waiting.push(sender);
        self.lane.phase = Phase::Shared;
        if self.lane.waiting.len() >= room {
            drop(self.apart(Chore::Finish).await?);
        } else {
            if self.lane.waiting.len() == 1 {
                self.writer.finish_later();
            }
            drop(self);
        }
        verdict
            .await
            .map_err(|_| Fault::Unavailable("the commit was cut off: its outcome is unknown".to_owned()))
    }

    /// Does a chore in a task of its own, which a dropped future does not cut off half-way.
    async fn apart(mut self, chore: Chore) -> Result<Turn, Fault> {
        let task = tokio::spawn(async move {
            match chore {
                Chore::Finish => self.finish().await,
                Chore::Undo => self.undo().await,
            }
            self
        });
        task.await.map_err(|e| Fault::Unavailable(format!("the database was let go of: {e}")))
    }

    /// Rolls the savepoint back, whether or not it was opened or released; ends a transaction that is empty then.
    async fn undo(&mut self) {
        if self.say("ROLLBACK TO work").await.is_err() || self.say("RELEASE work").await.is_err() {
            // There is no savepoint. Either a dropped future never came to open it, or SQLite has rolled the whole
            // transaction back (disk full, I/O error). A BEGIN tells: inside a transaction it is refused.
            if self.say("BEGIN").await.is_ok() {
                self.tell(&Err(Fault::Conflict("the shared transaction was rolled back".to_owned())));
            }
        }
        self.lane.phase = Phase::Shared;
        if self.lane.waiting.is_empty() {
            self.finish().await;
        }
    }

    /// Ends the shared transaction and tells those who wait. Nothing to do where there is none.
    async fn finish(&mut self) {
        if self.lane.phase != Phase::Shared {
            return;
        }
        if self.lane.waiting.is_empty() {
            return self.end("ROLLBACK").await.unwrap_or_default();
        }
        let verdict = self.end("COMMIT").await;
        if verdict.is_err() {
            self.end("ROLLBACK").await.unwrap_or_default();
        }
        self.tell(&verdict);
    }

    fn tell(&mut self, verdict: &Verdict) {
        for waiter in self.lane.waiting.drain(..) {
            // Whoever stopped waiting does not want to know.
            let _ = waiter.send(verdict.clone());
        }
    }

    async fn end(&mut self, how: &'static str) -> Result<(), Fault> {
        self.lane.phase = Phase::Unsure;
        let ended = self.say(how).await;
        self.lane.phase = Phase::Idle;
        ended
    }

    async fn say(&mut self, sql: &'static str) -> Result<(), Fault> {
        let conn = self.conn()?;
        sqlx::query(sql).execute(conn).await.map(drop).map_err(fault)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let tidy = match self.lane.phase {
            Phase::Idle => true,
            Phase::Shared => !self.lane.waiting.is_empty(),
            Phase::Unsure | Phase::Working => false,
        };
        if !tidy && self.lane.conn.is_some() {
            self.writer.finish_later();
        }
    }
}
