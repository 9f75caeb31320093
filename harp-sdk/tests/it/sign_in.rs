//! One sign-in: what binds it to a browser, a provider and a moment.

use harp_sdk::error::{Declined, TokenFault};
use harp_sdk::testing::{Claims, Mischief, Provider};
use harp_sdk::{Aal, Ask, Config, Harp, Ial, Prompt, SignInError};

use super::{BASE, World, ana, header, to, visit};

#[tokio::test]
async fn a_person_signs_in_and_comes_back_to_the_page_they_wanted() {
    let world = World::new().await;
    let done = world.sign_in().await.unwrap();
    assert_eq!(done.return_to.as_str(), "/files");
    let who = done.session.who();
    assert_eq!((who.sub.as_str(), who.display_name()), ("sub-ana.lee", "Ana Lee"));
    assert_eq!(who.roles, ana().identity().roles);
    assert_eq!(who.email.as_deref(), Some("ana.lee@example.test"));
    assert_eq!((who.aal, who.ial), (Some(Aal::Two), Some(Ial::None)));
    assert_eq!((who.acr.as_deref(), who.sid.as_deref()), (Some("urn:harp:acr:aal2"), Some("sid-ana.lee")));
    let open = world.harp.session(&header(&done.cookies), harp_sdk::Purpose::Read).await.unwrap().unwrap();
    assert_eq!(open.session, done.session);
}

/// A provider may tell name and e-mail address at the userinfo endpoint only, and write a level as a digit.
#[tokio::test]
async fn the_name_comes_from_userinfo_when_the_token_has_none() {
    let world = World::new().await;
    let change = |claims: &mut Claims| {
        for name in ["name", "email", "email_verified"] {
            claims.remove(name);
        }
        claims.insert("urn:harp:claims:aal".into(), "2".into());
        claims.insert("urn:harp:claims:ial".into(), "9".into());
    };
    world.provider.misbehave(Mischief { claims: Some(Box::new(change)), ..Mischief::default() });
    let done = world.sign_in().await.unwrap();
    let who = done.session.who();
    assert_eq!((who.display_name(), who.email.as_deref()), ("Ana Lee", Some("ana.lee@example.test")));
    assert_eq!((who.aal, who.ial), (Some(Aal::Two), None));
}

/// OpenID Connect Core 1.0 §5.3.2
#[tokio::test]
async fn userinfo_of_another_person_is_refused() {
    let world = World::new().await;
    let change = |claims: &mut Claims| {
        claims.remove("name");
        claims.insert("sub".into(), "somebody-else".into());
    };
    world.provider.misbehave(Mischief { claims: Some(Box::new(change)), ..Mischief::default() });
    assert_eq!(world.sign_in().await.unwrap_err().error, SignInError::Token(TokenFault::Subject));
}

#[tokio::test]
async fn the_provider_is_asked_with_pkce_state_and_nonce() {
    let world = World::new().await;
    let ask =
        Ask { prompt: Some(Prompt::None), max_age: Some(std::time::Duration::from_secs(60)), ..to("/") };
    let url = url::Url::parse(&world.harp.begin(&ask, "").await.unwrap().url).unwrap();
    let param = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    for (name, value) in [
        ("response_type", "code"),
        ("code_challenge_method", "S256"),
        ("scope", "openid profile email roles"),
        ("prompt", "none"),
        ("max_age", "60"),
        ("redirect_uri", "http://localhost:8081/auth/callback"),
    ] {
        assert_eq!(param(name).as_deref(), Some(value), "{name}");
    }
    let secrets = ["state", "nonce", "code_challenge"].map(|name| param(name).unwrap());
    assert!(secrets.iter().all(|s| s.len() == 43) && secrets[0] != secrets[1]);
}

