//! How sure we are: of who a person is (IAL) and of who is signing in (AAL). SP 800-63-4.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A way to prove who is signing in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    Password,
    Sms,
    Voice,
    Email,
    Totp,
    Push,
    Passkey,
    RecoveryCode,
}

impl Method {
    pub const ALL: [Method; 8] = [
        Method::Password,
        Method::Sms,
        Method::Voice,
        Method::Email,
        Method::Totp,
        Method::Push,
        Method::Passkey,
        Method::RecoveryCode,
    ];

    /// The stored and logged name.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Password => "password",
            Method::Sms => "sms",
            Method::Voice => "voice",
            Method::Email => "email",
            Method::Totp => "totp",
            Method::Push => "push",
            Method::Passkey => "passkey",
            Method::RecoveryCode => "recovery_code",
        }
    }

    pub fn parse(text: &str) -> Option<Method> {
        Method::ALL.into_iter().find(|m| m.as_str() == text)
    }

    /// Its value in the `amr` claim (RFC 8176 §2). E-mail and recovery codes have none there.
    pub fn amr(self) -> Option<&'static str> {
        match self {
            Method::Password => Some("pwd"),
            Method::Sms => Some("sms"),
            Method::Voice => Some("tel"),
            Method::Totp => Some("otp"),
            Method::Push | Method::Passkey => Some("pop"),
            Method::Email | Method::RecoveryCode => None,
        }
    }

    /// Whether it can be the second factor that AAL2 needs.
    /// SP 800-63B-4 §3.1.3.1: e-mail SHALL NOT be used as an out-of-band authenticator,
    /// so a password with an e-mail code states AAL1 in every profile. A recovery code is a look-up secret (§3.1.2).
    pub fn possession(self) -> bool {
        matches!(
            self,
            Method::Sms
                | Method::Voice
                | Method::Totp
                | Method::Push
                | Method::Passkey
                | Method::RecoveryCode
        )
    }

    /// Whether an account may rest on it alone: something that the person has, and that is not used up.
    pub fn carries(self) -> bool {
        self.possession() && self != Method::RecoveryCode
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Identity assurance level: how surely a real person stands behind the account (SP 800-63A-4 §2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Ial {
    /// Nothing was checked that NIST would count.
    #[default]
    #[serde(rename = "0")]
    None,
    #[serde(rename = "1")]
    One,
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "3")]
    Three,
}

impl Ial {
    pub fn number(self) -> u8 {
        match self {
            Ial::None => 0,
            Ial::One => 1,
            Ial::Two => 2,
            Ial::Three => 3,
        }
    }

    pub fn from_number(n: u8) -> Option<Ial> {
        [Ial::None, Ial::One, Ial::Two, Ial::Three].into_iter().find(|l| l.number() == n)
    }
}

/// Authentication assurance level of a sign-in (SP 800-63B-4 §2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Aal {
    #[serde(rename = "1")]
    One,
    #[serde(rename = "2")]
    Two,
    #[serde(rename = "3")]
    Three,
}

impl Aal {
    pub fn number(self) -> u8 {
        match self {
            Aal::One => 1,
            Aal::Two => 2,
            Aal::Three => 3,
        }
    }

    pub fn from_number(n: u8) -> Option<Aal> {
        [Aal::One, Aal::Two, Aal::Three].into_iter().find(|l| l.number() == n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_survive_the_round_trip() {
        for m in Method::ALL {
            assert_eq!(Method::parse(m.as_str()), Some(m));
        }
        for n in 0..=3 {
            assert_eq!(Ial::from_number(n).map(Ial::number), Some(n));
        }
        assert_eq!(Aal::from_number(0), None);
        assert_eq!(Aal::from_number(2), Some(Aal::Two));
    }
}
