//! The token endpoint: what is asked for and what is answered (RFC 6749 §4.1.3, §5.1).

use harp_core::kernel::secret::Plain;
use serde::{Serialize, Serializer};

use super::error::{ErrorCode, ProtocolError};
use super::params::Params;
use super::pkce::Verifier;
use super::scope::ScopeSet;

/// The grants that HARP takes. A new one is a variant here and a file in the flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GrantType {
    AuthorizationCode,
}

impl GrantType {
    pub const ALL: [GrantType; 1] = [GrantType::AuthorizationCode];

    pub fn as_str(self) -> &'static str {
        match self {
            GrantType::AuthorizationCode => "authorization_code",
        }
    }
}

/// What a client asks of the token endpoint. Its credentials are read beside it
/// ([`super::client::ClientCredentials`]).
#[derive(Clone, Debug)]
pub enum TokenRequest {
    AuthorizationCode(CodeExchange),
}

/// RFC 6749 §4.1.3 and RFC 7636 §4.5.
#[derive(Clone, Debug)]
pub struct CodeExchange {
    pub code: Plain,
    /// Must be the one of the authorization request, to the byte.
    pub redirect_uri: String,
    pub verifier: Option<Verifier>,
}

impl TokenRequest {
    /// Longest token that may be presented, in bytes.
    const MAX_TOKEN: usize = 512;

    pub fn parse(form: &Params) -> Result<TokenRequest, ProtocolError> {
        let asked = form.required("grant_type")?;
        match GrantType::ALL.into_iter().find(|grant| grant.as_str() == asked) {
            Some(GrantType::AuthorizationCode) => code_exchange(form).map(TokenRequest::AuthorizationCode),
            None => {
                Err(ProtocolError::new(ErrorCode::UnsupportedGrantType, "this `grant_type` is not supported"))
            }
        }
    }
}

fn code_exchange(form: &Params) -> Result<CodeExchange, ProtocolError> {
    Ok(CodeExchange {
        code: presented(form.required("code")?)?,
        redirect_uri: form.required("redirect_uri")?.to_owned(),
        verifier: form.optional("code_verifier")?.map(Verifier::parse).transpose()?,
    })
}

/// Something of ours that came back: what cannot be ours is an `invalid_grant` without a look into the database.
fn presented(text: &str) -> Result<Plain, ProtocolError> {
    if text.len() <= TokenRequest::MAX_TOKEN && text.bytes().all(|b| b.is_ascii_graphic()) {
        Ok(Plain::presented(text))
    } else {
        Err(ProtocolError::new(ErrorCode::InvalidGrant, "the grant is not known"))
    }
}

/// A successful answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). To be sent with `Cache-Control: no-store`.
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    #[serde(serialize_with = "exposed")]
    pub access_token: Plain,
    pub token_type: TokenType,
    /// Seconds.
    pub expires_in: u64,
    pub scope: ScopeSet,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed_if_any")]
    pub refresh_token: Option<Plain>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed_if_any")]
    pub id_token: Option<Plain>,
}

/// RFC 6749 §7.1.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum TokenType {
    Bearer,
}

fn exposed<S: Serializer>(token: &Plain, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(token.expose())
}

fn exposed_if_any<S: Serializer>(token: &Option<Plain>, s: S) -> Result<S::Ok, S::Error> {
    token.as_ref().map(Plain::expose).serialize(s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::params::Limits;
    use proptest::prelude::*;

    fn parse(form: &str) -> Result<TokenRequest, ProtocolError> {
        TokenRequest::parse(&Params::parse(form.as_bytes(), Limits::STANDARD).unwrap())
    }

    #[test]
    fn a_code_exchange_is_understood() {
        let verifier = "a".repeat(43);
        let asked = format!(
            "grant_type=authorization_code&code=abc&redirect_uri=https%3A%2F%2Fa%2Fcb&code_verifier={verifier}"
        );
        let TokenRequest::AuthorizationCode(exchange) = parse(&asked).unwrap();
        assert_eq!((exchange.code.expose(), exchange.redirect_uri.as_str()), ("abc", "https://a/cb"));
        assert!(exchange.verifier.is_some());
        assert!(!format!("{exchange:?}").contains("abc"));
    }

    #[test]
    fn each_fault_has_its_own_code() {
        for (form, code) in [
            ("", ErrorCode::InvalidRequest),
            ("grant_type=password", ErrorCode::UnsupportedGrantType),
            ("grant_type=authorization_code&grant_type=authorization_code", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&redirect_uri=x", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=x", ErrorCode::InvalidRequest),
            ("grant_type=authorization_code&code=x&code=y&redirect_uri=x", ErrorCode::InvalidRequest),
            (
                "grant_type=authorization_code&code=x&redirect_uri=x&code_verifier=short",
                ErrorCode::InvalidRequest,
            ),
            ("grant_type=authorization_code&code=%00&redirect_uri=x", ErrorCode::InvalidGrant),
        ] {
            assert_eq!(parse(form).unwrap_err().code(), code, "{form}");
        }
    }

    #[test]
    fn the_answer_is_that_of_the_rfc() {
        let answer = TokenResponse {
            access_token: Plain::presented("at"),
            token_type: TokenType::Bearer,
            expires_in: 300,
            scope: ScopeSet::parse("openid").unwrap(),
            refresh_token: None,
            id_token: Some(Plain::presented("idt")),
        };
        assert_eq!(
            serde_json::to_string(&answer).unwrap(),
            r#"{"access_token":"at","token_type":"Bearer","expires_in":300,"scope":"openid","id_token":"idt"}"#
        );
    }

    proptest! {
        #[test]
        fn arbitrary_forms_never_panic(tail in proptest::collection::vec(any::<u8>(), 0..120)) {
            let text = [b"grant_type=authorization_code&".as_slice(), &tail].concat();
            if let Ok(form) = Params::parse(&text, Limits::STANDARD) {
                let _ = TokenRequest::parse(&form);
            }
        }
    }
}
