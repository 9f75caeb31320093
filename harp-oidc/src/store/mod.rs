//! What the provider keeps beside harp-core's tables, in the same database and the same transactions.
//!
//! [`OidcTx`] is [`Tx`] and the ports here; [`OidcStore`] runs an [`OidcWork`] the way harp-core runs its own. The rules are
//! those of [`harp_core::store`]: a work may run twice, a refusal is `Ok`, and what may happen once is spent by one
//! compare-and-set.
//!
//! # To add a port
//! The trait here in `store/<noun>.rs` and among the supertraits of [`OidcTx`]; the table in
//! `migrations/NNNN_name.sql` and a line in [`MIGRATIONS`]; the SQL in `store/sql/<noun>.rs`; the contract test on both
//! databases in `tests/it/contract`.

use std::sync::Arc;

use async_trait::async_trait;
use harp_core::adapter::sql::{Migration, SqlStore, SqlTx, SqlWork};
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Tx};

pub mod client;
pub mod code;
pub mod interaction;
pub mod kept;
pub mod key;
pub mod subject;
pub mod terms;
pub mod token;

mod sql;

/// The tables of harp-oidc.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "provider", sql: include_str!("../../migrations/0001_provider.sql") },
    Migration { version: 2, name: "kept_form", sql: include_str!("../../migrations/0002_kept_form.sql") },
    Migration {
        version: 3,
        name: "waiting_by_source",
        sql: include_str!("../../migrations/0003_waiting_by_source.sql"),
    },
    Migration {
        version: 4,
        name: "family_by_client",
        sql: include_str!("../../migrations/0004_family_by_client.sql"),
    },
    Migration { version: 5, name: "step_up", sql: include_str!("../../migrations/0005_step_up.sql") },
];

/// What one transaction may read and change: harp-core's ports and the provider's.
pub trait OidcTx:
    Tx
    + client::ClientStore
    + subject::SubjectStore
    + code::CodeStore
    + token::TokenStore
    + interaction::InteractionStore
    + kept::KeptStore
    + terms::TermsStore
    + key::KeyStore
{
}

impl OidcTx for SqlTx {}

/// A transaction of the provider as a value. See [`harp_core::store::Work`].
#[async_trait]
pub trait OidcWork: Sync {
    type Out: Send;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault>;
}

/// The provider's side of the store.
#[derive(Debug, Clone)]
pub struct OidcStore(Arc<SqlStore>);

impl OidcStore {
    pub fn new(store: Arc<SqlStore>) -> OidcStore {
        OidcStore(store)
    }

    /// Brings the tables of harp-core and of harp-oidc up to date.
    pub async fn migrate(store: &SqlStore, now: Timestamp) -> Result<(), Fault> {
        store.migrate("harp-core", harp_core::adapter::sql::MIGRATIONS, now).await?;
        store.migrate("harp-oidc", MIGRATIONS, now).await
    }

    /// Runs the work in a transaction and returns once its changes are durable.
    pub async fn write<W: OidcWork>(&self, work: &W) -> Result<W::Out, Fault> {
        self.0.write_guest(&Guest(work)).await
    }

    /// Runs the work on one snapshot that cannot be written to.
    pub async fn read<W: OidcWork>(&self, work: &W) -> Result<W::Out, Fault> {
        self.0.read_guest(&Guest(work)).await
    }
}

struct Guest<'w, W>(&'w W);

#[async_trait]
impl<W: OidcWork> SqlWork for Guest<'_, W> {
    type Out = W::Out;

    async fn run(&self, tx: &mut SqlTx) -> Result<W::Out, Fault> {
        self.0.run(tx).await
    }
}
