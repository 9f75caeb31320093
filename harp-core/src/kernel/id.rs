//! Ids: typed, prefixed, ordered by time, 16 bytes in memory, `acct_01jd…` in text.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::random::Random;
use super::time::Timestamp;

/// Crockford's base 32 in lower case: no i, l, o or u, so that a person can read an id aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id that begins with `{prefix}_`")]
pub struct NotAnId {
    prefix: &'static str,
}

fn mint(now: Timestamp, random: &dyn Random) -> u128 {
    let millis = u128::try_from(now.micros() / 1000).unwrap_or(0) & 0xffff_ffff_ffff;
    let mut tail = [0u8; 16];
    random.fill(&mut tail[6..]);
    (millis << 80) | u128::from_be_bytes(tail)
}

fn write_text(prefix: &str, value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{prefix}_")?;
    for i in (0..26).rev() {
        let digit = usize::try_from((value >> (i * 5)) & 31).unwrap_or(0);
        write!(f, "{}", char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')))?;
    }
    Ok(())
}

fn parse_text(prefix: &'static str, text: &str) -> Result<u128, NotAnId> {
    let wrong = NotAnId { prefix };
    let digits = text.strip_prefix(prefix).and_then(|t| t.strip_prefix('_')).ok_or(wrong.clone())?;
    // 26 digits hold 130 bits: the first may only be 0 to 7, or two texts would name one id.
    if digits.len() != 26 || !digits.starts_with(|c: char| ('0'..='7').contains(&c)) {
        return Err(wrong);
    }
    digits.bytes().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|&a| a == byte).ok_or(wrong.clone())?;
        Ok((value << 5) | u128::try_from(digit).unwrap_or(0))
    })
}

/// Declares id types: one line each, its doc, its name and its prefix.
#[macro_export]
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            pub const PREFIX: &'static str = $prefix;

            /// A new id: 48 bits of milliseconds, 80 random bits.
            pub fn mint(now: $crate::kernel::time::Timestamp, random: &dyn $crate::kernel::random::Random) -> Self {
                Self($crate::kernel::id::__mint(now, random))
            }

            /// The 16 bytes, big endian: for keyed functions and compact indexes.
            pub fn to_bytes(self) -> [u8; 16] {
                self.0.to_be_bytes()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::kernel::id::__write(Self::PREFIX, self.0, f)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{self}")
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::id::NotAnId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::kernel::id::__parse(Self::PREFIX, text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

/// For [`ids!`] only.
#[doc(hidden)]
pub fn __mint(now: Timestamp, random: &dyn Random) -> u128 {
    mint(now, random)
}

/// For [`ids!`] only.
#[doc(hidden)]
pub fn __write(prefix: &str, value: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write_text(prefix, value, f)
}

/// For [`ids!`] only.
#[doc(hidden)]
pub fn __parse(prefix: &'static str, text: &str) -> Result<u128, NotAnId> {
    parse_text(prefix, text)
}

ids! {
    /// A person's account.
    AccountId "acct";
    /// A registration that is not finished.
    DraftId "draft";
    /// A device or method that proves who signs in.
    FactorId "fact";
    /// One code sent, or to be sent, to a phone or an e-mail address.
    ChallengeId "chal";
    /// An identity-proofing case.
    CaseId "case";
    /// A program: what roles belong to, such as Managed File Transfer.
    ProgramId "prog";
    /// An organization: a hospital, a practice, a registry.
    OrgId "org";
    /// A role of a program.
    RoleId "role";
    /// A role that a person holds at an organization.
    AssignmentId "asgn";
    /// A request for roles.
    RequestId "req";
    /// A session at the provider.
    SessionId "sess";
    /// A sign-in that is not complete.
    SignInId "sign";
    /// A browser in which somebody has signed in.
    BrowserId "brow";
    /// A step-up of a session that is not complete.
    StepUpId "step";
    /// A recovery of a forgotten password.
    RecoveryId "reco";
    /// The way back in of somebody who has none of their devices.
    ResetId "rset";
    /// A case of the help desk.
    HelpCaseId "help";
    /// A message in the outbox.
    MessageId "msg";
    /// One *This was not me*: the link in a security letter.
    RepudiationId "repu";
    /// An audit event.
    EventId "evt";
}

/// The id of one HTTP request or command, as it stands in logs, error pages and audit events.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Debug)]
#[serde(transparent)]
pub struct TraceId(String);

impl TraceId {
    /// 96 random bits in base 32.
    pub fn mint(random: &dyn Random) -> Self {
        let text = random
            .bytes::<20>()
            .into_iter()
            .map(|b| ALPHABET.get(usize::from(b & 31)).map_or('0', |c| char::from(*c)));
        Self(text.collect())
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for TraceId {
    type Err = NotAnId;
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let fits = text.len() == 20 && text.bytes().all(|b| ALPHABET.contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err(NotAnId { prefix: "trace" }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;

    #[test]
    fn an_id_survives_its_text_and_orders_by_time() {
        let random = SeededRandom::new(1);
        let early = AccountId::mint(Timestamp::from_secs(1_000), &random);
        let late = AccountId::mint(Timestamp::from_secs(1_001), &random);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
        assert!(early.to_string().starts_with("acct_"));
    }

    #[test]
    fn an_id_of_another_kind_or_a_second_spelling_is_refused() {
        let id = AccountId::mint(Timestamp::from_secs(1_000), &SeededRandom::new(1)).to_string();
        assert!(id.parse::<OrgId>().is_err());
        assert!(id.to_uppercase().parse::<AccountId>().is_err());
        assert!("acct_80000000000000000000000000".parse::<AccountId>().is_err());
        assert!("acct_".parse::<AccountId>().is_err());
    }
}
