//! F12: terms that a person accepts on the way to an application, with version and time.

use harp_core::kernel::id::{AccountId, SessionId};
use harp_core::kernel::time::Timestamp;

use super::client::Terms;
use crate::protocol::client::ClientId;

/// Who accepted which version, when, in which session, on the way to which application.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    pub account: AccountId,
    pub client: ClientId,
    pub version: String,
    pub session: SessionId,
    pub at: Timestamp,
}

impl Terms {
    /// Whether the person must be asked, given the latest acceptance of the version in force.
    pub fn ask(self, latest: Option<&Acceptance>, session: SessionId, auth_time: Timestamp) -> bool {
        match (self, latest) {
            (Terms::Never, _) => false,
            (Terms::EachVersion | Terms::EachSignIn, None) => true,
            (Terms::EachVersion, Some(_)) => false,
            (Terms::EachSignIn, Some(latest)) => latest.session != session || latest.at < auth_time,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::random::SeededRandom;

    /// F12
    #[test]
    fn terms_are_asked_once_a_version_or_once_a_sign_in() {
        let (random, now) = (SeededRandom::new(1), Timestamp::from_secs(100));
        let session = SessionId::mint(now, &random);
        let accepted = Acceptance {
            account: AccountId::mint(now, &random),
            client: ClientId::parse("hqr").unwrap(),
            version: "1".into(),
            session,
            at: now,
        };
        let other = SessionId::mint(now, &random);
        let earlier = Timestamp::from_secs(90);
        assert!(!Terms::Never.ask(None, session, now));
        assert!(Terms::EachVersion.ask(None, session, earlier));
        assert!(!Terms::EachVersion.ask(Some(&accepted), other, now));
        assert!(!Terms::EachSignIn.ask(Some(&accepted), session, earlier));
        assert!(Terms::EachSignIn.ask(Some(&accepted), other, earlier));
        assert!(Terms::EachSignIn.ask(Some(&accepted), session, Timestamp::from_secs(101)));
    }
}
