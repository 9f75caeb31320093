//! Where an answer may be sent: redirect URIs, their registration, their proof, and the redirect itself.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Url, form_urlencoded};

use super::issuer::is_loopback;
use super::params;

/// Where an application runs (OpenID Connect Dynamic Client Registration §2, `application_type`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationType {
    #[default]
    Web,
    /// On the person's own machine: may use a scheme of its own, or any port of the loopback interface (RFC 8252).
    Native,
}

/// A registered redirect URI, also of the post-logout kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri(String);

/// Why a redirect URI may not be registered.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RedirectFault {
    #[error("it is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("it is not an absolute URI")]
    NotAbsolute,
    #[error("it has a character that a URI may not have")]
    BadCharacter,
    #[error("`*` matches nothing but itself: every redirect URI is registered in full")]
    Wildcard,
    #[error("it has a fragment")]
    Fragment,
    #[error("it has a user or a password")]
    User,
    #[error("its host is not a name or an address")]
    Host,
    #[error("http is for this machine only: use https")]
    Insecure,
    #[error("the scheme `{0}` may not be used")]
    Scheme(String),
    #[error("its query has `{0}`, which the answer adds")]
    Reserved(String),
    #[error("write it as browsers do: `{0}`")]
    NotNormal(String),
}

impl RedirectUri {
    const MAX: usize = 2048;

