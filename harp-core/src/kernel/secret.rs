//! Secrets: types that hide themselves from `Debug` and wipe themselves when dropped.
//! A [`Plain`] token goes to its bearer; only its [`Hashed`] twin can be stored.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

use super::random::Random;

/// Any secret value: a password as typed, an SSN, a code. Read it with [`Secret::expose`], and only there.
#[derive(Clone, Default)]
pub struct Secret<T: Zeroize>(T);

impl<T: Zeroize> Secret<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }

    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Secret<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl<'de, T: Zeroize + Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        T::deserialize(d).map(Self)
    }
}

/// A bearer token as its bearer holds it: 256 random bits, base64url.
#[derive(Clone)]
pub struct Plain(Secret<String>);

impl Plain {
    pub fn mint(random: &dyn Random) -> Self {
        Self(Secret::new(URL_SAFE_NO_PAD.encode(random.bytes::<32>())))
    }

    /// A token as somebody presented it. Nothing is known of it yet.
    pub fn presented(text: &str) -> Self {
        Self(Secret::new(text.to_owned()))
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// What may be stored and looked up. SHA-256 is enough: the token has 256 bits of its own.
    pub fn hashed(&self) -> Hashed {
        Hashed(URL_SAFE_NO_PAD.encode(Sha256::digest(self.expose().as_bytes())))
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token]")
    }
}

/// The SHA-256 of a bearer token, base64url: the only form of it that reaches a database.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hashed(String);

impl Hashed {
    /// From a column of the database.
    pub fn stored(text: String) -> Self {
        Self(text)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Hashed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}

/// Whether two byte strings are equal, in a time that depends on their lengths alone.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;

    #[test]
    fn secrets_do_not_print_themselves() {
        let token = Plain::mint(&SeededRandom::new(7));
        let shown = format!("{token:?} {:?} {:?}", token.hashed(), Secret::new("hunter2".to_owned()));
        assert_eq!(shown, "[token] [hash] [secret]");
    }

    #[test]
    fn a_token_and_its_hash_belong_together() {
        let token = Plain::mint(&SeededRandom::new(7));
        assert_eq!(Plain::presented(token.expose()).hashed(), token.hashed());
        assert_ne!(Plain::presented("other").hashed(), token.hashed());
        assert!(equal(b"a", b"a") && !equal(b"a", b"b") && !equal(b"a", b"ab"));
    }
}
