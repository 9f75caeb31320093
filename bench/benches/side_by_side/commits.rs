//! Durable writes on SQLite (WAL, synchronous=FULL): 1, 16 and 64 tasks, each with a compare-and-set and an insert. HARP shares
//! commits; the peer is one writer connection with a commit for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use divan::Bencher;
use divan::counter::ItemsCount;
use harp_core::adapter::sql::{Arg, SqlStore, SqlTx, SqlWork};
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Store as _};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::Mutex;

const TABLE: &str = "CREATE TABLE probe (id TEXT NOT NULL PRIMARY KEY, spent BIGINT);
    CREATE TABLE trail (id TEXT NOT NULL PRIMARY KEY)";
const ADD: &str = "INSERT INTO probe (id, spent) VALUES ($1, NULL)";
const SPEND: &str = "UPDATE probe SET spent = 1 WHERE id = $1 AND spent IS NULL RETURNING id";
const NOTE: &str = "INSERT INTO trail (id) VALUES ($1)";
/// Writes of each task in one measured run.
const EACH: usize = 16;

static NEXT: AtomicU64 = AtomicU64::new(0);

fn name() -> String {
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

struct Write(String);

#[async_trait]
impl SqlWork for Write {
    type Out = bool;

    async fn run(&self, tx: &mut SqlTx) -> Result<bool, Fault> {
        tx.execute(ADD, vec![Arg::text(&self.0)]).await?;
        let won = tx.optional(SPEND, vec![Arg::text(&self.0)]).await?.is_some();
        tx.execute(NOTE, vec![Arg::text(&self.0)]).await?;
        Ok(won)
    }
}

async fn tables(place: &std::path::Path) {
    let mut conn = options(place).connect().await.unwrap();
    sqlx::raw_sql(TABLE).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

fn options(place: &std::path::Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(place)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
}

#[divan::bench(args = [1, 16, 64], sample_count = 20)]
fn harp_shared_commits(bencher: Bencher<'_, '_>, tasks: usize) {
    let (rt, room) = (crate::runtime(), tempfile::tempdir().unwrap());
    let place = room.path().join("harp.db");
    let store = Arc::new(rt.block_on(SqlStore::sqlite(&place)).unwrap());
    rt.block_on(store.migrate("harp-core", harp_core::adapter::sql::MIGRATIONS, Timestamp::from_secs(0)))
        .unwrap();
    rt.block_on(tables(&place));
    bencher.counter(ItemsCount::new(tasks * EACH)).bench_local(|| {
        rt.block_on(async {
            let running: Vec<_> = (0..tasks)
                .map(|_| {
                    let store = Arc::clone(&store);
                    tokio::spawn(async move {
                        for _ in 0..EACH {
                            assert!(store.write_guest(&Write(name())).await.unwrap());
                        }
                    })
                })
                .collect();
            for task in running {
                task.await.unwrap();
            }
        });
    });
    rt.block_on(store.close());
}

#[divan::bench(args = [1, 16, 64], sample_count = 20)]
fn one_commit_each(bencher: Bencher<'_, '_>, tasks: usize) {
    let (rt, room) = (crate::runtime(), tempfile::tempdir().unwrap());
    let place = room.path().join("peer.db");
    rt.block_on(tables(&place));
    let writer = Arc::new(Mutex::new(rt.block_on(options(&place).connect()).unwrap()));
    bencher.counter(ItemsCount::new(tasks * EACH)).bench_local(|| {
        rt.block_on(async {
            let running: Vec<_> = (0..tasks)
                .map(|_| {
                    let writer = Arc::clone(&writer);
                    tokio::spawn(async move {
                        for _ in 0..EACH {
                            let (id, mut conn) = (name(), writer.lock().await);
                            let mut tx = conn.begin_with("BEGIN IMMEDIATE").await.unwrap();
                            sqlx::query(ADD).bind(&id).execute(&mut *tx).await.unwrap();
                            let won = sqlx::query(SPEND).bind(&id).fetch_optional(&mut *tx).await.unwrap();
                            assert!(won.is_some());
                            sqlx::query(NOTE).bind(&id).execute(&mut *tx).await.unwrap();
                            tx.commit().await.unwrap();
                        }
                    })
                })
                .collect();
            for task in running {
                task.await.unwrap();
            }
        });
    });
}
