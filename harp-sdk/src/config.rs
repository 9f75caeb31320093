//! What an application says about itself and its provider; parsed once, by [`crate::Harp::new`].

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use harp_core::kernel::random::{Random, SystemRandom};
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, SystemClock};
use sha2::{Digest as _, Sha256};
use url::{Host, Url};

use crate::cookie_secret::CookieSecrets;
use crate::error::ConfigError;
use crate::local::LocalPath;
use crate::signed_out::{MemorySignedOut, SignedOut};

/// What the provider registered for this application, and the secrets of its cookies. All of it is required.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The provider: `https://harp.example.org`. Compared byte for byte with what the provider says of itself.
    pub issuer: String,
    /// As the provider registered it.
    pub client_id: String,
    /// The one that the provider told once, at the registration.
    pub client_secret: Secret<String>,
    /// Where browsers find this application: `https://files.example.org`, without a path.
    pub base_url: String,
    /// One or several: [`CookieSecrets`].
    pub cookie_secrets: CookieSecrets,
}

/// How long a session of this application lives. How soon it follows what the provider says of the person is
/// another number: [`Config::fresh_for`].
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

/// What a session is good for while the provider cannot say whether it still counts, once [`Config::fresh_for`] is over.
/// Whatever is chosen here, nothing is changed for anybody. A session that the provider has ended stays ended
/// wherever that is known: [`crate::SignedOut`] holds it, for one process or for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenAway {
    /// For nothing: a page with status 503 says that the sign-in service cannot be reached.
    Refuse,
    /// For reading (the safe methods of RFC 9110 §9.2.1) until this long after the provider last confirmed it. Whoever
    /// lost a role meanwhile goes on reading for that time: [`crate::Session::confirmed`] lets a page say how old it is.
    ReadFor(Duration),
}

/// How old what the provider said may be, and what then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Freshness {
    pub fresh_for: Duration,
    pub when_away: WhenAway,
}

/// A [`Registration`] and everything that has a default.
#[derive(Debug, Clone)]
pub struct Config {
    pub(crate) registration: Registration,
    pub(crate) lifetime: Lifetime,
    pub(crate) freshness: Freshness,
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
    /// With every default.
    pub fn new(registration: Registration) -> Config {
        Config {
            registration,
            lifetime: Lifetime::default(),
            freshness: Freshness { fresh_for: Duration::from_secs(5 * 60), when_away: WhenAway::Refuse },
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

    /// How long a session of this application lives. Default: 15 minutes idle, one hour in all.
    pub fn lifetime(mut self, lifetime: Lifetime) -> Config {
        self.lifetime = lifetime;
        self
    }

    /// The longest that identity and roles are believed without asking the provider: THE bound after which a role that
    /// ended, an account that was locked and a sign-out at the provider are felt here. Then the next request renews them
    /// from the userinfo endpoint, once however many requests there are. Default: 5 minutes. Zero asks at every request.
    pub fn fresh_for(mut self, fresh_for: Duration) -> Config {
        self.freshness.fresh_for = fresh_for;
        self
    }

    /// What happens when that bound is over and the provider does not answer. Default: [`WhenAway::Refuse`].
    pub fn when_away(mut self, when_away: WhenAway) -> Config {
        self.freshness.when_away = when_away;
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

    /// The longest that one request to the provider may take, its answer included. Default: 10 seconds. Somebody who is
    /// signed in waits no longer than 3 for a renewal.
    pub fn timeout(mut self, timeout: Duration) -> Config {
        self.timeout = timeout;
        self
    }

    /// Where the time comes from. Provider and application may differ by a minute.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Config {
        self.clock = clock;
        self
    }

    /// Where randomness comes from. For tests.
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
    use crate::cookie_secret::CookieSecret;

    fn place(issuer: &str, base_url: &str) -> Result<Place, ConfigError> {
        Place::parse(&Config::new(Registration {
            issuer: issuer.into(),
            client_id: "mft".into(),
            client_secret: Secret::new("s".into()),
            base_url: base_url.into(),
            cookie_secrets: CookieSecret::from_bytes([7; 32]).into(),
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
}
