//! The authorization response: a code or an error, as a redirect (RFC 6749 §4.1.2, RFC 9207).

use harp_core::kernel::secret::Plain;

use super::error::ProtocolError;
use super::issuer::Issuer;
use super::redirect::ProvenRedirect;

/// What the application is told.
#[derive(Debug)]
pub enum Outcome<'a> {
    Granted { code: &'a Plain },
    Refused(&'a ProtocolError),
}

/// The answer to an authorization request whose redirect URI is proven.
#[derive(Debug)]
pub struct AuthorizeResponse<'a> {
    pub outcome: Outcome<'a>,
    /// As it came in the request; absent there, absent here.
    pub state: Option<&'a str>,
    pub issuer: &'a Issuer,
}

impl AuthorizeResponse<'_> {
    /// The `Location` to redirect to, with a 303 (RFC 9700 §4.12). It holds the code: never log it.
    pub fn location(&self, to: &ProvenRedirect) -> String {
        let outcome = match &self.outcome {
            Outcome::Granted { code } => vec![("code", code.expose())],
            Outcome::Refused(error) => {
                // A code of another endpoint would mean nothing to the client.
                let code = if error.code().may_redirect() { error.code().as_str() } else { "server_error" };
                vec![("error", code), ("error_description", error.public())]
            }
        };
        let state = self.state.map(|state| ("state", state));
        // RFC 9207 §2: always, so that a client of several providers cannot be mixed up.
        to.with(outcome.into_iter().chain(state).chain([("iss", self.issuer.as_str())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::error::ErrorCode;
    use crate::protocol::redirect::{ApplicationType, RedirectUri};

    fn redirect() -> ProvenRedirect {
        let uri = RedirectUri::register("https://mft.example/cb?x=1", ApplicationType::Web).unwrap();
        ProvenRedirect::prove("https://mft.example/cb?x=1", &[uri], ApplicationType::Web).unwrap()
    }

    #[test]
    fn a_code_goes_back_with_state_and_issuer() {
        let issuer = Issuer::parse("https://harp.example").unwrap();
        let code = Plain::presented("abc");
        let answer = AuthorizeResponse {
            outcome: Outcome::Granted { code: &code },
            state: Some("s&t"),
            issuer: &issuer,
        };
        assert_eq!(
            answer.location(&redirect()),
            "https://mft.example/cb?x=1&code=abc&state=s%26t&iss=https%3A%2F%2Fharp.example"
        );
    }

    #[test]
    fn an_error_without_state_gets_none_and_no_private_text() {
        let issuer = Issuer::parse("https://harp.example").unwrap();
        let error =
            ProtocolError::new(ErrorCode::LoginRequired, "sign in first").because("session sess_1 expired");
        let answer = AuthorizeResponse { outcome: Outcome::Refused(&error), state: None, issuer: &issuer };
        assert_eq!(
            answer.location(&redirect()),
            "https://mft.example/cb?x=1&error=login_required&error_description=sign+in+first\
             &iss=https%3A%2F%2Fharp.example"
        );
    }
}
