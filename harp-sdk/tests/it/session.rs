//! The session cookie: who can open it, how long it lives, and what ends it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harp_sdk::testing::{Mischief, Person, ScriptedClock, signed_in};
use harp_sdk::{
    Config, CookieSecret, CookieSecrets, Harp, Lifetime, Purpose, SignOut, SignedOut, SignedOutUnavailable,
    WhenAway,
};

use super::{BASE, World, ana, header};

async fn is_open(harp: &Harp, cookies: &str) -> bool {
    harp.session(cookies, Purpose::Read).await.unwrap().is_some()
}

#[tokio::test]
async fn a_changed_cookie_is_nobody() {
    let world = World::new().await;
    let (_, cookie) = signed_in(&world.harp, ana().identity()).unwrap();
    assert!(is_open(&world.harp, &cookie).await);
    let (name, value) = cookie.split_once('=').unwrap();
    for at in (0..value.len()).step_by(7) {
        let mut changed = value.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let changed = format!("{name}={}", String::from_utf8(changed).unwrap());
        assert!(!is_open(&world.harp, &changed).await, "byte {at}");
    }
    for other in ["", "=", &value[..value.len() - 4], &value[4..], "é", &"A".repeat(10_000)] {
        assert!(!is_open(&world.harp, &format!("{name}={other}")).await, "{other:?}");
    }
    assert!(is_open(&world.harp, &format!("a=b; {name}=x; {cookie}; c")).await, "beside others");
}

#[tokio::test]
async fn a_cookie_of_another_application_or_another_secret_is_nobody() {
    let world = World::new().await;
    let (_, cookie) = signed_in(&world.harp, ana().identity()).unwrap();
    let mut same_secret = world.provider.registration(BASE);
    same_secret.cookie_secrets = CookieSecret::from_bytes([7; 32]).into();
    let mut other_client = same_secret.clone();
    other_client.client_id = "another".into();
    let (one, other) =
        (Harp::new(Config::new(same_secret)).unwrap(), Harp::new(Config::new(other_client)).unwrap());
    assert!(!is_open(&one, &cookie).await, "another secret");
    let (_, theirs) = signed_in(&one, ana().identity()).unwrap();
    let (_, ours) = signed_in(&other, ana().identity()).unwrap();
    let name = |cookie: &str| cookie.split_once('=').unwrap().0.to_owned();
    assert_ne!(name(&theirs), name(&ours), "on one host, ports do not keep cookies apart");
    let renamed = format!("{}={}", name(&ours), theirs.split_once('=').unwrap().1);
    assert!(!is_open(&other, &renamed).await && is_open(&other, &ours).await);
}

#[tokio::test]
async fn cookies_are_locked_to_the_host_under_tls() {
    let world = World::new().await;
    let registration = world.provider.registration("https://files.example.test");
    let harp = Harp::new(Config::new(registration)).unwrap();
    let begun = harp.begin(&super::to("/"), "").await.unwrap();
    let text = begun.cookies[0].to_string();
    assert!(text.starts_with("__Host-harp-") && text.contains("; Secure"), "{text}");
    for attribute in ["; Path=/;", "; HttpOnly", "; SameSite=Lax", "; Max-Age=3600"] {
        assert!(text.contains(attribute), "{text}");
    }
    assert!(!text.contains("Domain"));
    let (query, cookies) = (super::visit(&begun.url).await, header(&begun.cookies));
    let done = harp.finish(&query, &cookies).await.unwrap();
    assert!(done.cookies.iter().any(|c| c.name().starts_with("__Host-") && c.name().ends_with("-session")));
    assert!(done.cookies.iter().any(|c| c.to_string().contains("; Path=/auth/sign-out; ")));
}

#[tokio::test]
async fn it_ends_when_idle_and_it_ends_for_good() {
    let life = Lifetime { idle: Duration::from_secs(900), absolute: Duration::from_secs(3600) };
    let world = World::with(|config| config.lifetime(life).fresh_for(life.absolute)).await;
    let (_, first) = signed_in(&world.harp, ana().identity()).unwrap();
    world.later(899);
    let open = world.harp.session(&first, Purpose::Read).await.unwrap().unwrap();
    let mut cookie = header(&[open.renewed.unwrap()]);
    world.later(1);
    assert!(!is_open(&world.harp, &first).await, "the old cookie is idle since its last sealing");
    assert!(is_open(&world.harp, &cookie).await);
    // Used every ten minutes, it lives an hour.
    let mut lived = 900;
    loop {
        world.later(600);
        lived += 600;
        match world.harp.session(&cookie, Purpose::Read).await.unwrap() {
            Some(open) => cookie = header(&[open.renewed.unwrap()]),
            None => break,
        }
    }
    assert_eq!(lived, 3900);
}

