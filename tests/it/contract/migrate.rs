//! Migrations: applied once whoever comes, refused when they are not what was applied.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use harp_core::adapter::sql::{MIGRATIONS, Migration, SqlStore, SqlTx, SqlWork};
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Store as _};
use harp_tests::cluster::Db;

use super::at_once;

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

const ONE: Migration =
    Migration { version: 1, name: "one", sql: "CREATE TABLE one (id TEXT); CREATE TABLE uno (id TEXT)" };
const TWO: Migration = Migration { version: 2, name: "two", sql: "CREATE TABLE two (id TEXT)" };

#[tokio::test(flavor = "multi_thread")]
async fn eight_programs_may_migrate_at_once_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("harp.sqlite").display().to_string();
    eight_migrate(&place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_programs_may_migrate_at_once_on_postgres() {
    let db = Db::empty_postgres().await.unwrap();
    eight_migrate(&db.place).await;
}

async fn eight_migrate(place: &str) {
    let told = at_once(8, |_| {
        let place = place.to_owned();
        async move {
            let store = SqlStore::open(&place).await?;
            store.migrate("harp-core", MIGRATIONS, NOW).await?;
            store.migrate("guest", &[ONE, TWO], NOW).await?;
            store.close().await;
            Ok::<_, Fault>(())
        }
    })
    .await;
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    let store = SqlStore::open(place).await.unwrap();
    // And once more, where there is nothing to do.
    store.migrate("harp-core", MIGRATIONS, NOW).await.unwrap();
    let applied = store.read_guest(&Applied).await.unwrap();
    assert_eq!(applied.len(), MIGRATIONS.len() + 2);
    let last = usize::try_from(MIGRATIONS.last().unwrap().version).unwrap();
    assert_eq!(applied.last(), Some(&("harp-core".to_owned(), last)));
}

harp_tests::both! {
    async fn a_migration_that_was_changed_is_refused(db: Db) {
        db.store.migrate("guest", &[ONE], NOW).await.unwrap();
        let changed = Migration { sql: "CREATE TABLE one (id BIGINT)", ..ONE };
        let line = refused(&db.store, &[changed, TWO]).await;
        assert!(line.contains("guest 1") && line.contains("changed"), "{line}");
    }

    async fn a_database_of_a_newer_program_is_refused(db: Db) {
        db.store.migrate("guest", &[ONE, TWO], NOW).await.unwrap();
        let line = refused(&db.store, &[ONE]).await;
        assert!(line.contains("newer program (guest 2, this one knows 1)"), "{line}");
        assert!(line.contains(Path::new(&db.store.place()).to_str().unwrap()), "{line}");
        assert!(!line.contains('\n'));
    }

    async fn a_migration_that_fails_leaves_nothing_behind(db: Db) {
        let broken = Migration { version: 2, name: "two", sql: "CREATE TABLE two (id TEXT); CREATE TABLE one (id TEXT)" };
        refused(&db.store, &[ONE, broken]).await;
        db.store.migrate("guest", &[ONE, TWO], NOW).await.unwrap();
    }
}

async fn refused(store: &Arc<SqlStore>, set: &[Migration]) -> String {
    let fault = store.migrate("guest", set, NOW).await.unwrap_err();
    assert!(matches!(fault, Fault::Unusable(_)), "{fault:?}");
    fault.to_string()
}

struct Applied;

#[async_trait]
impl SqlWork for Applied {
    type Out = Vec<(String, usize)>;

    async fn run(&self, tx: &mut SqlTx) -> Result<Vec<(String, usize)>, Fault> {
        let rows =
            tx.all("SELECT crate, version FROM schema_version ORDER BY crate, version", vec![]).await?;
        rows.iter().map(|row| Ok((row.get("crate")?, row.get("version")?))).collect()
    }
}
