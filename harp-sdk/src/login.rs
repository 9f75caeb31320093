//! One sign-in: from "sign in, please" to a verified identity. Authorization code, PKCE, state, nonce, `iss`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::equal;
use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::config::Place;
use crate::cookie::{self, Lives, SetCookie};
use crate::error::{Declined, SealError, SignInError};
use crate::identity::Identity;
use crate::local::LocalPath;
use crate::proof::Proof;
use crate::session::{Session, Tools};

/// How long a person may take at the provider, which may have them add a device on the way: as long as it keeps the request.
pub(crate) const LIFE: Duration = Duration::from_secs(60 * 60);
/// Sign-ins that one browser may have under way: one a tab.
const TABS: usize = 5;
const QUERY_LIMIT: usize = 8 * 1024;
const COOKIE_PREFIX: &str = "login-";

/// What to ask the provider for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Where the person goes on afterwards.
    pub return_to: LocalPath,
    /// What the provider may or must show.
    pub prompt: Option<Prompt>,
    /// The person must have proved who they are this lately.
    pub max_age: Option<Duration>,
    /// And this strongly and lately, or the sign-in has failed.
    pub proof: Option<Proof>,
    /// And be this person (`sub`), whoever else may sign in at the provider.
    pub person: Option<String>,
}

impl Ask {
    /// A sign-in without wishes: silent while the session at the provider lives.
    pub fn returning_to(return_to: LocalPath) -> Ask {
        Ask { return_to, prompt: None, max_age: None, proof: None, person: None }
    }

    /// Step-up: the person who is signed in proves once more who they are (OpenID Connect Core 1.0 §5.5.1.1). The provider
    /// asks for no more than what is missing; what it answers is held against the proof.
    pub fn step_up(proof: Proof, who: Option<&Identity>, return_to: LocalPath) -> Ask {
        let person = who.map(|who| who.sub.clone());
        Ask { proof: Some(proof), person, ..Ask::returning_to(return_to) }
    }
}

/// OpenID Connect Core 1.0 §3.1.2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prompt {
    /// Show no page: sign in silently, or answer `login_required`.
    None,
    /// Ask for the password and code although a session lives.
    Login,
}

/// A sign-in under way: send the browser there, with these cookies.
#[derive(Debug)]
pub struct Begun {
    /// The provider's authorization endpoint, with everything it needs to know.
    pub url: String,
    /// To be set with the redirect.
    pub cookies: Vec<SetCookie>,
}

/// Done: set the cookies, go to `return_to`.
#[derive(Debug)]
pub struct Finished {
    /// Somebody is signed in.
    pub session: Session,
    /// Where the person wanted to go.
    pub return_to: LocalPath,
    /// To be set with the redirect.
    pub cookies: Vec<SetCookie>,
}

/// Not done: set the cookies all the same, and say why.
#[derive(Debug)]
pub struct Unfinished {
    /// Why.
    pub error: SignInError,
    /// Where the person wanted to go, when that is known.
    pub return_to: Option<LocalPath>,
    /// What the sign-in was to prove, when it was a step-up.
    pub proof: Option<Proof>,
    /// To be set with the answer.
    pub cookies: Vec<SetCookie>,
}

/// What this browser has to bring back, sealed into its cookie.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    return_to: String,
    max_age: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    begun: Timestamp,
}

impl Pending {
    pub fn new(ask: &Ask, random: &dyn Random, now: Timestamp) -> Pending {
        let text = || URL_SAFE_NO_PAD.encode(random.bytes::<32>());
        Pending {
            state: text(),
            nonce: text(),
            verifier: text(),
            return_to: ask.return_to.as_str().to_owned(),
            max_age: ask.max_age.map(|age| age.as_secs()),
            proof: ask.proof,
            person: ask.person.clone(),
            begun: now,
        }
    }

    pub fn return_to(&self) -> LocalPath {
        LocalPath::or_root(Some(&self.return_to))
    }

    pub fn max_age(&self) -> Option<Duration> {
        self.max_age.map(Duration::from_secs)
    }

    fn is_alive(&self, now: Timestamp) -> bool {
        now.since(self.begun) < LIFE
    }

