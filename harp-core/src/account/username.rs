//! The user ID (C01). Chosen once, never changed, compared without regard to case.

use serde::{Deserialize, Serialize};

use super::field::Problem;
use crate::policy::Length;

/// A user ID as its owner wrote it: printable ASCII without spaces ("alphanumeric characters and symbols").
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

impl Username {
    /// C01: within the profile's length, letters, digits and symbols.
    pub fn parse(text: &str, length: Length) -> Result<Self, Problem> {
        let text = text.trim();
        if text.is_empty() {
            return Err(Problem::Missing);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Problem::BadCharacter);
        }
        if text.len() < length.min {
            return Err(Problem::TooShort { min: length.min });
        }
        if text.len() > length.max {
            return Err(Problem::TooLong { max: length.max });
        }
        Ok(Self(text.to_owned()))
    }

    /// From a column of the database.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one user ID share. Unique.
    pub fn folded(&self) -> String {
        fold(&self.0)
    }
}

/// The folded form of a user ID as somebody typed it at sign-in.
pub fn fold(typed: &str) -> String {
    typed.trim().to_ascii_lowercase()
}

impl std::fmt::Debug for Username {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[Username]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::HARP;

    /// C01: 4 and 101 rejected; 5 and 100 accepted; symbols allowed.
    #[test]
    fn a_user_id_has_5_to_100_letters_digits_and_symbols() {
        let parse = |text: &str| Username::parse(text, HARP.username);
        assert_eq!(parse("abcd"), Err(Problem::TooShort { min: 5 }));
        assert!(parse("abcde").is_ok() && parse(&"a".repeat(100)).is_ok() && parse("a.b+c@d!").is_ok());
        assert_eq!(parse(&"a".repeat(101)), Err(Problem::TooLong { max: 100 }));
        assert_eq!(parse("ana maria"), Err(Problem::BadCharacter));
        assert_eq!(parse("ana\u{430}bc"), Err(Problem::BadCharacter));
        assert_eq!(parse("AnaMaria").map(|u| u.folded()), Ok("anamaria".to_owned()));
    }
}
