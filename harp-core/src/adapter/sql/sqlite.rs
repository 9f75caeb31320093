//! SQLite: opening the file, its readers, and statements. The writer is in `turn`.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, TypeInfo as _, ValueRef as _};

use super::driver::{Conn, SqlTx};
use super::fault::fault;
use super::turn::Writer;
use super::{Arg, Row, SqlWork, Value};
use crate::store::Fault;

/// "HARP" in `PRAGMA application_id`: a file without it, yet with tables, belongs to somebody else.
const APPLICATION: i64 = 0x4841_5250;
/// A PRAGMA takes no argument: the number is [`APPLICATION`].
const CLAIM: &str = "PRAGMA application_id = 1212240464";

/// How long to wait for another process that is writing.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Sqlite {
    path: PathBuf,
    writer: Writer,
    readers: SqlitePool,
}

impl Sqlite {
    /// Opens the file, or creates it readable by its owner alone.
    pub(super) async fn open(path: &Path) -> Result<Sqlite, Fault> {
        create(path)?;
        let told = |fault: Fault| unusable(path, &fault);
        let marked = inspect(path).await.map_err(told)?;
        let mut conn = options(path).connect().await.map_err(fault).map_err(told)?;
        if !marked {
            all(&mut conn, CLAIM, vec![]).await.map_err(told)?;
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(reader_count())
            .test_before_acquire(false)
            .acquire_timeout(PATIENCE)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options(path).read_only(true))
            .await
            .map_err(fault)
            .map_err(told)?;
        Ok(Sqlite { path: path.to_owned(), writer: Writer::on(conn), readers })
    }

    pub(super) async fn write<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        self.writer.write(work).await
    }

    /// A deferred transaction on a connection that cannot write: one snapshot.
    pub(super) async fn read<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        let view = self.readers.begin().await.map_err(fault)?;
        let mut tx = SqlTx::on(Conn::SqliteView(view));
        let result = work.run(&mut tx).await;
        let (conn, result) = tx.settle(result);
        if let Conn::SqliteView(view) = conn {
            view.rollback().await.map_err(fault)?;
        }
        result
    }

    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// For messages to the operator.
    pub(super) fn place(&self) -> String {
        self.path.display().to_string()
    }
}

/// Runs one statement and collects its rows.
pub(super) async fn all(
    conn: &mut SqliteConnection,
    sql: &'static str,
    args: Vec<Arg>,
) -> Result<Vec<Row>, Fault> {
    let mut query = sqlx::query(sql);
    for arg in args {
        query = match arg {
            Arg::Text(value) => query.bind(value),
            Arg::Int(value) => query.bind(value),
            Arg::Bool(value) => query.bind(value),
        };
    }
    let rows = query.fetch_all(conn).await.map_err(fault)?;
    let Some(first) = rows.first() else { return Ok(Vec::new()) };
    let names = sqlx::Row::columns(first).iter().map(|c| sqlx::Column::name(c).to_owned()).collect();
    rows.iter().map(|row| Ok(Row { names: std::sync::Arc::clone(&names), values: values(row)? })).collect()
}

fn values(row: &SqliteRow) -> Result<Vec<Value>, Fault> {
    (0..row.len())
        .map(|i| {
            let raw = row.try_get_raw(i).map_err(fault)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            // The type of the value itself, whatever the column was declared as.
            match raw.type_info().name() {
                "TEXT" => row.try_get_unchecked(i).map(Value::Text).map_err(fault),
                "INTEGER" => row.try_get_unchecked(i).map(Value::Int).map_err(fault),
                "BOOLEAN" => row.try_get_unchecked(i).map(Value::Bool).map_err(fault),
                other => Err(Fault::Corrupt(format!("a column holds {other}"))),
            }
        })
        .collect()
}

/// WAL, so that readers never wait for the writer; FULL, so that what was acknowledged survives a power cut.
fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .statement_cache_capacity(512)
        .disable_statement_logging()
}

fn reader_count() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    u32::try_from(cores).unwrap_or(1).clamp(1, 32) * 2
}

fn create(path: &Path) -> Result<(), Fault> {
    let mut how = OpenOptions::new();
    how.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
    match how.open(path) {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(e) => Err(Fault::Unusable(format!(
            "the database file `{}` cannot be created ({e}): make its directory, or name another file",
            path.display()
        ))),
    }
}

/// Whether the file is marked as HARP's; `false` for an empty one. Somebody else's is refused, untouched.
async fn inspect(path: &Path) -> Result<bool, Fault> {
    let looking = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(PATIENCE);
    let mut conn = looking.disable_statement_logging().connect().await.map_err(fault)?;
    let number = |rows: Vec<Row>| rows.first().map_or(Ok(0), |row| row.get::<i64>(0));
    // In this order: whoever creates the file at the same time marks it before adding tables.
    let tables = number(all(&mut conn, "SELECT COUNT(*) FROM sqlite_master", vec![]).await?)?;
    let mark = number(all(&mut conn, "PRAGMA application_id", vec![]).await?)?;
    conn.close().await.map_err(fault)?;
    match (mark, tables) {
        (APPLICATION, _) => Ok(true),
        (0, 0) => Ok(false),
        _ => Err(Fault::Unusable("it belongs to another program".to_owned())),
    }
}

fn unusable(path: &Path, why: &Fault) -> Fault {
    let path = path.display();
    Fault::Unusable(match why {
        Fault::Corrupt(detail) => format!(
            "`{path}` is not a HARP database or is damaged ({detail}): restore it from a backup, or move it away to start afresh"
        ),
        Fault::Busy(_) => format!("`{path}` is locked by another program: end that program and try again"),
        Fault::Unusable(detail) => {
            format!("`{path}` cannot be used as a HARP database ({detail}): name another file")
        }
        other => format!(
            "the database file `{path}` cannot be opened ({}): check that it and its directory may be read and written",
            other.detail()
        ),
    })
}
