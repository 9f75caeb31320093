//! What may happen once in this process: the answer to one sign-in.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use harp_core::kernel::time::Timestamp;

const LIMIT: usize = 50_000;

/// A bounded memory of what was used. What it forgets for want of room, the provider still refuses: it redeems a
/// code once (RFC 6749 §4.1.2).
#[derive(Debug, Default)]
pub(crate) struct Once {
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    known: HashSet<String>,
    by_end: BTreeSet<(Timestamp, String)>,
}

impl Once {
    /// Whether this is the first use of `what`; it is remembered for `span`.
    pub fn spend(&self, what: &str, span: Duration, now: Timestamp) -> bool {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Used { known, by_end } = &mut *used;
        while by_end.len() >= LIMIT || by_end.first().is_some_and(|(end, _)| *end < now) {
            if let Some((_, old)) = by_end.pop_first() {
                known.remove(&old);
            }
        }
        if !known.insert(what.to_owned()) {
            return false;
        }
        by_end.insert((now + span, what.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_eight_wins_and_what_is_over_is_forgotten() {
        let once = Once::default();
        let now = Timestamp::from_secs(0);
        let won = std::thread::scope(|s| {
            let all: Vec<_> =
                (0..8).map(|_| s.spawn(|| once.spend("a", Duration::from_secs(600), now))).collect();
            all.into_iter().map(|t| t.join().unwrap()).filter(|won| *won).count()
        });
        assert_eq!(won, 1);
        assert!(once.spend("b", Duration::from_secs(1), Timestamp::from_secs(601)));
        assert_eq!(once.used.lock().unwrap().by_end.len(), 1);
    }
}
