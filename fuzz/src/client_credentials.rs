use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harp_oidc::protocol::client::{AuthMethod, ClientCredentials};
use harp_oidc::protocol::params::{self, Limits, Params};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use crate::{Verdict, assert_public, lenient};

/// The first line as the `Authorization` header, if it is not empty; the rest as the form.
pub fn client_credentials(data: &[u8]) -> Verdict {
    let end = data.iter().position(|b| *b == b'\n').unwrap_or(data.len());
    let (line, rest) = data.split_at(end);
    let body = rest.strip_prefix(b"\n").unwrap_or(rest);
    let mut headers = HeaderMap::new();
    if !line.is_empty() {
        let Ok(value) = HeaderValue::from_bytes(line) else { return Verdict::Refused };
        headers.insert(AUTHORIZATION, value);
    }
    let Ok(form) = Params::parse(body, Limits::STANDARD) else { return Verdict::Refused };

    let found = ClientCredentials::parse(&headers, &form);
    match &found {
        Err(error) => assert_public(error),
        Ok(credentials) => holds(credentials, &headers, body),
    }
    Verdict::of(&found)
}

fn holds(credentials: &ClientCredentials, headers: &HeaderMap, body: &[u8]) {
    let id = credentials.id().as_str();
    assert!(!id.is_empty() && id.bytes().all(|b| b.is_ascii_graphic()));
    let form = lenient(body);
    let in_form = |wanted: &str| form.iter().any(|(name, value)| name == wanted && !value.is_empty());
    let secret = credentials.secret().map(|secret| secret.expose().as_str());
    match credentials.method() {
        AuthMethod::ClientSecretBasic => {
            assert!(headers.contains_key(AUTHORIZATION) && !in_form("client_secret"), "one method at a time");
            // Written by the book, it reads the same.
            let encode =
                |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(id), encode(secret.expect("Basic has a secret")));
            let mut again = HeaderMap::new();
            let value = format!("Basic {}", STANDARD.encode(pair));
            again.insert(AUTHORIZATION, value.parse().expect("it is a header value"));
            same(credentials, &again, &Params::default());
        }
        AuthMethod::ClientSecretPost => {
            assert!(headers.is_empty() && in_form("client_secret"));
            let text =
                params::encode([("client_id", id), ("client_secret", secret.expect("Post has a secret"))]);
            same(
                credentials,
                headers,
                &Params::parse(text.as_bytes(), Limits::STANDARD).expect("it is a form"),
            );
        }
        AuthMethod::None => assert!(headers.is_empty() && secret.is_none() && !in_form("client_secret")),
    }
}

fn same(credentials: &ClientCredentials, headers: &HeaderMap, form: &Params) {
    let again = ClientCredentials::parse(headers, form).expect("it reads the same");
    assert_eq!((again.method(), again.id()), (credentials.method(), credentials.id()));
    assert_eq!(again.secret().map(|s| s.expose()), credentials.secret().map(|s| s.expose()));
}
