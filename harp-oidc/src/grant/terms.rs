//! F12: terms that a person accepts, with version and time: the provider's own, or those of one application.

use harp_core::kernel::id::{AccountId, SessionId};
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::{Client, Terms};
use crate::protocol::client::ClientId;

/// Terms as an operator wrote them: plain paragraphs under a version. Without paragraphs the message file's words stand in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsText {
    pub version: String,
    pub paragraphs: Vec<String>,
}

/// Why a text cannot be terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TermsFault {
    #[error("a version has 1 to {} letters, digits or symbols, and no space", TermsText::MOST_VERSION)]
    Version,
    #[error("the text is longer than {} bytes", TermsText::MOST_BYTES)]
    TooLong,
    #[error("the text has a control character")]
    Control,
    #[error("the text is empty")]
    Empty,
}

impl TermsText {
    pub const MOST_VERSION: usize = 40;
    /// About twenty printed pages.
    pub const MOST_BYTES: usize = 64 * 1024;

    /// Plain text with an empty line between paragraphs.
    pub fn parse(version: &str, text: &str) -> Result<TermsText, TermsFault> {
        if text.len() > Self::MOST_BYTES {
            return Err(TermsFault::TooLong);
        }
        let mut paragraphs = vec![String::new()];
        for line in text.lines().map(str::trim) {
            match paragraphs.last_mut() {
                Some(last) if !line.is_empty() && !last.is_empty() => *last = format!("{last} {line}"),
                Some(last) if !line.is_empty() => line.clone_into(last),
                Some(last) if last.is_empty() => {}
                _ => paragraphs.push(String::new()),
            }
        }
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        if paragraphs.is_empty() {
            return Err(TermsFault::Empty);
        }
        TermsText::of(version, paragraphs)
    }

    /// Ready paragraphs; none: the message file's.
    pub fn of(version: &str, paragraphs: Vec<String>) -> Result<TermsText, TermsFault> {
        let fits = (1..=Self::MOST_VERSION).contains(&version.len())
            && version.bytes().all(|b| b.is_ascii_graphic());
        if !fits {
            return Err(TermsFault::Version);
        }
        if paragraphs.iter().map(String::len).sum::<usize>() > Self::MOST_BYTES {
            return Err(TermsFault::TooLong);
        }
        if paragraphs.iter().any(|paragraph| paragraph.chars().any(|c| c.is_control() && c != '\t')) {
            return Err(TermsFault::Control);
        }
        Ok(TermsText { version: version.to_owned(), paragraphs })
    }
}

/// Whose terms. An acceptance of one counts for no other, whatever their versions are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The provider's own (F01); also on the way to each application that has none of its own.
    Site,
    Application(ClientId),
}

/// Terms in force: what can be accepted now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub whose: Whose,
    pub text: TermsText,
}

impl InForce {
    pub fn site(text: &TermsText) -> InForce {
        InForce { whose: Whose::Site, text: text.clone() }
    }

    /// The application's own, or the provider's.
    pub fn of(client: &Client, site: &TermsText) -> InForce {
        match &client.own_terms {
            // Who is not asked on the way has agreed by the box at the password, which is about the provider's.
            Some(own) if client.terms != Terms::Never => {
                InForce { whose: Whose::Application(client.id.clone()), text: own.clone() }
            }
            _ => InForce::site(site),
        }
    }

    /// As the audit trail names them. No version and no client id has a space.
    pub fn name(&self) -> String {
        match &self.whose {
            Whose::Site => self.text.version.clone(),
            Whose::Application(client) => format!("{client} {}", self.text.version),
        }
    }
}

/// Who accepted which version, when, in which session.
#[derive(Debug, Clone, PartialEq)]
pub struct Acceptance {
    pub account: AccountId,
    pub whose: Whose,
    pub version: String,
    pub session: SessionId,
    pub at: Timestamp,
}

impl Terms {
    /// Whether the person must be asked, given the latest acceptance of the version in force.
    pub fn ask(self, latest: Option<&Acceptance>, session: SessionId, auth_time: Timestamp) -> bool {
        match (self, latest) {
            (_, None) => true,
            (Terms::Never | Terms::EachVersion, Some(_)) => false,
            (Terms::EachSignIn, Some(latest)) => latest.session != session || latest.at < auth_time,
        }
    }

    /// Whether the box at the password is in place of a page on the way (F01, or F12).
    pub fn with_password(self) -> bool {
        self == Terms::Never
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
            whose: Whose::Application(ClientId::parse("hqr").unwrap()),
            version: "1".into(),
            session,
            at: now,
        };
        let other = SessionId::mint(now, &random);
        let earlier = Timestamp::from_secs(90);
        assert!(Terms::Never.ask(None, session, now), "whoever came by a page without the box");
        assert!(!Terms::Never.ask(Some(&accepted), other, now));
        assert!(Terms::EachVersion.ask(None, session, earlier));
        assert!(!Terms::EachVersion.ask(Some(&accepted), other, now));
        assert!(!Terms::EachSignIn.ask(Some(&accepted), session, earlier));
        assert!(Terms::EachSignIn.ask(Some(&accepted), other, earlier));
        assert!(Terms::EachSignIn.ask(Some(&accepted), session, Timestamp::from_secs(101)));
    }

    /// F13
    #[test]
    fn a_text_is_paragraphs_between_empty_lines_and_bounded() {
        let text = TermsText::parse("2026-1", "\n\u{20}One\r\ngoes on.\n\n \nTwo <b>\n").unwrap();
        assert_eq!(text.paragraphs, ["One goes on.", "Two <b>"]);
        for version in ["", "1 2", "1\n", "\u{2460}", &"1".repeat(41)] {
            assert_eq!(TermsText::parse(version, "x"), Err(TermsFault::Version), "{version:?}");
        }
        assert_eq!(TermsText::parse("1", " \n\n"), Err(TermsFault::Empty));
        assert_eq!(TermsText::parse("1", "a\u{0}b"), Err(TermsFault::Control));
        assert_eq!(TermsText::parse("1", &"x".repeat(TermsText::MOST_BYTES + 1)), Err(TermsFault::TooLong));
        let many = vec!["x".repeat(1024); 65];
        assert_eq!(TermsText::of("1", many), Err(TermsFault::TooLong));
    }
}
