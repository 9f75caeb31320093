//! Futures that are dropped: a client hangs up, a time limit passes. What was not answered must be whole or nothing,
//! and nobody else may notice.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use harp_core::adapter::sql::{Arg, SqlTx, SqlWork};
use harp_core::store::Fault;
use harp_tests::both;
use tokio::sync::Notify;

use super::driver::{Ids, Put, Then};

const TABLE: &str = "CREATE TABLE probe (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)";

both! {
    async fn a_dropped_work_is_undone_and_its_neighbours_are_not(db: Db) {
        db.outside(TABLE).await.unwrap();
        let stuck = Arc::new(Stuck::default());
        let hanging = tokio::spawn({
            let (store, stuck) = (Arc::clone(&db.store), Arc::clone(&stuck));
            async move { store.write_guest(&*stuck).await }
        });
        stuck.inside.notified().await;
        let neighbours: Vec<_> = (0..4)
            .map(|i| {
                let store = Arc::clone(&db.store);
                tokio::spawn(async move { store.write_guest(&Put::new(i, Then::Commit)).await })
            })
            .collect();
        hanging.abort();
        assert!(hanging.await.unwrap_err().is_cancelled());
        for neighbour in neighbours {
            neighbour.await.unwrap().unwrap();
        }
        assert_eq!(db.store.read_guest(&Ids).await.unwrap(), ["0", "1", "2", "3"]);
    }

    async fn a_dropped_work_that_nobody_follows_lets_go_of_the_database(db: Db) {
        db.outside(TABLE).await.unwrap();
        let stuck = Arc::new(Stuck::default());
        let hanging = tokio::spawn({
            let (store, stuck) = (Arc::clone(&db.store), Arc::clone(&stuck));
            async move { store.write_guest(&*stuck).await }
        });
        stuck.inside.notified().await;
        hanging.abort();
        assert!(hanging.await.unwrap_err().is_cancelled());
        // Another program, which would find the database locked.
        db.outside("INSERT INTO probe (id, n) VALUES ('other', 0)").await.unwrap();
        assert_eq!(db.store.read_guest(&Ids).await.unwrap(), ["other"]);
    }

    /// Dropped after each possible number of steps, among works that are not.
    async fn a_work_dropped_at_any_moment_is_whole_or_nothing(db: Db) {
        db.outside(TABLE).await.unwrap();
        let answered: Vec<_> = (0..4)
            .map(|task| {
                let store = Arc::clone(&db.store);
                tokio::spawn(async move {
                    let mut answered = Vec::new();
                    for step in 0..40 {
                        let id = format!("{task}-{step:02}-dropped");
                        if polled(step, store.write_guest(&Pair(&id))).await == Some(Ok(())) {
                            answered.push(id);
                        }
                        let id = format!("{task}-{step:02}-kept");
                        store.write_guest(&Pair(&id)).await.unwrap();
                        answered.push(id);
                    }
                    answered
                })
            })
            .collect();
        let mut expected = Vec::new();
        for task in answered {
            expected.extend(task.await.unwrap());
        }
        let there = db.store.read_guest(&Ids).await.unwrap();
        for id in &expected {
            assert!(there.contains(&format!("{id} left")), "{id} was answered and is gone");
        }
        for id in there.iter().filter_map(|id| id.strip_suffix(" left")) {
            assert!(there.contains(&format!("{id} right")), "half of {id} is there");
        }
        assert_eq!(there.len() % 2, 0);
    }
}

/// Polls the future so many times and drops it; its answer, if it came to one.
async fn polled<T>(times: u32, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Two rows that belong together.
struct Pair<'a>(&'a str);

#[async_trait]
impl SqlWork for Pair<'_> {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        for half in ["left", "right"] {
            let id = Arg::text(format_args!("{} {half}", self.0));
            tx.execute("INSERT INTO probe (id, n) VALUES ($1, 0)", vec![id]).await?;
        }
        Ok(())
    }
}

/// Writes, and then waits for ever.
#[derive(Default)]
struct Stuck {
    inside: Notify,
}

#[async_trait]
impl SqlWork for Stuck {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.execute("INSERT INTO probe (id, n) VALUES ('stuck', 0)", vec![]).await?;
        self.inside.notify_one();
        tokio::time::sleep(Duration::MAX).await;
        Ok(())
    }
}
