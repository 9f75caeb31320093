//! [`Act`]: who is doing this, now, from where, under which request id. Built once, at the edge.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::id::{AccountId, TraceId};
use super::secret::Hashed;
use super::time::Timestamp;

/// Who acts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// Nobody has signed in.
    Anonymous,
    /// A person, signed in or proving that they may be.
    Person(AccountId),
    /// A relying application, by its client id.
    Application(String),
    /// An operator at the command line.
    Operator,
    /// HARP itself: a worker, a clock.
    System,
}

/// From where. `agent` is cut to 200 printable characters at the edge.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Origin {
    pub address: Option<IpAddr>,
    pub agent: Option<String>,
}

/// One deed: its actor, its moment, its origin, its request id. `act.now` is the time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    pub actor: Actor,
    pub now: Timestamp,
    pub origin: Origin,
    /// The hash of the browser's long-lived cookie, if it brought one: an account may know it (P15). Never recorded.
    pub browser: Option<Hashed>,
    pub trace: TraceId,
}

impl Act {
    /// The same deed, once it is known whose it is.
    #[must_use]
    pub fn by(&self, actor: Actor) -> Act {
        Act { actor, ..self.clone() }
    }

    /// The same deed by this person.
    #[must_use]
    pub fn by_person(&self, account: AccountId) -> Act {
        self.by(Actor::Person(account))
    }
}
