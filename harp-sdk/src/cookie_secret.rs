//! The secrets of the cookies, and how one gives way to the next.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harp_core::kernel::random::{Random, SystemRandom};
use harp_core::kernel::secret::Secret;

use crate::error::ConfigError;

/// More than anybody rotates through; each one is a try to open a foreign cookie.
const MOST: usize = 8;

/// One secret that seals, and those before it, which still open. To rotate: put the new one first, restart every node,
/// and take the old one away when no session of its time can live any more (the absolute life, an hour by default).
/// With several nodes, first give all of them the new one as a former one: a node opens only what it knows.
#[derive(Debug, Clone)]
pub struct CookieSecrets {
    pub(crate) first: CookieSecret,
    pub(crate) former: Vec<CookieSecret>,
}

impl CookieSecrets {
    /// Secrets as [`CookieSecret::parse`] reads them, separated by commas or white space, the one that seals first.
    ///
    /// # Errors
    /// [`ConfigError::CookieSecret`] when one is not readable, when there is none, and when there are more than eight.
    pub fn parse(text: &str) -> Result<CookieSecrets, ConfigError> {
        let parts = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|part| !part.is_empty());
        let mut all = parts.map(CookieSecret::parse).collect::<Result<Vec<_>, _>>()?.into_iter();
        let first = all.next().ok_or(ConfigError::CookieSecret)?;
        let former: Vec<_> = all.collect();
        if former.len() < MOST { Ok(CookieSecrets { first, former }) } else { Err(ConfigError::CookieSecret) }
    }

    /// One more that opens and does not seal.
    pub fn and_former(mut self, former: CookieSecret) -> CookieSecrets {
        self.former.push(former);
        self
    }
}

impl From<CookieSecret> for CookieSecrets {
    fn from(first: CookieSecret) -> CookieSecrets {
        CookieSecrets { first, former: Vec::new() }
    }
}

/// The 32 bytes from which all keys of the cookies are derived. The same on every node; whoever has it can sign in
/// as anybody.
#[derive(Debug, Clone)]
pub struct CookieSecret(Secret<[u8; 32]>);

impl CookieSecret {
    /// From 64 hexadecimal digits, or from base64 or base64url of 32 bytes.
    pub fn parse(text: &str) -> Result<CookieSecret, ConfigError> {
        let text = text.trim();
        let bytes = if text.len() == 64 {
            unhex(text)
        } else {
            URL_SAFE_NO_PAD.decode(text).or_else(|_| STANDARD.decode(text)).ok()
        };
        let bytes: Option<[u8; 32]> = bytes.and_then(|b| b.try_into().ok());
        bytes.map(CookieSecret::from_bytes).ok_or(ConfigError::CookieSecret)
    }

    /// From the bytes themselves.
    pub fn from_bytes(bytes: [u8; 32]) -> CookieSecret {
        CookieSecret(Secret::new(bytes))
    }

    /// A new one. Sessions end with the process unless it is kept: `secret.to_text()`.
    pub fn mint() -> CookieSecret {
        let random: &dyn Random = &SystemRandom;
        CookieSecret::from_bytes(random.bytes())
    }

    /// What [`CookieSecret::parse`] reads.
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.0.expose()))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let pair = |p: &[u8]| match p {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_secret_is_32_bytes_in_either_spelling() {
        let secret = CookieSecret::mint();
        assert_eq!(CookieSecret::parse(secret.to_text().expose()).unwrap().expose(), secret.expose());
        assert_eq!(CookieSecret::parse(&"0a".repeat(32)).unwrap().expose(), &[10; 32]);
        for bad in ["", "secret", &"0g".repeat(32), &"0a".repeat(31)] {
            assert_eq!(CookieSecret::parse(bad).err(), Some(ConfigError::CookieSecret));
        }
        assert_eq!(format!("{secret:?}"), "CookieSecret([secret])");
    }

    #[test]
    fn several_secrets_are_read_the_first_one_seals() {
        let [one, two] = ["0a".repeat(32), "0b".repeat(32)];
        let both = CookieSecrets::parse(&format!(" {one},\n{two} ")).unwrap();
        assert_eq!((both.first.expose(), both.former.len()), (&[10; 32], 1));
        assert_eq!(both.former[0].expose(), &[11; 32]);
        let nine = [one.as_str(); 9].join(",");
        for bad in ["", " , ", "secret", &format!("{one} secret"), nine.as_str()] {
            assert_eq!(CookieSecrets::parse(bad).err(), Some(ConfigError::CookieSecret), "{bad}");
        }
    }
}
