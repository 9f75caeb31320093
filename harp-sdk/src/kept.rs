//! One document of the provider, kept: fetched when it is first needed, by one task however many ask, at most so
//! often, and kept while the provider is down.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use harp_core::kernel::time::Timestamp;

use crate::error::ProviderError;

/// After a failed fetch with nothing in hand: the next request may try again this soon.
const RETRY_EMPTY: Duration = Duration::from_secs(2);
/// Between two fetches while something is in hand, whoever asks. An invented key id causes no more than this.
pub(crate) const RETRY: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(crate) struct Kept<T> {
    state: Mutex<State<T>>,
    /// Held while fetching.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct State<T> {
    value: Option<(Arc<T>, Timestamp)>,
    failed: Option<(ProviderError, Timestamp)>,
}

impl<T: Send + Sync + 'static> Kept<T> {
    pub fn empty() -> Arc<Kept<T>> {
        let state = Mutex::new(State { value: None, failed: None });
        Arc::new(Kept { state, turn: tokio::sync::Mutex::new(()) })
    }

    /// What is in hand when it is younger than `age`; otherwise what `fetch` brings; if that fails, what is in hand.
    pub async fn younger_than<F>(
        self: &Arc<Self>,
        age: Duration,
        now: Timestamp,
        fetch: F,
    ) -> Result<Arc<T>, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        if let Some(done) = self.settled(age, now) {
            return done;
        }
        // A task of its own: a browser that hangs up does not end the fetch for the others.
        let this = Arc::clone(self);
        tokio::spawn(async move {
            let _turn = this.turn.lock().await;
            if let Some(done) = this.settled(age, now) {
                return done;
            }
            let fetched = fetch.await;
            let mut state = this.lock();
            match fetched {
                Ok(value) => {
                    let value = Arc::new(value);
                    *state = State { value: Some((Arc::clone(&value), now)), failed: None };
                    Ok(value)
                }
                Err(error) => {
                    tracing::warn!(%error, "the provider did not answer as it must");
                    state.failed = Some((error.clone(), now));
                    state.value.as_ref().map(|(value, _)| Arc::clone(value)).ok_or(error)
                }
            }
        })
        .await
        .unwrap_or(Err(ProviderError::Interrupted))
    }

    /// The answer that needs no fetch: young enough, or tried too recently.
    fn settled(&self, age: Duration, now: Timestamp) -> Option<Result<Arc<T>, ProviderError>> {
        let state = self.lock();
        match (&state.value, &state.failed) {
            (Some((value, at)), _) if within(*at, now, age) => Some(Ok(Arc::clone(value))),
            (Some((value, _)), Some((_, at))) if within(*at, now, RETRY) => Some(Ok(Arc::clone(value))),
            (None, Some((error, at))) if within(*at, now, RETRY_EMPTY) => Some(Err(error.clone())),
            _ => None,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A clock that was set back makes the past look like the future: such a moment says nothing.
fn within(at: Timestamp, now: Timestamp, span: Duration) -> bool {
    at <= now && now.since(at) < span
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn down() -> ProviderError {
        ProviderError::Status { url: "u".into(), status: 500 }
    }

    #[tokio::test]
    async fn eight_at_once_fetch_once() {
        let kept = Kept::empty();
        let count = Arc::new(AtomicU32::new(0));
        let now = Timestamp::from_secs(100);
        let asked = (0..8).map(|_| {
            let (kept, count) = (Arc::clone(&kept), Arc::clone(&count));
            tokio::spawn(async move {
                let fetch = async move {
                    tokio::task::yield_now().await;
                    Ok(count.fetch_add(1, Ordering::SeqCst))
                };
                kept.younger_than(RETRY, now, fetch).await
            })
        });
        for one in asked.collect::<Vec<_>>() {
            assert_eq!(*one.await.unwrap().unwrap(), 0);
        }
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn what_is_in_hand_survives_a_provider_that_is_down() {
        let kept = Kept::empty();
        let at = Timestamp::from_secs;
        assert_eq!(kept.younger_than(RETRY, at(0), async { Err::<u8, _>(down()) }).await, Err(down()));
        assert_eq!(
            kept.younger_than(RETRY, at(1), async { Ok(1) }).await,
            Err(down()),
            "too soon after a failure"
        );
        assert_eq!(kept.younger_than(RETRY, at(2), async { Ok(2) }).await, Ok(Arc::new(2)));
        assert_eq!(kept.younger_than(RETRY, at(61), async { Ok(3) }).await, Ok(Arc::new(2)), "young enough");
        assert_eq!(kept.younger_than(RETRY, at(62), async { Err(down()) }).await, Ok(Arc::new(2)));
        assert_eq!(
            kept.younger_than(RETRY, at(121), async { Ok(4) }).await,
            Ok(Arc::new(2)),
            "tried a minute ago"
        );
        assert_eq!(kept.younger_than(RETRY, at(122), async { Ok(4) }).await, Ok(Arc::new(4)));
        assert_eq!(
            kept.younger_than(RETRY, at(3), async { Ok(5) }).await,
            Ok(Arc::new(5)),
            "the clock was set back"
        );
    }

    #[tokio::test]
    async fn a_browser_that_hangs_up_does_not_end_the_fetch() {
        let kept = Kept::empty();
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let now = Timestamp::from_secs(0);
        let fetch = async move {
            let _ = wait.await;
            Ok(7)
        };
        let mut impatient = Box::pin(kept.younger_than(RETRY, now, fetch));
        tokio::select! {
            biased;
            _ = &mut impatient => panic!("it cannot be done yet"),
            () = tokio::task::yield_now() => {}
        }
        drop(impatient);
        let _ = go.send(());
        assert_eq!(kept.younger_than(RETRY, now, async { Ok(8) }).await, Ok(Arc::new(7)));
    }
}
