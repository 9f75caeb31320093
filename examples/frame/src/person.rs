//! Whose session it is (K09), and when it ends (WCAG 2.2 2.2.1).

use std::time::Duration;

use harp_sdk::axum::SignedIn;
use harp_sdk::{Lifetime, Timestamp};

/// Whose session it is (K09).
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    /// The organization at hand.
    pub organization: Option<String>,
    pub form_token: String,
    pub ends: Ends,
}

impl Person {
    pub fn of(who: &SignedIn, organization: Option<&str>) -> Person {
        let organization = organization.map(ToOwned::to_owned);
        let ends = Ends::of(who.session().ends(), who.harp().now());
        Person { name: who.display_name().to_owned(), organization, form_token: who.form_token(), ends }
    }
}

/// When the session here is over (WCAG 2.2 2.2.1): a form that is sent later finds nobody signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    pub at: Timestamp,
    /// Using it moves the end.
    pub moves: Moves,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moves {
    WithUse,
    No,
}

impl Ends {
    /// The SDK counts idle time in steps of a minute: what is said here is never too late.
    fn of(last: Timestamp, now: Timestamp) -> Ends {
        let idle = now + Lifetime::default().idle.saturating_sub(Duration::from_secs(60));
        if idle < last {
            Ends { at: idle, moves: Moves::WithUse }
        } else {
            Ends { at: last, moves: Moves::No }
        }
    }

    pub(crate) fn label(&self) -> &'static str {
        match self.moves {
            Moves::WithUse => "Your session ends, if you do nothing",
            Moves::No => "Your session ends",
        }
    }
}

/// `23 November 2026, 14:34 UTC`.
pub fn moment(at: &Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = at.to_string();
    let read = || {
        let (date, time) = text.split_once('T')?;
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {year}, {} UTC", day.trim_start_matches('0'), time.get(..5)?))
    };
    read().unwrap_or(text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_session_is_said_as_it_will_be() {
        let (now, minutes) =
            (Timestamp::from_secs(1_795_444_440), |count: u64| Duration::from_secs(count * 60));
        let soon = Ends::of(now + minutes(60), now);
        assert_eq!(soon, Ends { at: now + minutes(14), moves: Moves::WithUse });
        let last = Ends::of(now + minutes(9), now);
        assert_eq!(last, Ends { at: now + minutes(9), moves: Moves::No });
    }

    #[test]
    fn times_read_well() {
        assert_eq!(moment(&Timestamp::from_secs(1_795_444_440)), "23 November 2026, 14:34 UTC");
        assert_eq!(moment(&Timestamp::from_secs(0)), "1 January 1970, 00:00 UTC");
    }
}
