//! Levels that somebody may ask for, which proofs count towards one, and what is missing. Pure.

use std::time::Duration;

use super::{Assurance, Phishing, Proof};
use crate::kernel::assurance::{Aal, Method};
use crate::kernel::time::Timestamp;

/// How strong a sign-in is. In order: each satisfies those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Aal1,
    Aal2,
    /// AAL2 in a way that a false site cannot pass on (SP 800-63B-4 §3.2.5).
    Aal2PhishingResistant,
}

impl Level {
    pub const ALL: [Level; 3] = [Level::Aal1, Level::Aal2, Level::Aal2PhishingResistant];

    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Aal1 => "aal1",
            Level::Aal2 => "aal2",
            Level::Aal2PhishingResistant => "aal2-phr",
        }
    }

    pub fn parse(text: &str) -> Option<Level> {
        Level::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// What these proofs reach; `None` for no proof.
    pub fn of(proofs: &[Proof]) -> Option<Level> {
        let Assurance { aal, phishing, .. } = Assurance::of(proofs)?;
        Some(match (aal, phishing) {
            (Aal::One, _) => Level::Aal1,
            (Aal::Two | Aal::Three, Phishing::Possible) => Level::Aal2,
            (Aal::Two | Aal::Three, Phishing::Resistant) => Level::Aal2PhishingResistant,
        })
    }

    /// Whether one more proof, by this method, reaches it. A password is no step-up: it is asked for at a whole sign-in (F05).
    pub fn is_reached_with(self, proofs: &[Proof], method: Method, now: Timestamp) -> bool {
        method != Method::Password && Level::of(&with(proofs, Proof::by(method, now))) >= Some(self)
    }
}

/// Of a session's proofs, those that still count beside a new one: not older than a session may become without a whole
/// sign-in, and none of a clock that was wrong.
pub fn standing(proofs: &[Proof], life: Duration, now: Timestamp) -> Vec<Proof> {
    proofs.iter().filter(|proof| proof.at <= now && now < proof.at + life).copied().collect()
}

/// These proofs and one more, which stands for an earlier one by the same method, unless that one proved more: a passkey that
/// verified its owner.
pub fn with(proofs: &[Proof], new: Proof) -> Vec<Proof> {
    let stays = |old: &&Proof| old.method != new.method || old.user_verified > new.user_verified;
    proofs.iter().filter(stays).copied().chain([new]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_secs(100_000);
    const DAY: Duration = Duration::from_secs(24 * 3600);

    fn proofs(methods: &[Method]) -> Vec<Proof> {
        methods.iter().map(|method| Proof::by(*method, NOW)).collect()
    }

    #[test]
    fn a_proof_counts_while_a_session_may_live_on_it() {
        let at = |secs: i64| Proof::by(Method::Password, Timestamp::from_secs(secs));
        for (secs, counts) in [(100_000, true), (13_601, true), (13_600, false), (0, false), (100_001, false)]
        {
            assert_eq!(standing(&[at(secs)], DAY, NOW).len(), usize::from(counts), "{secs}");
        }
    }

    #[test]
    fn the_latest_proof_of_a_method_is_the_one_that_is_kept() {
        let old = Proof::by(Method::Sms, Timestamp::from_secs(1));
        let all = with(&[Proof::by(Method::Password, NOW), old], Proof::by(Method::Sms, NOW));
        assert_eq!(all, proofs(&[Method::Password, Method::Sms]));
    }

    /// exactly those methods are offered that reach what is asked for.
    #[test]
    fn a_method_is_offered_if_it_reaches_the_level() {
        use Method::{Email, Passkey, Password, RecoveryCode, Sms, Totp};
        let (two, phr) = (Level::Aal2, Level::Aal2PhishingResistant);
        for (had, level, method, reaches) in [
            (&[Password, Email][..], two, Sms, true),
            (&[Password, Email], two, Totp, true),
            (&[Password, Email], two, Email, false),
            (&[Password, Email], two, RecoveryCode, true),
            (&[Password, Sms], phr, Totp, false),
            (&[Password, Sms], phr, Passkey, true),
            // A code beside a code is one kind of proof twice (SP 800-63B-4 §2.2).
            (&[Sms], two, Totp, false),
            (&[], two, Sms, false),
            (&[Email, Sms], two, Password, false),
        ] {
            assert_eq!(level.is_reached_with(&proofs(had), method, NOW), reaches, "{had:?} and {method}");
        }
    }

    #[test]
    fn names_survive_the_round_trip_and_levels_are_in_order() {
        for level in Level::ALL {
            assert_eq!(Level::parse(level.as_str()), Some(level));
        }
        assert!(Level::Aal1 < Level::Aal2 && Level::Aal2 < Level::Aal2PhishingResistant);
        assert_eq!(Level::of(&[]), None);
    }
}
