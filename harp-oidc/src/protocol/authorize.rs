//! The authorization request as it was written (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1).
//!
//! It is read one parameter at a time, each with its own result, because the order matters: until the client and
//! the redirect URI are proven an error is a page, and only then a redirect. So `scope` may be nonsense while
//! `redirect_uri` is good. Parameters that HARP does not know are forgotten at once (RFC 6749 §3.1), and so are `display`
//! and `claims_locales`, for which no page of HARP differs: what is kept while somebody signs in is bounded by what is known.

use std::time::Duration;

use super::claims::{Acr, AcrWish, ClaimsRequest};
use super::client::ClientId;
use super::error::{ErrorCode, ProtocolError};
use super::params::{Limits, Params, ParamsFault};
use super::pkce::Challenge;
use super::prompt::Prompts;
use super::scope::ScopeSet;

/// The response types that HARP gives: the code flow alone (RFC 9700 §2.1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResponseType {
    Code,
}

impl ResponseType {
    pub const ALL: [ResponseType; 1] = [ResponseType::Code];

    pub fn as_str(self) -> &'static str {
        match self {
            ResponseType::Code => "code",
        }
    }
}

/// How the answer travels (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode §2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    /// Those that HARP answers in.
    pub const SUPPORTED: [ResponseMode; 1] = [ResponseMode::Query];

    pub fn as_str(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::Fragment => "fragment",
            ResponseMode::FormPost => "form_post",
        }
    }

    fn parse(text: &str) -> Option<ResponseMode> {
        [ResponseMode::Query, ResponseMode::Fragment, ResponseMode::FormPost]
            .into_iter()
            .find(|m| m.as_str() == text)
    }
}

/// An authorization request, as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AuthorizeRequest(Params);

impl AuthorizeRequest {
    const MAX_STATE: usize = 4096;
    const MAX_NONCE: usize = 1024;
    const MAX_HINT: usize = 320;
    const MAX_ACR_VALUES: usize = 1024;

    /// Every parameter that is looked at.
    const KNOWN: [&str; 19] = [
        "client_id",
        "redirect_uri",
        "response_type",
        "response_mode",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
        "prompt",
        "max_age",
        "acr_values",
        "claims",
        "login_hint",
        "id_token_hint",
        "ui_locales",
        "request",
        "request_uri",
        "registration",
    ];

    /// From the query of a GET or the form of a POST, bounded by [`Limits::STANDARD`].
    pub fn parse(text: &[u8]) -> Result<AuthorizeRequest, ParamsFault> {
        let mut params = Params::parse(text, Limits::STANDARD)?;
        params.keep(&Self::KNOWN);
        Ok(AuthorizeRequest(params))
    }

    /// Refuses any known parameter that is given twice (RFC 6749 §3.1), also where one of the two would be ignored.
    pub fn without_repeats(&self) -> Result<(), ProtocolError> {
        Self::KNOWN.into_iter().try_for_each(|name| self.0.optional(name).map(drop))
    }

    /// The request as a query: to keep it while the person signs in, and to repeat a POST as a GET.
    pub fn to_query(&self) -> String {
        self.0.encode()
    }

    pub fn client_id(&self) -> Result<ClientId, ProtocolError> {
        ClientId::parse(self.0.required("client_id")?)
    }

    /// As asked for; to be proven by [`super::redirect::ProvenRedirect::prove`]. OpenID Connect requires it.
    pub fn redirect_uri(&self) -> Result<&str, ProtocolError> {
        self.0.required("redirect_uri")
    }

    /// To be given back as it came.
    pub fn state(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.line("state", Self::MAX_STATE)
    }

    pub fn response_type(&self) -> Result<ResponseType, ProtocolError> {
        let asked = self.0.required("response_type")?;
        ResponseType::ALL.into_iter().find(|t| t.as_str() == asked).ok_or_else(|| {
            ProtocolError::new(
                ErrorCode::UnsupportedResponseType,
                "the only `response_type` given here is code",
            )
        })
    }

    pub fn response_mode(&self) -> Result<ResponseMode, ProtocolError> {
        let Some(asked) = self.0.optional("response_mode")? else { return Ok(ResponseMode::Query) };
        match ResponseMode::parse(asked) {
            Some(mode) if ResponseMode::SUPPORTED.contains(&mode) => Ok(mode),
            Some(mode) => Err(ProtocolError::invalid_request(format!(
                "`response_mode={}` is not supported",
                mode.as_str()
            ))),
            None => Err(ProtocolError::invalid_request("`response_mode` has a value that is not known")),
        }
    }

