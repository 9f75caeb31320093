//! The pages, one struct each.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use harp_sdk::axum::{Action, SignOutForm, SignedIn};
use harp_sdk::{Lifetime, Refusal, Timestamp, paths};

use crate::config::Help;
use crate::vault::{FileId, Stored};
use crate::words::t;

/// What every page shows around itself.
#[derive(Debug, Clone)]
pub struct Frame {
    pub help: Arc<Help>,
    pub issuer: String,
    pub person: Option<Person>,
}

/// Whose session it is (K09).
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    /// The organization at hand.
    pub organization: Option<String>,
    pub form_token: String,
    pub ends: Ends,
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

    fn label(&self) -> String {
        match self.moves {
            Moves::WithUse => t("frame.ends"),
            Moves::No => t("frame.ends-last"),
        }
    }
}

impl Person {
    pub fn of(who: &SignedIn, organization: Option<&str>) -> Person {
        let organization = organization.map(ToOwned::to_owned);
        let ends = Ends::of(who.session().ends(), who.harp().now());
        Person { name: who.display_name().to_owned(), organization, form_token: who.form_token(), ends }
    }
}

/// For everyone.
#[derive(Debug, Template)]
#[template(path = "start.html")]
pub struct Start {
    pub frame: Frame,
}

/// After signing out.
#[derive(Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut {
    pub frame: Frame,
}

/// Signed in, without the role (MFT-2 step 6).
#[derive(Debug, Template)]
#[template(path = "refused.html")]
pub struct Refused {
    pub frame: Frame,
    pub reason: String,
    pub ask: String,
    pub requests: String,
    /// Where they wanted to go: *Check again* signs in silently and comes back there.
    pub again: String,
    /// Other organizations that would let them in.
    pub places: Vec<Place>,
}

impl Refused {
    pub fn new(frame: Frame, refusal: &Refusal, again: &str, places: Vec<Place>) -> Refused {
        Refused {
            frame,
            reason: refusal.to_string(),
            ask: refusal.ask.clone(),
            requests: refusal.requests.clone(),
            again: sign_in(again),
            places,
        }
    }
}

/// An organization to switch to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub name: String,
    pub href: String,
    pub current: bool,
}

/// Which part of the files is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pager {
    /// Of all pages together.
    pub total: usize,
    pub page: usize,
    pub pages: usize,
    /// The page before: newer files.
    pub earlier: Option<String>,
    /// The page after: older files.
    pub later: Option<String>,
}

/// The files of one organization.
#[derive(Debug, Template)]
#[template(path = "files.html")]
pub struct Files {
    pub frame: Frame,
    pub organization: String,
    /// This page, and where the form is sent.
    pub here: String,
    pub places: Vec<Place>,
    pub files: Vec<Stored>,
    pub pager: Pager,
    /// Just taken.
    pub done: Option<Stored>,
    pub error: Option<String>,
    pub upload_id: FileId,
    pub limit: u64,
    pub form_token: String,
}

/// Something went wrong.
#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub struct Trouble {
    pub frame: Frame,
    pub title: String,
    pub text: String,
    pub actions: Vec<Action>,
    /// The provider is away, and signing out is what still works.
    pub sign_out: Option<SignOutForm>,
}

fn sign_in(return_to: &str) -> String {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", return_to).finish();
    format!("{}?{query}", paths::SIGN_IN)
}

/// `1 byte`, `3.4 KB`, `12 MB`; a KB has 1024 bytes.
pub fn size(bytes: u64) -> String {
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    let mut unit = "bytes";
    let (mut whole, mut tenths) = (bytes, 0);
    for next in ["KB", "MB", "GB", "TB"] {
        if whole < 1024 {
            break;
        }
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit = next;
    }
    if tenths == 0 || whole >= 10 { format!("{whole} {unit}") } else { format!("{whole}.{tenths} {unit}") }
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
    fn sizes_and_times_read_well() {
        let sizes = [0, 1, 1023, 1024, 3_500, 104_857_600, 1_200_000_000].map(size);
        assert_eq!(sizes, ["0 bytes", "1 byte", "1023 bytes", "1 KB", "3.4 KB", "100 MB", "1.1 GB"]);
        assert_eq!(moment(&Timestamp::from_secs(1_795_444_440)), "23 November 2026, 14:34 UTC");
        assert_eq!(moment(&Timestamp::from_secs(0)), "1 January 1970, 00:00 UTC");
    }
}
