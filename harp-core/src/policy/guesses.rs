//! How likely it is to guess a password or a code, from the numbers of a profile: what `docs/threat-model.md` states.
//! Pure, so that a changed number shows at once what it costs.

use std::time::Duration;

use super::{AttemptRules, Profile};

/// What an attacker has to work with against one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Siege {
    pub lasts: Duration,
    /// How many things of the account are guessed at, one password or so many devices: each has its own count in a row.
    pub authenticators: u32,
    /// How often the strangers' budget is cleared: by its owner's sign-in in a browser that the account did not know, by a
    /// recovery, by an unlock.
    pub clearings: u32,
    /// How often its owner succeeds with what is guessed at, anywhere: each resets what was wrong in a row.
    pub successes: u32,
}

impl AttemptRules {
    /// The most wrong attempts that anybody looks at within so long (both ends counted), on one budget that is never cleared.
    ///
    /// Of any `limit + 1` in a row the last is at least `lock` after the first: either they lock in between, or they do not all
    /// lie in one window, which is no shorter than the lock. So they come in groups of `limit`, one in each `lock`.
    pub fn most_within(&self, lasts: Duration) -> u64 {
        let apart = self.lock.min(self.window).as_micros().max(1);
        let groups = u64::try_from(lasts.as_micros() / apart).unwrap_or(u64::MAX).saturating_add(1);
        groups.saturating_mul(u64::from(self.limit))
    }
}

impl Profile {
    /// The most guesses of strangers at these authenticators that are looked at, however many sources they come from. One budget
    /// is for all of them together. The code in a recovery's letter is guessed at on that budget, too, and has no count in a row.
    pub fn guesses(&self, siege: Siege) -> u64 {
        let limit = u64::from(self.attempts.limit);
        let budget = self.attempts.most_within(siege.lasts) + limit * u64::from(siege.clearings);
        let each = u64::from(self.in_a_row.strangers) * (u64::from(siege.successes) + 1);
        budget.min(each * u64::from(siege.authenticators))
    }

    /// The most guesses at the codes in letters of recoveries that are looked at.
    pub fn guesses_at_letters(&self, siege: Siege) -> u64 {
        self.guesses(Siege { authenticators: u32::MAX, ..siege })
    }

    /// How likely so many guesses hit a code that is sent, one right one at a time (SP 800-63B-4 §3.1.3.2).
    pub fn odds_of_code(&self, guesses: u64) -> f64 {
        odds(guesses, 1, self.code.digits)
    }

    /// The same for an authenticator app: with one step of drift each side three codes are right (RFC 6238 §5.2).
    pub fn odds_of_app(&self, guesses: u64) -> f64 {
        odds(guesses, 3, 6)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a probability: the numbers are far below 2^52")]
fn odds(guesses: u64, right: u32, digits: u32) -> f64 {
    let each = f64::from(right) / 10f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
    1.0 - (1.0 - each).powf(guesses as f64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::factor::budget::{Budget, Verdict};
    use crate::kernel::time::Timestamp;
    use crate::policy::{HARP, NIST_63_4};

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// the numbers of docs/threat-model.md.
    #[test]
    fn a_day_of_guessing_is_worth_what_the_threat_model_says() {
        for profile in [&HARP, &NIST_63_4] {
            let quiet = Siege { lasts: DAY, authenticators: 1, clearings: 0, successes: 0 };
            assert_eq!(
                profile.guesses(quiet),
                80,
                "nobody signs in meanwhile: eighty, however long it lasts"
            );
            assert_eq!(profile.guesses(Siege { lasts: 1000 * DAY, ..quiet }), 80);
            let busy = Siege { successes: 10, ..quiet };
            assert_eq!(
                profile.guesses(busy),
                125,
                "25 locks of an hour begin within a day, both ends counted"
            );
            assert_eq!(profile.guesses(Siege { clearings: 3, ..busy }), 140);
            let ten = Siege { authenticators: 10, ..quiet };
            assert_eq!(profile.guesses(ten), 125, "the budget is one for all ten");
            assert_eq!(profile.guesses(Siege { lasts: 1000 * DAY, ..ten }), 800, "eighty at each");
            assert_eq!(profile.guesses_at_letters(quiet), 125);
            assert!((profile.odds_of_code(800) - 8.0e-4).abs() < 1e-6);
            assert!((profile.odds_of_code(80) - 8.0e-5).abs() < 1e-8);
            assert!((profile.odds_of_code(125) - 1.25e-4).abs() < 1e-7);
            assert!((profile.odds_of_app(125) - 3.75e-4).abs() < 1e-7);
            assert!(profile.in_a_row.most <= 100 && profile.in_a_row.strangers < profile.in_a_row.most);
            assert!(profile.attempts.lock <= profile.attempts.window);
        }
    }

    proptest! {
        /// However an attacker times them, no more are looked at.
        #[test]
        fn no_timing_buys_more_guesses(
            (limit, window, lock) in (1u32..6, 60u64..400, 20u64..60),
            waits in prop::collection::vec(0u64..90, 1..200),
        ) {
            let seconds = Duration::from_secs;
            let rules = AttemptRules { limit, window: seconds(window), lock: seconds(lock) };
            let start = Timestamp::from_secs(1_000_000);
            let (mut now, mut budget, mut judged) = (start, Budget::default(), 0);
            for wait in waits {
                now = now + seconds(wait);
                if matches!(budget.verdict(&rules, now), Verdict::Open { .. }) {
                    judged += 1;
                    budget = budget.fail(&rules, now);
                }
                prop_assert!(judged <= rules.most_within(now.since(start)));
            }
        }
    }
}
