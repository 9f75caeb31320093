//! OpenID Connect Core §3.1.2.1, §5.5.1.1, §6; RFC 6749 §3.1: the parameters of a request, as an adversary writes them.

use harp_core::account::Standing;
use harp_core::kernel::assurance::Method;
use harp_core::session::SessionScope;
use harp_tests::both;

use super::op::{CALLBACK, Op, request};

both! {
    /// §3.1.2.1: a number of seconds, and nothing that merely looks like one.
    async fn a_max_age_is_a_whole_number_of_seconds(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        op.after(100);
        for (age, error) in [
            ("-1", "invalid_request"), ("-0", "invalid_request"), ("+100", "invalid_request"), ("1.5", "invalid_request"),
            ("1e3", "invalid_request"), ("0x64", "invalid_request"), (" 100", "invalid_request"), ("\u{ff11}00", "invalid_request"),
            ("99999999999", "invalid_request"), ("18446744073709551616", "invalid_request"), ("NaN", "invalid_request"),
            ("0", "login_required"), ("00", "login_required"), ("99", "login_required"),
        ] {
            let answer = op.authorize(&[("max_age", age), ("prompt", "none")], Some(&ana)).await;
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{age:?}: {answer:?}");
            assert_eq!(answer.redirected("code"), None);
        }
        for enough in ["100", "0100", "4294967296", "9999999999", ""] {
            let answer = op.authorize(&[("max_age", enough), ("prompt", "none")], Some(&ana)).await;
            assert!(answer.redirected("code").is_some(), "{enough:?}: {answer:?}");
        }
        assert_eq!(op.authorize(&[("max_age", "0")], Some(&ana)).await.sent_to(), "/sign-in");
    }

    /// RFC 6749 §3.1: no parameter twice, the same or another; before the client and its URI are proven that is a page.
    async fn a_parameter_that_is_given_twice_is_refused(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for (name, value) in [
            ("response_type", "code"), ("response_mode", "query"), ("scope", "openid"), ("nonce", "other"), ("prompt", "login"),
            ("max_age", "1"), ("acr_values", "urn:harp:acr:aal1"), ("claims", "{}"), ("login_hint", "ana.rivera"),
            ("id_token_hint", "x"), ("ui_locales", "en"), ("code_challenge", "x"), ("code_challenge_method", "plain"),
        ] {
            let once = request(&[(name, value)]);
            let answer = op.get(&format!("/authorize?{once}&{name}={value}"), Some(&ana)).await;
            assert_eq!(answer.redirected("error").as_deref(), Some("invalid_request"), "{name}: {answer:?}");
        }
        let states = op.get(&format!("/authorize?{}&state=other", request(&[])), Some(&ana)).await;
        assert_eq!(states.redirected("error").as_deref(), Some("invalid_request"));
        assert_eq!(states.redirected("state"), None, "none of two is given back");
        for name in ["client_id=mft", "client_id=other", "redirect_uri=https%3A%2F%2Fevil.example%2F"] {
            let answer = op.get(&format!("/authorize?{}&{name}", request(&[])), Some(&ana)).await;
            assert!(answer.is_page(), "{name}: {answer:?}");
        }
        let unknown = op.get(&format!("/authorize?{}&x=1&x=2", request(&[])), Some(&ana)).await;
        assert!(unknown.redirected("code").is_some(), "what is not known is ignored");
    }

    /// §3.1.2.1: `none` stands alone, and shows no page in any state; an unknown value is no value.
    async fn prompt_is_one_of_its_words(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        for bad in [
            "none login", "login none", "none consent", "none select_account", "none create", "create", "register", "LOGIN", "None",
            "login,consent", "login\tconsent", "login\u{a0}", "none\u{0}",
        ] {
            for who in [None, Some(&ana)] {
                let answer = op.authorize(&[("prompt", bad)], who).await;
                assert_eq!(answer.redirected("error").as_deref(), Some("invalid_request"), "{bad:?}: {answer:?}");
            }
        }
        for asks in ["login", "login consent", " login ", "consent login select_account", "login login"] {
            assert_eq!(op.authorize(&[("prompt", asks)], Some(&ana)).await.sent_to(), "/sign-in", "{asks:?}");
        }
        assert!(op.authorize(&[("prompt", "none none")], Some(&ana)).await.redirected("code").is_some(), "a set of words");
    }

    /// §6.1, §6.2, §7.2.1: refused by name, whatever they hold, and nothing is fetched.
    async fn a_request_object_is_refused_before_anything_that_it_could_change(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let object = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2V2aWwuZXhhbXBsZS8ifQ.";
        for (changes, error) in [
            (vec![("request", object)], "request_not_supported"),
            (vec![("request_uri", "https://evil.example/r")], "request_uri_not_supported"),
            (vec![("request_uri", "http://127.0.0.1/")], "request_uri_not_supported"),
            (vec![("request_uri", "urn:ietf:params:oauth:request_uri:x")], "request_uri_not_supported"),
            (vec![("request", object), ("request_uri", "https://evil.example/r")], "request_not_supported"),
            (vec![("request", object), ("prompt", "none"), ("response_type", "token")], "request_not_supported"),
            (vec![("registration", "{}"), ("scope", "")], "registration_not_supported"),
        ] {
            for who in [None, Some(&ana)] {
                let answer = op.authorize(&changes, who).await;
                assert_eq!(answer.redirected("error").as_deref(), Some(error), "{changes:?}: {answer:?}");
                assert_eq!(answer.redirected("state").as_deref(), Some("s t&a=te"));
            }
        }
        let nowhere = [("request", object), ("redirect_uri", "https://evil.example/")];
        assert!(op.authorize(&nowhere, Some(&ana)).await.is_page());
    }

    /// §5.5.1.1: no wording of an essential `acr` gets a code for less than it asks.
    async fn an_essential_acr_is_met_or_refused(db: Db) {
        let op = Op::new(db).await;
        let weak = op.person(Standing::Active, SessionScope::Full, &[Method::Password, Method::Email]).await;
        let acr = |how: &str| format!(r#"{{"id_token":{{"acr":{how}}}}}"#);
        for (how, error) in [
            (r#"{"essential":true,"value":"urn:harp:acr:aal2"}"#, "interaction_required"),
            (r#"{"essential":true,"values":["urn:harp:acr:aal2","urn:harp:acr:aal2-phr"]}"#, "interaction_required"),
            (r#"{"essential":true,"values":["urn:harp:acr:aal2","x"]}"#, "interaction_required"),
            (r#"{"essential":true,"value":"urn:harp:acr:aal2-phr"}"#, "interaction_required"),
            (r#"{"essential":true,"value":"URN:HARP:ACR:AAL1"}"#, "unmet_authentication_requirements"),
            (r#"{"essential":true,"value":2}"#, "unmet_authentication_requirements"),
            (r#"{"essential":true,"values":[null,{}]}"#, "unmet_authentication_requirements"),
            (r#"{"essential":"true","value":"urn:harp:acr:aal2"}"#, "invalid_request"),
            (r#"{"essential":true,"value":"urn:harp:acr:aal1","values":["urn:harp:acr:aal2"]}"#, "invalid_request"),
            (r#"{"essential":true,"values":"urn:harp:acr:aal2"}"#, "invalid_request"),
            (r#"{"essential":true,"essential":false,"value":"urn:harp:acr:aal2"}"#, "invalid_request"),
            (r#""urn:harp:acr:aal2""#, "invalid_request"),
        ] {
            let changes = [("claims", acr(how)), ("prompt", "none".to_owned()), ("acr_values", "urn:harp:acr:aal1".to_owned())];
            let changes: Vec<(&str, &str)> = changes.iter().map(|(n, v)| (*n, v.as_str())).collect();
            let answer = op.authorize(&changes, Some(&weak)).await;
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{how}: {answer:?}");
        }
        for wish in [r#"{"value":"urn:harp:acr:aal2"}"#, r#"{"essential":false,"value":"x"}"#, "null", r#"{"essential":true}"#] {
            let tokens = op.tokens(&[("claims", &acr(wish)), ("prompt", "none")], &weak).await;
            let claims = op.claims(tokens["id_token"].as_str().unwrap()).await;
            assert_eq!(claims["acr"], "urn:harp:acr:aal1", "a wish, answered with what was reached: {wish}");
        }
        let elsewhere = r#"{"userinfo":{"acr":{"essential":true,"value":"urn:harp:acr:aal2"}}}"#;
        assert!(op.authorize(&[("claims", elsewhere)], Some(&weak)).await.redirected("code").is_some());
    }

    /// §3.1.2.1: a POST is judged as its GET; what is no form is a page.
    async fn a_post_is_read_as_a_form_alone(db: Db) {
        let op = Op::new(db).await;
        for (changes, error) in [
            (vec![("prompt", "none")], "login_required"),
            (vec![("prompt", "none login")], "invalid_request"),
            (vec![("request", "x")], "request_not_supported"),
            (vec![("max_age", "-1")], "invalid_request"),
        ] {
            let sent = op.post_text("/authorize", &[], request(&changes)).await;
            let round = sent.location().unwrap();
            let answer = op.get(&format!("/authorize?{}", round.query().unwrap()), None).await;
            assert_eq!(answer.redirected("error").as_deref(), Some(error), "{changes:?}");
        }
        for body in ["client_id=%ff", "a=%zz", "\u{0}"] {
            let answer = op.post_text("/authorize", &[], body.into()).await;
            assert!(answer.is_page() || answer.sent_to() == "/authorize", "{body:?}: {answer:?}");
        }
        let json = axum::http::Request::post("/authorize").header("content-type", "application/json");
        let answer = op.send(json.body(axum::body::Body::from("{}")).unwrap()).await;
        assert!(answer.status.is_client_error() && answer.location().is_none(), "{answer:?}");
        let query = op.post_text(&format!("/authorize?{}", request(&[])), &[], String::new()).await;
        assert!(query.redirected("code").is_none() && !query.header("location").starts_with(CALLBACK), "{query:?}");
    }
}
