//! The checks of an authorization request, in their order: `Unchecked -> WithClient -> WithRedirect -> Checked`.

use std::time::Duration;

use crate::grant::client::Client;
use crate::protocol::authorize::AuthorizeRequest;
use crate::protocol::claims::{AcrWish, ClaimsRequest};
use crate::protocol::client::ClientId;
use crate::protocol::pkce::Challenge;
use crate::protocol::prompt::Prompts;
use crate::protocol::redirect::ProvenRedirect;
use crate::protocol::scope::{Scope, ScopeSet};
use crate::protocol::{ErrorCode, ProtocolError};

/// A request of which nothing is known.
#[derive(Debug)]
pub struct Unchecked<'r> {
    pub request: &'r AuthorizeRequest,
}

/// The client exists. Errors are still pages.
#[derive(Debug)]
pub struct WithClient<'r> {
    request: &'r AuthorizeRequest,
    client: Client,
}

/// The redirect URI is the client's: from here on errors are redirects.
#[derive(Debug)]
pub struct WithRedirect<'r> {
    request: &'r AuthorizeRequest,
    client: Client,
    redirect: ProvenRedirect,
}

/// A request that may be answered.
#[derive(Debug, Clone)]
pub struct Checked {
    pub client: Client,
    pub redirect: ProvenRedirect,
    pub state: Option<String>,
    pub scopes: ScopeSet,
    pub nonce: Option<String>,
    pub challenge: Option<Challenge>,
    pub prompts: Prompts,
    pub max_age: Option<Duration>,
    pub acr: AcrWish,
    pub claims: ClaimsRequest,
    /// An ID token that says who is expected; verified by [`super::hint`].
    pub hint: Option<String>,
    /// The subjects that would do. `None`: anybody.
    pub expected: Option<Vec<String>>,
    pub login_hint: Option<String>,
    /// The request as a query, to be kept while the person signs in.
    pub query: String,
}

/// Why a request gets no code.
#[derive(Debug)]
pub enum Refusal {
    Page(ProtocolError),
    Redirect { to: ProvenRedirect, state: Option<String>, error: ProtocolError },
}

impl<'r> Unchecked<'r> {
    pub fn client_id(&self) -> Result<ClientId, ProtocolError> {
        self.request.client_id()
    }

    pub fn with_client(self, found: Option<Client>) -> Result<WithClient<'r>, ProtocolError> {
        let known = found.filter(|client| client.disabled_at.is_none());
        let client = known.ok_or_else(|| {
            ProtocolError::new(
                ErrorCode::InvalidRequest,
                "no application is registered under this `client_id`",
            )
        })?;
        Ok(WithClient { request: self.request, client })
    }
}

impl<'r> WithClient<'r> {
    /// RFC 9700 §2.1: compared as strings, never by prefix or pattern.
    pub fn with_redirect(self) -> Result<WithRedirect<'r>, ProtocolError> {
        let redirect = self.client.redirect(self.request.redirect_uri()?).ok_or_else(|| {
            ProtocolError::invalid_request("`redirect_uri` is not registered for this application")
        })?;
        Ok(WithRedirect { request: self.request, client: self.client, redirect })
    }
}

impl WithRedirect<'_> {
    /// Everything else, in the order in which it is told.
    pub fn check(self) -> Result<Checked, Refusal> {
        match self.read() {
            Ok(checked) => Ok(checked),
            Err(error) => Err(Refusal::Redirect {
                to: self.redirect,
                // A state that cannot be read cannot be given back.
                state: self.request.state().ok().flatten().map(str::to_owned),
                error,
            }),
        }
    }

    fn read(&self) -> Result<Checked, ProtocolError> {
        let (request, client) = (self.request, &self.client);
        let state = request.state()?;
        request.without_request_object()?; // OpenID Connect Core §6, §7.2.1
        request.without_repeats()?;
        request.response_type()?;
        request.response_mode()?;
        let scopes = scopes(request, client)?;
        let nonce = request.nonce()?;
        let challenge = pkce(request, client)?;
        let prompts = request.prompts()?;
        let max_age = request.max_age()?;
        let acr = request.acr()?;
        let claims = request.claims()?;
        let hint = request.id_token_hint()?;
        Ok(Checked {
            client: client.clone(),
            redirect: self.redirect.clone(),
            state: state.map(str::to_owned),
            scopes,
            nonce: nonce.map(str::to_owned),
            challenge,
            prompts,
            max_age,
            acr,
            expected: expected(&claims),
            claims,
            hint: hint.map(str::to_owned),
            login_hint: request.login_hint().map(str::to_owned),
            query: request.to_query(),
        })
    }
}

impl Checked {
    /// The same request, refused after all.
    pub fn refuse(&self, error: ProtocolError) -> Refusal {
        Refusal::Redirect { to: self.redirect.clone(), state: self.state.clone(), error }
    }
}

/// What was asked for, as far as the client may (OpenID Connect Core §3.1.2.1: `openid` must be in it).
fn scopes(request: &AuthorizeRequest, client: &Client) -> Result<ScopeSet, ProtocolError> {
    let granted = request.scope()?.within(&client.scopes);
    if granted.contains(Scope::Openid) {
        Ok(granted)
    } else {
        Err(ProtocolError::new(ErrorCode::InvalidScope, "`scope` must have openid"))
    }
}

/// RFC 9700 §2.1.1: S256 for every client but a confidential one that an operator exempted by name.
fn pkce(request: &AuthorizeRequest, client: &Client) -> Result<Option<Challenge>, ProtocolError> {
    match request.challenge()? {
        None if client.needs_pkce() => Err(ProtocolError::invalid_request("`code_challenge` is missing")),
        challenge => Ok(challenge),
    }
}

/// OpenID Connect Core §5.5.1: the claim `sub` asked for by value means that person and nobody else.
fn expected(claims: &ClaimsRequest) -> Option<Vec<String>> {
    let values = &claims.id_token.get("sub").or_else(|| claims.userinfo.get("sub"))?.values;
    let texts = values.iter().map(|v| v.as_str().unwrap_or_default().to_owned());
    (!values.is_empty()).then(|| texts.collect())
}
