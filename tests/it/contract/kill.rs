//! A process that is killed has lost nothing that it acknowledged.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

use harp_core::adapter::sql::SqlStore;
use harp_tests::both;

use super::driver::{Ids, Put, Then};

const PLACE: &str = "HARP_TEST_KILLED_WRITER";

both! {
    async fn what_was_acknowledged_survives_a_kill(db: Db) {
        db.outside("CREATE TABLE probe (id TEXT NOT NULL PRIMARY KEY, n BIGINT NOT NULL)").await.unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "contract::kill::a_writer_that_will_be_killed", "--nocapture", "--quiet"])
            .env(PLACE, &db.place)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let acknowledged = tokio::task::spawn_blocking(move || {
            let acks = lines.map_while(Result::ok).filter_map(|line| line.strip_prefix("ack ").map(str::to_owned));
            let acknowledged: Vec<String> = acks.take(300).collect();
            child.kill().unwrap();
            child.wait().unwrap();
            acknowledged
        })
        .await
        .unwrap();
        assert_eq!(acknowledged.len(), 300);
        let there = db.another_node().await.unwrap().read_guest(&Ids).await.unwrap();
        for id in acknowledged {
            assert!(there.contains(&id), "{id} was acknowledged and is gone");
        }
    }
}

/// Run by the test above in a process of its own; by itself it has nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_will_be_killed() {
    let Ok(place) = std::env::var(PLACE) else { return };
    let store = Arc::new(SqlStore::open(&place).await.unwrap());
    let writers: Vec<_> = (0..8)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for i in 0.. {
                    let id = format!("{writer}-{i}");
                    store.write_guest(&Put::new(&id, Then::Commit)).await.unwrap();
                    println!("ack {id}");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
}
