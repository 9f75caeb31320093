//! A bearer token, as a client presents it at a protected resource (RFC 6750 §2).

use harp_core::kernel::secret::Plain;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::error::{ErrorCode, ProtocolError};
use super::params::Params;

/// Longest token, in bytes.
const MAX: usize = 16 * 1024;

/// Finds the token in the `Authorization` header or in a form body; `None` when there is none at all, and then the
/// challenge carries no error (RFC 6750 §3.1). In the query it is never read (RFC 9700 §4.3.2).
pub fn presented(headers: &HeaderMap, form: Option<&Params>) -> Result<Option<Plain>, ProtocolError> {
    let in_form = form.map(|form| form.optional("access_token")).transpose()?.flatten();
    let mut in_headers = headers.get_all(AUTHORIZATION).iter();
    let token = match (in_headers.next(), in_headers.next(), in_form) {
        (None, _, None) => return Ok(None),
        (Some(header), None, None) => in_header(header.as_bytes())?,
        (None, _, Some(token)) => token,
        // RFC 6750 §2: not more than one method, and §3.1: then it is an invalid request.
        _ => return Err(ProtocolError::invalid_request("the access token is given more than once")),
    };
    // RFC 6750 §2.1: b64token.
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
    if token.len() <= MAX && !token.is_empty() && token.bytes().all(legal) {
        Ok(Some(Plain::presented(token)))
    } else {
        Err(ProtocolError::new(ErrorCode::InvalidToken, "the access token is not well-formed"))
    }
}

/// The value of `WWW-Authenticate` (RFC 6750 §3): without an error when no token was presented.
pub fn challenge(error: Option<&ProtocolError>) -> String {
    match error {
        None => "Bearer".to_owned(),
        // A description has neither `"` nor `\`, so it needs no escapes in a quoted string.
        Some(error) => {
            format!("Bearer error=\"{}\", error_description=\"{}\"", error.code().as_str(), error.public())
        }
    }
}

fn in_header(value: &[u8]) -> Result<&str, ProtocolError> {
    let text = str::from_utf8(value).ok().and_then(|text| text.split_once(' '));
    match text {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => Ok(token.trim_matches(' ')),
        _ => Err(ProtocolError::invalid_request("the `Authorization` header is not of the Bearer scheme")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::params::Limits;

    fn find(headers: &[&str], form: &str) -> Result<Option<String>, ErrorCode> {
        let mut map = HeaderMap::new();
        for value in headers {
            map.append(AUTHORIZATION, value.parse().unwrap());
        }
        let form = Params::parse(form.as_bytes(), Limits::STANDARD).unwrap();
        presented(&map, Some(&form)).map(|t| t.map(|t| t.expose().to_owned())).map_err(|e| e.code())
    }

    #[test]
    fn a_token_is_found_in_one_place_only() {
        assert_eq!(find(&[], ""), Ok(None));
        assert_eq!(find(&["bearer  a.b-c_~+/="], ""), Ok(Some("a.b-c_~+/=".to_owned())));
        assert_eq!(find(&[], "access_token=abc"), Ok(Some("abc".to_owned())));
        assert_eq!(find(&["Bearer abc"], "access_token=abc"), Err(ErrorCode::InvalidRequest));
        assert_eq!(find(&["Bearer abc", "Bearer abc"], ""), Err(ErrorCode::InvalidRequest));
        assert_eq!(find(&["Basic abc"], ""), Err(ErrorCode::InvalidRequest));
        assert_eq!(find(&["Bearer a b"], ""), Err(ErrorCode::InvalidToken));
        assert_eq!(find(&["Bearer "], ""), Err(ErrorCode::InvalidToken));
    }

    #[test]
    fn a_challenge_cannot_be_broken_out_of() {
        let error = ProtocolError::new(ErrorCode::InvalidToken, "a\", b=\"\r\nX: y");
        assert_eq!(
            challenge(Some(&error)),
            "Bearer error=\"invalid_token\", error_description=\"a?, b=???X: y\""
        );
        assert_eq!(challenge(None), "Bearer");
    }
}
