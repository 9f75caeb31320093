//! The issuer: the one setting from which every URL that HARP writes is made, never from a `Host` header.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An issuer identifier (OpenID Connect Discovery §3, RFC 8414 §2): `https`, no query, no fragment.
/// `http` only on loopback. Kept without a trailing slash, and compared as a string (RFC 9207 §2.4).
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer {
    text: String,
    /// Bytes of `text` that are its origin.
    origin: usize,
}

/// Why a text is not an issuer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum IssuerFault {
    #[error("`{0}` is not an absolute URL")]
    NotAUrl(String),
    #[error("`{0}` must begin with https://; http:// is for localhost only")]
    Insecure(String),
    #[error("`{0}` may have no user, query or fragment")]
    Extra(String),
    #[error("write it as `{0}`")]
    NotNormal(String),
}

impl Issuer {
    pub fn parse(text: &str) -> Result<Issuer, IssuerFault> {
        let refused = |fault: fn(String) -> IssuerFault| Err(fault(text.chars().take(200).collect()));
        let Ok(url) = Url::parse(text) else { return refused(IssuerFault::NotAUrl) };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return refused(IssuerFault::Insecure),
        }
        let extra = url.query().is_some() || url.fragment().is_some();
        if extra || !url.username().is_empty() || url.password().is_some() {
            return refused(IssuerFault::Extra);
        }
        let normal = url.as_str().trim_end_matches('/');
        if normal != text {
            return Err(IssuerFault::NotNormal(normal.to_owned()));
        }
        let origin = url.origin().ascii_serialization().len();
        Ok(Issuer { text: text.to_owned(), origin })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL of a path below the issuer; `path` begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// `https://harp.example`, to compare with an `Origin` header.
    pub fn origin(&self) -> &str {
        self.text.get(..self.origin).unwrap_or(&self.text)
    }

    /// The path below which everything is served; empty for most.
    pub fn path(&self) -> &str {
        self.text.get(self.origin..).unwrap_or("")
    }

    /// Whether it is served over TLS, and with it `Secure` and `__Host-` cookies and HSTS.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Issuer {
    type Error = IssuerFault;
    fn try_from(text: String) -> Result<Self, IssuerFault> {
        Issuer::parse(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> String {
        issuer.text
    }
}

/// Whether the URL's host is this machine: `localhost`, 127.0.0.0/8 or ::1.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_this_machine() {
        for good in [
            "https://harp.example",
            "https://harp.example:8443/one",
            "http://localhost:8080",
            "http://[::1]:1",
        ] {
            assert_eq!(Issuer::parse(good).map(|i| i.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "harp.example",
            "http://harp.example",
            "http://localhost.example",
            "ftp://localhost",
            "https://harp.example?x",
            "https://harp.example/#",
            "https://a:b@harp.example",
            "javascript:alert(1)",
            "",
        ] {
            assert!(Issuer::parse(bad).is_err(), "{bad}");
        }
        let fault = Issuer::parse("https://HARP.example:443/").unwrap_err();
        assert_eq!(fault, IssuerFault::NotNormal("https://harp.example".to_owned()));
    }

    #[test]
    fn urls_hang_below_the_issuer() {
        let issuer = Issuer::parse("https://harp.example:8443/one").unwrap();
        assert_eq!(issuer.url("/token"), "https://harp.example:8443/one/token");
        assert_eq!((issuer.origin(), issuer.path()), ("https://harp.example:8443", "/one"));
    }
}
