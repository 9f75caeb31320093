//! Who a client says it is: its id, and its credentials at the token endpoint (RFC 6749 §2.3.1).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harp_core::kernel::secret::Secret;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{ErrorCode, ProtocolError};
use super::params::{self, Params};

/// A `client_id`: 1 to 255 visible ASCII characters (RFC 6749 Appendix A.1, without the space).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    pub fn parse(text: &str) -> Result<ClientId, ProtocolError> {
        if (1..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(ClientId(text.to_owned()))
        } else {
            Err(ProtocolError::invalid_request("`client_id` must be 1 to 255 visible ASCII characters"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = ProtocolError;
    fn try_from(text: String) -> Result<Self, ProtocolError> {
        ClientId::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> String {
        id.0
    }
}

/// How a client authenticates (OpenID Connect Core §9).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    /// A public client: it has no secret, and PKCE stands in its place.
    None,
}

impl AuthMethod {
    pub const ALL: [AuthMethod; 3] =
        [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None];

    pub fn as_str(self) -> &'static str {
        match self {
            AuthMethod::ClientSecretBasic => "client_secret_basic",
            AuthMethod::ClientSecretPost => "client_secret_post",
            AuthMethod::None => "none",
        }
    }
}

/// What a client presented. Nothing of it is verified.
#[derive(Clone, Debug)]
pub enum ClientCredentials {
    Basic { id: ClientId, secret: Secret<String> },
    Post { id: ClientId, secret: Secret<String> },
    Public { id: ClientId },
}

impl ClientCredentials {
    /// Longest secret, in bytes.
    const MAX_SECRET: usize = 512;
    /// Longest value of the `Authorization` header, in bytes.
    const MAX_HEADER: usize = 4096;

    /// Reads the `Authorization` header and the form. Two methods at once are an error (RFC 6749 §2.3).
    pub fn parse(headers: &HeaderMap, form: &Params) -> Result<ClientCredentials, ProtocolError> {
        if form.has("client_assertion") || form.has("client_assertion_type") {
            return Err(invalid_client("client assertions are not supported"));
        }
        let (id, secret) = (form.optional("client_id")?, form.optional("client_secret")?);
        let mut authorizations = headers.get_all(AUTHORIZATION).iter();
        let Some(header) = authorizations.next() else {
            let id = id.ok_or_else(|| invalid_client("the client did not say who it is"))?;
            let id = ClientId::parse(id)?;
            return match secret {
                Some(secret) => Ok(ClientCredentials::Post { id, secret: checked_secret(secret)? }),
                None => Ok(ClientCredentials::Public { id }),
            };
        };
        if authorizations.next().is_some() {
            return Err(ProtocolError::invalid_request("more than one `Authorization` header"));
        }
        if secret.is_some() {
            return Err(ProtocolError::invalid_request("the client authenticates in two ways at once"));
        }
        let (basic_id, secret) = basic(header.as_bytes())?;
        // Many libraries repeat the id in the form. That is no second method, if it is the same.
        if id.is_some_and(|id| id != basic_id.as_str()) {
            return Err(ProtocolError::invalid_request("two different values of `client_id`"));
        }
        Ok(ClientCredentials::Basic { id: basic_id, secret })
    }

    pub fn id(&self) -> &ClientId {
        match self {
            ClientCredentials::Basic { id, .. }
            | ClientCredentials::Post { id, .. }
            | ClientCredentials::Public { id } => id,
        }
    }

    pub fn secret(&self) -> Option<&Secret<String>> {
        match self {
            ClientCredentials::Basic { secret, .. } | ClientCredentials::Post { secret, .. } => Some(secret),
            ClientCredentials::Public { .. } => None,
        }
    }

    /// To be compared with the method that the client is registered with.
    pub fn method(&self) -> AuthMethod {
        match self {
            ClientCredentials::Basic { .. } => AuthMethod::ClientSecretBasic,
            ClientCredentials::Post { .. } => AuthMethod::ClientSecretPost,
            ClientCredentials::Public { .. } => AuthMethod::None,
        }
    }
}

/// RFC 7617 §2: `Basic base64(id:secret)`, both form-encoded before (RFC 6749 §2.3.1).
fn basic(header: &[u8]) -> Result<(ClientId, Secret<String>), ProtocolError> {
    let malformed = || invalid_client("the `Authorization` header is not well-formed Basic");
    if header.len() > ClientCredentials::MAX_HEADER {
        return Err(invalid_client("the `Authorization` header is too long"));
    }
    let (scheme, encoded) = header.split_at_checked(6).ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return Err(invalid_client("the `Authorization` header is not of the Basic scheme"));
    }
    let pair = Zeroizing::new(STANDARD.decode(encoded.trim_ascii()).map_err(|_| malformed())?);
    let colon = pair.iter().position(|b| *b == b':').ok_or_else(malformed)?;
    let (id, secret) = pair.split_at_checked(colon).ok_or_else(malformed)?;
    let id = params::decode(id, 255).map_err(|_| malformed())?;
    let secret = params::decode(secret.get(1..).unwrap_or_default(), ClientCredentials::MAX_SECRET);
    let secret = Zeroizing::new(secret.map_err(|_| malformed())?);
    Ok((ClientId::parse(&id).map_err(|_| malformed())?, checked_secret(&secret)?))
}

