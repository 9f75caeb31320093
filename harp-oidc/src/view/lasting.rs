//! How long a session lasts, told in time (P17; WCAG 2.2 2.2.1): in words on every page, and where scripts run in a live region
//! shortly before the end, with a button to stay.

use std::time::Duration;

use askama::Template;
use harp_core::kernel::time::Timestamp;
use harp_core::policy::SessionRules;
use harp_core::session::Session;

use super::frame::{Frame, Html};
use super::url;
use super::words::Message;

/// The end of a session as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lasting {
    pub ends: Timestamp,
    /// Until then, if the person does nothing.
    pub left: Duration,
    /// The most there is left, whatever the person does.
    pub most: Duration,
    /// How long before the end it is said.
    pub warn: Duration,
}

impl Lasting {
    pub fn of(session: &Session, rules: &SessionRules, now: Timestamp) -> Self {
        let ends = session.ends_at(rules);
        let most = (session.auth_time + rules.absolute).since(now);
        Self { ends, left: ends.since(now), most, warn: rules.warn }
    }

    /// Nothing that the person does makes it last longer.
    fn is_last(&self) -> bool {
        self.most <= self.left
    }
}

/// The part of the frame that says so.
#[derive(Debug, Template)]
#[template(path = "part/lasting.html")]
pub struct LastingNotice<'a> {
    pub(super) frame: &'a Frame,
    pub(super) lasting: &'a Lasting,
}

impl askama::filters::HtmlSafe for LastingNotice<'_> {}

impl LastingNotice<'_> {
    fn until(&self) -> Html {
        let key = if self.lasting.is_last() { "lasting.until-last" } else { "lasting.until" };
        self.frame.at(key, &self.lasting.ends)
    }

    /// What the script says so long before the end.
    fn soon(&self, key: &'static str, minutes: u64) -> String {
        self.frame.say(&Message::new(key).count("minutes", u32::try_from(minutes).unwrap_or(u32::MAX)))
    }

    fn warn_minutes(&self) -> u64 {
        self.lasting.warn.as_secs().div_ceil(60)
    }
}