#[tokio::test]
async fn it_is_sealed_anew_at_most_every_minute() {
    let world = World::new().await;
    let (_, cookie) = signed_in(&world.harp, ana().identity()).unwrap();
    world.later(59);
    assert!(world.harp.session(&cookie, Purpose::Read).await.unwrap().unwrap().renewed.is_none());
    world.later(1);
    assert!(world.harp.session(&cookie, Purpose::Read).await.unwrap().unwrap().renewed.is_some());
}

#[tokio::test]
async fn a_sign_out_ends_every_copy_and_a_new_sign_in_begins_anew() {
    let world = World::new().await;
    let done = world.sign_in().await.unwrap();
    let jar = header(&done.cookies);
    world.later(61);
    let renewed = world.harp.session(&jar, Purpose::Read).await.unwrap().unwrap().renewed.unwrap();
    let out = world.harp.sign_out(&done.session, &jar).await.unwrap();
    for copy in [jar.clone(), header(&[renewed])] {
        assert!(!is_open(&world.harp, &copy).await);
    }
    assert!(out.cookies.iter().all(|c| c.to_string().contains("Max-Age=0")));
    let url = url::Url::parse(&out.url).unwrap();
    let param = |name: &str| url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
    assert_eq!(url.path(), "/sign-out");
    assert_eq!(param("client_id").as_deref(), Some("application"));
    assert_eq!(param("post_logout_redirect_uri").as_deref(), Some("http://localhost:8081/"));
    assert_eq!(param("id_token_hint").unwrap().split('.').count(), 3);
    // The provider's session may still be the same: the `sid` is.
    world.later(1);
    let again = world.sign_in().await.unwrap();
    assert_eq!(again.session.who().sid, done.session.who().sid);
    assert!(is_open(&world.harp, &header(&again.cookies)).await);
}

/// They do not fit into a cookie: the node of the sign-in remembers them, and every other one asks the provider once.
#[tokio::test]
async fn very_many_roles_are_known_on_every_node() {
    let world = World::new().await;
    let mut person = Person::new("Sol Ortiz");
    for n in 0..200 {
        person = person.with_role("mft", "mft_web_user", &format!("org_{n}"));
    }
    world.provider.person(person.clone());
    let done = world.sign_in().await.unwrap();
    assert!(done.cookies.iter().all(|c| c.to_string().len() <= 4096));
    let jar = header(&done.cookies);
    let other = world.another_process();
    for (harp, asked) in [(&world.harp, 0), (&other, 1), (&other, 1), (&world.harp, 1)] {
        let open = harp.session(&jar, Purpose::Change).await.unwrap().unwrap();
        assert_eq!(open.session.who().roles, person.identity().roles);
        assert_eq!(world.provider.counts().userinfo, asked);
    }
    // What one node seals another one opens.
    world.later(600);
    let renewed = other.session(&jar, Purpose::Read).await.unwrap().unwrap().renewed.unwrap();
    world.later(600);
    let open = world.harp.session(&header(&[renewed]), Purpose::Read).await.unwrap().unwrap();
    assert_eq!(open.session.who().roles.len(), 200, "it lives as long as it is used");
    world.harp.sign_out(&done.session, &jar).await.unwrap();
    assert!(!is_open(&world.harp, &jar).await);
}

/// Nobody guesses at roles: not of nobody's, and not of those that were left out.
#[tokio::test]
async fn roles_that_nobody_tells_let_nobody_read() {
    let world = World::new().await;
    let many =
        (0..200).fold(Person::new("Sol Ortiz"), |person, n| person.with_role("mft", "r", &n.to_string()));
    world.provider.person(many);
    let jar = header(&world.sign_in().await.unwrap().cookies);
    world.provider.misbehave(Mischief { down: true, ..Mischief::default() });
    let config = Config::new(world.registration.clone()).clock(world.clock.clone());
    let other = Harp::new(config.when_away(WhenAway::ReadFor(Duration::from_secs(900)))).unwrap();
    assert!(other.session(&jar, Purpose::Read).await.is_err());
    assert!(other.session(&jar, Purpose::SignInOrOut).await.unwrap().is_some(), "signing out works");
}

/// Nodes may differ by a minute: a session of one is ended by another whose clock is behind.
#[tokio::test]
async fn a_node_whose_clock_is_behind_signs_out_too() {
    let world = World::new().await;
    let behind = Arc::new(ScriptedClock::at(world.harp.now() - Duration::from_secs(50)));
    let node = Harp::new(Config::new(world.registration.clone()).clock(behind)).unwrap();
    let done = world.sign_in().await.unwrap();
    let jar = header(&done.cookies);
    assert!(is_open(&node, &jar).await);
    node.sign_out(&done.session, &jar).await.unwrap();
    assert!(!is_open(&node, &jar).await);
}