/// RFC 6749 Appendix A.2: printable ASCII.
fn checked_secret(text: &str) -> Result<Secret<String>, ProtocolError> {
    let length = 1..=ClientCredentials::MAX_SECRET;
    if length.contains(&text.len()) && text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        Ok(Secret::new(text.to_owned()))
    } else {
        Err(invalid_client("the client secret is not well-formed"))
    }
}

fn invalid_client(why: &'static str) -> ProtocolError {
    ProtocolError::new(ErrorCode::InvalidClient, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::params::Limits;
    use proptest::prelude::*;

    fn parse(authorization: Option<&str>, form: &str) -> Result<ClientCredentials, ProtocolError> {
        let mut headers = HeaderMap::new();
        if let Some(value) = authorization {
            headers.insert(AUTHORIZATION, value.parse().unwrap());
        }
        ClientCredentials::parse(&headers, &Params::parse(form.as_bytes(), Limits::STANDARD).unwrap())
    }

    fn basic_header(id: &str, secret: &str) -> String {
        let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(id), encode(secret))))
    }

    #[test]
    fn each_method_is_recognised() {
        let it =
            parse(Some(&basic_header("mft:1", "p% +:é".trim_end_matches('é'))), "client_id=mft:1").unwrap();
        assert_eq!((it.method(), it.id().as_str()), (AuthMethod::ClientSecretBasic, "mft:1"));
        assert_eq!(it.secret().unwrap().expose(), "p% +:");
        let it = parse(None, "client_id=mft&client_secret=s").unwrap();
        assert_eq!((it.method(), it.id().as_str()), (AuthMethod::ClientSecretPost, "mft"));
        assert_eq!(parse(None, "client_id=mft").unwrap().method(), AuthMethod::None);
        assert_eq!(
            parse(Some(&basic_header("a", "b").replace("Basic", "bAsIc")), "").unwrap().id().as_str(),
            "a"
        );
    }

    #[test]
    fn two_methods_or_two_names_at_once_are_an_invalid_request() {
        let header = basic_header("mft", "s");
        for form in ["client_secret=s", "client_id=other", "client_id=mft&client_id=mft"] {
            assert_eq!(parse(Some(&header), form).unwrap_err().code(), ErrorCode::InvalidRequest, "{form}");
        }
        let mut headers = HeaderMap::new();
        headers.append(AUTHORIZATION, header.parse().unwrap());
        headers.append(AUTHORIZATION, header.parse().unwrap());
        assert!(ClientCredentials::parse(&headers, &Params::default()).is_err());
    }

    #[test]
    fn what_is_not_well_formed_is_an_invalid_client() {
        for header in
            ["Basic", "Basic ", "Basic !!!!", "Basic YQ==", "Bearer abc", "Basic Og==", "Basic YTo="]
        {
            assert_eq!(parse(Some(header), "").unwrap_err().code(), ErrorCode::InvalidClient, "{header}");
        }
        let long = basic_header("a", &"b".repeat(513));
        assert_eq!(parse(Some(&long), "").unwrap_err().code(), ErrorCode::InvalidClient);
        assert_eq!(parse(None, "").unwrap_err().code(), ErrorCode::InvalidClient);
        assert_eq!(
            parse(None, "client_id=a&client_assertion=x").unwrap_err().code(),
            ErrorCode::InvalidClient
        );
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        assert!(!format!("{:?}", parse(None, "client_id=a&client_secret=hunter2")).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn basic_survives_whatever_id_and_secret(id in "[!-~]{1,40}", secret in "[ -~]{1,40}") {
            let it = parse(Some(&basic_header(&id, &secret)), "").unwrap();
            prop_assert_eq!((it.id().as_str(), it.secret().unwrap().expose()), (id.as_str(), &secret));
        }

        #[test]
        fn arbitrary_headers_never_panic(value in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = basic(&value);
            let _ = basic(format!("Basic {}", STANDARD.encode(&value)).as_bytes());
        }
    }
}
