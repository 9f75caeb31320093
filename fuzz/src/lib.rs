//! The fuzz targets as plain functions. Each takes any bytes, asserts what must hold whatever they are, and says
//! whether the parser accepted them, so that a corpus file can say by its name what it expects.
#![forbid(unsafe_code)]

mod authorize_request;
mod client_credentials;
mod jws_verify;
mod redirect_uri;
pub mod replay;
mod session_cookie;
mod telephone_callback;
mod token_request;
mod webauthn_response;

pub use authorize_request::authorize_request;
pub use client_credentials::client_credentials;
pub use jws_verify::jws_verify;
pub use redirect_uri::redirect_uri;
pub use session_cookie::session_cookie;
pub use telephone_callback::telephone_callback;
pub use token_request::token_request;
pub use webauthn_response::webauthn_response;

use harp_oidc::protocol::ProtocolError;

/// What became of an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Accepted,
    Refused,
}

impl Verdict {
    fn of<T, E>(result: &Result<T, E>) -> Verdict {
        if result.is_ok() { Verdict::Accepted } else { Verdict::Refused }
    }
}

/// The body of a binary: a fuzzer under cargo-fuzz, otherwise a program that replays the files named to it.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| {
            $crate::$name(data);
        });

        #[cfg(not(fuzzing))]
        fn main() -> std::process::ExitCode {
            $crate::replay::files($crate::$name, std::env::args_os().skip(1))
        }
    };
}

/// RFC 6749 §5.2: whatever was sent, an answer's description keeps to its characters.
fn assert_public(error: &ProtocolError) {
    let text = error.public();
    assert!(!text.is_empty() && text.len() <= ProtocolError::MAX_DESCRIPTION);
    assert!(text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)), "{text:?}");
}

/// The pairs of a form as an independent, lenient parser reads them.
fn lenient(form: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(form).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
