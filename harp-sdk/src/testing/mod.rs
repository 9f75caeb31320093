//! A provider in the same process and a browser without a screen, for an application's own tests.

mod browser;
mod key;
mod person;
mod provider;

pub use browser::{Browser, Page};
pub use harp_core::kernel::random::SeededRandom;
pub use harp_core::kernel::time::ScriptedClock;
pub use key::Key;
pub use person::Person;
pub use provider::{Claims, Counts, Mischief, Provider};

use crate::error::SealError;
use crate::harp::Harp;
use crate::identity::Identity;
use crate::session::Session;

/// A `Cookie` header with which `who` is signed in, and the session in it.
pub fn signed_in(harp: &Harp, who: Identity) -> Result<(Session, String), SealError> {
    let (session, cookie) = harp.seal_session(who)?;
    Ok((session, format!("{}={}", cookie.name(), cookie.value())))
}
