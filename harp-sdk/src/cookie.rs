//! Cookies as text: reading the request's, writing ours.

use std::fmt;
use std::time::Duration;

use crate::config::Place;

/// A cookie to set; its `Display` is the value of the `Set-Cookie` header.
#[derive(Clone, PartialEq, Eq)]
pub struct SetCookie {
    name: String,
    value: String,
    path: &'static str,
    secure: bool,
    lives: Lives,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lives {
    /// Until the browser is closed.
    Session,
    For(Duration),
    /// Takes the cookie away.
    Gone,
}

impl SetCookie {
    pub(crate) fn new(name: String, value: String, lives: Lives, place: &Place) -> SetCookie {
        SetCookie { name, value, path: "/", secure: place.secure, lives }
    }

    pub(crate) fn at(self, path: &'static str) -> SetCookie {
        SetCookie { path, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its value, sealed.
    pub fn value(&self) -> &str {
        &self.value
    }
}

impl fmt::Display for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}; Path={}; HttpOnly; SameSite=Lax", self.name, self.value, self.path)?;
        if self.secure {
            f.write_str("; Secure")?;
        }
        match self.lives {
            Lives::Session => Ok(()),
            Lives::For(span) => write!(f, "; Max-Age={}", span.as_secs()),
            Lives::Gone => f.write_str("; Max-Age=0"),
        }
    }
}

/// Names, never values.
impl fmt::Debug for SetCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetCookie")
            .field("name", &self.name)
            .field("lives", &self.lives)
            .finish_non_exhaustive()
    }
}

/// The name of a cookie of this application. `__Host-` under TLS: no other host and no other path can set it
/// (RFC 6265bis §4.1.3.2).
pub(crate) fn name(place: &Place, purpose: &str) -> String {
    let prefix = if place.secure { "__Host-" } else { "" };
    format!("{prefix}harp-{}-{purpose}", place.tag)
}

/// The name of a cookie that goes to some paths only, which `__Host-` does not allow.
pub(crate) fn narrow_name(place: &Place, purpose: &str) -> String {
    let prefix = if place.secure { "__Secure-" } else { "" };
    format!("{prefix}harp-{}-{purpose}", place.tag)
}

/// Every `name=value` of a `Cookie` header. The first sixty-four, however many there are.
pub(crate) fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').take(64).filter_map(|pair| pair.trim().split_once('='))
}

pub(crate) fn values<'a>(header: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    pairs(header).filter(move |(n, _)| *n == name).map(|(_, value)| value)
}
