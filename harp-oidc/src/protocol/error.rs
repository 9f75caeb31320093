//! What may go wrong, in the words of the RFCs: a code, a public sentence, and a private cause for the log.

use std::borrow::Cow;
use std::fmt;

use http::StatusCode;
use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// The error codes that HARP answers with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ErrorCode {
    // RFC 6749 §4.1.2.1: the authorization response.
    InvalidRequest,
    UnauthorizedClient,
    AccessDenied,
    UnsupportedResponseType,
    InvalidScope,
    ServerError,
    TemporarilyUnavailable,
    // RFC 6749 §5.2: the token response.
    InvalidClient,
    InvalidGrant,
    UnsupportedGrantType,
    // OpenID Connect Core §3.1.2.6.
    InteractionRequired,
    LoginRequired,
    AccountSelectionRequired,
    ConsentRequired,
    InvalidRequestUri,
    InvalidRequestObject,
    RequestNotSupported,
    RequestUriNotSupported,
    RegistrationNotSupported,
    // OpenID Connect Core Unmet Authentication Requirements 1.0 §2.
    UnmetAuthenticationRequirements,
    // RFC 6750 §3.1: the protected resource.
    InvalidToken,
    InsufficientScope,
}

impl ErrorCode {
    pub const ALL: [ErrorCode; 22] = [
        ErrorCode::InvalidRequest,
        ErrorCode::UnauthorizedClient,
        ErrorCode::AccessDenied,
        ErrorCode::UnsupportedResponseType,
        ErrorCode::InvalidScope,
        ErrorCode::ServerError,
        ErrorCode::TemporarilyUnavailable,
        ErrorCode::InvalidClient,
        ErrorCode::InvalidGrant,
        ErrorCode::UnsupportedGrantType,
        ErrorCode::InteractionRequired,
        ErrorCode::LoginRequired,
        ErrorCode::AccountSelectionRequired,
        ErrorCode::ConsentRequired,
        ErrorCode::InvalidRequestUri,
        ErrorCode::InvalidRequestObject,
        ErrorCode::RequestNotSupported,
        ErrorCode::RequestUriNotSupported,
        ErrorCode::RegistrationNotSupported,
        ErrorCode::UnmetAuthenticationRequirements,
        ErrorCode::InvalidToken,
        ErrorCode::InsufficientScope,
    ];

    /// The registered name, as it stands in `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidRequest => "invalid_request",
            ErrorCode::UnauthorizedClient => "unauthorized_client",
            ErrorCode::AccessDenied => "access_denied",
            ErrorCode::UnsupportedResponseType => "unsupported_response_type",
            ErrorCode::InvalidScope => "invalid_scope",
            ErrorCode::ServerError => "server_error",
            ErrorCode::TemporarilyUnavailable => "temporarily_unavailable",
            ErrorCode::InvalidClient => "invalid_client",
            ErrorCode::InvalidGrant => "invalid_grant",
            ErrorCode::UnsupportedGrantType => "unsupported_grant_type",
            ErrorCode::InteractionRequired => "interaction_required",
            ErrorCode::LoginRequired => "login_required",
            ErrorCode::AccountSelectionRequired => "account_selection_required",
            ErrorCode::ConsentRequired => "consent_required",
            ErrorCode::InvalidRequestUri => "invalid_request_uri",
            ErrorCode::InvalidRequestObject => "invalid_request_object",
            ErrorCode::RequestNotSupported => "request_not_supported",
            ErrorCode::RequestUriNotSupported => "request_uri_not_supported",
            ErrorCode::RegistrationNotSupported => "registration_not_supported",
            ErrorCode::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            ErrorCode::InvalidToken => "invalid_token",
            ErrorCode::InsufficientScope => "insufficient_scope",
        }
    }

    /// The status of a direct answer (JSON or page). A redirect has its own.
    pub fn status(self) -> StatusCode {
        match self {
            // RFC 6749 §5.2 and RFC 6750 §3.1.
            ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
            ErrorCode::InsufficientScope | ErrorCode::AccessDenied => StatusCode::FORBIDDEN,
            ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// Whether an authorization response may carry it. The others belong to the token endpoint or to a resource.
    pub fn may_redirect(self) -> bool {
        !matches!(
            self,
            ErrorCode::InvalidClient
                | ErrorCode::InvalidGrant
                | ErrorCode::UnsupportedGrantType
                | ErrorCode::InvalidToken
                | ErrorCode::InsufficientScope
        )
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error with its two texts: the public one goes into `error_description`, the private one into the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProtocolError {
    code: ErrorCode,
    public: Cow<'static, str>,
    private: Option<String>,
}

impl ProtocolError {
    /// Longest `error_description`, in characters.
    pub const MAX_DESCRIPTION: usize = 240;

    /// `public` is cut to [`Self::MAX_DESCRIPTION`] and to the characters of RFC 6749 §5.2.
    pub fn new(code: ErrorCode, public: impl Into<Cow<'static, str>>) -> Self {
        Self { code, public: describe(public.into()), private: None }
    }

    pub fn invalid_request(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::InvalidRequest, public)
    }

    /// Adds what only an operator may know.
    #[must_use]
    pub fn because(self, private: impl fmt::Display) -> Self {
        Self { private: Some(private.to_string()), ..self }
    }

    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// What the client may read.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// What only the log may hold.
    pub fn private(&self) -> Option<&str> {
        self.private.as_deref()
    }

    pub fn status(&self) -> StatusCode {
        self.code.status()
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.public)
    }
}

impl std::error::Error for ProtocolError {}

/// The JSON body of RFC 6749 §5.2: `error` and `error_description`, never the private text.
impl Serialize for ProtocolError {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut body = s.serialize_struct("Error", 2)?;
        body.serialize_field("error", self.code.as_str())?;
        body.serialize_field("error_description", self.public())?;
        body.end()
    }
}

/// RFC 6749 §5.2: `error_description` is made of %x20-21 / %x23-5B / %x5D-7E. The rest becomes `?`.
fn describe(text: Cow<'static, str>) -> Cow<'static, str> {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    if text.len() <= ProtocolError::MAX_DESCRIPTION && text.chars().all(allowed) {
        return text;
    }
    let cut = text.chars().take(ProtocolError::MAX_DESCRIPTION);
    Cow::Owned(cut.map(|c| if allowed(c) { c } else { '?' }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_keeps_to_the_characters_of_rfc_6749() {
        let error =
            ProtocolError::invalid_request("a \"quote\"\r\nX: y \\ é").because("the database said no");
        assert_eq!(error.public(), "a ?quote???X: y ? ?");
        assert_eq!(
            serde_json::to_string(&error).unwrap(),
            r#"{"error":"invalid_request","error_description":"a ?quote???X: y ? ?"}"#
        );
        assert!(!error.to_string().contains("database"));
        assert_eq!(
            ProtocolError::invalid_request("é".repeat(999)).public().len(),
            ProtocolError::MAX_DESCRIPTION
        );
    }

    #[test]
    fn names_are_unique_and_token_errors_never_redirect() {
        let names: std::collections::BTreeSet<_> = ErrorCode::ALL.map(ErrorCode::as_str).into();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::LoginRequired.may_redirect() && !ErrorCode::InvalidClient.may_redirect());
        assert_eq!(ErrorCode::InvalidClient.status(), 401);
        assert_eq!(ErrorCode::InvalidGrant.status(), 400);
    }
}