#[tokio::test]
async fn an_answer_is_taken_once() {
    let world = World::new().await;
    let (query, cookies) = world.to_the_callback(&to("/")).await;
    let done = world.harp.finish(&query, &cookies).await.unwrap();
    assert!(
        done.cookies.iter().any(|c| c.to_string().contains("login-") && c.to_string().ends_with("Max-Age=0"))
    );
    // A copy of the cookie does not help.
    let again = world.harp.finish(&query, &cookies).await.unwrap_err();
    assert_eq!(again.error, SignInError::NotBegun);
    assert_eq!(world.provider.counts().token, 1, "the code does not go out twice");
}

#[tokio::test]
async fn eight_answers_at_once_make_one_session() {
    let world = World::new().await;
    let (query, cookies) = world.to_the_callback(&to("/")).await;
    let tries = (0..8).map(|_| {
        let (harp, query, cookies) = (world.harp.clone(), query.clone(), cookies.clone());
        tokio::spawn(async move { harp.finish(&query, &cookies).await.is_ok() })
    });
    let mut won = 0;
    for one in tries.collect::<Vec<_>>() {
        won += u32::from(one.await.unwrap());
    }
    assert_eq!((won, world.provider.counts().token), (1, 1));
}

/// Login CSRF: an attacker's answer does not sign in the victim's browser.
#[tokio::test]
async fn an_answer_to_another_browser_is_refused() {
    let world = World::new().await;
    let (attackers_query, _) = world.to_the_callback(&to("/")).await;
    let (_, victims_cookies) = world.to_the_callback(&to("/")).await;
    for cookies in [victims_cookies.as_str(), ""] {
        let refused = world.harp.finish(&attackers_query, cookies).await.unwrap_err();
        assert_eq!(refused.error, SignInError::NotBegun);
    }
    assert_eq!(world.provider.counts().token, 0);
}

/// A sealed cookie opens under its own name only, so a state cannot be renamed into another browser's.
#[tokio::test]
async fn a_login_cookie_under_another_name_is_refused() {
    let world = World::new().await;
    let (first, cookies) = world.to_the_callback(&to("/")).await;
    let (second, others) = world.to_the_callback(&to("/")).await;
    let (name, _) = others.split_once('=').unwrap();
    let (_, value) = cookies.split_once('=').unwrap();
    for query in [first, second] {
        let refused = world.harp.finish(&query, &format!("{name}={value}")).await.unwrap_err();
        assert_eq!(refused.error, SignInError::NotBegun);
    }
}

#[tokio::test]
async fn a_sign_in_takes_an_hour_at_most() {
    let world = World::new().await;
    let (query, cookies) = world.to_the_callback(&to("/")).await;
    world.later(3599);
    let (late_query, late_cookies) = world.to_the_callback(&to("/")).await;
    assert!(world.harp.finish(&query, &cookies).await.is_ok());
    world.later(3600);
    let late = world.harp.finish(&late_query, &late_cookies).await.unwrap_err();
    assert_eq!(late.error, SignInError::NotBegun);
}

