//! The transaction: [`SqlTx`] sends one SQL text to whichever database it is on.

use async_trait::async_trait;

use super::fault::fault;
#[cfg(feature = "sqlite")]
use super::turn::Turn;
use super::{Arg, Row};
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx};

/// A [`Work`](crate::store::Work) that knows SQL: how another crate keeps tables of its own in one transaction with
/// HARP's (feature `guest`). It defines `trait OidcTx: Tx + ..`, implements it for [`SqlTx`], and wraps its
/// own works in one of these; `&mut dyn OidcTx` upcasts to `&mut dyn Tx`, so that a core step fits inside.
#[async_trait]
pub trait SqlWork: Sync {
    type Out: Send;

    async fn run(&self, tx: &mut SqlTx) -> Result<Self::Out, Fault>;
}

/// One transaction on a database.
pub struct SqlTx {
    conn: Conn,
    /// The first fault of a statement. PostgreSQL refuses whatever follows one, SQLite would not:
    /// so it is kept here, and holds on both.
    failed: Option<Fault>,
    /// How many audit events it has recorded: they share their time, so their place keeps their order.
    recorded: u32,
}

pub(super) enum Conn {
    #[cfg(feature = "sqlite")]
    SqliteTurn(Turn),
    #[cfg(feature = "sqlite")]
    SqliteView(sqlx::Transaction<'static, sqlx::Sqlite>),
    #[cfg(feature = "postgres")]
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

impl SqlTx {
    pub(super) fn on(conn: Conn) -> Self {
        Self { conn, failed: None, recorded: 0 }
    }

    /// The connection again, and what the work came to: a work that swallowed a fault has failed too, and one that
    /// gave a passing fault another name runs again all the same.
    pub(super) fn settle<T>(self, result: Result<T, Fault>) -> (Conn, Result<T, Fault>) {
        let result = match (result, self.failed) {
            (Ok(_), Some(fault)) => Err(fault),
            (Err(_), Some(fault)) if fault.passing() => Err(fault),
            (result, _) => result,
        };
        (self.conn, result)
    }

    /// Runs a statement that answers nothing, or whose answer does not matter.
    /// How many rows it changed is not told: ask with `RETURNING`.
    pub async fn execute(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<(), Fault> {
        self.all(sql, args).await.map(drop)
    }

    /// The first row of the answer.
    pub async fn optional(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Option<Row>, Fault> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// All rows of the answer. Bound it in the SQL.
    pub async fn all(&mut self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Row>, Fault> {
        if let Some(earlier) = &self.failed {
            return Err(earlier.clone());
        }
        let answer = match &mut self.conn {
            #[cfg(feature = "sqlite")]
            Conn::SqliteTurn(turn) => match turn.conn() {
                Ok(conn) => super::sqlite::all(conn, sql, args).await,
                Err(closed) => Err(closed),
            },
            #[cfg(feature = "sqlite")]
            Conn::SqliteView(view) => super::sqlite::all(view, sql, args).await,
            #[cfg(feature = "postgres")]
            Conn::Postgres(tx) => super::postgres::all(tx, sql, args).await,
        };
        self.keep(answer)
    }

    /// Runs several statements without arguments: a migration.
    pub(super) async fn script(&mut self, sql: &'static str) -> Result<(), Fault> {
        let answer = match &mut self.conn {
            #[cfg(feature = "sqlite")]
            Conn::SqliteTurn(turn) => match turn.conn() {
                Ok(conn) => sqlx::raw_sql(sql).execute(conn).await.map(drop).map_err(fault),
                Err(closed) => Err(closed),
            },
            #[cfg(feature = "sqlite")]
            Conn::SqliteView(view) => sqlx::raw_sql(sql).execute(&mut **view).await.map(drop).map_err(fault),
            #[cfg(feature = "postgres")]
            Conn::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop).map_err(fault),
        };
        self.keep(answer)
    }

    /// Runs a DELETE of what ended before `$1`, with RETURNING; how many rows are gone.
    pub(super) async fn swept(&mut self, sql: &'static str, before: Timestamp) -> Result<u32, Fault> {
        let gone = self.all(sql, vec![before.into()]).await?;
        Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
    }

    pub(super) fn next_place(&mut self) -> u32 {
        self.recorded = self.recorded.saturating_add(1);
        self.recorded
    }

    fn keep<T>(&mut self, answer: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &answer {
            self.failed = Some(fault.clone());
        }
        answer
    }
}

impl Tx for SqlTx {}

impl std::fmt::Debug for SqlTx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlTx").field("failed", &self.failed).finish_non_exhaustive()
    }
}
