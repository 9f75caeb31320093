//! PostgreSQL: a pool of connections that keep nothing in their session, and statements.
//!
//! Correct at READ COMMITTED: what may happen once is one compare-and-set. No prepared statements outlive their
//! transaction, no `SET`, no advisory locks: it also runs behind a transaction-pooling pgbouncer.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};

use super::driver::{Conn, SqlTx};
use super::fault::fault;
use super::store::ATTEMPTS;
use super::{Arg, Row, SqlWork, Value};
use crate::store::Fault;

const CONNECTIONS: u32 = 16;
/// How long to wait for a free connection, and for a server that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// One snapshot, as on SQLite. It reads only, so it cannot fail to serialize.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

#[derive(Debug)]
pub(super) struct Postgres {
    /// Host, port and database: for messages to the operator.
    place: String,
    pool: PgPool,
}

impl Postgres {
    pub(super) async fn open(url: &str) -> Result<Postgres, Fault> {
        // The URL may hold a password: it does not stand in the message.
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| {
                Fault::Unusable("the database URL is not `postgres://user@host:port/name`".to_owned())
            })?
            .extra_float_digits(None)
            .statement_cache_capacity(0)
            .disable_statement_logging();
        let host = match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        };
        let database = options.get_database().unwrap_or_else(|| options.get_username());
        let place = format!("{host}:{}/{database}", options.get_port());
        // One connection by hand: a pool would try again until its patience ends, and then not say why.
        let first = tokio::time::timeout(PATIENCE, options.connect()).await;
        let first = first.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|e| {
            let why = fault(e);
            Fault::Unusable(format!(
                "cannot open PostgreSQL at `{place}` ({}): check that it runs and that the user may connect",
                why.detail()
            ))
        })?;
        let _ = first.close().await;
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .test_before_acquire(false)
            .connect_lazy_with(options);
        Ok(Postgres { place, pool })
    }

    pub(super) async fn write<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        let mut last = Fault::Conflict("never ran".to_owned());
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                tokio::time::sleep(Duration::from_millis(2 << attempt)).await;
            }
            match self.once(work).await {
                Err(fault) if fault.passing() => last = fault,
                done => return done,
            }
        }
        Err(last)
    }

    async fn once<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        let mut tx = SqlTx::on(Conn::Postgres(self.begin(WRITE).await?));
        let result = work.run(&mut tx).await;
        match ended(tx, result)? {
            (tx, Ok(out)) => tx.commit().await.map(|()| out).map_err(of_commit),
            (tx, Err(fault)) => {
                // Should it fail, then the connection is broken, and the server has rolled back by itself.
                let _ = tx.rollback().await;
                Err(fault)
            }
        }
    }

    pub(super) async fn read<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        let mut tx = SqlTx::on(Conn::Postgres(self.begin(READ).await?));
        let result = work.run(&mut tx).await;
        let (tx, result) = ended(tx, result)?;
        let _ = tx.rollback().await;
        result
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }

    pub(super) fn place(&self) -> String {
        self.place.clone()
    }

    /// Begins a transaction. After a fail-over every idle connection is dead: each is found out here, once.
    async fn begin(&self, how: &'static str) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, Fault> {
        let mut dead = 0;
        loop {
            match self.pool.begin_with(how).await.map_err(fault) {
                Err(Fault::Lost(_)) if dead < CONNECTIONS => dead += 1,
                begun => return begun,
            }
        }
    }
}

type Ended<T> = (sqlx::Transaction<'static, sqlx::Postgres>, Result<T, Fault>);

fn ended<T>(tx: SqlTx, result: Result<T, Fault>) -> Result<Ended<T>, Fault> {
    match tx.settle(result) {
        (Conn::Postgres(tx), result) => Ok((tx, result)),
        #[cfg(feature = "sqlite")]
        _ => Err(Fault::Defect("the transaction was lost".to_owned())),
    }
}

/// A COMMIT that the server refused may run again; one that was not answered may have happened, so it may not.
fn of_commit(error: sqlx::Error) -> Fault {
    match fault(error) {
        Fault::Lost(detail) => Fault::Unavailable(format!("the commit was not answered ({detail})")),
        other => other,
    }
}

/// Runs one statement and collects its rows.
pub(super) async fn all(
    conn: &mut PgConnection,
    sql: &'static str,
    args: Vec<Arg>,
) -> Result<Vec<Row>, Fault> {
    let mut query = sqlx::query(sql).persistent(false);
    for arg in args {
        query = match arg {
            Arg::Text(value) => query.bind(value),
            Arg::Int(value) => query.bind(value),
            Arg::Bool(value) => query.bind(value),
        };
    }
    let rows = query.fetch_all(conn).await.map_err(fault)?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let names = first.columns().iter().map(|c| sqlx::Column::name(c).to_owned()).collect();
    rows.iter().map(|row| Ok(Row { names: Arc::clone(&names), values: values(row)? })).collect()
}

fn values(row: &PgRow) -> Result<Vec<Value>, Fault> {
    (0..row.len())
        .map(|i| {
            let raw = row.try_get_raw(i).map_err(fault)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            match raw.type_info().name() {
                "TEXT" | "VARCHAR" | "NAME" => row.try_get(i).map(Value::Text).map_err(fault),
                "INT8" => row.try_get(i).map(Value::Int).map_err(fault),
                "INT4" => row.try_get::<i32, _>(i).map(|n| Value::Int(n.into())).map_err(fault),
                "BOOL" => row.try_get(i).map(Value::Bool).map_err(fault),
                other => Err(Fault::Corrupt(format!("a column holds {other}"))),
            }
        })
        .collect()
}
