//! Sealed cookies: AES-256-GCM, bound to the cookie's name, the provider and the application.

use std::fmt;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit as _, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::equal;
use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::config::Place;
use crate::cookie_secret::{CookieSecret, CookieSecrets};
use crate::error::{ConfigError, SealError};

/// Browsers keep 4096 bytes of name, value and attributes.
pub(crate) const COOKIE_LIMIT: usize = 3900;

pub(crate) struct Sealer {
    /// Seals.
    first: Keys,
    /// Open, and seal no more.
    former: Vec<Keys>,
    /// Whose cookies these are.
    context: String,
}

struct Keys {
    cipher: Aes256Gcm,
    tokens: Hmac<Sha256>,
}

/// Which secret a cookie was sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SealedBy {
    First,
    Former,
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer")
    }
}

impl Sealer {
    pub fn new(secrets: &CookieSecrets, place: &Place) -> Result<Sealer, ConfigError> {
        Ok(Sealer {
            first: Keys::of(&secrets.first)?,
            former: secrets.former.iter().map(Keys::of).collect::<Result<_, _>>()?,
            // Neither an issuer nor a client id contains a line break.
            context: format!("{}\n{}", place.issuer, place.client_id),
        })
    }

    /// base64url of nonce and ciphertext; an error when it does not fit into a cookie.
    pub fn seal<T: Serialize>(
        &self,
        value: &T,
        name: &str,
        random: &dyn Random,
    ) -> Result<String, SealError> {
        let plain = Zeroizing::new(serde_json::to_vec(value).map_err(|_| SealError::Cipher)?);
        let nonce: [u8; 12] = random.bytes();
        let aad = self.bound_to(name);
        let payload = Payload { msg: &plain, aad: aad.as_bytes() };
        let text = self.first.cipher.encrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Cipher)?;
        let sealed = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &text].concat());
        let size = name.len() + sealed.len();
        if size > COOKIE_LIMIT { Err(SealError::TooBig(size)) } else { Ok(sealed) }
    }

    /// `None`: not ours, not this cookie's, or changed.
    pub fn open<T: DeserializeOwned>(&self, sealed: &str, name: &str) -> Option<T> {
        self.open_by(sealed, name).map(|(value, _)| value)
    }

    /// The same, and which secret sealed it.
    pub fn open_by<T: DeserializeOwned>(&self, sealed: &str, name: &str) -> Option<(T, SealedBy)> {
        if sealed.len() > COOKIE_LIMIT {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, text) = bytes.split_first_chunk::<12>()?;
        let aad = self.bound_to(name);
        let (plain, by) = self.all().find_map(|(keys, by)| {
            let payload = Payload { msg: text, aad: aad.as_bytes() };
            let plain = keys.cipher.decrypt(&Nonce::from(*nonce), payload).ok()?;
            Some((Zeroizing::new(plain), by))
        })?;
        serde_json::from_slice(&plain).ok().map(|value| (value, by))
    }

    /// The token that the forms of one session carry.
    pub fn form_token(&self, session: &str) -> String {
        self.token_by(&self.first, session)
    }

    /// A form that was shown before the secrets were rotated may still be sent.
    pub fn is_form_token(&self, token: &str, session: &str) -> bool {
        self.all().any(|(keys, _)| equal(token.as_bytes(), self.token_by(keys, session).as_bytes()))
    }

    fn all(&self) -> impl Iterator<Item = (&Keys, SealedBy)> {
        let former = self.former.iter().map(|keys| (keys, SealedBy::Former));
        std::iter::once((&self.first, SealedBy::First)).chain(former)
    }

    fn token_by(&self, keys: &Keys, session: &str) -> String {
        let tokens = keys.tokens.clone();
        let tag = tokens.chain_update(&self.context).chain_update("\n").chain_update(session).finalize();
        URL_SAFE_NO_PAD.encode(tag.into_bytes())
    }

    fn bound_to(&self, name: &str) -> String {
        format!("{name}\n{}", self.context)
    }
}

impl Keys {
    fn of(secret: &CookieSecret) -> Result<Keys, ConfigError> {
        let root = Hkdf::<Sha256>::new(Some(b"harp-sdk v1"), secret.expose());
        let key = derived(&root, b"cookies")?;
        let tokens = derived(&root, b"form tokens")?;
        Ok(Keys {
            cipher: Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key)),
            tokens: Hmac::new_from_slice(tokens.as_slice()).map_err(|_| ConfigError::CookieSecret)?,
        })
    }
}

fn derived(root: &Hkdf<Sha256>, purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
    let mut key = Zeroizing::new([0; 32]);
    root.expand(purpose, key.as_mut_slice()).map_err(|_| ConfigError::CookieSecret)?;
    Ok(key)
}
