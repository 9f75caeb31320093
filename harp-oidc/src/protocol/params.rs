//! The parameters of a request, from a query or a form: `application/x-www-form-urlencoded`, bounded and strict.

use std::fmt;

use url::form_urlencoded::byte_serialize;
use zeroize::Zeroize as _;

use super::error::ProtocolError;

/// Bounds of one query or form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the whole, still encoded.
    pub bytes: usize,
    /// Parameters, known or not.
    pub parameters: usize,
    /// Bytes of one value, decoded.
    pub value: usize,
}

impl Limits {
    /// What every endpoint takes unless it says otherwise: 48 KiB, 64 parameters, 16 KiB in one of them.
    pub const STANDARD: Limits = Limits { bytes: 48 * 1024, parameters: 64, value: 16 * 1024 };

    /// Bytes of a parameter's name.
    const NAME: usize = 128;
}

/// Why the whole query or form cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParamsFault {
    #[error("the request is longer than {max} bytes")]
    TooLong { max: usize },
    #[error("the request has more than {max} parameters")]
    TooMany { max: usize },
    #[error("a parameter of the request is longer than {max} bytes")]
    ParameterTooLong { max: usize },
    #[error("the request is not well-formed `application/x-www-form-urlencoded` in UTF-8")]
    Malformed,
}

impl From<ParamsFault> for ProtocolError {
    fn from(fault: ParamsFault) -> Self {
        ProtocolError::invalid_request(fault.to_string())
    }
}

/// Decoded parameters in the order in which they came. Forgotten with zeroes, because a secret may be among them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// Decodes a query (without its `?`) or a form body.
    ///
    /// RFC 6749 Appendix B, WHATWG URL §5.1; stricter: a broken percent escape or invalid UTF-8 is an error.
    /// A parameter without a value is left out (RFC 6749 §3.1: it is treated as if it were omitted).
    pub fn parse(text: &[u8], limits: Limits) -> Result<Params, ParamsFault> {
        if text.len() > limits.bytes {
            return Err(ParamsFault::TooLong { max: limits.bytes });
        }
        let mut params = Params::default();
        for (n, pair) in text.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).enumerate() {
            if n >= limits.parameters {
                return Err(ParamsFault::TooMany { max: limits.parameters });
            }
            let (name, value) = match pair.iter().position(|b| *b == b'=') {
                Some(at) => (pair.get(..at).unwrap_or_default(), pair.get(at + 1..).unwrap_or_default()),
                None => (pair, &[][..]),
            };
            let (name, value) = (decode(name, Limits::NAME)?, decode(value, limits.value)?);
            if !name.is_empty() && !value.is_empty() {
                params.0.push((name, value));
            }
        }
        Ok(params)
    }

    /// The value of a parameter that may be left out. Given twice, it is an error (RFC 6749 §3.1, §3.2).
    pub fn optional(&self, name: &'static str) -> Result<Option<&str>, ProtocolError> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => {
                Err(ProtocolError::invalid_request(format!("the parameter `{name}` is given more than once")))
            }
        }
    }

    /// The value of a parameter that must be there.
    pub fn required(&self, name: &'static str) -> Result<&str, ProtocolError> {
        self.optional(name)?
            .ok_or_else(|| ProtocolError::invalid_request(format!("the parameter `{name}` is missing")))
    }

    /// The value of an optional line of text: at most `max` bytes and no control character.
    pub fn line(&self, name: &'static str, max: usize) -> Result<Option<&str>, ProtocolError> {
        let Some(value) = self.optional(name)? else { return Ok(None) };
        if value.len() > max {
            return Err(ProtocolError::invalid_request(format!(
                "the parameter `{name}` is longer than {max} bytes"
            )));
        }
        if value.chars().any(char::is_control) {
            return Err(ProtocolError::invalid_request(format!(
                "the parameter `{name}` has a control character"
            )));
        }
        Ok(Some(value))
    }

    /// Whether the parameter was given at all, once or more often.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(n, _)| n == name)
    }

    /// Forgets every parameter that is not among these.
    pub fn keep(&mut self, names: &[&str]) {
        self.0.retain(|(name, _)| names.contains(&name.as_str()));
    }

    /// The same parameters, encoded again: [`Params::parse`] gives back an equal value.
    pub fn encode(&self) -> String {
        encode(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }
}

impl Drop for Params {
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            value.zeroize();
        }
    }
}

/// Only the names: a value may be a secret.
impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// Encodes pairs as `application/x-www-form-urlencoded`. The result is ASCII.
pub fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        out.extend(byte_serialize(name.as_bytes()));
        out.push('=');
        out.extend(byte_serialize(value.as_bytes()));
    }
    out
}

/// Decodes one name or value: `+` is a space, `%41` is `A`. At most `max` bytes come out.
pub(super) fn decode(text: &[u8], max: usize) -> Result<String, ParamsFault> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = (hex(bytes.next()), hex(bytes.next()));
                let (Some(high), Some(low)) = digits else { return Err(ParamsFault::Malformed) };
                high << 4 | low
            }
            other => *other,
        });
    }
    if out.len() > max {
        return Err(ParamsFault::ParameterTooLong { max });
    }
    String::from_utf8(out).map_err(|_| ParamsFault::Malformed)
}

fn hex(digit: Option<&u8>) -> Option<u8> {
    let digit = char::from(*digit?).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(text: &str) -> Result<Params, ParamsFault> {
        Params::parse(text.as_bytes(), Limits { bytes: 64, parameters: 3, value: 8 })
    }

    #[test]
    fn a_parameter_given_twice_is_an_error_and_an_empty_one_is_absent() {
        let it = params("a=1&b=&a=2").unwrap();
        assert!(it.optional("a").unwrap_err().public().contains("`a` is given more than once"));
        assert_eq!(it.optional("b"), Ok(None));
        assert_eq!(it.required("b").unwrap_err().code().as_str(), "invalid_request");
        assert_eq!(params("a=1&a=").unwrap().optional("a"), Ok(Some("1")));
    }

    #[test]
    fn names_and_values_are_decoded_once() {
        let it = params("%61=x+%2Bé&c=%2541").unwrap();
        assert_eq!((it.optional("a"), it.optional("c")), (Ok(Some("x +é")), Ok(Some("%41"))));
    }

    #[test]
    fn every_bound_holds() {
        assert_eq!(params(&"a".repeat(65)), Err(ParamsFault::TooLong { max: 64 }));
        assert_eq!(params("a=1&b=2&c=3&d=4"), Err(ParamsFault::TooMany { max: 3 }));
        assert_eq!(params("a=123456789"), Err(ParamsFault::ParameterTooLong { max: 8 }));
        for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "%c3=1", "a=%+1"] {
            assert_eq!(params(broken), Err(ParamsFault::Malformed), "{broken}");
        }
    }

    #[test]
    fn values_do_not_print_themselves() {
        let shown = format!("{:?}", params("secret=hunter2").unwrap());
        assert_eq!(shown, r#"["secret"]"#);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic_and_what_was_read_survives_a_round_trip(text in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(read) = Params::parse(&text, Limits::STANDARD) {
                prop_assert_eq!(Params::parse(read.encode().as_bytes(), Limits::STANDARD), Ok(read));
            }
        }

        #[test]
        fn any_text_survives_encoding(name in "\\PC{1,20}", value in "(?s).{1,40}") {
            let text = encode([(name.as_str(), value.as_str())]);
            let read = Params::parse(text.as_bytes(), Limits::STANDARD).unwrap();
            prop_assert_eq!(&read.0, &vec![(name.clone(), value.clone())]);
        }
    }
}
