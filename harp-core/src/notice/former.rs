//! Kinds of notices that HARP does not write any more, and that may still wait in an outbox.

use serde::Deserialize;

use super::{Alert, Happened, Notice};
use crate::kernel::time::Timestamp;

/// What is an [`Alert`] now: without a place and without a link then.
#[derive(Debug, Deserialize)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub(crate) enum Former {
    FactorAdded { method: String },
    FactorRemoved { method: String },
    PasswordChanged,
}

impl Former {
    /// What it is called now.
    pub(crate) fn now(self, written: Timestamp) -> Notice {
        let what = match self {
            Former::FactorAdded { method } => Happened::FactorAdded { method },
            Former::FactorRemoved { method } => Happened::FactorRemoved { method },
            Former::PasswordChanged => Happened::PasswordChanged,
        };
        Notice::Alert(Alert { what, at: written, whence: None, repudiation: None })
    }
}
