use harp_oidc::protocol::params::{Limits, Params};
use harp_oidc::protocol::token::TokenRequest;

use crate::{Verdict, assert_public, lenient};

/// Any bytes as the form of a token request.
pub fn token_request(data: &[u8]) -> Verdict {
    let form = match Params::parse(data, Limits::STANDARD) {
        Ok(form) => form,
        Err(fault) => {
            assert_public(&fault.into());
            return Verdict::Refused;
        }
    };
    assert_eq!(Params::parse(form.encode().as_bytes(), Limits::STANDARD).as_ref(), Ok(&form));

    let request = TokenRequest::parse(&form);
    match &request {
        Err(error) => assert_public(error),
        Ok(TokenRequest::AuthorizationCode(exchange)) => {
            // What was understood is what any other parser reads, and it is there once.
            let pairs = lenient(data);
            let values = |wanted: &str| -> Vec<&str> {
                let of_it = pairs.iter().filter(|(name, value)| name == wanted && !value.is_empty());
                of_it.map(|(_, value)| value.as_str()).collect()
            };
            assert_eq!(values("grant_type"), ["authorization_code"]);
            assert_eq!(values("code"), [exchange.code.expose()]);
            assert_eq!(values("redirect_uri"), [exchange.redirect_uri.as_str()]);
            assert_eq!(values("code_verifier").len(), usize::from(exchange.verifier.is_some()));
        }
    }
    Verdict::of(&request)
}