#[derive(Debug)]
struct Unreachable;

#[async_trait]
impl SignedOut for Unreachable {
    async fn add(&self, _: SignOut) -> Result<(), SignedOutUnavailable> {
        Err(SignedOutUnavailable("down".into()))
    }

    async fn has_ended(&self, _: &str, _: harp_sdk::Timestamp) -> Result<bool, SignedOutUnavailable> {
        Err(SignedOutUnavailable("down".into()))
    }
}

#[tokio::test]
async fn when_sign_outs_cannot_be_read_nobody_is_signed_in() {
    let world = World::with(|config| config.signed_out(Arc::new(Unreachable))).await;
    let (session, cookie) = signed_in(&world.harp, ana().identity()).unwrap();
    assert!(world.harp.session(&cookie, Purpose::Read).await.is_err());
    assert!(world.harp.sign_out(&session, &cookie).await.is_err());
}

#[tokio::test]
async fn a_form_token_is_for_one_session() {
    let world = World::new().await;
    let (one, _) = signed_in(&world.harp, ana().identity()).unwrap();
    let (two, _) = signed_in(&world.harp, ana().identity()).unwrap();
    let token = world.harp.form_token(&one);
    assert!(world.harp.is_form_token(&token, &one));
    assert!(!world.harp.is_form_token(&token, &two) && !world.harp.is_form_token("", &one));
}

fn secrets(bytes: &[u8]) -> CookieSecrets {
    let secret = |byte: &u8| CookieSecret::from_bytes([*byte; 32]);
    let (first, former) = bytes.split_first().unwrap();
    former.iter().map(secret).fold(secret(first).into(), CookieSecrets::and_former)
}

/// The first secret seals, each of them opens: nobody is signed out by a rotation.
#[tokio::test]
async fn a_secret_is_rotated_without_signing_anybody_out() {
    let world = World::new().await;
    let with = |bytes: &[u8]| {
        let registration =
            harp_sdk::Registration { cookie_secrets: secrets(bytes), ..world.provider.registration(BASE) };
        Harp::new(Config::new(registration).clock(world.clock.clone())).unwrap()
    };
    let (before, during, after) = (with(&[1]), with(&[2, 1]), with(&[2]));
    let (session, old) = signed_in(&before, ana().identity()).unwrap();
    let token = before.form_token(&session);
    let begun = before.begin(&super::to("/"), "").await.unwrap();

    // Sealed anew at once, although it was sealed less than a minute ago.
    let open = during.session(&old, Purpose::Read).await.unwrap().unwrap();
    let new = header(&[open.renewed.unwrap()]);
    assert_eq!(open.session, session);
    assert!(during.is_form_token(&token, &session), "a form that was open");
    assert_ne!(during.form_token(&session), token);
    assert!(is_open(&after, &new).await);
    assert!(during.session(&new, Purpose::Read).await.unwrap().unwrap().renewed.is_none(), "once");
    // A sign-in that was under way.
    let query = super::visit(&begun.url).await;
    assert!(during.finish(&query, &header(&begun.cookies)).await.is_ok());

    // The old secret is gone: signed out, not broken.
    assert!(!is_open(&after, &old).await && !after.is_form_token(&token, &session));
    // A node that does not know the new secret yet knows nobody by it.
    assert!(!is_open(&before, &new).await);
}

/// Cookie tossing: under plain http another host of the site could plant its own session beside ours.
#[tokio::test]
async fn two_sessions_under_one_name_are_nobody() {
    let world = World::new().await;
    let (_, ours) = signed_in(&world.harp, ana().identity()).unwrap();
    let (_, mallorys) = signed_in(&world.harp, Person::new("Mallory Fox").identity()).unwrap();
    for both in [format!("{ours}; {mallorys}"), format!("{mallorys}; {ours}")] {
        assert!(!is_open(&world.harp, &both).await);
    }
    assert!(is_open(&world.harp, &format!("{ours}; {ours}")).await, "the same one twice");
}

/// `__Secure-` can be planted by a neighbouring host, so the hint names its session.
#[tokio::test]
async fn a_planted_hint_is_not_sent_to_the_provider() {
    let world = World::new().await;
    let (victim, mallory) = (world.sign_in().await.unwrap(), world.sign_in().await.unwrap());
    let out = world.harp.sign_out(&victim.session, &header(&mallory.cookies)).await.unwrap();
    assert!(!out.url.contains("id_token_hint"), "{}", out.url);
    let out = world.harp.sign_out(&victim.session, &header(&victim.cookies)).await.unwrap();
    assert!(out.url.contains("id_token_hint"));
}
