//! What the provider last said of each session, so that one question serves all requests of a session.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use harp_core::kernel::time::{Clock, Timestamp};

use crate::error::ProviderError;
use crate::identity::Identity;

/// After a question that had no answer, the next request of the session asks again this soon.
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
}

#[derive(Debug)]
struct Slot {
    /// The last verdict and when it came.
    last: Mutex<Option<(Verdict, Timestamp)>>,
    /// Held while asking.
    turn: tokio::sync::Mutex<()>,
}

impl Renewals {
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Renewals> {
        Arc::new(Renewals { clock, slots: Mutex::default() })
    }

    /// What was said of this session last, if that is remembered.
    pub fn known(&self, session: &str) -> Option<Verdict> {
        let slot = self.slots().get(session).cloned()?;
        slot.last().as_ref().map(|(verdict, _)| verdict.clone())
    }

    /// What the provider says now, or said at `since` or later. Eight requests at once ask once.
    pub async fn verdict<F>(self: &Arc<Self>, session: &str, since: Timestamp, ask: F) -> Verdict
    where
        F: Future<Output = Verdict> + Send + 'static,
    {
        let slot = self.slot(session);
        if let Some(settled) = slot.settled(since, self.clock.now()) {
            return settled;
        }
        // A task of its own: a browser that hangs up does not end the question for the others.
        let clock = Arc::clone(&self.clock);
        let asked = tokio::spawn(async move {
            let _turn = slot.turn.lock().await;
            if let Some(settled) = slot.settled(since, clock.now()) {
                return settled;
            }
            let verdict = ask.await;
            *slot.last() = Some((verdict.clone(), clock.now()));
            verdict
        });
        asked.await.unwrap_or(Verdict::Away(ProviderError::Interrupted))
    }

    fn slot(&self, session: &str) -> Arc<Slot> {
        let mut slots = self.slots();
        if slots.len() >= LIMIT && !slots.contains_key(session) {
            // One that is asked about just now is held by whoever asks, and stays.
            let oldest = slots.iter().filter(|(_, slot)| Arc::strong_count(slot) == 1);
            let oldest = oldest.min_by_key(|(_, slot)| slot.last().as_ref().map(|(_, at)| *at));
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                slots.remove(&oldest);
            }
        }
        let empty = || Arc::new(Slot { last: Mutex::default(), turn: tokio::sync::Mutex::new(()) });
        Arc::clone(slots.entry(session.to_owned()).or_insert_with(empty))
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// The verdict that needs no question: final, new enough, or a failure that was just now.
    fn settled(&self, since: Timestamp, now: Timestamp) -> Option<Verdict> {
        let last = self.last();
        let (verdict, at) = last.as_ref()?;
        let holds = match verdict {
            Verdict::Over => true,
            Verdict::Counts { confirmed, .. } => since <= *confirmed && *confirmed <= now,
            Verdict::Away(_) => *at <= now && now.since(*at) < RETRY,
        };
        holds.then(|| verdict.clone())
    }

    fn last(&self) -> std::sync::MutexGuard<'_, Option<(Verdict, Timestamp)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