    /// Refuses what would carry the request elsewhere (OpenID Connect Core §6, §7.2.1).
    pub fn without_request_object(&self) -> Result<(), ProtocolError> {
        let refused = [
            ("request", ErrorCode::RequestNotSupported),
            ("request_uri", ErrorCode::RequestUriNotSupported),
            ("registration", ErrorCode::RegistrationNotSupported),
        ];
        match refused.into_iter().find(|(name, _)| self.0.has(name)) {
            Some((name, code)) => Err(ProtocolError::new(code, format!("`{name}` is not supported"))),
            None => Ok(()),
        }
    }

    /// Empty when left out. Whether `openid` must be in it is the flow's to say.
    pub fn scope(&self) -> Result<ScopeSet, ProtocolError> {
        ScopeSet::parse(self.0.optional("scope")?.unwrap_or(""))
    }

    pub fn nonce(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.line("nonce", Self::MAX_NONCE)
    }

    pub fn challenge(&self) -> Result<Option<Challenge>, ProtocolError> {
        Challenge::parse(self.0.optional("code_challenge")?, self.0.optional("code_challenge_method")?)
    }

    pub fn prompts(&self) -> Result<Prompts, ProtocolError> {
        Prompts::parse(self.0.optional("prompt")?)
    }

    /// How long ago the person may have signed in. Zero: they must sign in now.
    pub fn max_age(&self) -> Result<Option<Duration>, ProtocolError> {
        let Some(text) = self.0.optional("max_age")? else { return Ok(None) };
        let digits = text.len() <= 10 && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(secs) if digits => Ok(Some(Duration::from_secs(secs))),
            _ => Err(ProtocolError::invalid_request("`max_age` must be a number of seconds")),
        }
    }

    /// What is asked of the sign-in: by the claim `acr`, otherwise by `acr_values`.
    pub fn acr(&self) -> Result<AcrWish, ProtocolError> {
        let values = self.0.line("acr_values", Self::MAX_ACR_VALUES)?;
        let wish = self.claims()?.acr();
        match values {
            Some(values) if wish == AcrWish::Any => {
                Ok(AcrWish::Voluntary(values.split(' ').filter_map(Acr::parse).collect()))
            }
            _ => Ok(wish),
        }
    }

    /// Empty when left out.
    pub fn claims(&self) -> Result<ClaimsRequest, ProtocolError> {
        self.0.optional("claims")?.map(ClaimsRequest::parse).transpose().map(Option::unwrap_or_default)
    }

    /// A user ID or e-mail address to fill in. It proves nothing; one that is too long or odd is left out.
    pub fn login_hint(&self) -> Option<&str> {
        self.0.line("login_hint", Self::MAX_HINT).ok().flatten()
    }

    /// An ID token issued earlier, as a hint of who is expected. Not verified yet.
    pub fn id_token_hint(&self) -> Result<Option<&str>, ProtocolError> {
        self.0.optional("id_token_hint")
    }

    /// The languages that the person prefers, best first.
    pub fn ui_locales(&self) -> Vec<&str> {
        locales(self.0.optional("ui_locales").ok().flatten())
    }
}

