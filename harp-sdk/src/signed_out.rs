//! Sessions that were signed out: a copied cookie is dead, although it opens.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use harp_core::kernel::time::Timestamp;

/// A sign-out: every session with this `sid` that began before `at` is over. Later ones are not: the provider's
/// session can outlive a sign-out here, and signing in again through it is a new beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignOut {
    /// The provider's name of its session (claim `sid`).
    pub sid: String,
    /// When the person signed out.
    pub at: Timestamp,
    /// After this moment no such session can be alive anyway: the entry may go.
    pub until: Timestamp,
}

/// The memory of signed-out sessions did not answer. Nobody counts as signed in until it does.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("signed-out sessions cannot be read: {0}")]
pub struct SignedOutUnavailable(pub String);

/// Remembers who signed out. One instance for all nodes, or one a process.
#[async_trait]
pub trait SignedOut: Send + Sync + std::fmt::Debug {
    /// Remembers a sign-out, until its `until` at least. Of two for one `sid`, the later `at` counts and the later `until`.
    async fn add(&self, sign_out: SignOut) -> Result<(), SignedOutUnavailable>;

    /// Whether a session of `sid` that began at `started` was signed out since.
    async fn has_ended(&self, sid: &str, started: Timestamp) -> Result<bool, SignedOutUnavailable>;
}

/// In this process, bounded. It forgets at a restart.
#[derive(Debug)]
pub struct MemorySignedOut {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    by_sid: HashMap<String, SignOut>,
    by_end: BTreeSet<(Timestamp, String)>,
    /// Sessions that began up to here are over: what fell out for want of room.
    floor: Option<Timestamp>,
}

impl Default for MemorySignedOut {
    fn default() -> Self {
        MemorySignedOut::bounded(100_000)
    }
}

impl MemorySignedOut {
    /// Remembers at most `limit` sign-outs. When one must go, every session that began before it goes with it:
    /// people sign in once more, and no dead cookie comes back to life.
    pub fn bounded(limit: usize) -> MemorySignedOut {
        MemorySignedOut { limit: limit.max(1), inner: Mutex::default() }
    }
}

#[async_trait]
impl SignedOut for MemorySignedOut {
    async fn add(&self, mut new: SignOut) -> Result<(), SignedOutUnavailable> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.forget_before(new.at);
        if let Some(old) = inner.by_sid.remove(&new.sid) {
            (new.at, new.until) = (new.at.max(old.at), new.until.max(old.until));
            inner.by_end.remove(&(old.until, old.sid));
        }
        while inner.by_sid.len() >= self.limit {
            inner.evict();
        }
        inner.by_end.insert((new.until, new.sid.clone()));
        inner.by_sid.insert(new.sid.clone(), new);
        Ok(())
    }

    async fn has_ended(&self, sid: &str, started: Timestamp) -> Result<bool, SignedOutUnavailable> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = inner.floor.is_some_and(|floor| started <= floor);
        Ok(dropped || inner.by_sid.get(sid).is_some_and(|out| started <= out.at))
    }
}

impl Inner {
    fn forget_before(&mut self, now: Timestamp) {
        while self.by_end.first().is_some_and(|(until, _)| *until < now) {
            if let Some((_, sid)) = self.by_end.pop_first() {
                self.by_sid.remove(&sid);
            }
        }
    }

    fn evict(&mut self) {
        if let Some((_, sid)) = self.by_end.pop_first()
            && let Some(out) = self.by_sid.remove(&sid)
        {
            self.floor = self.floor.max(Some(out.at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(sid: &str, at: i64) -> SignOut {
        SignOut { sid: sid.into(), at: Timestamp::from_secs(at), until: Timestamp::from_secs(at + 100) }
    }

    #[tokio::test]
    async fn a_sign_out_ends_what_began_before_and_nothing_after() {
        let memory = MemorySignedOut::default();
        memory.add(out("a", 50)).await.unwrap();
        assert!(memory.has_ended("a", Timestamp::from_secs(50)).await.unwrap());
        assert!(!memory.has_ended("a", Timestamp::from_secs(51)).await.unwrap());
        assert!(!memory.has_ended("b", Timestamp::from_secs(1)).await.unwrap());
        // Word of an older session revives nothing.
        memory.add(out("a", 20)).await.unwrap();
        assert!(memory.has_ended("a", Timestamp::from_secs(50)).await.unwrap());
    }

    #[tokio::test]
    async fn when_full_it_ends_more_sessions_and_never_revives_one() {
        let memory = MemorySignedOut::bounded(2);
        for (sid, at) in [("a", 10), ("b", 20), ("c", 30)] {
            memory.add(out(sid, at)).await.unwrap();
        }
        for (sid, started) in [("a", 5), ("b", 15), ("c", 25), ("x", 10)] {
            assert!(memory.has_ended(sid, Timestamp::from_secs(started)).await.unwrap(), "{sid}");
        }
        assert!(!memory.has_ended("x", Timestamp::from_secs(11)).await.unwrap());
        memory.add(out("d", 500)).await.unwrap();
        assert_eq!(memory.inner.lock().unwrap().by_sid.len(), 1, "what is over is forgotten");
    }
}
