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
use crate::policy::{AttemptRules, InARowRules};

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

/// Who tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    /// A browser that the account knows: it has a budget of its own (P15).
    Known,
    /// Anybody else: all of them share one budget.
    Stranger,
}

/// Wrong attempts in a row at one password or device, over all budgets (SP 800-63B-4 §3.2.2). Its own success resets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InARow {
    wrong: u32,
}

/// For whom a password or a device is switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// It works in browsers that the account knows.
    Strangers,
    /// It works nowhere.
    All,
}

impl InARow {
    #[must_use]
    pub fn wrong(self) -> InARow {
        InARow { wrong: self.wrong.saturating_add(1) }
    }

    pub fn off(self, rules: &InARowRules) -> Option<Off> {
        match self.wrong {
            n if n >= rules.most => Some(Off::All),
            n if n >= rules.strangers => Some(Off::Strangers),
            _ => None,
        }
    }

    /// Whether this visitor's attempt is looked at.
    pub fn judges(self, rules: &InARowRules, visitor: Visitor) -> bool {
        match self.off(rules) {
            None => true,
            Some(Off::Strangers) => visitor == Visitor::Known,
            Some(Off::All) => false,
        }
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

    /// SP 800-63B-4 §3.2.2: never more than a hundred in a row; the last twenty are kept for known browsers.
    #[test]
    fn a_hundred_in_a_row_switch_off_and_eighty_for_strangers() {
        let rules = &HARP.in_a_row;
        let judged = |visitor| {
            let mut row = InARow::default();
            let mut judged = 0;
            while row.judges(rules, visitor) {
                row = row.wrong();
                judged += 1;
            }
            (judged, row.off(rules))
        };
        assert_eq!(judged(Visitor::Stranger), (80, Some(Off::Strangers)));
        assert_eq!(judged(Visitor::Known), (100, Some(Off::All)));
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
