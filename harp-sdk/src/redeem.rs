//! openidconnect underneath: the URL that begins a sign-in, and the exchange of its code.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AuthUrl, AuthenticationContextClass, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointNotSet, EndpointSet, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use serde::Deserialize;

use crate::discovery::Metadata;
use crate::error::{ProviderError, SignInError, TokenFault};
use crate::identity::HarpClaims;
use crate::login::{Ask, Pending, Prompt};
use crate::proof::Level;
use crate::verify::Header;
use crate::wire::Wire;

type Tokens = StandardTokenResponse<
    IdTokenFields<
        HarpClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

type Inner = openidconnect::Client<
    HarpClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;

/// The application, as the provider's endpoints know it.
#[derive(Debug)]
pub(crate) struct Client(Inner);

/// What a code was worth.
#[derive(Debug)]
pub(crate) struct Redeemed {
    pub id_token: String,
    pub access_token: String,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credentials<'a> {
    pub client_id: &'a str,
    pub client_secret: &'a str,
    pub redirect_uri: &'a str,
}

impl Client {
    pub fn new(metadata: &Metadata, credentials: Credentials<'_>) -> Result<Client, ProviderError> {
        let text = |e: url::ParseError| ProviderError::Malformed {
            url: metadata.issuer.clone(),
            why: e.to_string(),
        };
        let issuer = IssuerUrl::new(metadata.issuer.clone()).map_err(text)?;
        // Tokens are verified with our own key cache, so the client has none.
        let keys = CoreJsonWebKeySet::new(Vec::new());
        let client =
            openidconnect::Client::new(ClientId::new(credentials.client_id.to_owned()), issuer, keys)
                .set_client_secret(ClientSecret::new(credentials.client_secret.to_owned()))
                .set_redirect_uri(RedirectUrl::new(credentials.redirect_uri.to_owned()).map_err(text)?)
                .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()))
                .set_token_uri(TokenUrl::from_url(metadata.token_endpoint.clone()));
        Ok(Client(client))
    }

    pub fn authorize_url(&self, pending: &Pending, ask: &Ask, scopes: &[String]) -> String {
        let (state, nonce) = (CsrfToken::new(pending.state.clone()), Nonce::new(pending.nonce.clone()));
        let verifier = PkceCodeVerifier::new(pending.verifier.clone());
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = self
            .0
            .authorize_url(flow, || state, || nonce)
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if let Some(prompt) = ask.prompt {
            request = request.add_prompt(match prompt {
                Prompt::None => CoreAuthPrompt::None,
                Prompt::Login => CoreAuthPrompt::Login,
            });
        }
        let ages = [ask.max_age, ask.proof.and_then(|proof| proof.max_age())];
        if let Some(age) = ages.into_iter().flatten().min() {
            request = request.set_max_age(age);
        }
        if let Some(proof) = ask.proof {
            let values: Vec<&str> = proof.level().and_better().map(Level::acr).collect();
            // For whoever does not read `claims`, the same as a wish (OpenID Connect Core 1.0 §3.1.2.1, §5.5.1.1).
            for value in &values {
                request =
                    request.add_auth_context_value(AuthenticationContextClass::new((*value).to_owned()));
            }
            let claims =
                serde_json::json!({ "id_token": { "acr": { "essential": true, "values": values } } });
            request = request.add_extra_param("claims", claims.to_string());
        }
        request.url().0.into()
    }

    pub async fn redeem(
        &self,
        code: String,
        pending: &Pending,
        wire: &Wire,
    ) -> Result<Redeemed, SignInError> {
        let tokens = self
            .0
            .exchange_code(AuthorizationCode::new(code))
            .set_pkce_verifier(PkceCodeVerifier::new(pending.verifier.clone()))
            .request_async(wire)
            .await
            .map_err(|error| refused(error, self.0.token_uri().as_str()))?;
        let id_token = tokens.id_token().ok_or(TokenFault::Malformed)?.to_string();
        Ok(Redeemed { id_token, access_token: tokens.access_token().secret().clone() })
    }
}

type Refused = RequestTokenError<ProviderError, StandardErrorResponse<CoreErrorResponseType>>;

fn refused(error: Refused, url: &str) -> SignInError {
    #[derive(Deserialize)]
    struct Raw {
        id_token: String,
    }
    match error {
        RequestTokenError::ServerResponse(answer) => SignInError::NotRedeemed(answer.error().to_string()),
        RequestTokenError::Request(error) => SignInError::Provider(error),
        // The library reads the whole answer at once: say it when the ID token alone is what it cannot read.
        RequestTokenError::Parse(error, body) => match serde_json::from_slice::<Raw>(&body) {
            Ok(raw) => Header::unverified(&raw.id_token).err().unwrap_or(TokenFault::Malformed).into(),
            Err(_) => {
                let why = error.to_string();
                SignInError::Provider(ProviderError::Malformed { url: url.to_owned(), why })
            }
        },
        RequestTokenError::Other(why) => {
            SignInError::Provider(ProviderError::Malformed { url: url.to_owned(), why })
        }
    }
}
