//! The session of this application: sealed into a cookie, or, when a person holds very many roles, kept here under a
//! key that is sealed into the cookie.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::random::Random;
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{Lifetime, Place};
use crate::cookie::{self, Lives, SetCookie};
use crate::error::SealError;
use crate::identity::Identity;
use crate::proof::SKEW;
use crate::seal::{SealedBy, Sealer};

/// A session is sealed anew when it is used and was last sealed this long ago.
const RENEW: Duration = Duration::from_secs(60);
/// Sessions that do not fit into a cookie and are kept in the process.
const SHELF_LIMIT: usize = 10_000;

/// Somebody is signed in here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Random, new at every sign-in.
    id: String,
    #[serde(rename = "w")]
    who: Identity,
    #[serde(rename = "b")]
    began: Timestamp,
    #[serde(rename = "x")]
    ends: Timestamp,
    #[serde(rename = "l")]
    seen: Timestamp,
    #[serde(rename = "v")]
    confirmed: Timestamp,
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    access: Option<Access>,
}

/// The access token: whoever has it may ask the provider about the person, and nothing else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Access(String);

impl Access {
    pub fn new(token: String) -> Access {
        Access(token)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Access([secret])")
    }
}

/// What a sign-in brought.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub who: Identity,
    /// `None`: nothing can be asked later, and the session ends when that would be due.
    pub access: Option<Access>,
}

impl Session {
    pub(crate) fn begin(arrival: Arrival, life: Lifetime, random: &dyn Random, now: Timestamp) -> Session {
        let id = URL_SAFE_NO_PAD.encode(random.bytes::<18>());
        let Arrival { who, access } = arrival;
        Session { id, who, began: now, ends: now + life.absolute, seen: now, confirmed: now, access }
    }

    /// The person, as the provider last described them.
    pub fn who(&self) -> &Identity {
        &self.who
    }

    /// When they signed in here.
    pub fn began(&self) -> Timestamp {
        self.began
    }

    /// It is over at this moment at the latest.
    pub fn ends(&self) -> Timestamp {
        self.ends
    }

    /// When the provider last said that this session counts, and what its person's roles are.
    pub fn confirmed(&self) -> Timestamp {
        self.confirmed
    }

    pub(crate) fn access(&self) -> Option<&Access> {
        self.access.as_ref()
    }

    /// The same session with the person as of then.
    pub(crate) fn renewed(self, who: Identity, confirmed: Timestamp) -> Session {
        Session { who, confirmed, ..self }
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The name under which it is signed out: the provider's, or its own where the provider gives none.
    pub(crate) fn sid(&self) -> &str {
        self.who.sid.as_deref().unwrap_or(&self.id)
    }

    fn is_alive(&self, life: Lifetime, now: Timestamp) -> bool {
        // Another node may have sealed it by a clock that is ahead.
        now < self.ends && now.since(self.seen) < life.idle && self.seen <= now + SKEW
    }
}

/// What the cookie carries.
#[derive(Debug, Serialize, Deserialize)]
enum Carried {
    #[serde(rename = "s")]
    Whole(Box<Session>),
    #[serde(rename = "k")]
    Key(String),
}

/// An open session, and the cookie that prolongs it when that is due.
#[derive(Debug)]
pub struct Open {
    /// Somebody is signed in.
    pub session: Session,
    /// To be set with the answer.
    pub renewed: Option<SetCookie>,
}

/// A session that a cookie carries.
#[derive(Debug)]
pub(crate) struct Found {
    pub session: Session,
    pub seal: Seal,
}

/// Whether the cookie is to be written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seal {
    Due,
    NotYet,
}

#[derive(Debug)]
pub(crate) struct Sessions {
    name: String,
    life: Lifetime,
    shelf: Mutex<HashMap<String, Session>>,
}

/// What is needed to seal.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tools<'a> {
    pub place: &'a Place,
    pub sealer: &'a Sealer,
    pub random: &'a dyn Random,
}

impl Sessions {
    pub fn new(place: &Place, life: Lifetime) -> Sessions {
        Sessions { name: cookie::name(place, "session"), life, shelf: Mutex::default() }
    }

    pub fn life(&self) -> Lifetime {
        self.life
    }

    pub fn cookie(&self, session: &Session, tools: Tools<'_>) -> Result<SetCookie, SealError> {
        let whole = Carried::Whole(Box::new(session.clone()));
        let sealed = match tools.sealer.seal(&whole, &self.name, tools.random) {
            Err(SealError::TooBig(_)) => {
                self.put(session.clone());
                tools.sealer.seal(&Carried::Key(session.id.clone()), &self.name, tools.random)?
            }
            other => other?,
        };
        Ok(SetCookie::new(self.name.clone(), sealed, Lives::Session, tools.place))
    }

    /// The session in a `Cookie` header, if it is ours and alive. Whether it was signed out is asked elsewhere. Two
    /// different ones under one name: somebody else planted one of them, and neither counts.
    pub fn open(&self, header: &str, tools: Tools<'_>, now: Timestamp) -> Option<Found> {
        let mut found: Option<(Session, SealedBy)> = None;
        for value in cookie::values(header, &self.name) {
            let Some((session, by)) = self.unsealed(value, tools) else { continue };
            if found.as_ref().is_some_and(|(other, _)| other.id != session.id) {
                return None;
            }
            found.get_or_insert((session, by));
        }
        let (session, by) = found.filter(|(session, _)| session.is_alive(self.life, now))?;
        if by == SealedBy::First && now.since(session.seen) < RENEW {
            return Some(Found { session, seal: Seal::NotYet });
        }
        Some(Found { session: Session { seen: now, ..session }, seal: Seal::Due })
    }

    fn unsealed(&self, value: &str, tools: Tools<'_>) -> Option<(Session, SealedBy)> {
        let (carried, by) = tools.sealer.open_by(value, &self.name)?;
        let session = match carried {
            Carried::Whole(session) => *session,
            Carried::Key(id) => self.shelf().get(&id).cloned()?,
        };
        Some((session, by))
    }

    pub fn gone(&self, place: &Place) -> SetCookie {
        SetCookie::new(self.name.clone(), String::new(), Lives::Gone, place)
    }

    pub fn forget(&self, session: &Session) {
        self.shelf().remove(&session.id);
    }

    fn put(&self, session: Session) {
        let mut shelf = self.shelf();
        if shelf.len() >= SHELF_LIMIT && !shelf.contains_key(&session.id) {
            let now = session.seen;
            shelf.retain(|_, kept| kept.is_alive(self.life, now));
            if shelf.len() >= SHELF_LIMIT
                && let Some(oldest) = shelf.values().min_by_key(|kept| kept.seen).map(|kept| kept.id.clone())
            {
                shelf.remove(&oldest);
            }
        }
        shelf.insert(session.id.clone(), session);
    }

    fn shelf(&self) -> std::sync::MutexGuard<'_, HashMap<String, Session>> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
