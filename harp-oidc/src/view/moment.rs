//! Times and dates as people read them. The message file says in which order; the zone is always named.

use harp_core::kernel::time::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::words::{Message, Words};

/// A point in time in words and in a form for machines, ready for `<time>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339, UTC.
    pub machine: String,
    pub words: String,
}

impl Moment {
    pub fn new(at: Timestamp, zone: &TimeZone, words: &Words) -> Self {
        let instant = jiff::Timestamp::from_second(at.secs()).unwrap_or_default();
        let local = instant.to_zoned(zone.clone());
        let hour = local.hour();
        let twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let message = day("moment.time", local.date())
            .with("hour", hour.to_string())
            .with("hour12", twelve.to_string())
            .with("half", if hour < 12 { "am" } else { "pm" })
            .with("minute", format!("{:02}", local.minute()))
            .with("zone", local.strftime("%Z").to_string());
        Self { machine: at.to_string(), words: words.say(&message) }
    }

    /// `<time>` with both; safe HTML.
    pub fn html(&self) -> String {
        format!("<time datetime=\"{}\">{}</time>", escape(&self.machine), escape(&self.words))
    }
}

/// A calendar date in words.
pub fn date(date: Date, words: &Words) -> String {
    words.say(&day("moment.date", date))
}

fn day(key: &'static str, date: Date) -> Message {
    Message::new(key)
        .with("day", date.day().to_string())
        .count("month", u32::from(date.month().unsigned_abs()))
        .with("year", date.year().to_string())
}

/// HTML-escapes a text.
pub(super) fn escape(text: &str) -> String {
    askama::filters::escape(text, askama::filters::Html).map(|e| e.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_names_its_zone_and_noon_is_twelve() {
        let at = |secs| Moment::new(Timestamp::from_secs(secs), &TimeZone::UTC, &Words::english());
        assert_eq!(at(0).words, "January 1, 1970 at 12:00 AM UTC");
        assert_eq!(at(43_200).words, "January 1, 1970 at 12:00 PM UTC");
        assert_eq!(
            at(61_500).html(),
            "<time datetime=\"1970-01-01T17:05:00Z\">January 1, 1970 at 5:05 PM UTC</time>"
        );
        assert_eq!(date(jiff::civil::date(1980, 2, 29), &Words::english()), "February 29, 1980");
    }
}
