use harp_oidc::protocol::redirect::{ApplicationType, ProvenRedirect, RedirectUri};
use url::Url;

use crate::Verdict;

/// Any bytes as a redirect URI: to be registered, and to be asked for.
pub fn redirect_uri(data: &[u8]) -> Verdict {
    let Ok(text) = str::from_utf8(data) else { return Verdict::Refused };
    let web = RedirectUri::register(text, ApplicationType::Web);
    let native = RedirectUri::register(text, ApplicationType::Native);
    if let Ok(uri) = &native {
        registered_is_safe(text, uri, ApplicationType::Native);
    }
    if let Ok(uri) = &web {
        registered_is_safe(text, uri, ApplicationType::Web);
        assert!(native.is_ok(), "what a web application may use, a native one may");
    }
    asked_for_is_exact(text);
    Verdict::of(&web)
}

fn registered_is_safe(text: &str, uri: &RedirectUri, kind: ApplicationType) {
    assert_eq!(uri.as_str(), text);
    assert_eq!(RedirectUri::try_from(text.to_owned()).as_ref(), Ok(uri), "the database gives it back");
    let url = Url::parse(text).expect("it is a URL");
    assert!(
        url.as_str() == text || url.as_str() == format!("{text}/"),
        "a browser visits what was registered"
    );
    assert!(url.fragment().is_none() && url.username().is_empty() && url.password().is_none());
    match (url.scheme(), kind) {
        ("https", _) => assert!(url.has_host()),
        ("http", _) => assert!(
            matches!(url.host_str(), Some(h) if h == "localhost" || h == "[::1]" || h.starts_with("127."))
        ),
        (own, ApplicationType::Native) => assert!(own.contains('.')),
        (other, ApplicationType::Web) => panic!("{other} is not for the web"),
    }
    let proven =
        ProvenRedirect::prove(text, std::slice::from_ref(uri), ApplicationType::Web).expect("it is itself");
    assert!(!proven.csp_source().contains([' ', ';', ',', '\'']), "it cannot break out of a header");

    let sent =
        Url::parse(&proven.with([("code", "c&d=#e"), ("iss", "https://harp.example")])).expect("a URL");
    assert_eq!((sent.scheme(), sent.host_str(), sent.port()), (url.scheme(), url.host_str(), url.port()));
    assert_eq!(
        (sent.fragment(), sent.path().trim_end_matches('/')),
        (None, url.path().trim_end_matches('/'))
    );
    let (mut before, after) = (pairs(&url), pairs(&sent));
    before.extend([
        ("code".to_owned(), "c&d=#e".to_owned()),
        ("iss".to_owned(), "https://harp.example".to_owned()),
    ]);
    assert_eq!(after, before, "the query is kept and the answer is added, once");
}

fn asked_for_is_exact(text: &str) {
    const WEB: &str = "https://mft.example/callback";
    const LOOPBACK: &str = "http://127.0.0.1/callback";
    let registered =
        [WEB, LOOPBACK].map(|uri| RedirectUri::register(uri, ApplicationType::Web).expect("it may be"));
    let exact = ProvenRedirect::prove(text, &registered, ApplicationType::Web);
    assert_eq!(exact.is_some(), text == WEB || text == LOOPBACK);
    if let Some(proven) = ProvenRedirect::prove(text, &registered, ApplicationType::Native) {
        assert_eq!(proven.as_str(), text);
        let mut url = Url::parse(text).expect("a URL");
        url.set_port(None).expect("it has a host");
        assert!(url.as_str() == WEB || url.as_str() == LOOPBACK, "nothing but the port may differ");
    }
}

fn pairs(url: &Url) -> Vec<(String, String)> {
    url.query_pairs().into_owned().collect()
}
