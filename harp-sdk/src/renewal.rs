//! What the provider last said of each session, so that one question serves all requests of a session.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use harp_core::kernel::time::{Clock, Timestamp};

use crate::error::ProviderError;
use crate::identity::Identity;

/// After a question that had no answer, it is asked again this soon: by the next request of the session or, when the
/// provider cannot be reached at all, of any one session.
pub(crate) const RETRY: Duration = Duration::from_secs(5);
/// Sessions of which it is remembered. What is forgotten for want of room is asked again.
const LIMIT: usize = 10_000;

/// What became of a session at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It counts, and this is the person as of that moment.
    Counts { who: Box<Identity>, confirmed: Timestamp },
    /// Signed out, locked, expired, or of another person: it never counts again.
    Over,
    /// Nobody knows.
    Away(ProviderError),
}

#[derive(Debug)]
pub(crate) struct Renewals {
    clock: Arc<dyn Clock>,
    slots: Mutex<HashMap<String, Arc<Slot>>>,
    /// The provider cannot be reached, and when that was last tried.
    outage: Mutex<Option<(ProviderError, Timestamp)>>,
}

#[derive(Debug, Default)]
struct Slot {
    memory: Mutex<Memory>,
    /// Held while asking.
    turn: tokio::sync::Mutex<()>,
}

/// Of one session.
#[derive(Debug, Default)]
struct Memory {
    /// The last answer, and when it came.
    said: Option<(Verdict, Timestamp)>,
    /// A question since then that had no answer.
    unanswered: Option<(ProviderError, Timestamp)>,
}

impl Renewals {
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Renewals> {
        Arc::new(Renewals { clock, slots: Mutex::default(), outage: Mutex::default() })
    }

    /// What was said of this session last, if that is remembered.
    pub fn known(&self, session: &str) -> Option<Verdict> {
        let slot = self.slots().get(session).cloned()?;
        slot.memory().said.as_ref().map(|(verdict, _)| verdict.clone())
    }

    /// What was learnt in another way than by asking; it never takes the place of an answer.
    pub fn remember(&self, session: &str, verdict: Verdict) {
        let (slot, now) = (self.slot(session), self.clock.now());
        slot.memory().said.get_or_insert((verdict, now));
    }

    /// What the provider says now, or said at `since` or later. Eight requests at once ask once; while it cannot be
    /// reached, one session asks for all.
    pub async fn verdict<F>(self: &Arc<Self>, session: &str, since: Timestamp, ask: F) -> Verdict
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        let slot = self.slot(session);
        if let Some(settled) = slot.settled(since, self.clock.now()) {
            return settled;
        }
        // A task of its own: a browser that hangs up does not end the question for the others.
        let all = Arc::clone(self);
        let asked = tokio::spawn(async move {
            let _turn = slot.turn.lock().await;
            if let Some(settled) = slot.settled(since, all.clock.now()) {
                return settled;
            }
            if let Some(error) = all.resting() {
                return Verdict::Away(error);
            }
            let verdict = ask.await;
            all.heard(&verdict);
            slot.note(verdict.clone(), all.clock.now());
            verdict
        });
        asked.await.unwrap_or(Verdict::Away(ProviderError::Interrupted))
    }

    /// Why nobody asks just now. Whoever gets `None` in an outage tries it for all.
    fn resting(&self) -> Option<ProviderError> {
        let now = self.clock.now();
        let mut outage = self.outage();
        let (error, tried) = outage.as_mut()?;
        if is_just_now(*tried, now) {
            return Some(error.clone());
        }
        *tried = now;
        None
    }

    fn heard(&self, verdict: &Verdict) {
        *self.outage() = match verdict {
            Verdict::Away(error @ ProviderError::Unreachable { .. }) => {
                Some((error.clone(), self.clock.now()))
            }
            _ => None,
        };
    }

    fn outage(&self) -> std::sync::MutexGuard<'_, Option<(ProviderError, Timestamp)>> {
        self.outage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, session: &str) -> Arc<Slot> {
        let mut slots = self.slots();
        if slots.len() >= LIMIT && !slots.contains_key(session) {
            // One that is asked about just now is held by whoever asks, and stays.
            let oldest = slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
            let oldest = oldest.min_by_key(|(_, slot)| slot.memory().touched());
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                slots.remove(&oldest);
            }
        }
        Arc::clone(slots.entry(session.to_owned()).or_default())
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// The verdict that needs no question: final, new enough, or a failure that was just now.
    fn settled(&self, since: Timestamp, now: Timestamp) -> Option<Verdict> {
        let memory = self.memory();
        let said = memory.said.as_ref().map(|(verdict, _)| verdict).filter(|verdict| match verdict {
            Verdict::Counts { confirmed, .. } => since <= *confirmed && *confirmed <= now,
            Verdict::Over | Verdict::Away(_) => true,
        });
        let away = || memory.unanswered.as_ref().filter(|(_, at)| is_just_now(*at, now));
        said.cloned().or_else(|| away().map(|(error, _)| Verdict::Away(error.clone())))
    }

    fn note(&self, verdict: Verdict, now: Timestamp) {
        let mut memory = self.memory();
        match verdict {
            Verdict::Away(error) => memory.unanswered = Some((error, now)),
            said => *memory = Memory { said: Some((said, now)), unanswered: None },
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn touched(&self) -> Option<Timestamp> {
        let (said, unanswered) = (self.said.as_ref(), self.unanswered.as_ref());
        said.map(|(_, at)| *at).max(unanswered.map(|(_, at)| *at))
    }
}

fn is_just_now(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.since(at) < RETRY
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::time::SystemClock;

    #[tokio::test]
    async fn the_memory_is_bounded_and_what_was_forgotten_is_asked_again() {
        let renewals = Renewals::new(Arc::new(SystemClock));
        let now = SystemClock.now();
        for n in 0..LIMIT + 50 {
            renewals.verdict(&n.to_string(), now, async { Verdict::Over }).await;
        }
        assert_eq!(renewals.slots().len(), LIMIT);
        assert_eq!(renewals.known("0"), None);
        assert_eq!(renewals.known(&(LIMIT + 49).to_string()), Some(Verdict::Over));
    }
}
