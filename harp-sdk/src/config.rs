//! What an application says about itself and its provider; parsed once, by [`crate::Harp::new`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use harp_core::kernel::random::{Random, SystemRandom};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, SystemClock};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::error::ConfigError;
use crate::local::LocalPath;
use crate::signed_out::{MemorySignedOut, SignedOut};

/// What the provider registered for this application, and the secret of its cookies. All of it is required.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The provider: `https://harp.example.org`. Compared byte for byte with what the provider says of itself.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret<String>,
    /// Where browsers find this application: `https://files.example.org`, without a path.
    pub base_url: String,
    pub cookie_secret: CookieSecret,
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

/// How long a session of this application lives. Roles in it are those of the sign-in, so `absolute` is also the
/// longest that a revoked role still works here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// Without a request for this long, it ends. Counted in steps of a minute.
    pub idle: Duration,
    /// It ends this long after the sign-in, whatever happens.
    pub absolute: Duration,
}

impl Default for Lifetime {
    /// 15 minutes idle, one hour in all: while the session at the provider lives, the next sign-in is silent.
    fn default() -> Self {
        Lifetime { idle: Duration::from_secs(15 * 60), absolute: Duration::from_secs(60 * 60) }
    }
}

/// A [`Registration`] and everything that has a default.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) registration: Registration,
    pub(crate) lifetime: Lifetime,
    pub(crate) scopes: Vec<String>,
    pub(crate) after_sign_out: String,
    pub(crate) trusted: Vec<Vec<u8>>,
    pub(crate) addresses: Vec<(String, SocketAddr)>,
    pub(crate) timeout: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) signed_out: Arc<dyn SignedOut>,
}

impl Config {
    pub fn new(registration: Registration) -> Config {
        Config {
            registration,
            lifetime: Lifetime::default(),
            scopes: ["profile", "email", "roles"].map(ToOwned::to_owned).into(),
            after_sign_out: "/".to_owned(),
            trusted: Vec::new(),
            addresses: Vec::new(),
            timeout: Duration::from_secs(10),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            signed_out: Arc::new(MemorySignedOut::default()),
        }
    }

    pub fn lifetime(mut self, lifetime: Lifetime) -> Config {
        self.lifetime = lifetime;
        self
    }

    /// Scopes beside `openid`. Default: `profile email roles`; without `roles` the provider tells none.
    pub fn scopes(mut self, scopes: &[&str]) -> Config {
        self.scopes = scopes.iter().map(|s| (*s).to_owned()).collect();
        self
    }

    /// The path that the provider sends people to after they signed out; to be registered there as
    /// post-logout redirect URI. Default: `/`.
    pub fn after_sign_out(mut self, path: &str) -> Config {
        self.after_sign_out = path.to_owned();
        self
    }

    /// Trusts one more certificate authority (PEM) beside the public ones when talking to the provider.
    pub fn trust_certificate(mut self, pem: &[u8]) -> Config {
        self.trusted.push(pem.to_vec());
        self
    }

    /// Reaches the provider's host at this address instead of asking DNS.
    pub fn reach(mut self, host: &str, at: SocketAddr) -> Config {
        self.addresses.push((host.to_owned(), at));
        self
    }

    /// The longest that one request to the provider may take, its answer included. Default: 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Config {
        self.timeout = timeout;
        self
    }

    /// Where the time comes from. Provider and application may differ by a minute.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Config {
        self.clock = clock;
        self
    }

    pub fn random(mut self, random: Arc<dyn Random>) -> Config {
        self.random = random;
        self
    }

    /// Where signed-out sessions are remembered. Default: in this process. Give a shared one when there is more
    /// than one node, or when a sign-out must outlive a restart.
    pub fn signed_out(mut self, signed_out: Arc<dyn SignedOut>) -> Config {
        self.signed_out = signed_out;
        self
    }
}

/// Where everything is, checked.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Exactly as given: issuers are compared as strings (RFC 9207 §2.4).
    pub issuer: String,
    pub client_id: String,
    /// Without a trailing slash.
    pub base: String,
    pub secure: bool,
    pub after_sign_out: LocalPath,
    /// Ten hexadecimal digits of issuer and client id: ports do not separate cookies, their names must.
    pub tag: String,
}

impl Place {
    pub fn parse(config: &Config) -> Result<Place, ConfigError> {
        let registration = &config.registration;
        checked(&registration.issuer)?;
        let base = checked(&registration.base_url)?;
        if base.path() != "/" {
            return Err(ConfigError::BaseWithPath(registration.base_url.clone()));
        }
        let id = &registration.client_id;
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ConfigError::ClientId);
        }
        let after_sign_out = LocalPath::parse(&config.after_sign_out)
            .ok_or_else(|| ConfigError::Path(config.after_sign_out.clone()))?;
        let digest =
            Sha256::new().chain_update(&registration.issuer).chain_update([0]).chain_update(id).finalize();
        Ok(Place {
            issuer: registration.issuer.clone(),
            client_id: id.clone(),
            secure: base.scheme() == "https",
            base: base.origin().ascii_serialization(),
            after_sign_out,
            tag: digest.iter().take(5).map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn checked(text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|_| ConfigError::NotAUrl(text.to_owned()))?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(ConfigError::Cluttered(text.to_owned()));
    }
    if is_safe(&url) { Ok(url) } else { Err(ConfigError::Insecure(text.to_owned())) }
}

/// `https`, or `http` to this very machine.
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(issuer: &str, base_url: &str) -> Result<Place, ConfigError> {
        Place::parse(&Config::new(Registration {
            issuer: issuer.into(),
            client_id: "mft".into(),
            client_secret: Secret::new("s".into()),
            base_url: base_url.into(),
            cookie_secret: CookieSecret::from_bytes([7; 32]),
        }))
    }

    #[test]
    fn http_is_for_loopback_only() {
        assert!(place("http://localhost:8080", "http://127.0.0.1:8081").is_ok());
        assert!(place("https://harp.test", "https://files.test").unwrap().secure);
        assert_eq!(
            place("http://harp.test", "https://f.test").err(),
            Some(ConfigError::Insecure("http://harp.test".into()))
        );
        assert!(matches!(
            place("http://localhost.evil.test", "https://f.test"),
            Err(ConfigError::Insecure(_))
        ));
        assert!(matches!(place("https://harp.test", "http://files.test"), Err(ConfigError::Insecure(_))));
        assert!(matches!(place("https://a@harp.test", "https://f.test"), Err(ConfigError::Cluttered(_))));
        assert!(matches!(
            place("https://harp.test", "https://f.test/app"),
            Err(ConfigError::BaseWithPath(_))
        ));
    }

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
}