#[tokio::test]
async fn several_tabs_sign_in_at_once_and_the_oldest_gives_way() {
    let world = World::new().await;
    let mut jar = std::collections::BTreeMap::new();
    let mut tabs = Vec::new();
    for _ in 0..6 {
        let cookies = jar.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
        let begun = world.harp.begin(&to("/files"), &cookies).await.unwrap();
        for cookie in &begun.cookies {
            if cookie.to_string().contains("Max-Age=0") {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        tabs.push(visit(&begun.url).await);
        world.later(1);
    }
    assert_eq!(jar.len(), 5);
    let cookies = jar.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ");
    let mut done = Vec::new();
    for query in tabs {
        done.push(world.harp.finish(&query, &cookies).await.is_ok());
    }
    assert_eq!(done, [false, true, true, true, true, true]);
}

/// RFC 9207 §2.4: the mix-up attack.
#[tokio::test]
async fn an_answer_of_another_issuer_or_of_none_is_refused_before_the_code_is_used() {
    let world = World::new().await;
    for iss in ["https://attacker.test", ""] {
        world.provider.misbehave(Mischief { iss: Some(iss.to_owned()), ..Mischief::default() });
        let refused = world.sign_in().await.unwrap_err();
        assert_eq!(refused.error, SignInError::OtherIssuer, "{iss:?}");
    }
    // An error counts as little as a code.
    let mischief =
        Mischief { iss: Some(String::new()), error: Some("access_denied".into()), ..Mischief::default() };
    world.provider.misbehave(mischief);
    assert_eq!(world.sign_in().await.unwrap_err().error, SignInError::OtherIssuer);
    assert_eq!(world.provider.counts().token, 0);
}

#[tokio::test]
async fn what_the_provider_declines_has_words() {
    let world = World::new().await;
    for (code, declined, status) in [
        ("access_denied", Declined::AccessDenied, 403),
        ("login_required", Declined::LoginRequired, 401),
        ("temporarily_unavailable", Declined::TemporarilyUnavailable, 503),
        ("<script>", Declined::Other("<script>".into()), 400),
    ] {
        world.provider.misbehave(Mischief { error: Some(code.into()), ..Mischief::default() });
        let refused = world.sign_in().await.unwrap_err();
        assert_eq!(refused.error, SignInError::Declined(declined));
        assert_eq!(refused.error.public().status, status);
        assert!(!refused.error.public().text.contains('<'));
        assert_eq!(refused.return_to.unwrap().as_str(), "/files");
    }
}

#[tokio::test]
async fn a_wrong_client_secret_does_not_sign_in() {
    let provider = Provider::start().await.unwrap();
    let mut registration = provider.registration(BASE);
    registration.client_secret = harp_sdk::Secret::new("another".into());
    let harp = Harp::new(Config::new(registration)).unwrap();
    let begun = harp.begin(&to("/"), "").await.unwrap();
    let refused = harp.finish(&visit(&begun.url).await, &header(&begun.cookies)).await.unwrap_err();
    assert_eq!(refused.error, SignInError::NotRedeemed("invalid_client".into()));
}

/// A provider leaves roles out of the ID token that would make it too long: it tells them at its userinfo endpoint.
#[tokio::test]
async fn roles_that_the_token_does_not_tell_are_asked_for() {
    let world = World::new().await;
    let without = || -> Mischief {
        let change = |claims: &mut Claims| drop(claims.remove("urn:harp:claims:roles"));
        Mischief { claims: Some(Box::new(change)), ..Mischief::default() }
    };
    world.provider.misbehave(without());
    let done = world.sign_in().await.unwrap();
    assert_eq!(done.session.who().roles, super::ana().identity().roles);
    assert_eq!(world.provider.counts().userinfo, 1);
    // Nobody is let in as somebody without roles because nobody told them.
    for status in [401, 403, 500] {
        world.provider.misbehave(Mischief { userinfo_status: Some(status), ..without() });
        let error = world.sign_in().await.unwrap_err().error;
        assert_eq!(
            (error.public().status, matches!(error, SignInError::Provider(_))),
            (503, true),
            "{error}"
        );
    }
}

/// RFC 6749 §5.2 has no such errors, and providers send them all the same: nothing was attacked, nothing is unverified.
#[tokio::test]
async fn a_provider_that_is_overloaded_is_away() {
    let world = World::new().await;
    for (status, code) in [(503, "temporarily_unavailable"), (500, "server_error")] {
        world
            .provider
            .misbehave(Mischief { token_error: Some((status, code.into())), ..Mischief::default() });
        let error = world.sign_in().await.unwrap_err().error;
        assert_eq!(error.public().title, "Sign-in is not available right now", "{error}");
    }
    let refused = Mischief { token_error: Some((400, "invalid_grant".into())), ..Mischief::default() };
    world.provider.misbehave(refused);
    assert_eq!(world.sign_in().await.unwrap_err().error, SignInError::NotRedeemed("invalid_grant".into()));
}
