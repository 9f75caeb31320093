use harp_core::kernel::secret::Plain;
use harp_oidc::protocol::ProtocolError;
use harp_oidc::protocol::authorize::AuthorizeRequest;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::protocol::redirect::{ApplicationType, ProvenRedirect, RedirectUri};
use harp_oidc::protocol::response::{AuthorizeResponse, Outcome};
use harp_oidc::protocol::scope::ScopeSet;
use url::Url;

use crate::{Verdict, assert_public};

/// Any bytes as the query of an authorization request.
pub fn authorize_request(data: &[u8]) -> Verdict {
    let request = match AuthorizeRequest::parse(data) {
        Ok(request) => request,
        Err(fault) => {
            assert_public(&fault.into());
            return Verdict::Refused;
        }
    };
    let again = AuthorizeRequest::parse(request.to_query().as_bytes());
    assert_eq!(again.as_ref(), Ok(&request), "a request survives being kept as a query");

    let whole = understood(&request);
    if let Err(error) = &whole {
        assert_public(error);
    }
    // An answer may go out although other parameters are wrong: `state` comes back, and nothing else gets in.
    if let Ok(state) = request.state() {
        answers_are_clean(state, &whole);
    }
    if let Ok(scope) = request.scope() {
        assert_eq!(ScopeSet::parse(&scope.to_string()), Ok(scope));
    }
    assert!(request.ui_locales().len() <= 8);
    assert!(request.login_hint().is_none_or(|hint| hint.len() <= 320));
    Verdict::of(&whole)
}

fn understood(request: &AuthorizeRequest) -> Result<(), ProtocolError> {
    request.client_id()?;
    request.redirect_uri()?;
    request.state()?;
    request.without_request_object()?;
    request.response_type()?;
    request.response_mode()?;
    request.scope()?;
    request.nonce()?;
    request.challenge()?;
    request.prompts()?;
    request.max_age()?;
    request.acr()?;
    request.claims()?;
    request.id_token_hint()?;
    Ok(())
}

fn answers_are_clean(state: Option<&str>, whole: &Result<(), ProtocolError>) {
    const REDIRECT: &str = "https://mft.example/callback?keep=1";
    let registered = RedirectUri::register(REDIRECT, ApplicationType::Web).expect("it may be registered");
    let to = ProvenRedirect::prove(REDIRECT, &[registered], ApplicationType::Web).expect("it is registered");
    let issuer = Issuer::parse("https://harp.example").expect("it is an issuer");
    let code = Plain::presented("the-code");
    let outcome = match whole {
        Ok(()) => Outcome::Granted { code: &code },
        Err(error) => Outcome::Refused(error),
    };
    let location = AuthorizeResponse { outcome, state, issuer: &issuer }.location(&to);
    assert!(location.starts_with("https://mft.example/callback?keep=1&") && location.is_ascii());
    let url = Url::parse(&location).expect("a location is a URL");
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let take = |pairs: &mut Vec<(String, String)>, wanted: &str| {
        let at = pairs.iter().position(|(name, _)| name == wanted)?;
        Some(pairs.remove(at).1)
    };
    assert_eq!(take(&mut pairs, "keep").as_deref(), Some("1"));
    assert_eq!(take(&mut pairs, "state").as_deref(), state);
    assert_eq!(take(&mut pairs, "iss").as_deref(), Some("https://harp.example"));
    match whole {
        Ok(()) => assert_eq!(take(&mut pairs, "code").as_deref(), Some("the-code")),
        Err(error) => {
            assert!(take(&mut pairs, "error").is_some());
            assert_eq!(take(&mut pairs, "error_description").as_deref(), Some(error.public()));
        }
    }
    assert_eq!(pairs, [], "nothing else is in it");
}
