//! [`SqlStore`]: the store on SQLite (one node, embedded) and on PostgreSQL (several nodes).
//!
//! Each SQL text is written once and serves both; `driver.rs` and the two files that it opens with are all that
//! knows that there are two. Beneath them:
//! - `sqlite`: one writer whose works share commits (`turn`), readers on connections that cannot write.
//! - `postgres`: a pool. Correct at READ COMMITTED and without session state, so that it also runs behind a
//!   transaction-pooling pgbouncer.
//! - `migrate`: the versions of each crate's tables.
//! - one file for each port of [`store`](crate::store).

mod access;
mod account;
mod audit;
mod driver;
mod factor;
mod fault;
mod help_desk;
mod known;
mod lock;
mod migrate;
mod outbox;
mod passkey;
#[cfg(feature = "postgres")]
mod postgres;
mod proofing;
mod recovery;
mod request;
mod request_view;
mod reset;
mod root_key;
mod row;
mod session;
#[cfg(feature = "sqlite")]
mod sqlite;
mod step_up;
mod store;
#[cfg(feature = "sqlite")]
mod turn;

pub use migrate::{MIGRATIONS, Migration};
pub use store::SqlStore;

#[cfg(feature = "guest")]
pub use driver::{SqlTx, SqlWork};
#[cfg(feature = "guest")]
pub use row::{Arg, Field, Row, Value};

#[cfg(not(feature = "guest"))]
use driver::{SqlTx, SqlWork};
#[cfg(not(feature = "guest"))]
use row::{Arg, Row, Value};
