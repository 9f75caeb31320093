//! Transactions: what commits, what is undone, what runs again, who may not write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, SqlStore, SqlTx, SqlWork};
use harp_core::store::{Fault, Store};
use harp_tests::both;
use harp_tests::cluster::Db;
use tokio::sync::{Barrier, Notify};

use super::{at_once, winners};

const TABLE: &str = "CREATE TABLE probe (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)";
const ADD: &str = "INSERT INTO probe (id, n) VALUES ($1, $2)";

/// Puts a row, then ends as it is told to.
pub struct Put {
    pub id: String,
    pub then: Then,
}

pub enum Then {
    Commit,
    Fail,
    /// Runs a statement that cannot work, and pretends that nothing happened.
    Swallow,
}

impl Put {
    pub fn new(id: impl ToString, then: Then) -> Put {
        Put { id: id.to_string(), then }
    }
}

#[async_trait]
impl SqlWork for Put {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.execute(ADD, vec![Arg::text(&self.id), 0.into()]).await?;
        match self.then {
            Then::Commit => Ok(()),
            Then::Fail => Err(Fault::Defect("as told".to_owned())),
            Then::Swallow => {
                let _ = tx.execute("INSERT INTO nowhere (id) VALUES ($1)", vec![Arg::text("x")]).await;
                Ok(())
            }
        }
    }
}

pub struct Ids;

#[async_trait]
impl SqlWork for Ids {
    type Out = Vec<String>;

    async fn run(&self, tx: &mut SqlTx) -> Result<Vec<String>, Fault> {
        let rows = tx.all("SELECT id FROM probe ORDER BY id", vec![]).await?;
        rows.iter().map(|row| row.get("id")).collect()
    }
}

both! {
    async fn what_was_answered_is_there_and_what_failed_is_not(db: Db) {
        db.outside(TABLE).await.unwrap();
        db.store.write_guest(&Put::new("a", Then::Commit)).await.unwrap();
        let told = db.store.write_guest(&Put::new("b", Then::Fail)).await;
        assert_eq!(told, Err(Fault::Defect("as told".to_owned())));
        assert_eq!(db.store.read_guest(&Ids).await.unwrap(), ["a"]);
    }

    async fn a_work_that_swallows_a_fault_is_undone_all_the_same(db: Db) {
        db.outside(TABLE).await.unwrap();
        let told = db.store.write_guest(&Put::new("a", Then::Swallow)).await;
        assert!(matches!(told, Err(Fault::Defect(_))), "{told:?}");
        assert!(db.store.read_guest(&Ids).await.unwrap().is_empty());
    }

    async fn a_work_that_fails_does_not_undo_its_neighbours(db: Db) {
        db.outside(TABLE).await.unwrap();
        for round in 0..4 {
            let told = at_once(8, |i| {
                let store = Arc::clone(&db.store);
                async move {
                    let then = match i % 4 {
                        1 => Then::Fail,
                        3 => Then::Swallow,
                        _ => Then::Commit,
                    };
                    store.write_guest(&Put::new(format!("{round}{i}"), then)).await
                }
            })
            .await;
            assert_eq!(told.iter().filter(|t| t.is_ok()).count(), 4, "{told:?}");
        }
        let there = db.store.read_guest(&Ids).await.unwrap();
        assert_eq!(there.len(), 16);
        assert!(there.iter().all(|id| id.ends_with(['0', '2', '4', '6'])), "{there:?}");
    }

    async fn of_eight_who_compare_and_set_at_once_one_wins(db: Db) {
        db.outside(TABLE).await.unwrap();
        db.store.write_guest(&Put::new("ticket", Then::Commit)).await.unwrap();
        for from in 0..20 {
            let won = winners(|_| {
                let store = Arc::clone(&db.store);
                async move { store.write_guest(&Spend { from }).await.unwrap() }
            })
            .await;
            assert_eq!(won, 1, "from {from}");
        }
    }

    /// A rule that is checked at COMMIT breaks the commit that eight share: seven must not suffer.
    async fn a_commit_that_fails_costs_only_the_work_that_broke_it(db: Db) {
        db.outside(TABLE).await.unwrap();
        db.outside(
            "CREATE TABLE child (id TEXT NOT NULL PRIMARY KEY,
             parent TEXT NOT NULL REFERENCES probe (id) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await
        .unwrap();
        let told = at_once(8, |i| {
            let store = Arc::clone(&db.store);
            async move {
                let orphan = if i == 5 { Parent::Missing } else { Parent::Added };
                store.write_guest(&Child { id: format!("c{i}"), parent: orphan }).await
            }
        })
        .await;
        for (i, told) in told.iter().enumerate() {
            match i {
                5 => assert!(matches!(told, Err(Fault::Constraint { .. })), "{told:?}"),
                _ => assert_eq!(*told, Ok(()), "{i}"),
            }
        }
        assert_eq!(db.store.read_guest(&Ids).await.unwrap().len(), 7);
    }

    async fn a_reader_cannot_write(db: Db) {
        db.outside(TABLE).await.unwrap();
        let told = db.store.read_guest(&Put::new("a", Then::Commit)).await;
        assert!(matches!(told, Err(Fault::Defect(_))), "{told:?}");
        assert!(db.store.read_guest(&Ids).await.unwrap().is_empty());
    }

    async fn a_reader_sees_one_moment(db: Db) {
        db.outside(TABLE).await.unwrap();
        let twice = Arc::new(Twice::default());
        let reading = tokio::spawn({
            let (store, twice) = (Arc::clone(&db.store), Arc::clone(&twice));
            async move { store.read_guest(&*twice).await.unwrap() }
        });
        twice.once.notified().await;
        db.store.write_guest(&Put::new("a", Then::Commit)).await.unwrap();
        twice.go_on.notify_one();
        assert_eq!(reading.await.unwrap(), (0, 0));
        assert_eq!(db.store.read_guest(&Ids).await.unwrap(), ["a"]);
    }

    async fn every_kind_of_value_survives_the_round_trip(db: Db) {
        db.outside("CREATE TABLE kinds (t TEXT, i BIGINT, b BOOLEAN)").await.unwrap();
        db.store.write_guest(&Kinds).await.unwrap();
    }

    async fn a_constraint_has_the_same_name_on_both(db: Db) {
        db.outside(
            "CREATE TABLE named (id TEXT NOT NULL, a TEXT NOT NULL, b TEXT NOT NULL,
             CONSTRAINT named_id PRIMARY KEY (id), CONSTRAINT named_a_b UNIQUE (a, b))",
        )
        .await
        .unwrap();
        let insert = |id: &'static str| Once("INSERT INTO named (id, a, b) VALUES ($1, 'x', 'y')", id);
        db.store.write_guest(&insert("1")).await.unwrap();
        let told = db.store.write_guest(&insert("1")).await;
        let Err(Fault::Constraint { name }) = told else { panic!("{told:?}") };
        assert!(["named_id", "named_a_b"].contains(&name.as_str()), "{name}");
        let told = db.store.write_guest(&insert("2")).await;
        assert_eq!(told, Err(Fault::Constraint { name: "named_a_b".to_owned() }));
    }

    async fn what_comes_after_closing_is_refused_and_what_came_before_is_kept(db: Db) {
        db.outside(TABLE).await.unwrap();
        let before = at_once(8, |i| {
            let store = Arc::clone(&db.store);
            async move { store.write_guest(&Put::new(i, Then::Commit)).await }
        })
        .await;
        assert!(before.iter().all(Result::is_ok));
        db.store.close().await;
        assert!(matches!(db.store.write_guest(&Put::new("late", Then::Commit)).await, Err(Fault::Unavailable(_))));
        assert!(matches!(db.store.ready().await, Err(Fault::Unavailable(_))));
        let again = db.another_node().await.unwrap();
        assert_eq!(again.ready().await, Ok(()));
        assert_eq!(again.read_guest(&Ids).await.unwrap().len(), 8);
    }
}

