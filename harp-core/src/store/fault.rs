//! [`Fault`]: what goes wrong between HARP and its database.

use std::fmt;

/// A storage error. `Display` is safe to show to anybody (except [`Fault::Unusable`], which only an operator
/// meets, while opening or migrating); the detail is for the log, through [`Fault::detail`] or `Debug`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Waited as long as it may for a connection or a lock. Not tried again: the caller says "try later".
    Busy(String),
    /// Lost against a concurrent transaction: serialization failure, deadlock. The work runs again; seen only
    /// when that was of no use.
    Conflict(String),
    /// The connection broke before the commit. The work runs again; seen only when that was of no use.
    Lost(String),
    /// The database cannot be used: closed, full, out of reach, or its answer to a commit never arrived.
    Unavailable(String),
    /// A rule of the schema refused the change. `name` is `table_column`; a foreign key on SQLite has none.
    Constraint { name: String },
    /// What is stored does not have the form that it must have.
    Corrupt(String),
    /// A statement that cannot work: wrong SQL, a missing table, a write while reading. A fault in HARP.
    Defect(String),
    /// The database cannot be opened or migrated. One line for the operator: what is wrong, and the way out.
    Unusable(String),
}

impl Fault {
    /// What the log should say. It may name tables and hosts; it never holds a value that was stored.
    pub fn detail(&self) -> &str {
        match self {
            Fault::Busy(text)
            | Fault::Conflict(text)
            | Fault::Lost(text)
            | Fault::Unavailable(text)
            | Fault::Corrupt(text)
            | Fault::Defect(text)
            | Fault::Unusable(text) => text,
            Fault::Constraint { name } => name,
        }
    }

    /// Whether running the same work again may succeed.
    pub fn passing(&self) -> bool {
        matches!(self, Fault::Conflict(_) | Fault::Lost(_))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Busy(_) | Fault::Conflict(_) => "the store is busy",
            Fault::Lost(_) | Fault::Unavailable(_) => "the store cannot be reached",
            Fault::Constraint { .. } | Fault::Corrupt(_) | Fault::Defect(_) => "the store refused",
            Fault::Unusable(text) => text,
        })
    }
}

impl std::error::Error for Fault {}