/// Language tags (RFC 5646 §2.1) of a space-separated list: at most eight, and what is no tag is left out.
pub(super) fn locales(text: Option<&str>) -> Vec<&str> {
    let is_tag =
        |t: &&str| (2..=35).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.unwrap_or("").split(' ').filter(is_tag).take(8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::scope::Scope;
    use proptest::prelude::*;

    fn request(text: &str) -> AuthorizeRequest {
        AuthorizeRequest::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_whole_request_is_understood() {
        let it = request(
            "client_id=mft&redirect_uri=http%3A%2F%2Flocalhost%3A8081%2Fcb&response_type=code&scope=openid+roles\
             &state=a%26b&nonce=n&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &prompt=login&max_age=0&acr_values=urn%3Aharp%3Aacr%3Aaal2+1&login_hint=ana&ui_locales=en-US+x+%3Cb%3E\
             &display=page&unknown=1",
        );
        assert_eq!(it.client_id().unwrap().as_str(), "mft");
        assert_eq!(it.redirect_uri().unwrap(), "http://localhost:8081/cb");
        assert_eq!(it.response_type(), Ok(ResponseType::Code));
        assert_eq!(it.response_mode(), Ok(ResponseMode::Query));
        assert!(it.scope().unwrap().contains(Scope::Roles));
        assert_eq!((it.state(), it.nonce()), (Ok(Some("a&b")), Ok(Some("n"))));
        assert!(it.challenge().unwrap().is_some() && !it.prompts().unwrap().is_silent());
        assert_eq!(it.max_age(), Ok(Some(Duration::ZERO)));
        assert_eq!(it.acr(), Ok(AcrWish::Voluntary([Acr::Aal2].into())));
        assert_eq!((it.login_hint(), it.ui_locales()), (Some("ana"), vec!["en-US"]));
        assert_eq!(it.without_request_object(), Ok(()));
        assert_eq!(request(&it.to_query()), it);
        assert!(!it.to_query().contains("unknown") && !it.to_query().contains("display"));
        assert_eq!(it.without_repeats(), Ok(()));
        assert!(request("ui_locales=en&ui_locales=es").without_repeats().is_err());
    }

    #[test]
    fn one_bad_parameter_leaves_the_others_readable() {
        let it = request(
            "client_id=mft&redirect_uri=x&state=s&scope=%22&nonce=1&nonce=2&max_age=-1&response_type=token",
        );
        assert_eq!((it.redirect_uri(), it.state()), (Ok("x"), Ok(Some("s"))));
        assert_eq!(it.scope().unwrap_err().code(), ErrorCode::InvalidScope);
        assert_eq!(it.response_type().unwrap_err().code(), ErrorCode::UnsupportedResponseType);
        assert!(it.nonce().is_err() && it.max_age().is_err());
    }

    #[test]
    fn what_is_not_supported_is_named_so() {
        let code = |text: &str| request(text).without_request_object().unwrap_err().code();
        assert_eq!(code("request=eyJ"), ErrorCode::RequestNotSupported);
        assert_eq!(code("request_uri=https://a"), ErrorCode::RequestUriNotSupported);
        assert_eq!(code("request_uri=urn:x&request_uri=urn:y"), ErrorCode::RequestUriNotSupported);
        for mode in ["fragment", "form_post", "jwt", "QUERY"] {
            assert!(request(&format!("response_mode={mode}")).response_mode().is_err(), "{mode}");
        }
        assert_eq!(request("").response_type().unwrap_err().code(), ErrorCode::InvalidRequest);
    }

    #[test]
    fn an_essential_acr_claim_outweighs_acr_values() {
        let it = request(
            "acr_values=urn:harp:acr:aal1&claims=%7B%22id_token%22:%7B%22acr%22:%7B%22essential%22:true,\
             %22value%22:%22urn:harp:acr:aal2%22%7D%7D%7D",
        );
        assert_eq!(it.acr(), Ok(AcrWish::Essential([Acr::Aal2].into())));
    }

    #[test]
    fn numbers_and_hints_are_bounded() {
        for bad in ["+1", "1e3", "99999999999", "1.5", "%20"] {
            assert!(request(&format!("max_age={}", bad.replace('+', "%2B"))).max_age().is_err(), "{bad}");
        }
        assert_eq!(request(&format!("login_hint={}", "a".repeat(321))).login_hint(), None);
        assert!(request("state=a%0d%0aSet-Cookie:x").state().is_err());
        assert!(request(&format!("state={}", "a".repeat(4097))).state().is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_requests_never_panic(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            exercise(&text);
        }

        #[test]
        fn arbitrary_values_of_known_parameters_never_panic(
            pairs in proptest::collection::vec((proptest::sample::select(NAMES), "\\PC{0,40}"), 0..8)
        ) {
            let text = crate::protocol::params::encode(pairs.iter().map(|(n, v)| (*n, v.as_str())));
            exercise(text.as_bytes());
        }
    }

    const NAMES: &[&str] = &[
        "client_id",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "prompt",
        "claims",
        "code_challenge_method",
        "max_age",
        "acr_values",
        "login_hint",
        "ui_locales",
        "response_mode",
        "request",
    ];

    fn exercise(text: &[u8]) {
        let Ok(it) = AuthorizeRequest::parse(text) else { return };
        assert_eq!(AuthorizeRequest::parse(it.to_query().as_bytes()), Ok(it.clone()));
        let _ = (
            it.client_id(),
            it.redirect_uri(),
            it.state(),
            it.response_type(),
            it.response_mode(),
            it.scope(),
        );
        let _ = (
            it.nonce(),
            it.challenge(),
            it.prompts(),
            it.max_age(),
            it.acr(),
            it.login_hint(),
            it.ui_locales(),
        );
    }
}
