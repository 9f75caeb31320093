//! What is kept, as ports: [`Store`] runs a [`Work`] in one transaction, [`Tx`] is what the work may change.
//!
//! The rules (they are what makes eight requests at once safe):
//! - `Ok` commits, `Err` rolls back. A refusal is `Ok`: its counter and its audit event must survive.
//! - A `Work` may run more than once. It borrows its input, changes nothing but the transaction, and awaits
//!   nothing but the transaction: hash, sign, render and call out before or after. It never calls
//!   [`Store`] itself; on SQLite it would wait for its own turn for ever.
//! - After a statement has failed the transaction is lost, even if the work swallows the [`Fault`].
//!   What may already be there is said with `ON CONFLICT .. DO NOTHING RETURNING`, never by catching a fault.
//! - The store never decides and never mints: entities arrive finished, ids and times in them.
//! - What may happen once (a code, a token, a challenge) is *spent* by one compare-and-set statement with
//!   `RETURNING`, and there is no other method for it.
//!
//! # To add a port
//!
//! 1. **The trait**, here in `store/<noun>.rs`: `#[async_trait] pub trait NounStore: Send`, its methods take
//!    `&mut self` and return `Result<_, Fault>`; what is not found is `Ok(None)`. Say of a method what it
//!    compares, and which index serves it. Add the trait to the supertraits of [`Tx`].
//! 2. **The table**, in `migrations/NNNN_name.sql`, one line for it in `adapter/sql/migrate.rs`. Portable
//!    DDL: `TEXT`, `BIGINT`, `BOOLEAN`; ids as their text, times as microseconds (`BIGINT`), sets as JSON `TEXT`;
//!    `NOT NULL` wherever it holds; constraints named `table_column`; nothing deferred. A migration that
//!    was released never changes: its checksum is kept.
//! 3. **The SQL**, in `adapter/sql/<noun>.rs`: `impl NounStore for SqlTx`, the text written once for both databases:
//!    `$1`, `ON CONFLICT`, `RETURNING`. Compare case without `LIKE`, cast what `SUM` gives, never count
//!    the rows that a statement changed.
//! 4. **The contract test**, in `tests/it/contract/<noun>.rs`, with `both!`: it runs on SQLite and on
//!    PostgreSQL. Everything that may happen once is tried by eight at once.
//!
//! Another crate keeps tables of its own in the same transaction: see `adapter::sql::SqlWork` (feature `guest`).

pub mod access;
pub mod account;
pub mod audit;
pub mod factor;
mod fault;
pub mod help_desk;
pub mod known;
pub mod lock;
pub mod outbox;
pub mod passkey;
pub mod proofing;
pub mod recovery;
pub mod reset;
pub mod root_key;
pub mod session;
pub mod step_up;

use std::fmt;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

pub use fault::Fault;

/// What one transaction may read and change: every port at once.
pub trait Tx:
    account::AccountStore
    + factor::FactorStore
    + passkey::PasskeyStore
    + session::SessionStore
    + known::KnownStore
    + lock::LockStore
    + recovery::RecoveryStore
    + step_up::StepUpStore
    + reset::ResetStore
    + help_desk::HelpDeskStore
    + proofing::CaseStore
    + access::AccessStore
    + outbox::OutboxStore
    + audit::AuditStore
    + root_key::RootKeyStore
    + Send
{
}

/// A transaction as a value, so that it can run twice.
///
/// A serialization failure, a deadlock, a connection lost before the commit or a failed shared commit runs it
/// again, a bounded number of times.
#[async_trait]
pub trait Work: Sync {
    /// What comes out of it; handed out only once it is durable.
    type Out: Send;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault>;
}

/// Where everything is kept. Used as `Arc<dyn Store>`; [`write`](#method.write) and [`read`](#method.read)
/// are how.
#[async_trait]
pub trait Store: Send + Sync + fmt::Debug {
    /// For [`write`](#method.write): implemented by adapters, called by nobody else.
    async fn write_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault>;

    /// For [`read`](#method.read): implemented by adapters, called by nobody else.
    async fn read_erased(&self, work: &dyn ErasedWork) -> Result<(), Fault>;

    /// Whether a transaction could be begun now: for `/health/ready`.
    async fn ready(&self) -> Result<(), Fault>;

    /// Ends what is under way and lets go of the database. Whatever comes later is [`Fault::Unavailable`].
    async fn close(&self);
}

impl dyn Store + '_ {
    /// Runs the work in a transaction and returns once its changes are durable.
    pub async fn write<W: Work>(&self, work: &W) -> Result<W::Out, Fault> {
        let slot = Slot::of(work);
        self.write_erased(&slot).await?;
        slot.out()
    }

    /// Runs the work on one snapshot that cannot be written to: an attempt to write is a [`Fault::Defect`].
    pub async fn read<W: Work>(&self, work: &W) -> Result<W::Out, Fault> {
        let slot = Slot::of(work);
        self.read_erased(&slot).await?;
        slot.out()
    }
}

/// A [`Work`] whose output lies in a slot, so that [`Store`] can be used as a trait object.
#[async_trait]
pub trait ErasedWork: Sync {
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault>;
}

struct Slot<'w, W: Work> {
    work: &'w W,
    /// What the last run gave; the run that is committed is the last one.
    last: Mutex<Option<W::Out>>,
}

impl<'w, W: Work> Slot<'w, W> {
    fn of(work: &'w W) -> Self {
        Self { work, last: Mutex::new(None) }
    }

    fn out(self) -> Result<W::Out, Fault> {
        let last = self.last.into_inner().unwrap_or_else(PoisonError::into_inner);
        last.ok_or_else(|| Fault::Defect("the store committed a work that it never ran".to_owned()))
    }
}

#[async_trait]
impl<W: Work> ErasedWork for Slot<'_, W> {
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let out = self.work.run(tx).await?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(out);
        Ok(())
    }
}
