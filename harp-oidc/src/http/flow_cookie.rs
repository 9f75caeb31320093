//! The sign-in or registration that a page belongs to. The address names it (`?flow=label`), a sealed cookie of
//! that label holds it, so that two tabs do not disturb each other and nothing secret stands in an address.

use std::time::Duration;

use harp_core::kernel::assurance::Method;
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::Timestamp;
use harp_core::vault::{Place, Sealed, Vault};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

use super::cookie::{self, Keep};
use super::edge::Edge;

/// A registration may rest for a day; so may its cookie.
const LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// What a browser is in the middle of.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FlowState {
    /// The application's request that waits for this sign-in: to be resumed at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
    /// The application's client id: the pages on the way look as it wants them to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// The application's name, for people (F08).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// The origin that a form's redirects may end at: for `form-action`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// Secret of the sign-in whose password was right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_in: Option<String>,
    /// Secret of the step-up whose device was chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_up: Option<String>,
    /// What may be added on the way, since the step-up asks for one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub enrol: Vec<Method>,
    /// Secret of a recovery of a forgotten password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<String>,
    /// Every device was suspended from here, and until then no other can be set up: what the page after it may say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_until: Option<Timestamp>,
    /// A password was set anew from here: what the page after it may say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered_at: Option<Timestamp>,
    /// F01: the version of the terms whose box was ticked at the password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed: Option<String>,
    /// Secret of the registration's draft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// A page of the portal to go to at the end; a path, never a URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The token of what was typed there (P17).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
    /// An account was locked from here, just now: what the page after it may say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked_at: Option<Timestamp>,
}

impl std::fmt::Debug for FlowState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FlowState").field("application", &self.application).finish_non_exhaustive()
    }
}

impl FlowState {
    pub fn sign_in_token(&self) -> Option<Plain> {
        self.sign_in.as_deref().map(Plain::presented)
    }

    pub fn step_up_token(&self) -> Option<Plain> {
        self.step_up.as_deref().map(Plain::presented)
    }

    pub fn recovery_token(&self) -> Option<Plain> {
        self.recovery.as_deref().map(Plain::presented)
    }

    pub fn draft_token(&self) -> Option<Plain> {
        self.draft.as_deref().map(Plain::presented)
    }
}

/// A path of ours that a person may be sent to: local, no scheme, no host, no control characters.
pub fn local_path(text: &str) -> Option<String> {
    let fits = text.starts_with('/')
        && !text.starts_with("//")
        && text.len() <= 300
        && text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    fits.then(|| text.to_owned())
}

/// A label as it stands in an address: twelve characters.
pub fn is_label(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

pub fn new_label(random: &dyn Random) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    random
        .bytes::<12>()
        .into_iter()
        .filter_map(|b| LETTERS.get(usize::from(b & 31)))
        .map(|b| char::from(*b))
        .collect()
}

/// What the cookie of this label holds, if we sealed it under this label.
pub fn read(edge: &Edge, vault: &Vault, headers: &HeaderMap, label: &str) -> Option<FlowState> {
    let sealed = Sealed(cookie::read(edge, headers, &base(label))?.expose().to_owned());
    let opened = vault.open(&sealed, place(label)).ok()?;
    serde_json::from_slice(opened.expose()).ok()
}

pub fn set(
    edge: &Edge,
    vault: &Vault,
    random: &dyn Random,
    (label, state): (&str, &FlowState),
) -> Option<HeaderValue> {
    let json = serde_json::to_vec(state).ok()?;
    let sealed = vault.seal(&json, place(label), random).ok()?;
    Some(cookie::set(edge, &base(label), &sealed.0, Keep::For(LIFE)))
}

/// How many flows one browser may be in the middle of, beside the one at hand.
const MOST: usize = 8;

/// Takes away the oldest flows beyond [`MOST`]: browsers send them first. Without it, abandoned sign-ins, or a page that
/// opens many, would fill the `Cookie` header until no cookie of ours is read any more.
pub fn surplus(edge: &Edge, headers: &HeaderMap, here: Option<&str>) -> Vec<HeaderValue> {
    let prefix = cookie::name(edge, &base(""));
    // Its own scan: it must also work when the header is too long for everything else.
    let pairs = headers.get_all(COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let labels = pairs.filter_map(|pair| pair.trim().strip_prefix(&prefix)?.split('=').next());
    let others: Vec<&str> = labels.filter(|label| is_label(label) && Some(*label) != here).collect();
    let beyond = others.len().saturating_sub(MOST);
    others.into_iter().take(beyond).map(|label| clear(edge, label)).collect()
}

pub fn clear(edge: &Edge, label: &str) -> HeaderValue {
    cookie::clear(edge, &base(label))
}

fn base(label: &str) -> String {
    format!("flow_{label}")
}

fn place(label: &str) -> Place<'_> {
    Place { table: "cookie", column: "flow", row: label }
}

#[cfg(test)]
mod tests {
    use super::*;
    use harp_core::kernel::random::SeededRandom;
    use harp_core::kernel::secret::Secret;
    use harp_core::vault::RootKey;
    use url::Url;

    #[test]
    fn a_flow_is_read_back_under_its_own_label_only() {
        let edge = Edge::new(Url::parse("http://localhost").unwrap(), vec![]);
        let vault = Vault::new(RootKey { kid: "k".into(), key: Secret::new([1; 32]) }, vec![]);
        let random = SeededRandom::new(1);
        let (label, other) = (new_label(&random), new_label(&random));
        assert!(is_label(&label) && label != other);
        let state = FlowState { sign_in: Some("secret".into()), ..FlowState::default() };
        let set = set(&edge, &vault, &random, (&label, &state)).unwrap();
        let pair = set.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = |pair: &str| HeaderMap::from_iter([(http::header::COOKIE, pair.parse().unwrap())]);
        assert_eq!(read(&edge, &vault, &headers(&pair), &label), Some(state));
        let moved = pair.replace(&label, &other);
        assert_eq!(read(&edge, &vault, &headers(&moved), &other), None);
        assert!(!pair.contains("secret="));
    }

    #[test]
    fn many_abandoned_flows_give_way_to_the_newest_however_long_the_header_is() {
        let edge = Edge::new(Url::parse("https://id.example").unwrap(), vec![]);
        let random = SeededRandom::new(2);
        let labels: Vec<String> = (0..20).map(|_| new_label(&random)).collect();
        let pairs: Vec<String> =
            labels.iter().map(|label| format!("__Host-harp_flow_{label}={}", "x".repeat(1500))).collect();
        let headers = HeaderMap::from_iter([(COOKIE, pairs.join("; ").parse().unwrap())]);
        let gone = surplus(&edge, &headers, Some(&labels[0]));
        assert_eq!(gone.len(), 20 - 1 - MOST);
        let names = |label: &String| gone.iter().any(|set| set.to_str().unwrap().contains(label.as_str()));
        assert!(!names(&labels[0]) && names(&labels[1]) && !names(&labels[19]));
        assert!(gone.iter().all(|set| set.to_str().unwrap().contains("Max-Age=0")));
    }

    #[test]
    fn only_a_local_path_is_a_place_to_go() {
        assert_eq!(local_path("/roles?x=1").as_deref(), Some("/roles?x=1"));
        for bad in [
            "",
            "roles",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "/a\r\nSet-Cookie:x",
            "/\u{e9}",
        ] {
            assert_eq!(local_path(bad), None, "{bad:?}");
        }
    }
}
