//! The provider's ports in SQL, written once for SQLite and PostgreSQL.

mod client;
mod code;
mod interaction;
mod kept;
mod key;
mod subject;
mod terms;
mod token;

/// The arguments of a statement, in the order of `$1`, `$2`.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$(harp_core::adapter::sql::Arg::from($value)),*] };
}
use args;

/// How many rows a statement answered.
fn count(rows: &[harp_core::adapter::sql::Row]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}
