//! How strongly, and how lately, a person must have proved who they are before a deed that matters (step-up).

use std::fmt;
use std::time::Duration;

use harp_core::kernel::assurance::Aal;
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::Identity;

/// The clocks of provider and application may differ by this much.
pub(crate) const SKEW: Duration = Duration::from_secs(60);

/// How strong a sign-in was. In order: each satisfies those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Level {
    /// One factor (SP 800-63B-4 §2.1).
    Aal1,
    /// Two factors (§2.2).
    Aal2,
    /// Two factors in a way that a false site cannot pass on: a passkey (§3.2.5).
    Aal2PhishingResistant,
}

impl Level {
    const ALL: [Level; 3] = [Level::Aal1, Level::Aal2, Level::Aal2PhishingResistant];

    /// Its value of the claim `acr`.
    pub fn acr(self) -> &'static str {
        match self {
            Level::Aal1 => "urn:harp:acr:aal1",
            Level::Aal2 => "urn:harp:acr:aal2",
            Level::Aal2PhishingResistant => "urn:harp:acr:aal2-phr",
        }
    }

    /// The level of that value.
    pub fn parse(acr: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.acr() == acr)
    }

    /// What the sign-in of this person reached: by `acr`, or by the level beside it where `acr` is of somebody else's making.
    pub fn reached(who: &Identity) -> Option<Level> {
        let by_level = || who.aal.map(|aal| if aal >= Aal::Two { Level::Aal2 } else { Level::Aal1 });
        who.acr.as_deref().and_then(Level::parse).or_else(by_level)
    }

    /// This one and those that satisfy it too.
    pub(crate) fn and_better(self) -> impl Iterator<Item = Level> {
        Level::ALL.into_iter().filter(move |level| *level >= self)
    }

    fn words(self) -> &'static str {
        match self {
            Level::Aal1 => "with one factor, such as a password",
            Level::Aal2 => "with a second factor",
            Level::Aal2PhishingResistant => "with a passkey",
        }
    }
}

/// What a deed needs: `Proof::of(Level::Aal2).within(Duration::from_secs(600))`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    level: Level,
    within: Option<u64>,
}

impl Proof {
    /// A sign-in at least this strong, however long ago.
    pub fn of(level: Level) -> Proof {
        Proof { level, within: None }
    }

    /// And at most this long ago, in whole seconds.
    pub fn within(self, span: Duration) -> Proof {
        Proof { within: Some(span.as_secs()), ..self }
    }

    /// The least level that satisfies.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The longest time since the person proved who they are.
    pub fn max_age(&self) -> Option<Duration> {
        self.within.map(Duration::from_secs)
    }

    /// Whether this person's sign-in satisfies; the clocks of provider and application may differ by a minute.
    ///
    /// # Errors
    /// What was reached, and what is needed.
    pub fn check(&self, who: &Identity, now: Timestamp) -> Result<(), Shortfall> {
        let reached = Level::reached(who);
        let strong = reached.is_some_and(|level| level >= self.level);
        let recent = self
            .max_age()
            .is_none_or(|age| who.auth_time.is_some_and(|at| at <= now + SKEW && at + age + SKEW >= now));
        if strong && recent {
            return Ok(());
        }
        Err(Shortfall { needed: *self, reached, age: who.auth_time.map(|at| now.since(at)) })
    }
}

/// A sign-in that is too weak or too old. Its `Display` is for the person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Shortfall {
    /// What was asked.
    pub needed: Proof,
    /// `None`: the provider does not say, or there was no sign-in.
    pub reached: Option<Level>,
    /// How long ago the person proved who they are.
    pub age: Option<Duration>,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "This needs a sign-in {}", self.needed.level.words())?;
        if let Some(age) = self.needed.max_age() {
            write!(f, ", at most {} ago", Span(age))?;
        }
        match (self.reached, self.age) {
            (Some(level), Some(age)) => write!(f, ". Yours was {}, {} ago.", level.words(), Span(age)),
            (Some(level), None) => write!(f, ". Yours was {}.", level.words()),
            (None, _) => f.write_str(". The sign-in service did not say how strong yours was."),
        }
    }
}

/// `1 minute`, `10 minutes`, `45 seconds`, `3 hours`.
struct Span(Duration);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.0.as_secs() {
            seconds @ 0..60 => (seconds, "second"),
            seconds @ 60..7200 => (seconds / 60, "minute"),
            seconds => (seconds / 3600, "hour"),
        };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn who(acr: Option<&str>, aal: Option<Aal>, at: Option<i64>) -> Identity {
        Identity {
            sub: "s".into(),
            sid: None,
            name: None,
            email: None,
            roles: vec![],
            acr: acr.map(str::to_owned),
            amr: vec![],
            ial: None,
            aal,
            auth_time: at.map(Timestamp::from_secs),
        }
    }

    const NOW: Timestamp = Timestamp::from_secs(10_000);

    #[test]
    fn a_level_satisfies_those_below_it() {
        for (asked, acr, holds) in [
            (Level::Aal1, "urn:harp:acr:aal1", true),
            (Level::Aal2, "urn:harp:acr:aal1", false),
            (Level::Aal2, "urn:harp:acr:aal2", true),
            (Level::Aal2, "urn:harp:acr:aal2-phr", true),
            (Level::Aal2PhishingResistant, "urn:harp:acr:aal2", false),
        ] {
            assert_eq!(Proof::of(asked).check(&who(Some(acr), None, None), NOW).is_ok(), holds, "{acr}");
        }
        let foreign = who(Some("urn:mace:incommon:iap:silver"), Some(Aal::Two), None);
        assert!(Proof::of(Level::Aal2).check(&foreign, NOW).is_ok());
        assert!(Proof::of(Level::Aal2PhishingResistant).check(&foreign, NOW).is_err());
        assert!(Proof::of(Level::Aal1).check(&who(None, None, None), NOW).is_err());
    }

    #[test]
    fn what_is_too_old_in_the_future_or_unsaid_does_not_do() {
        let proof = Proof::of(Level::Aal2).within(Duration::from_secs(600));
        let at = |at: i64| who(Some("urn:harp:acr:aal2"), None, Some(at));
        for (moment, holds) in
            [(10_000, true), (9_340, true), (9_339, false), (10_060, true), (10_061, false)]
        {
            assert_eq!(proof.check(&at(moment), NOW).is_ok(), holds, "{moment}");
        }
        assert!(proof.check(&who(Some("urn:harp:acr:aal2"), None, None), NOW).is_err());
    }

    #[test]
    fn a_shortfall_says_what_was_reached_and_what_is_needed() {
        let proof = Proof::of(Level::Aal2).within(Duration::from_secs(600));
        let short = proof.check(&who(Some("urn:harp:acr:aal1"), None, Some(8_500)), NOW).unwrap_err();
        assert_eq!(
            short.to_string(),
            "This needs a sign-in with a second factor, at most 10 minutes ago. Yours was with one factor, such as a \
             password, 25 minutes ago."
        );
    }
}
