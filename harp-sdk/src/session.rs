//! The session of this application, sealed into a cookie; without its roles, when they are too many for one.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::random::Random;
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{Lifetime, Place};
use crate::cookie::{self, Lives, SetCookie};
use crate::error::SealError;
use crate::identity::{Identity, Roles};
use crate::proof::SKEW;
use crate::seal::{SealedBy, Sealer};

/// A session is sealed anew when it is used and was last sealed this long ago.
const RENEW: Duration = Duration::from_secs(60);

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
    #[serde(rename = "o", default, skip_serializing_if = "Roles::are_known")]
    roles: Roles,
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
        Session {
            id,
            who,
            began: now,
            ends: now + life.absolute,
            seen: now,
            confirmed: now,
            access,
            roles: Roles::Known,
        }
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
        Session { who, confirmed, roles: Roles::Known, ..self }
    }

    /// The same session for a cookie that the roles do not fit into.
    pub(crate) fn without_roles(&self) -> Session {
        let who = Identity { roles: Vec::new(), ..self.who.clone() };
        Session { who, roles: Roles::Untold, ..self.clone() }
    }

    /// `false`: they are to be asked for before anything is decided by them.
    pub(crate) fn knows_roles(&self) -> bool {
        self.roles.are_known()
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
        Sessions { name: cookie::name(place, "session"), life }
    }

    pub fn life(&self) -> Lifetime {
        self.life
    }

    pub fn cookie(&self, session: &Session, tools: Tools<'_>) -> Result<SetCookie, SealError> {
        let sealed = tools.sealer.seal(session, &self.name, tools.random)?;
        Ok(SetCookie::new(self.name.clone(), sealed, Lives::Session, tools.place))
    }

    /// The session in a `Cookie` header, if it is ours and alive. Whether it was signed out is asked elsewhere. Two
    /// different ones under one name: somebody else planted one of them, and neither counts.
    pub fn open(&self, header: &str, tools: Tools<'_>, now: Timestamp) -> Option<Found> {
        let mut found: Option<(Session, SealedBy)> = None;
        for value in cookie::values(header, &self.name) {
            let Some((session, by)) = tools.sealer.open_by::<Session>(value, &self.name) else { continue };
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

    pub fn gone(&self, place: &Place) -> SetCookie {
        SetCookie::new(self.name.clone(), String::new(), Lives::Gone, place)
    }
}