    /// Its cookie, and the removal of those that are over or too many.
    pub fn cookies(
        &self,
        header: &str,
        tools: Tools<'_>,
        now: Timestamp,
    ) -> Result<Vec<SetCookie>, SealError> {
        let name = cookie_name(tools.place, &self.state);
        let value = tools.sealer.seal(self, &name, tools.random)?;
        let prefix = cookie::name(tools.place, COOKIE_PREFIX);
        let mut alive = Vec::new();
        let mut cookies = vec![SetCookie::new(name, value, Lives::For(LIFE), tools.place)];
        for (name, value) in cookie::pairs(header).filter(|(name, _)| name.starts_with(&prefix)) {
            match tools.sealer.open::<Pending>(value, name).filter(|pending| pending.is_alive(now)) {
                Some(pending) => alive.push((pending.begun, name)),
                None => cookies.push(removal(name, tools.place)),
            }
        }
        alive.sort_unstable();
        let surplus = (alive.len() + 1).saturating_sub(TABS);
        cookies.extend(alive.iter().take(surplus).map(|(_, name)| removal(name, tools.place)));
        Ok(cookies)
    }

    /// The one that waits for this state in this browser. A state of another browser has no cookie here.
    pub fn find(header: &str, state: &str, tools: Tools<'_>, now: Timestamp) -> Option<Pending> {
        let name = cookie_name(tools.place, state);
        let same = |pending: &Pending| equal(pending.state.as_bytes(), state.as_bytes());
        cookie::values(header, &name)
            .filter_map(|value| tools.sealer.open::<Pending>(value, &name))
            .find(|pending| same(pending) && pending.is_alive(now))
    }
}

fn cookie_name(place: &Place, state: &str) -> String {
    let head: String = state.chars().take(12).collect();
    cookie::name(place, &format!("{COOKIE_PREFIX}{head}"))
}

fn removal(name: &str, place: &Place) -> SetCookie {
    SetCookie::new(name.to_owned(), String::new(), Lives::Gone, place)
}

pub(crate) fn removal_of(state: &str, place: &Place) -> SetCookie {
    removal(&cookie_name(place, state), place)
}

/// The provider's answer, as the browser brought it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub state: String,
    pub iss: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

impl Answer {
    /// A parameter that stands twice makes the whole unreadable (RFC 6749 §3.1).
    pub fn parse(query: &str) -> Result<Answer, SignInError> {
        if query.len() > QUERY_LIMIT {
            return Err(SignInError::Malformed);
        }
        let (mut state, mut answer) = (None, Answer::default());
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let slot = match name.as_ref() {
                "state" => &mut state,
                "iss" => &mut answer.iss,
                "code" => &mut answer.code,
                "error" => &mut answer.error,
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(SignInError::Malformed);
            }
        }
        let written = |state: &String| state.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        let state = state.filter(|state| state.len() == 43 && written(state)).ok_or(SignInError::NotBegun)?;
        Ok(Answer { state, ..answer })
    }

    /// RFC 9207 §2.4: `iss` must be the issuer that was asked, and be there when the provider says that it sends it.
    pub fn is_from(&self, issuer: &str, always_named: bool) -> Result<(), SignInError> {
        match &self.iss {
            Some(iss) if iss == issuer => Ok(()),
            None if !always_named => Ok(()),
            _ => Err(SignInError::OtherIssuer),
        }
    }

    pub fn code(self) -> Result<String, SignInError> {
        match (self.code, self.error) {
            (Some(code), None) if !code.is_empty() => Ok(code),
            (None, Some(error)) => Err(SignInError::Declined(Declined::parse(&error))),
            _ => Err(SignInError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> String {
        "s".repeat(43)
    }

    #[test]
    fn an_answer_says_one_thing_once() {
        let parse = |query: String| Answer::parse(&query);
        let good = parse(format!("code=c&state={}&iss=i&session_state=x", state())).unwrap();
        assert_eq!(good.code(), Ok("c".to_owned()));
        let both = parse(format!("code=c&error=e&state={}", state())).unwrap();
        assert_eq!(both.code(), Err(SignInError::Malformed));
        let twice = parse(format!("code=c&code=d&state={}", state()));
        assert_eq!(twice, Err(SignInError::Malformed));
        for bad in ["", "s", "s s", &"é".repeat(43)] {
            assert_eq!(parse(format!("code=c&state={bad}")), Err(SignInError::NotBegun));
        }
        assert_eq!(parse("x=".repeat(QUERY_LIMIT)), Err(SignInError::Malformed));
    }

    /// RFC 9207 §2.4
    #[test]
    fn an_answer_of_another_provider_is_refused() {
        let from = |iss: Option<&str>| Answer { iss: iss.map(str::to_owned), ..Answer::default() };
        assert_eq!(from(Some("https://a.test")).is_from("https://a.test", true), Ok(()));
        assert_eq!(from(None).is_from("https://a.test", false), Ok(()));
        for (iss, always) in [(None, true), (Some("https://a.test/"), false), (Some("https://b.test"), false)]
        {
            assert_eq!(from(iss).is_from("https://a.test", always), Err(SignInError::OtherIssuer));
        }
    }
}
