//! Cookies that HARP sets: opaque, HttpOnly, Lax, and under https `__Host-` and Secure (SP 800-63B-4 §5.1).

use std::time::Duration;

use harp_core::kernel::secret::Plain;
use http::{HeaderMap, HeaderValue};

use super::edge::Edge;
use crate::protocol::cookie::find;

/// The signed-in session.
pub const SESSION: &str = "session";
/// By which accounts know this browser after a complete sign-in, and give it an attempt budget of its own (P15). It opens nothing.
pub const KNOWN: &str = "known";
/// A random secret of this browser, to which forms are bound (CSRF).
pub const BROWSER: &str = "browser";

/// How long a cookie is kept.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// Until the browser closes.
    Browser,
    For(Duration),
}

/// The full name: `__Host-` under https, so that neither a neighbouring host nor plain http can set it.
pub fn name(edge: &Edge, base: &str) -> String {
    if edge.is_secure() { format!("__Host-harp_{base}") } else { format!("harp_{base}") }
}

/// The cookie, if the browser sent exactly one of that name. Two mean that somebody else set one: neither counts.
pub fn read(edge: &Edge, headers: &HeaderMap, base: &str) -> Option<Plain> {
    find(headers, &name(edge, base)).ok().flatten()
}

pub fn set(edge: &Edge, base: &str, value: &str, keep: Keep) -> HeaderValue {
    let age = match keep {
        Keep::Browser => String::new(),
        Keep::For(life) => format!("; Max-Age={}", life.as_secs()),
    };
    header(edge, base, value, &age)
}

pub fn clear(edge: &Edge, base: &str) -> HeaderValue {
    header(edge, base, "", "; Max-Age=0")
}

#[expect(clippy::expect_used, reason = "names are ours and values base64url, dots or ids: all visible ASCII")]
fn header(edge: &Edge, base: &str, value: &str, age: &str) -> HeaderValue {
    let secure = if edge.is_secure() { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", name(edge, base));
    HeaderValue::try_from(text).expect("a cookie of ours is a header value")
}

#[cfg(test)]
mod tests {
    use super::*;
    use url::Url;

    #[test]
    fn under_https_a_cookie_is_bound_to_its_host() {
        let edge = Edge::new(Url::parse("https://id.example").unwrap(), vec![]);
        let set = set(&edge, SESSION, "abc", Keep::Browser);
        assert_eq!(set, "__Host-harp_session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
        let plain = Edge::new(Url::parse("http://localhost:8080").unwrap(), vec![]);
        assert_eq!(clear(&plain, SESSION), "harp_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
