//! Forms that only our own pages can post: a token bound to a secret of this browser, and the browser's own word
//! on where the form stood (`Sec-Fetch-Site`, `Origin`).

use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Plain;
use harp_core::vault::Vault;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::cookie::{self, Keep};
use super::edge::Edge;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What its fingerprint is for.
const PURPOSE: &str = "csrf";

/// This browser's secret, and the cookie to set if it has none yet.
#[derive(Debug)]
pub struct Browser {
    secret: Plain,
    pub set_cookie: Option<HeaderValue>,
}

impl Browser {
    pub fn of(edge: &Edge, headers: &HeaderMap, random: &dyn Random) -> Browser {
        match cookie::read(edge, headers, cookie::BROWSER) {
            Some(secret) => Browser { secret, set_cookie: None },
            None => {
                let secret = Plain::mint(random);
                let set = cookie::set(edge, cookie::BROWSER, secret.expose(), Keep::Browser);
                Browser { secret, set_cookie: Some(set) }
            }
        }
    }

    /// What goes into each form.
    pub fn token(&self, vault: &Vault) -> String {
        vault.fingerprint(PURPOSE, self.secret.expose())
    }

    /// Whether the form was ours: the token fits the cookie, and the browser does not say otherwise.
    pub fn accepts(&self, vault: &Vault, token: &str, (edge, headers): (&Edge, &HeaderMap)) -> bool {
        self.set_cookie.is_none()
            && vault.fingerprint_is(token, PURPOSE, self.secret.expose())
            && same_site(edge, headers)
    }
}

fn same_site(edge: &Edge, headers: &HeaderMap) -> bool {
    // `none`: typed or bookmarked, which no form is; an old browser says nothing at all.
    let fetched = headers.get(SEC_FETCH_SITE).is_none_or(|v| v == "same-origin");
    // Under `Referrer-Policy: no-referrer` browsers send `Origin: null` with a form of the same origin.
    let origin = headers.get(ORIGIN).is_none_or(|v| *v == *edge.origin() || v == "null");
    fetched && origin
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::random::SeededRandom;
    use harp_core::kernel::secret::Secret;
    use harp_core::vault::RootKey;
    use url::Url;

    #[test]
    fn a_form_from_elsewhere_is_refused() {
        let edge = Edge::new(Url::parse("http://localhost:8080").unwrap(), vec![]);
        let vault = Vault::new(RootKey { kid: "k".into(), key: Secret::new([1; 32]) }, vec![]);
        let random = SeededRandom::new(1);
        let fresh = Browser::of(&edge, &HeaderMap::new(), &random);
        let pair = fresh.set_cookie.as_ref().unwrap().to_str().unwrap().split(';').next().unwrap().to_owned();
        let with = |extra: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::from_iter([(http::header::COOKIE, pair.parse().unwrap())]);
            for (name, value) in extra {
                headers.insert(*name, value.parse().unwrap());
            }
            headers
        };
        let accepts = |headers: &HeaderMap, token: &str| {
            Browser::of(&edge, headers, &random).accepts(&vault, token, (&edge, headers))
        };
        let token = fresh.token(&vault);
        assert!(accepts(&with(&[]), &token));
        assert!(accepts(&with(&[("sec-fetch-site", "same-origin"), ("origin", "null")]), &token));
        assert!(!accepts(&with(&[("sec-fetch-site", "cross-site")]), &token));
        assert!(!accepts(&with(&[("sec-fetch-site", "same-site")]), &token));
        assert!(!accepts(&with(&[("origin", "https://evil.example")]), &token));
        assert!(!accepts(&with(&[]), ""));
        assert!(!accepts(&HeaderMap::new(), &token), "a token without the browser's secret is nothing");
    }
}
