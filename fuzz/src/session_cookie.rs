use harp_oidc::protocol::cookie::{CookieFault, find};
use http::header::COOKIE;
use http::{HeaderMap, HeaderValue};

use crate::Verdict;

const NAME: &str = "__Host-harp";

/// Each line as one `Cookie` header.
pub fn session_cookie(data: &[u8]) -> Verdict {
    let mut headers = HeaderMap::new();
    for line in data.split(|b| *b == b'\n') {
        let Ok(value) = HeaderValue::from_bytes(line) else { return Verdict::Refused };
        headers.append(COOKIE, value);
    }
    let Ok(Some(found)) = find(&headers, NAME) else { return Verdict::Refused };
    let value = found.expose();
    assert!((1..=4096).contains(&value.len()));
    assert!(value.bytes().all(|b| b.is_ascii_graphic() && !b"\";,\\".contains(&b)));
    let pair = format!("{NAME}={value}");
    assert!(
        data.windows(pair.len()).any(|window| window == pair.as_bytes()),
        "it stands there as it was read"
    );

    let alone = HeaderMap::from_iter([(COOKIE, pair.parse().expect("a header value"))]);
    assert_eq!(find(&alone, NAME).ok().flatten().map(|it| it.expose().to_owned()).as_deref(), Some(value));
    // A second one of the name never goes unnoticed, wherever it stands.
    headers.append(COOKIE, HeaderValue::from_static("__Host-harp=other"));
    let twice = find(&headers, NAME);
    assert!(matches!(twice, Err(CookieFault::Repeated | CookieFault::TooMuch)));
    Verdict::Accepted
}
