//! The one HTTP client: TLS by rustls on aws-lc, no redirects, a limit on time and on bytes.

use std::future::Future;
use std::pin::Pin;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use serde::de::DeserializeOwned;
use url::Url;

use crate::config::{Config, is_loopback};
use crate::error::{ConfigError, ProviderError};

/// No answer of a provider is larger: a key set of 64 RSA keys has 40 KB.
const LIMIT: usize = 256 * 1024;

#[derive(Debug, Clone)]
pub(crate) struct Wire {
    client: reqwest::Client,
}

impl Wire {
    pub fn new(config: &Config) -> Result<Wire, ConfigError> {
        // An application may have installed a provider of its own: then that one serves.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .timeout(config.timeout)
            .connect_timeout(config.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("harp-sdk/", env!("CARGO_PKG_VERSION")));
        if Url::parse(&config.registration.issuer).is_ok_and(|issuer| is_loopback(&issuer)) {
            builder = builder.no_proxy();
        }
        for pem in &config.trusted {
            let bundle = reqwest::Certificate::from_pem_bundle(pem);
            let certificates = bundle.map_err(|e| ConfigError::Certificate(e.to_string()))?;
            if certificates.is_empty() {
                return Err(ConfigError::Certificate("there is none in it".to_owned()));
            }
            for certificate in certificates {
                builder = builder.add_root_certificate(certificate);
            }
        }
        for (host, address) in &config.addresses {
            builder = builder.resolve(host, *address);
        }
        let client = builder.build().map_err(|e| ConfigError::Http(e.to_string()))?;
        Ok(Wire { client })
    }

    /// GET, status 200, JSON.
    pub async fn json<T: DeserializeOwned>(
        &self,
        url: &Url,
        bearer: Option<&str>,
    ) -> Result<T, ProviderError> {
        let mut request = self.client.get(url.clone()).header(http::header::ACCEPT, "application/json");
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        let response = self.bounded(url.as_str(), request).await?;
        if response.status() != http::StatusCode::OK {
            return Err(ProviderError::Status { url: url.to_string(), status: response.status().as_u16() });
        }
        serde_json::from_slice(response.body())
            .map_err(|e| ProviderError::Malformed { url: url.to_string(), why: e.to_string() })
    }

    async fn bounded(
        &self,
        url: &str,
        request: reqwest::RequestBuilder,
    ) -> Result<HttpResponse, ProviderError> {
        let unreachable = |e: reqwest::Error| ProviderError::Unreachable {
            url: url.to_owned(),
            why: if e.is_timeout() { "it took too long".to_owned() } else { causes(&e) },
        };
        let mut response = request.send().await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len() + chunk.len() > LIMIT {
                return Err(ProviderError::TooLarge { url: url.to_owned(), limit: LIMIT });
            }
            body.extend_from_slice(&chunk);
        }
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = response.status();
        *answer.headers_mut() = std::mem::take(response.headers_mut());
        Ok(answer)
    }
}

/// `reqwest` says "error sending request"; what a person can act on stands in its causes.
fn causes(error: &reqwest::Error) -> String {
    let mut source = std::error::Error::source(error);
    let mut last = error.to_string();
    while let Some(cause) = source {
        last = cause.to_string();
        source = cause.source();
    }
    last
}

impl<'c> AsyncHttpClient<'c> for Wire {
    type Error = ProviderError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, ProviderError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let url = request.uri().to_string();
            let (parts, body) = request.into_parts();
            let request = self.client.request(parts.method, &url).headers(parts.headers).body(body);
            let answer = self.bounded(&url, request).await?;
            // Whatever such an answer says, it says nothing of the request.
            if answer.status().is_server_error() {
                return Err(ProviderError::Status { url, status: answer.status().as_u16() });
            }
            Ok(answer)
        })
    }
}
