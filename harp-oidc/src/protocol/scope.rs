//! Scopes: what an application asks to know (RFC 6749 §3.3, OpenID Connect Core §5.4).

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::claims::name;
use super::error::{ErrorCode, ProtocolError};

/// The scopes that HARP knows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Scope {
    Openid,
    Profile,
    Email,
    Phone,
    Address,
    OfflineAccess,
    /// The roles that the person holds in the asking application.
    Roles,
}

impl Scope {
    pub const ALL: [Scope; 7] = [
        Scope::Openid,
        Scope::Profile,
        Scope::Email,
        Scope::Phone,
        Scope::Address,
        Scope::OfflineAccess,
        Scope::Roles,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Scope::Openid => "openid",
            Scope::Profile => "profile",
            Scope::Email => "email",
            Scope::Phone => "phone",
            Scope::Address => "address",
            Scope::OfflineAccess => "offline_access",
            Scope::Roles => "roles",
        }
    }

    pub fn parse(text: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// The claims that it asks for, of those that HARP can state.
    pub fn claims(self) -> &'static [&'static str] {
        match self {
            Scope::Openid => &["sub"],
            Scope::Profile => &[
                "name",
                "given_name",
                "middle_name",
                "family_name",
                "preferred_username",
                "birthdate",
                "locale",
                "updated_at",
            ],
            Scope::Email => &["email", "email_verified"],
            Scope::Phone => &["phone_number", "phone_number_verified"],
            Scope::Address => &["address"],
            Scope::OfflineAccess => &[],
            Scope::Roles => &[name::ROLES],
        }
    }
}

/// A set of scopes, written in one order whatever the order in which they came.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Longest `scope` in bytes, and the number of its tokens.
    const MAX_BYTES: usize = 1024;
    const MAX_TOKENS: usize = 64;

    /// Parses RFC 6749 §3.3. A scope that is not understood is ignored (OpenID Connect Core §3.1.2.1);
    /// one with a character that no scope may have is an error.
    pub fn parse(text: &str) -> Result<ScopeSet, ProtocolError> {
        let invalid = |why: &'static str| Err(ProtocolError::new(ErrorCode::InvalidScope, why));
        if text.len() > Self::MAX_BYTES {
            return invalid("`scope` is longer than 1024 bytes");
        }
        let mut set = BTreeSet::new();
        for (n, token) in text.split(' ').filter(|t| !t.is_empty()).enumerate() {
            if n >= Self::MAX_TOKENS {
                return invalid("`scope` has more than 64 values");
            }
            if !token.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
                return invalid("`scope` has a character that no scope may have");
            }
            set.extend(Scope::parse(token));
        }
        Ok(ScopeSet(set))
    }

    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What both sets have: of what was asked, what the client is registered for.
    #[must_use]
    pub fn within(&self, allowed: &ScopeSet) -> ScopeSet {
        ScopeSet(&self.0 & &allowed.0)
    }

    /// Whether nothing is in it that is not in `allowed`.
    pub fn is_within(&self, allowed: &ScopeSet) -> bool {
        self.0.is_subset(&allowed.0)
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        ScopeSet(scopes.into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, scope) in self.0.iter().enumerate() {
            write!(f, "{}{}", if n == 0 { "" } else { " " }, scope.as_str())?;
        }
        Ok(())
    }
}

impl TryFrom<String> for ScopeSet {
    type Error = ProtocolError;
    fn try_from(text: String) -> Result<Self, ProtocolError> {
        ScopeSet::parse(&text)
    }
}

impl From<ScopeSet> for String {
    fn from(set: ScopeSet) -> String {
        set.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn order_and_repetition_do_not_matter_and_the_unknown_is_ignored() {
        let set = ScopeSet::parse("email  openid shoe-size email").unwrap();
        assert_eq!(set.to_string(), "openid email");
        assert!(set.contains(Scope::Email) && !set.contains(Scope::Roles));
        assert_eq!(set.within(&ScopeSet::from_iter([Scope::Openid])).to_string(), "openid");
    }

    #[test]
    fn a_character_outside_the_grammar_is_invalid_scope() {
        for bad in ["openid\tprofile", "open\"id", "a\\b", "é", &"x ".repeat(65), &"x".repeat(1025)] {
            assert_eq!(ScopeSet::parse(bad).unwrap_err().code(), ErrorCode::InvalidScope, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_was_read_survives(text in "\\PC{0,60}") {
            if let Ok(set) = ScopeSet::parse(&text) {
                prop_assert_eq!(ScopeSet::parse(&set.to_string()), Ok(set));
            }
        }
    }
}
