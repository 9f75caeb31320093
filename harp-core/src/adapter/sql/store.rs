//! [`SqlStore`]: one of the two databases, opened.

use async_trait::async_trait;

use super::{SqlTx, SqlWork};
use crate::kernel::time::Timestamp;
use crate::store::{ErasedWork, Fault, Store};

/// How often a work is run before its fault is handed out.
pub(super) const ATTEMPTS: u32 = 5;

/// The store on an SQL database. Open it, [migrate](SqlStore::migrate) it, share it as `Arc<dyn Store>`.
#[derive(Debug)]
pub struct SqlStore(Database);

#[derive(Debug)]
enum Database {
    #[cfg(feature = "sqlite")]
    Sqlite(super::sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(super::postgres::Postgres),
}

impl SqlStore {
    /// Opens `postgres://user@host/name`, or else the SQLite file that is named (`sqlite:` before it may stand).
    /// [`Fault::Unusable`] says in one line what is wrong and what can be done.
    pub async fn open(place: &str) -> Result<SqlStore, Fault> {
        if place.starts_with("postgres://") || place.starts_with("postgresql://") {
            #[cfg(feature = "postgres")]
            return Self::postgres(place).await;
            #[cfg(not(feature = "postgres"))]
            return Err(Fault::Unusable("this program was built without PostgreSQL".to_owned()));
        }
        #[cfg(feature = "sqlite")]
        return Self::sqlite(std::path::Path::new(place.strip_prefix("sqlite:").unwrap_or(place))).await;
        #[cfg(not(feature = "sqlite"))]
        return Err(Fault::Unusable("this program was built without SQLite".to_owned()));
    }

    /// Opens an SQLite file; one that is not there is created, readable by its owner alone.
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(file: &std::path::Path) -> Result<SqlStore, Fault> {
        Ok(Self(Database::Sqlite(super::sqlite::Sqlite::open(file).await?)))
    }

    /// Opens a PostgreSQL database by its URL. Nothing is kept in the session.
    #[cfg(feature = "postgres")]
    pub async fn postgres(url: &str) -> Result<SqlStore, Fault> {
        Ok(Self(Database::Postgres(super::postgres::Postgres::open(url).await?)))
    }

    /// Brings the tables of one crate (`owner`) up to date; does nothing when they are. Any number of
    /// programs may do so at once. Refuses a database that a newer program has migrated, and a migration that
    /// was changed after it had been applied.
    pub async fn migrate(
        &self,
        owner: &'static str,
        set: &[super::Migration],
        now: Timestamp,
    ) -> Result<(), Fault> {
        super::migrate::migrate(self, owner, set, now).await
    }

    /// [`Store::write`](crate::store::Store) for a work that knows SQL.
    #[cfg(feature = "guest")]
    pub async fn write_guest<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        self.run(work).await
    }

    /// [`Store::read`](crate::store::Store) for a work that knows SQL.
    #[cfg(feature = "guest")]
    pub async fn read_guest<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        self.look(work).await
    }

    /// Where the data is, without secrets: for messages to the operator.
    pub fn place(&self) -> String {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Database::Sqlite(db) => db.place(),
            #[cfg(feature = "postgres")]
            Database::Postgres(db) => db.place(),
        }
    }

    pub(super) async fn run<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Database::Sqlite(db) => db.write(work).await,
            #[cfg(feature = "postgres")]
            Database::Postgres(db) => db.write(work).await,
        }
    }

    async fn look<W: SqlWork>(&self, work: &W) -> Result<W::Out, Fault> {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Database::Sqlite(db) => db.read(work).await,
            #[cfg(feature = "postgres")]
            Database::Postgres(db) => db.read(work).await,
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn write_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault> {
        self.run(&OfPorts(work)).await
    }

    async fn read_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault> {
        self.look(&OfPorts(work)).await
    }

    async fn ready(&self) -> Result<(), Fault> {
        self.look(&Ping).await
    }

    async fn close(&self) {
        match &self.0 {
            #[cfg(feature = "sqlite")]
            Database::Sqlite(db) => db.close().await,
            #[cfg(feature = "postgres")]
            Database::Postgres(db) => db.close().await,
        }
    }
}

/// A work that sees only the ports.
struct OfPorts<'w>(&'w dyn ErasedWork);

#[async_trait]
impl SqlWork for OfPorts<'_> {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        self.0.run(tx).await
    }
}

struct Ping;

#[async_trait]
impl SqlWork for Ping {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.execute("SELECT version FROM schema_version LIMIT 1", vec![]).await
    }
}
