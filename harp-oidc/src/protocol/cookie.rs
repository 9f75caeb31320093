//! Finds one cookie in the `Cookie` headers of a request (RFC 6265 §4.2.1, §5.4), bounded and strict.

use harp_core::kernel::secret::Plain;
use http::HeaderMap;
use http::header::COOKIE;

/// Bytes of all `Cookie` headers, the pairs in them, and the bytes of the value that is looked for.
const MAX_BYTES: usize = 16 * 1024;
const MAX_PAIRS: usize = 128;
const MAX_VALUE: usize = 4096;

/// Why no cookie can be read. To the person it is the same as having none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CookieFault {
    #[error("the `Cookie` headers are longer than {MAX_BYTES} bytes or have more than {MAX_PAIRS} cookies")]
    TooMuch,
    /// Somebody on a neighbouring host or path has set another of this name: neither can be trusted.
    #[error("the cookie is there more than once")]
    Repeated,
    #[error("the cookie has a character that no cookie may have")]
    Malformed,
}

/// The value of the cookie `name`; `None` when there is none or it is empty. HTTP/2 may split the header
/// (RFC 9113 §8.2.3), so all of them are read. What other cookies look like does not matter.
pub fn find(headers: &HeaderMap, name: &str) -> Result<Option<Plain>, CookieFault> {
    let values = || headers.get_all(COOKIE).iter().map(http::HeaderValue::as_bytes);
    if values().map(<[u8]>::len).sum::<usize>() > MAX_BYTES {
        return Err(CookieFault::TooMuch);
    }
    let mut found = None;
    for (n, pair) in values().flat_map(|value| value.split(|b| *b == b';')).enumerate() {
        if n >= MAX_PAIRS {
            return Err(CookieFault::TooMuch);
        }
        let mut halves = pair.trim_ascii().splitn(2, |b| *b == b'=');
        let (Some(key), Some(value)) = (halves.next(), halves.next()) else { continue };
        if key == name.as_bytes() && found.replace(value).is_some() {
            return Err(CookieFault::Repeated);
        }
    }
    match found {
        None | Some([]) => Ok(None),
        Some(value) => checked(value).map(Some),
    }
}

/// RFC 6265 §4.1.1: cookie-octet. HARP sets no quoted values, so quotes are refused with the rest.
fn checked(value: &[u8]) -> Result<Plain, CookieFault> {
    let octet = |b: &u8| matches!(b, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
    match str::from_utf8(value) {
        Ok(text) if value.len() <= MAX_VALUE && value.iter().all(octet) => Ok(Plain::presented(text)),
        _ => Err(CookieFault::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn look(lines: &[&[u8]]) -> Result<Option<String>, CookieFault> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, http::HeaderValue::from_bytes(line).unwrap());
        }
        find(&headers, "__Host-harp").map(|it| it.map(|token| token.expose().to_owned()))
    }

    #[test]
    fn the_cookie_is_found_among_others_and_across_headers() {
        let abc = Ok(Some("a=c".to_owned()));
        assert_eq!(look(&[b"x=1; __Host-harp=a=c; y"]), abc);
        assert_eq!(look(&[b"x=\xff", b"__Host-harp=a=c"]), abc);
        assert_eq!(look(&[b"x=1;__Host-harp=a=c;;"]), abc);
        for none in [b"x=1".as_slice(), b"__Host-harp", b"__Host-harp=", b"__host-harp=a", b"x__Host-harp=a"]
        {
            assert_eq!(look(&[none]), Ok(None));
        }
    }

    #[test]
    fn doubles_odd_characters_and_floods_are_refused() {
        assert_eq!(look(&[b"__Host-harp=a; __Host-harp=a"]), Err(CookieFault::Repeated));
        assert_eq!(look(&[b"__Host-harp=a", b"__Host-harp="]), Err(CookieFault::Repeated));
        for bad in
            [b"__Host-harp=\"a\"".as_slice(), b"__Host-harp=a b", b"__Host-harp=a\\", b"__Host-harp=\xc3\xa9"]
        {
            assert_eq!(look(&[bad]), Err(CookieFault::Malformed));
        }
        assert_eq!(look(&["a=1;".repeat(129).as_bytes()]), Err(CookieFault::TooMuch));
        assert_eq!(look(&[&[b'a'; 9000], &[b'a'; 9000]]), Err(CookieFault::TooMuch));
        assert_eq!(
            look(&[format!("__Host-harp={}", "a".repeat(4097)).as_bytes()]),
            Err(CookieFault::Malformed)
        );
    }

    proptest! {
        #[test]
        fn any_cookie_that_may_be_set_is_found(value in "[!#-+\\--:<-\\[\\]-~]{1,40}", before in "[ -:<-~]{0,20}") {
            let line = format!("p={before}; __Host-harp={value}");
            prop_assert_eq!(look(&[line.as_bytes()]), Ok(Some(value)));
        }
    }
}