    /// Checks a URI for registration: absolute, without fragment (RFC 6749 §3.1.2), `https` or `http` on loopback,
    /// for a native application also a scheme that is a reversed domain name (RFC 8252 §7.1). It must be written as a
    /// browser writes it, so that what is compared here and what is visited there cannot differ.
    pub fn register(text: &str, kind: ApplicationType) -> Result<RedirectUri, RedirectFault> {
        if text.len() > Self::MAX {
            return Err(RedirectFault::TooLong { max: Self::MAX });
        }
        // RFC 3986 §2: what is not in this list never stands in a URI unescaped.
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&b);
        if !text.bytes().all(legal) {
            return Err(RedirectFault::BadCharacter);
        }
        if text.contains('#') {
            return Err(RedirectFault::Fragment);
        }
        if text.contains('*') {
            return Err(RedirectFault::Wildcard);
        }
        let url = Url::parse(text).map_err(|_| RedirectFault::NotAbsolute)?;
        scheme(&url, kind)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectFault::User);
        }
        // A URL parser takes `m't.example` and `a;b.example` as well: in a policy header they would mean something else.
        let named = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
        if !url.host_str().unwrap_or("").bytes().all(named) {
            return Err(RedirectFault::Host);
        }
        // A host alone may be written without its `/`.
        if url.as_str() != text && url.as_str().strip_suffix('/') != Some(text) {
            return Err(RedirectFault::NotNormal(url.into()));
        }
        let asked = form_urlencoded::parse(url.query().unwrap_or("").as_bytes());
        match asked.map(|(name, _)| name).find(|name| RESERVED.contains(&name.as_ref())) {
            Some(name) => Err(RedirectFault::Reserved(name.into_owned())),
            None => Ok(RedirectUri(text.to_owned())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request may ask for `asked`: only as exactly this string (RFC 9700 §2.1, §4.1.3). For a native
    /// application on loopback the port, and nothing else, may differ (RFC 8252 §7.3).
    fn allows(&self, asked: &str, kind: ApplicationType) -> bool {
        if self.0 == asked {
            return true;
        }
        let (ApplicationType::Native, Some(mine), Some(theirs)) = (kind, portless(&self.0), portless(asked))
        else {
            return false;
        };
        mine == theirs && RedirectUri::register(asked, kind).is_ok()
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// From a database, where only registered ones are.
impl TryFrom<String> for RedirectUri {
    type Error = RedirectFault;
    fn try_from(text: String) -> Result<Self, RedirectFault> {
        RedirectUri::register(&text, ApplicationType::Native)
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> String {
        uri.0
    }
}

/// A URI that a request asked for and that its client has registered: the only thing that an answer can be sent to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProvenRedirect(String);

impl ProvenRedirect {
    /// Proves `asked` against what the client has registered; `None` when it is not among them.
    pub fn prove(asked: &str, registered: &[RedirectUri], kind: ApplicationType) -> Option<ProvenRedirect> {
        let known = registered.iter().any(|uri| uri.allows(asked, kind));
        known.then(|| ProvenRedirect(asked.to_owned()))
    }

    /// What was asked for, to the byte: the token request must repeat it (RFC 6749 §4.1.3).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with these parameters added to its query, which is kept (RFC 6749 §3.1.2).
    pub fn with<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
        let added = params::encode(pairs);
        let joint = match self.0.split_once('?') {
            _ if added.is_empty() => "",
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{joint}{added}", self.0)
    }

    /// Its source expression for a Content-Security-Policy: a browser applies `form-action` to the redirect after a
    /// form as well, so the page that leads here has to name it.
    pub fn csp_source(&self) -> String {
        let (scheme, rest) = self.0.split_once(':').unwrap_or_default();
        let authority = rest.strip_prefix("//").unwrap_or(rest).split(['/', '?']).next().unwrap_or_default();
        match scheme {
            // A host-source cannot be an IPv6 address (CSP Level 3 §2.3.1): then the scheme has to do.
            "https" | "http" if !authority.starts_with('[') => format!("{scheme}://{authority}"),
            _ => format!("{scheme}:"),
        }
    }
}

/// What an authorization response adds (RFC 6749 §4.1.2, RFC 9207, OpenID Connect): present before, it would be double.
const RESERVED: [&str; 13] = [
    "code",
    "state",
    "iss",
    "error",
    "error_description",
    "error_uri",
    "response",
    "id_token",
    "access_token",
    "token_type",
    "expires_in",
    "scope",
    "session_state",
];

fn scheme(url: &Url, kind: ApplicationType) -> Result<(), RedirectFault> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(RedirectFault::Insecure),
        // The dot keeps out `javascript`, `data`, `file` and every other scheme that a browser knows.
        own if kind == ApplicationType::Native && own.contains('.') && !url.cannot_be_a_base() => Ok(()),
        other => Err(RedirectFault::Scheme(other.to_owned())),
    }
}

/// A loopback URI as its host and what follows its port.
fn portless(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["localhost", "127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = rest.strip_prefix(host)?;
    let (port, tail) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let digits = port.strip_prefix(':').unwrap_or("0");
    let is_port = (port.is_empty() || port.starts_with(':')) && digits.bytes().all(|b| b.is_ascii_digit());
    (is_port && digits.parse::<u16>().is_ok()).then_some((host, tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ApplicationType::{Native, Web};
    use proptest::prelude::*;

    #[test]
    fn ordinary_uris_are_registered_as_they_are() {
        for (kind, good) in [
            (Web, "https://mft.example/callback"),
            (Web, "https://mft.example:8443/callback?dummy1=lorem&dummy2=ipsum"),
            (Web, "https://mft.example"),
            (Web, "http://localhost:8081/auth/callback"),
            (Web, "https://localhost:8443/test/a/harp/callback"),
            (Native, "http://127.0.0.1/callback"),
            (Native, "http://[::1]:5000/"),
            (Native, "com.example.app:/oauth2redirect"),
        ] {
            assert_eq!(RedirectUri::register(good, kind).map(String::from), Ok(good.to_owned()));
        }
    }

    #[test]
    fn hostile_uris_are_refused() {
        for bad in [
            "",
            "/callback",
            "//mft.example/callback",
            "mft.example/callback",
            "https:mft.example/callback",
            "https:///mft.example",
            "https://mft.example/callback#",
            "https://mft.example/callback#f",
            "https://*.example/callback",
            "https://mft.example/*",
            "https://mft.example@evil.example/",
            "https://mft'.example/callback",
            "https://mft.example;script-src/callback",
            "https://mft.example,evil.example/callback",
            "https://mft.example\\@evil.example/",
            "https://mft.example/../callback",
            "https://mft.example/%2e%2e/callback",
            "https://MFT.example/callback",
            "https://mft.example:443/callback",
            "https://mft.example/call\tback",
            "https://mft.example/call\nback",
            " https://mft.example/callback",
            "https://mft.exämple/callback",
            "https://mft.example/callback?code=1",
            "https://mft.example/callback?%63ode=1",
            "https://mft.example/callback?state=1",
            "http://mft.example/callback",
            "http://localhost.evil.example/",
            "http://0x7f.1/",
            "http://2130706433/",
            "javascript:alert(1)",
            "javascript://mft.example/%0aalert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "blob:https://mft.example/x",
            "urn:ietf:wg:oauth:2.0:oob",
            "com.example.app:/oauth2redirect",
        ] {
            assert!(RedirectUri::register(bad, Web).is_err(), "{bad:?}");
        }
        for bad in ["myapp:/x", "javascript:/x", "com.example.app:x", "http://192.168.0.1/"] {
            assert!(RedirectUri::register(bad, Native).is_err(), "{bad:?}");
        }
        assert!(RedirectUri::register(&format!("https://a.example/{}", "a".repeat(2048)), Web).is_err());
    }

    #[test]
    fn only_the_very_same_string_is_proven() {
        let registered = [RedirectUri::register("https://mft.example/callback", Web).unwrap()];
        let prove = |asked| ProvenRedirect::prove(asked, &registered, Web);
        assert!(prove("https://mft.example/callback").is_some());
        for other in [
            "https://mft.example/callback/",
            "https://mft.example/callback?x=1",
            "https://mft.example/Callback",
            "https://mft.example:443/callback",
            "https://mft.example/a/../callback",
            "https://mft.example/callback ",
            "",
        ] {
            assert!(prove(other).is_none(), "{other}");
        }
    }

    #[test]
    fn only_a_native_application_may_choose_its_port() {
        let registered = [RedirectUri::register("http://127.0.0.1/callback", Native).unwrap()];
        let prove = |asked, kind| ProvenRedirect::prove(asked, &registered, kind).is_some();
        assert!(prove("http://127.0.0.1:49152/callback", Native));
        assert!(!prove("http://127.0.0.1:49152/callback", Web));
        for other in [
            "http://127.0.0.1:49152/other",
            "http://localhost:49152/callback",
            "http://127.0.0.1:99999/callback",
            "http://127.0.0.1:80/callback",
            "http://127.0.0.1:1@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "https://127.0.0.1:49152/callback",
        ] {
            assert!(!prove(other, Native), "{other}");
        }
    }

    #[test]
    fn the_query_is_kept_and_the_answer_is_added() {
        for (uri, expected) in [
            ("https://a.example/cb", "https://a.example/cb?state=a+b%26c"),
            ("https://a.example/cb?", "https://a.example/cb?state=a+b%26c"),
            ("https://a.example/cb?x=1", "https://a.example/cb?x=1&state=a+b%26c"),
            ("https://a.example/cb?x=1&", "https://a.example/cb?x=1&state=a+b%26c"),
        ] {
            let proven = ProvenRedirect(uri.to_owned());
            assert_eq!(proven.with([("state", "a b&c")]), expected);
            assert_eq!(proven.with([]), uri);
        }
    }

    #[test]
    fn a_csp_source_is_an_origin_or_a_scheme() {
        let source = |uri: &str| ProvenRedirect(uri.to_owned()).csp_source();
        assert_eq!(source("https://a.example:1/cb?x"), "https://a.example:1");
        assert_eq!(source("https://a.example?x=//b"), "https://a.example");
        assert_eq!(source("com.example.app:/cb"), "com.example.app:");
        assert_eq!(source("http://[::1]:5000/cb"), "http:");
    }

    proptest! {
        #[test]
        fn what_is_registered_is_what_a_browser_visits(text in "(https?|com\\.a|javascript)://?[a-z.:@\\[\\]0-9]{0,12}[/?#&=%a-z.\\\\]{0,12}") {
            if let Ok(uri) = RedirectUri::register(&text, Native) {
                let url = Url::parse(uri.as_str()).unwrap();
                let with_slash = format!("{text}/");
                prop_assert!(url.as_str() == text || url.as_str() == with_slash);
                let proven = ProvenRedirect::prove(&text, &[uri], Web).unwrap();
                let sent = Url::parse(&proven.with([("code", "x&=#?"), ("iss", "https://h")])).unwrap();
                prop_assert_eq!(sent.origin().ascii_serialization(), url.origin().ascii_serialization());
                prop_assert_eq!((sent.path(), sent.fragment()), (url.path(), None));
                let codes: Vec<_> = sent.query_pairs().filter(|(n, _)| n == "code").map(|(_, v)| v.into_owned()).collect();
                prop_assert_eq!(codes, vec!["x&=#?".to_owned()]);
            }
        }
    }
}
