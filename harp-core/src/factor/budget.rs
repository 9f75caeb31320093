//! Attempt budgets (ARS AC-7, X-3): a pure machine.
//!
//! ```text
//! Open { failures: [t..] } --failure, fewer than limit in the window--> Open
//! Open                     --failure that makes it limit-->            Locked { until }
//! Locked                   --before until-->                           Locked (nothing counts)
//! Locked                   --at until-->                               Open { failures: [] }
//! any                      --sign-in complete-->                       Open { failures: [] }
//! ```
//! A correct password alone resets nothing; a resent code resets nothing (SP 800-63B-4 §3.1.3.2).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::kernel::time::Timestamp;
use crate::policy::AttemptRules;

/// Failures of one key (a keyed hash of the user ID that was typed, known or not) within the window.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Budget {
    failures: Vec<Timestamp>,
    locked_until: Option<Timestamp>,
}

/// Whether an attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Open { left: u32 },
    Locked { until: Timestamp },
}

impl Budget {
    pub fn verdict(&self, rules: &AttemptRules, now: Timestamp) -> Verdict {
        match self.locked_until {
            Some(until) if now < until => Verdict::Locked { until },
            _ => Verdict::Open { left: rules.limit.saturating_sub(self.recent(rules, now)) },
        }
    }

    /// After a wrong attempt. Nothing changes while locked.
    #[must_use]
    pub fn fail(self, rules: &AttemptRules, now: Timestamp) -> Budget {
        let mut failures = match self.locked_until {
            Some(until) if now < until => return self,
            Some(_) => Vec::new(),
            None => self.failures,
        };
        failures.retain(|&at| at + rules.window > now);
        failures.push(now);
        let full = u32::try_from(failures.len()).unwrap_or(u32::MAX) >= rules.limit;
        Budget { failures, locked_until: full.then(|| now + rules.lock) }
    }

    /// After a complete sign-in.
    #[must_use]
    pub fn clear(self) -> Budget {
        Budget::default()
    }

    /// When nothing of it counts any more: until then it must be kept.
    pub fn forget_at(&self, rules: &AttemptRules, now: Timestamp) -> Timestamp {
        self.locked_until.unwrap_or(now).max(now + rules.window)
    }

    fn recent(&self, rules: &AttemptRules, now: Timestamp) -> u32 {
        if self.locked_until.is_some() {
            return 0;
        }
        u32::try_from(self.failures.iter().filter(|&&at| at + rules.window > now).count()).unwrap_or(u32::MAX)
    }
}

/// Deeds within a window: codes sent, look-ups made, proofings begun.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sends {
    at: Vec<Timestamp>,
}

impl Sends {
    /// One more within `most` in any such window, or `None`.
    #[must_use]
    pub fn within(mut self, window: Duration, most: u32, now: Timestamp) -> Option<Sends> {
        self.at.retain(|&at| at + window > now);
        if u32::try_from(self.at.len()).unwrap_or(u32::MAX) >= most {
            return None;
        }
        self.at.push(now);
        Some(self)
    }

    /// How many more there may be now.
    pub fn left(&self, window: Duration, most: u32, now: Timestamp) -> u32 {
        let recent = self.at.iter().filter(|&&at| at + window > now).count();
        most.saturating_sub(u32::try_from(recent).unwrap_or(u32::MAX))
    }

    /// When there may be one more, if there may be none now.
    pub fn again_at(&self, window: Duration, most: u32, now: Timestamp) -> Option<Timestamp> {
        let oldest = self.at.iter().filter(|&&at| at + window > now).min()?;
        (self.left(window, most, now) == 0).then(|| *oldest + window)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::policy::HARP;

    const MINUTE: Duration = Duration::from_secs(60);

    /// X-3: 5 in 120 minutes lock for 60; it opens at minute 60.
    #[test]
    fn five_failures_in_the_window_lock_for_sixty_minutes() {
        let rules = &HARP.attempts;
        let start = Timestamp::from_secs(1_000_000);
        let mut budget = Budget::default();
        for n in 0..5 {
            assert_eq!(budget.verdict(rules, start), Verdict::Open { left: 5 - n });
            budget = budget.fail(rules, start);
        }
        let until = start + 60 * MINUTE;
        assert_eq!(budget.verdict(rules, start + 59 * MINUTE), Verdict::Locked { until });
        let same = budget.clone().fail(rules, start + 59 * MINUTE);
        assert_eq!(same, budget, "an attempt while locked does not lengthen the lock");
        assert_eq!(budget.verdict(rules, until), Verdict::Open { left: 5 });
        assert_eq!(budget.fail(rules, until).verdict(rules, until), Verdict::Open { left: 4 });
    }

    #[test]
    fn failures_leave_the_window_one_by_one() {
        let rules = &HARP.attempts;
        let start = Timestamp::from_secs(1_000_000);
        let mut budget = Budget::default();
        for n in 0..4u32 {
            budget = budget.fail(rules, start + n * 30 * MINUTE);
        }
        assert_eq!(budget.verdict(rules, start + 119 * MINUTE), Verdict::Open { left: 1 });
        assert_eq!(budget.verdict(rules, start + 120 * MINUTE), Verdict::Open { left: 2 });
    }

    #[test]
    fn sends_are_counted_within_their_window() {
        let rules = &HARP.sends;
        let start = Timestamp::from_secs(1_000_000);
        let mut sends = Sends::default();
        for _ in 0..rules.per_contact {
            sends = sends.within(rules.window, rules.per_contact, start).unwrap();
        }
        assert_eq!(sends.clone().within(rules.window, rules.per_contact, start + 59 * MINUTE), None);
        assert!(sends.within(rules.window, rules.per_contact, start + 60 * MINUTE).is_some());
    }
}