/// Two works that wait for each other: PostgreSQL gives one of them up, and it runs again.
#[tokio::test(flavor = "multi_thread")]
async fn a_work_that_lost_a_deadlock_runs_again() {
    let db = Db::postgres().await.unwrap();
    db.outside(TABLE).await.unwrap();
    for id in ["a", "b"] {
        db.store.write_guest(&Put::new(id, Then::Commit)).await.unwrap();
    }
    let (line, runs) = (Arc::new(Barrier::new(2)), Arc::new(AtomicU32::new(0)));
    let told = at_once(2, |i| {
        let (store, line, runs) = (Arc::clone(&db.store), Arc::clone(&line), Arc::clone(&runs));
        let order = if i == 0 { ["a", "b"] } else { ["b", "a"] };
        async move { store.write_guest(&Embrace { order, line, runs, first: AtomicU32::new(0) }).await }
    })
    .await;
    assert_eq!(told, [Ok(()), Ok(())]);
    assert_eq!(runs.load(Ordering::SeqCst), 3, "one of the two runs twice");
}

/// A fail-over kills every connection: those in the pool, and the one in the middle of a work.
#[tokio::test(flavor = "multi_thread")]
async fn a_work_whose_connection_broke_runs_again() {
    let db = Db::postgres().await.unwrap();
    db.outside(TABLE).await.unwrap();
    at_once(8, |i| {
        let store = Arc::clone(&db.store);
        async move { store.write_guest(&Put::new(i, Then::Commit)).await.unwrap() }
    })
    .await;
    db.outside(KILL).await.unwrap();
    db.store.write_guest(&Put::new("after", Then::Commit)).await.unwrap();
    let work = Killed { db: &db, runs: AtomicU32::new(0) };
    db.store.write_guest(&work).await.unwrap();
    assert_eq!(work.runs.load(Ordering::SeqCst), 2);
    assert_eq!(db.store.read_guest(&Ids).await.unwrap().len(), 10);
}

