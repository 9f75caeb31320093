//! Where the provider's endpoints are (OpenID Connect Discovery 1.0 §4).

use serde::Deserialize;
use url::Url;

use crate::config::is_safe;
use crate::error::ProviderError;
use crate::wire::Wire;

/// What this library needs of the provider's metadata; the rest is ignored.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub jwks_uri: Url,
    pub userinfo_endpoint: Option<Url>,
    pub end_session_endpoint: Option<Url>,
    /// RFC 9207 §3.
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

pub(crate) async fn fetch(wire: Wire, issuer: String) -> Result<Metadata, ProviderError> {
    let text = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let url = Url::parse(&text).map_err(|e| ProviderError::Malformed { url: text, why: e.to_string() })?;
    let metadata: Metadata = wire.json(&url, None).await?;
    if metadata.issuer != issuer {
        return Err(ProviderError::OtherIssuer { asked: issuer, found: metadata.issuer });
    }
    let required = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
    let optional = [metadata.userinfo_endpoint.as_ref(), metadata.end_session_endpoint.as_ref()];
    let mut endpoints = required.into_iter().chain(optional.into_iter().flatten());
    // A provider on TLS has nothing on this machine's loopback.
    let open = endpoints.find(|to| !is_safe(to) || (url.scheme() == "https" && to.scheme() != "https"));
    let open = open.map(|to| ProviderError::Insecure(to.to_string()));
    drop(endpoints);
    open.map_or(Ok(metadata), Err)
}
