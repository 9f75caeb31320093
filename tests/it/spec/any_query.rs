//! RFC 6749 §4.1.2.1, §10.15; RFC 9700 §4.11: whatever the query says, `/authorize` sends nobody anywhere that is not registered.

use harp_oidc::protocol::params::encode;
use harp_tests::cluster::Db;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use url::Url;

use super::op::{Answer, CALLBACK, ISSUER, Op, Signed, request};

const CASES: u32 = 192;

/// Names that are looked at, and some that are not.
const NAMES: &[&str] = &[
    "client_id",
    "redirect_uri",
    "response_type",
    "response_mode",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "claims",
    "login_hint",
    "id_token_hint",
    "ui_locales",
    "request",
    "request_uri",
    "registration",
    "display",
    "interaction",
    "flow",
    "iss",
    "code",
    "error",
    "",
];

/// Values that are right somewhere, and values that have opened doors elsewhere.
const VALUES: &[&str] = &[
    "mft",
    "other",
    CALLBACK,
    "https://mft.example/other",
    "code",
    "token",
    "code id_token",
    "query",
    "form_post",
    "openid",
    "openid roles",
    "none",
    "login",
    "none login",
    "0",
    "-1",
    "600",
    "99999999999999999999",
    "S256",
    "plain",
    "{}",
    "null",
    r#"{"id_token":{"acr":{"essential":true,"value":"urn:harp:acr:aal2-phr"}}}"#,
    "urn:harp:acr:aal2",
    "https://evil.example/",
    "https://mft.example/signed-in",
    "https://mft.example/signed-in?app=1&x=2",
    "https://mft.example/signed-in?app=1#f",
    "https://mft.example/signed-in?app=1/../../evil",
    "https://mft.example.evil.example/signed-in?app=1",
    "https://mft.example@evil.example/signed-in?app=1",
    "https://evil.example\\@mft.example/signed-in?app=1",
    "//evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://mft.example/signed-in?app=1\r\nLocation: https://evil.example",
    "\u{0}",
    "\u{202e}",
    "a\r\nSet-Cookie: x=y",
    "<script>",
];

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(VALUES).prop_map(str::to_owned),
        1 => "\\PC{0,60}",
        1 => (proptest::sample::select(VALUES), ".{1,3}").prop_map(|(known, more)| format!("{known}{more}")),
        1 => (1usize..6000).prop_map(|long| "x".repeat(long)),
    ]
}

fn pairs() -> impl Strategy<Value = String> {
    let pairs = proptest::collection::vec((proptest::sample::select(NAMES), value()), 0..8);
    pairs.prop_map(|pairs| encode(pairs.iter().map(|(name, value)| (*name, value.as_str()))))
}

/// Any query: pairs of names and values, with the usual request before or after them or not at all, or bare bytes.
fn query() -> impl Strategy<Value = String> {
    let changed =
        (proptest::sample::select(NAMES), value()).prop_map(|(name, value)| request(&[(name, &value)]));
    let bytes = proptest::collection::vec(proptest::sample::select(&b"&=%+;#?/:@az09[]"[..]), 0..120)
        .prop_map(|bytes| String::from_utf8_lossy(&bytes).replace('#', ""));
    prop_oneof![
        3 => changed,
        2 => pairs(),
        2 => pairs().prop_map(|pairs| format!("{}&{pairs}", request(&[]))),
        1 => pairs().prop_map(|pairs| format!("{pairs}&{}", request(&[]))),
        2 => bytes.prop_map(|bytes| format!("{}&{bytes}", request(&[]))),
    ]
}

fn holds(query: &str, who: Option<&Signed>, answer: &Answer) -> Result<(), TestCaseError> {
    prop_assert!(!answer.status.is_server_error(), "{query}: {answer:?}");
    let Some(to) = answer.headers.get("location") else {
        prop_assert!(answer.status.is_client_error(), "{query}: {answer:?}");
        return Ok(());
    };
    let to = Url::parse(ISSUER).unwrap().join(to.to_str().unwrap()).unwrap();
    if to.as_str().starts_with(&format!("{ISSUER}/")) {
        return Ok(());
    }
    let registered = [format!("{CALLBACK}&"), "https://mft.example/other?".to_owned()];
    prop_assert!(registered.iter().any(|uri| to.as_str().starts_with(uri.as_str())), "{query}: {to}");
    prop_assert_eq!((to.host_str(), to.fragment()), (Some("mft.example"), None));
    let has = |name: &str| to.query_pairs().filter(|(n, _)| n == name).count();
    prop_assert_eq!((has("iss"), has("code") + has("error")), (1, 1), "{}: one answer of ours", query);
    prop_assert!(who.is_some() || has("code") == 0, "{query}: a code for nobody");
    Ok(())
}

/// RFC 9700 §4.11.2
#[test]
fn no_query_is_sent_to_where_nobody_registered_or_breaks_the_server() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (op, ana) = runtime.block_on(async {
        let op = Op::new(Db::sqlite().await.unwrap()).await;
        let ana = op.ana().await;
        (op, ana)
    });
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(query(), any::<bool>()), |(query, signed_in)| {
        let who = signed_in.then_some(&ana);
        let uri = format!("/authorize?{query}");
        prop_assume!(uri.parse::<axum::http::Uri>().is_ok());
        holds(&query, who, &runtime.block_on(op.get(&uri, who)))?;
        holds(&query, None, &runtime.block_on(op.post_text("/authorize", &[], query.clone())))
    });
    runtime.block_on(async move { drop(op) });
    outcome.unwrap();
}