const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

struct Spend {
    from: i64,
}

#[async_trait]
impl SqlWork for Spend {
    type Out = bool;

    async fn run(&self, tx: &mut SqlTx) -> Result<bool, Fault> {
        let sql = "UPDATE probe SET n = n + 1 WHERE id = 'ticket' AND n = $1 RETURNING n";
        let row = tx.optional(sql, vec![self.from.into()]).await?;
        Ok(row.is_some())
    }
}

struct Once(&'static str, &'static str);

#[async_trait]
impl SqlWork for Once {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.execute(self.0, vec![Arg::text(self.1)]).await
    }
}

struct Child {
    id: String,
    parent: Parent,
}

enum Parent {
    Added,
    Missing,
}

#[async_trait]
impl SqlWork for Child {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        if matches!(self.parent, Parent::Added) {
            tx.execute(ADD, vec![Arg::text(&self.id), 0.into()]).await?;
        }
        let sql = "INSERT INTO child (id, parent) VALUES ($1, $1)";
        tx.execute(sql, vec![Arg::text(&self.id)]).await
    }
}

#[derive(Default)]
struct Twice {
    once: Notify,
    go_on: Notify,
}

#[async_trait]
impl SqlWork for Twice {
    type Out = (i64, i64);

    async fn run(&self, tx: &mut SqlTx) -> Result<(i64, i64), Fault> {
        let sql = "SELECT COUNT(*) AS n FROM probe";
        let first = tx.optional(sql, vec![]).await?.unwrap().get("n")?;
        self.once.notify_one();
        self.go_on.notified().await;
        let second = tx.optional(sql, vec![]).await?.unwrap().get("n")?;
        Ok((first, second))
    }
}

struct Kinds;

#[async_trait]
impl SqlWork for Kinds {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        let (text, int) = ("Zoë 🏥 '); DROP TABLE kinds --", i64::MIN);
        let insert = "INSERT INTO kinds (t, i, b) VALUES ($1, $2, $3)";
        tx.execute(insert, vec![text.into(), int.into(), true.into()]).await?;
        tx.execute(insert, vec![Arg::Text(None), Arg::Int(None), Arg::Bool(None)]).await?;
        let rows = tx.all("SELECT t, i, b FROM kinds ORDER BY i NULLS LAST", vec![]).await?;
        let [full, empty] = rows.as_slice() else { panic!("two rows") };
        assert_eq!(full.get::<String>("t")?, text);
        assert_eq!(full.get::<i64>(1)?, int);
        assert!(full.get::<bool>("b")?);
        assert_eq!(empty.get::<Option<String>>("t")?, None);
        assert_eq!(empty.get::<Option<i64>>("i")?, None);
        assert_eq!(empty.get::<Option<bool>>("b")?, None);
        assert!(matches!(empty.get::<i64>("i"), Err(Fault::Corrupt(_))));
        assert!(matches!(full.get::<u32>("i"), Err(Fault::Corrupt(_))), "it does not fit");
        assert!(matches!(full.get::<String>("nothing"), Err(Fault::Defect(_))));
        Ok(())
    }
}

/// Takes two rows in an order; on its first run it waits until the other has taken its first.
struct Embrace {
    order: [&'static str; 2],
    line: Arc<Barrier>,
    runs: Arc<AtomicU32>,
    first: AtomicU32,
}

#[async_trait]
impl SqlWork for Embrace {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let sql = "UPDATE probe SET n = n + 1 WHERE id = $1";
        tx.execute(sql, vec![Arg::text(self.order[0])]).await?;
        if self.first.fetch_add(1, Ordering::SeqCst) == 0 {
            self.line.wait().await;
        }
        tx.execute(sql, vec![Arg::text(self.order[1])]).await
    }
}

/// On its first run its connection is killed under it.
struct Killed<'a> {
    db: &'a Db,
    runs: AtomicU32,
}

#[async_trait]
impl SqlWork for Killed<'_> {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.execute(ADD, vec![Arg::text("killed"), 0.into()]).await?;
        if self.runs.fetch_add(1, Ordering::SeqCst) == 0 {
            self.db.outside(KILL).await.unwrap();
        }
        tx.optional("SELECT n FROM probe LIMIT 1", vec![]).await.map(drop)
    }
}

/// The store is shared as a trait object and its works are spawned: both must stay possible.
#[expect(dead_code, reason = "it is enough that it compiles")]
fn a_store_can_be_shared_and_its_works_spawned(store: Arc<SqlStore>) {
    let ports: Arc<dyn Store> = store.clone();
    tokio::spawn(async move { ports.ready().await });
    tokio::spawn(async move { store.write_guest(&Put::new("a", Then::Commit)).await });
}
