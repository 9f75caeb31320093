//! What the provider says of itself (OpenID Connect Discovery §3, RFC 8414 §2).
//!
//! There is no second list to forget: each `.._supported` is read off the enum that the parser accepts.

use serde::Serialize;

use super::authorize::{ResponseMode, ResponseType};
use super::claims::{Acr, about_person, name};
use super::client::AuthMethod;
use super::issuer::Issuer;
use super::pkce;
use super::scope::Scope;
use super::token::GrantType;

/// Where the endpoints are: whole URLs below the issuer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoints {
    pub authorization: String,
    pub token: String,
    pub userinfo: String,
    pub jwks: String,
    pub end_session: String,
}

/// The metadata document. Served at `/.well-known/openid-configuration` and, the same, at
/// `/.well-known/oauth-authorization-server`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Metadata {
    pub issuer: Issuer,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub end_session_endpoint: String,
    pub scopes_supported: Vec<&'static str>,
    pub response_types_supported: Vec<&'static str>,
    pub response_modes_supported: Vec<&'static str>,
    pub grant_types_supported: Vec<&'static str>,
    pub acr_values_supported: Vec<&'static str>,
    pub subject_types_supported: Vec<&'static str>,
    pub id_token_signing_alg_values_supported: Vec<&'static str>,
    pub token_endpoint_auth_methods_supported: Vec<&'static str>,
    pub claim_types_supported: Vec<&'static str>,
    pub claims_supported: Vec<&'static str>,
    pub code_challenge_methods_supported: Vec<&'static str>,
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    /// Left out it would mean true (OpenID Connect Discovery §3).
    pub request_uri_parameter_supported: bool,
    /// RFC 9207 §3.
    pub authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// `signing` are the names of the algorithms that the keyring signs with.
    pub fn new(issuer: &Issuer, endpoints: Endpoints, signing: &[&'static str]) -> Metadata {
        let sign_in =
            ["iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", name::IAL, name::AAL];
        Metadata {
            issuer: issuer.clone(),
            authorization_endpoint: endpoints.authorization,
            token_endpoint: endpoints.token,
            userinfo_endpoint: endpoints.userinfo,
            jwks_uri: endpoints.jwks,
            end_session_endpoint: endpoints.end_session,
            scopes_supported: Scope::ALL.map(Scope::as_str).into(),
            response_types_supported: ResponseType::ALL.map(ResponseType::as_str).into(),
            response_modes_supported: ResponseMode::SUPPORTED.map(ResponseMode::as_str).into(),
            grant_types_supported: GrantType::ALL.map(GrantType::as_str).into(),
            acr_values_supported: Acr::ALL.map(Acr::as_str).into(),
            subject_types_supported: vec!["public"],
            id_token_signing_alg_values_supported: signing.into(),
            token_endpoint_auth_methods_supported: AuthMethod::ALL.map(AuthMethod::as_str).into(),
            claim_types_supported: vec!["normal"],
            claims_supported: about_person().chain(sign_in).collect(),
            code_challenge_methods_supported: vec![pkce::METHOD],
            claims_parameter_supported: true,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::authorize::AuthorizeRequest;
    use crate::protocol::params;

    fn metadata() -> serde_json::Value {
        let issuer = Issuer::parse("https://harp.example").unwrap();
        let endpoints = Endpoints {
            authorization: issuer.url("/authorize"),
            token: issuer.url("/token"),
            userinfo: issuer.url("/userinfo"),
            jwks: issuer.url("/jwks"),
            end_session: issuer.url("/logout"),
        };
        serde_json::to_value(Metadata::new(&issuer, endpoints, &["RS256", "ES256"])).unwrap()
    }

    #[test]
    fn what_is_required_is_there_and_what_is_not_supported_says_so() {
        let it = metadata();
        assert_eq!(it["issuer"], "https://harp.example");
        assert_eq!(it["id_token_signing_alg_values_supported"][0], "RS256");
        assert_eq!(it["request_uri_parameter_supported"], false);
        assert_eq!(it["request_parameter_supported"], false);
        assert_eq!(it["authorization_response_iss_parameter_supported"], true);
        assert_eq!(it["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    }

    #[test]
    fn every_value_that_is_offered_is_accepted() {
        let it = metadata();
        let ask = |name: &str, list: &str| -> Vec<AuthorizeRequest> {
            let values = it[list].as_array().unwrap().iter().map(|v| v.as_str().unwrap());
            values.map(|v| AuthorizeRequest::parse(params::encode([(name, v)]).as_bytes()).unwrap()).collect()
        };
        assert!(ask("response_type", "response_types_supported").iter().all(|r| r.response_type().is_ok()));
        assert!(ask("response_mode", "response_modes_supported").iter().all(|r| r.response_mode().is_ok()));
        assert!(ask("scope", "scopes_supported").iter().all(|r| !r.scope().unwrap().is_empty()));
    }
}
