//! OpenID Connect Core §3.1.2.1 (`acr_values`), §5.5.1.1, Unmet Authentication Requirements: what a request asks for beyond what the
//! session has reached.

use std::collections::BTreeSet;

use harp_core::account::Standing;
use harp_core::factor::totp::TotpSecret;
use harp_core::factor::{Binding, Factor, FactorStatus};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::FactorId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::text::EmailAddress;
use harp_core::policy::{HARP, Profile};
use harp_core::session::SessionScope;
use harp_oidc::grant::client::Terms;
use harp_tests::both;
use harp_tests::client::{Client, Page};
use harp_tests::cluster::Db;
use serde_json::Value;
use url::Url;

use super::op::{CALLBACK, ISSUER, Op, START, Signed, put, request, with_terms};

const AAL2: &str = "urn:harp:acr:aal2";
const PHR: &str = "urn:harp:acr:aal2-phr";
const WISH: &[(&str, &str)] = &[("acr_values", AAL2)];

fn essential(acr: &str) -> String {
    format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{acr}"}}}}}}"#)
}

async fn with_passkeys(db: Db) -> Op {
    under(&[Method::Sms, Method::Totp, Method::Email, Method::Passkey], db).await
}

/// `harp` with these methods.
async fn under(methods: &'static [Method], db: Db) -> Op {
    let profile: &'static Profile = Box::leak(Box::new(Profile { methods, ..HARP.clone() }));
    Op::under(profile, db, ISSUER, START).await
}

/// Somebody who signed in by a code from their mailbox.
async fn weak(op: &Op) -> Signed {
    op.person(Standing::Active, SessionScope::Full, &[Method::Password, Method::Email]).await
}

/// An authenticator app of theirs.
async fn app(op: &Op, who: &Signed) -> TotpSecret {
    let (id, secret) = (FactorId::mint(op.now(), &SystemRandom), TotpSecret::mint(&SystemRandom));
    let sealed = secret.seal(id, &op.provider.harp().vault, &SystemRandom).unwrap();
    add(op, who, (id, Binding::Totp { secret: sealed, last_step: None })).await;
    secret
}

async fn mailbox(op: &Op, who: &Signed) {
    let address = EmailAddress::parse("ana@hospital.example").unwrap();
    add(op, who, (FactorId::mint(op.now(), &SystemRandom), Binding::Email { address })).await;
}

async fn add(op: &Op, who: &Signed, (id, binding): (FactorId, Binding)) {
    let now = op.now();
    let factor = Factor {
        id,
        account: who.account.id,
        binding,
        status: FactorStatus::Active,
        created_at: now,
        activated_at: Some(now),
        last_used_at: None,
    };
    put!(op, [factor], |tx| tx.add_factor(&factor).await);
}

/// Their browser.
fn browser(op: &Op, who: &Signed) -> Client {
    let mut browser = Client::new(op.router.clone());
    browser.cookies.insert("__Host-harp_session".to_owned(), who.secret.expose().to_owned());
    browser
}

async fn to<'c>(browser: &'c mut Client, changes: &[(&str, &str)]) -> &'c Page {
    browser.open(&format!("/authorize?{}", request(changes))).await.unwrap()
}

/// To the step-up that a request leads to.
async fn asked(browser: &mut Client, changes: &[(&str, &str)]) {
    let page = to(browser, changes).await;
    assert_eq!((page.path(), page.status.as_u16()), ("/step-up", 200), "{}", page.body);
}

/// The only device of the page.
fn device(page: &Page) -> String {
    page.after("name=\"method\" value=\"").unwrap()
}

/// The only device of the page, chosen, and a code entered.
async fn prove<'c>(browser: &'c mut Client, code: &str) -> &'c Page {
    let device = device(&browser.page);
    let page = browser.submit(&[("method", &device), ("do", "next")]).await.unwrap();
    assert_eq!(page.path(), "/step-up/code", "{}", page.body);
    browser.submit(&[("code", code), ("do", "next")]).await.unwrap()
}

/// What the application is told; `None` when the way does not lead there.
fn told(page: &Page, name: &str) -> Option<String> {
    let url = Url::parse(&page.url).ok().filter(|url| url.as_str().starts_with(CALLBACK))?;
    url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned())
}

async fn id_token(op: &Op, page: &Page) -> Value {
    let code = told(page, "code").unwrap_or_else(|| panic!("no code: {} {}", page.url, page.body));
    let tokens = op.exchange(&code, &[]).await.json();
    op.claims(tokens["id_token"].as_str().unwrap()).await
}

/// RFC 8176: `amr` is a set.
fn amr(claims: &Value) -> BTreeSet<&str> {
    claims["amr"].as_array().unwrap().iter().map(|value| value.as_str().unwrap()).collect()
}

both! {
    /// X-2: the same session proves more; the level and the methods that were really reached are stated, and `auth_time` is
    /// that of the sign-in.
    async fn a_wish_is_answered_by_a_step_up(db: Db) {
        let op = Op::new(db).await;
        let who = weak(&op).await;
        let app = app(&op, &who).await;
        mailbox(&op, &who).await;
        let signed_in_at = op.now();
        op.after(90);
        let mut ana = browser(&op, &who);
        asked(&mut ana, WISH).await;
        let page = &ana.page;
        assert!(page.says("Authenticator app") && !page.says("Email,") && page.says("Continue without it"), "{}", page.body);
        prove(&mut ana, &app.code_at(op.now())).await;
        let claims = id_token(&op, &ana.page).await;
        assert_eq!(claims["acr"], AAL2);
        assert_eq!(claims["urn:harp:claims:aal"], 2);
        assert_eq!(claims["urn:harp:claims:ial"], 0);
        assert_eq!(amr(&claims), ["mfa", "otp", "pwd"].into());
        assert_eq!(claims["auth_time"], signed_in_at.secs());
        let page = to(&mut ana, &[("acr_values", AAL2), ("prompt", "none")]).await;
        assert!(told(page, "code").is_some(), "and stays so: {}", page.url);
        let copy = op.authorize(&[("prompt", "none")], Some(&who)).await;
        assert_eq!(copy.redirected("error").as_deref(), Some("login_required"), "the cookie of before is dead");
    }

    /// X-2: declined, a wish is answered with what was reached, also past a page that comes after it; an essential one is not met.
    async fn a_step_up_can_be_declined(db: Db) {
        let op = Op::new(db).await;
        op.add(&with_terms("hqr", Terms::EachVersion, "1")).await;
        let who = weak(&op).await;
        app(&op, &who).await;
        let mut ana = browser(&op, &who);
        asked(&mut ana, WISH).await;
        let claims = id_token(&op, ana.submit(&[("do", "cancel")]).await.unwrap()).await;
        assert_eq!((&claims["acr"], &claims["urn:harp:claims:aal"]), (&"urn:harp:acr:aal1".into(), &1.into()));

        asked(&mut ana, &[("claims", &essential(AAL2))]).await;
        assert!(ana.page.says("Not now"));
        let mut other_tab = ana.clone();
        let page = ana.submit(&[("do", "cancel")]).await.unwrap();
        assert_eq!(told(page, "error").as_deref(), Some("unmet_authentication_requirements"));
        assert_eq!(told(page, "state").as_deref(), Some("s t&a=te"));
        let page = other_tab.submit(&[("do", "cancel")]).await.unwrap();
        assert!(page.status == 410 && told(page, "error").is_none(), "one answer: {}", page.url);

        asked(&mut ana, &[("acr_values", AAL2), ("client_id", "hqr")]).await;
        let page = ana.submit(&[("do", "cancel")]).await.unwrap();
        assert_eq!(page.path(), "/sign-in/terms", "{}", page.body);
        let version = page.hidden("version").unwrap();
        let page = ana.submit(&[("do", "next"), ("terms", "yes"), ("version", &version)]).await.unwrap();
        assert!(told(page, "code").is_some(), "nobody is asked twice: {}", page.url);
    }

    /// X-2: any listed value that is met satisfies; of those that are not, the least is asked for; what nobody knows asks for nothing.
    async fn any_listed_level_that_is_met_satisfies(db: Db) {
        let op = with_passkeys(db).await;
        let (strong, weak) = (op.ana().await, weak(&op).await);
        app(&op, &weak).await;
        for (values, acr) in [
            ("urn:harp:acr:aal2-phr urn:harp:acr:aal2", AAL2),
            ("urn:harp:acr:aal1 urn:harp:acr:aal2-phr", "urn:harp:acr:aal1"),
            ("urn:other", AAL2),
        ] {
            let mut ana = browser(&op, &strong);
            assert_eq!(id_token(&op, to(&mut ana, &[("acr_values", values)]).await).await["acr"], acr, "{values}");
        }
        let mut ana = browser(&op, &weak);
        asked(&mut ana, &[("acr_values", "urn:harp:acr:aal2-phr urn:harp:acr:aal2")]).await;
        assert!(ana.page.says("Authenticator app"));
    }

    /// X-2: told to add a passkey, and led there and back; what else they have is not offered in its place.
    async fn who_has_nothing_that_reaches_the_level_is_told_what_to_add(db: Db) {
        let op = with_passkeys(db).await;
        let who = op.ana().await;
        app(&op, &who).await;
        for changes in [[("acr_values", PHR.to_owned())], [("claims", essential(PHR))]] {
            let changes = changes.each_ref().map(|(name, value)| (*name, value.as_str()));
            let mut ana = browser(&op, &who);
            asked(&mut ana, &changes).await;
            assert!(ana.page.says("Add a passkey") && !ana.page.says("Authenticator app"), "{}", ana.page.body);
            let page = ana.submit(&[("do", "add")]).await.unwrap();
            assert_eq!(page.path(), "/profile/devices/add");
            assert!(page.says("value=\"passkey\"") && !page.says("value=\"sms\""), "{}", page.body);
            // Where adding ends, with one more device or without, the request goes on.
            let page = ana.submit(&[("do", "cancel")]).await.unwrap();
            assert_eq!(page.path(), "/step-up", "{}", page.body);
            assert_eq!(ana.open("/profile/devices").await.unwrap().path(), "/profile/devices", "but only there");
        }
        // A passkey that was proved meets it.
        let with = op.sign_in(&who.account, SessionScope::Full, &[Method::Password, Method::Passkey]).await;
        let claims = id_token(&op, to(&mut browser(&op, &with), &[("claims", &essential(PHR))]).await).await;
        assert_eq!((&claims["acr"], amr(&claims)), (&PHR.into(), ["mfa", "pop", "pwd"].into()));
    }

    /// OpenID Connect Core Unmet Authentication Requirements §2: what no method of the profile reaches is refused at once, and a wish for it
    /// is answered with what there is.
    async fn what_nothing_reaches_is_not_asked_for(db: Db) {
        let op = under(&[Method::Sms, Method::Totp], db).await;
        let who = op.ana().await;
        let mut ana = browser(&op, &who);
        let page = to(&mut ana, &[("claims", &essential(PHR))]).await;
        assert_eq!(told(page, "error").as_deref(), Some("unmet_authentication_requirements"));
        assert_eq!(id_token(&op, to(&mut ana, &[("acr_values", PHR)]).await).await["acr"], AAL2);
    }

    /// Where no page may be shown a wish is answered with what there is, and what must be is asked for elsewhere.
    async fn silently_nobody_steps_up(db: Db) {
        let op = Op::new(db).await;
        let who = weak(&op).await;
        app(&op, &who).await;
        let mut ana = browser(&op, &who);
        let page = to(&mut ana, &[("acr_values", AAL2), ("prompt", "none")]).await;
        assert_eq!(id_token(&op, page).await["acr"], "urn:harp:acr:aal1");
        let page = to(&mut ana, &[("claims", &essential(AAL2)), ("prompt", "none")]).await;
        assert_eq!(told(page, "error").as_deref(), Some("interaction_required"));
    }

    /// X-2: another person's device, code or session, and another session of the same person, complete nobody's step-up.
    async fn nobody_elses_factor_completes_it(db: Db) {
        let op = Op::new(db).await;
        let (who, them) = (weak(&op).await, weak(&op).await);
        let (own, theirs) = (app(&op, &who).await, app(&op, &them).await);
        let must = essential(AAL2);
        let changes = &[("claims", must.as_str())];
        let (mut ana, mut mallory) = (browser(&op, &who), browser(&op, &them));
        asked(&mut mallory, changes).await;
        asked(&mut ana, changes).await;
        let foreign = device(&mallory.page);
        let page = ana.submit(&[("method", &foreign), ("do", "next")]).await.unwrap();
        assert_eq!(page.status, 422, "Mallory's device in Ana's form: {}", page.body);
        asked(&mut ana, changes).await;
        let code = theirs.code_at(op.now());
        if code != own.code_at(op.now()) {
            assert_eq!(prove(&mut ana, &code).await.status, 422, "Mallory's code for Ana's device");
        }
        // Everything of Ana's browser, and her code, in another session.
        let other = op.sign_in(&who.account, SessionScope::Full, &[Method::Password, Method::Email]).await;
        for thief in [&them, &other] {
            let mut taken = ana.clone();
            taken.cookies.insert("__Host-harp_session".to_owned(), thief.secret.expose().to_owned());
            let page = taken.submit(&[("code", &own.code_at(op.now())), ("do", "next")]).await.unwrap();
            assert_eq!(told(page, "code"), None, "{}", page.url);
            let silent = op.authorize(&[changes[0], ("prompt", "none")], Some(thief)).await;
            assert_eq!(silent.redirected("error").as_deref(), Some("interaction_required"));
        }
        let page = ana.submit(&[("code", &own.code_at(op.now())), ("do", "next")]).await.unwrap();
        assert!(told(page, "code").is_some(), "{}", page.body);
    }

    /// F05: `prompt=login` and a `max_age` that has passed take a whole sign-in; a step-up is none.
    async fn a_step_up_is_no_answer_to_max_age(db: Db) {
        let op = Op::new(db).await;
        let who = weak(&op).await;
        let app = app(&op, &who).await;
        op.after(600);
        let mut ana = browser(&op, &who);
        asked(&mut ana, WISH).await;
        assert!(told(prove(&mut ana, &app.code_at(op.now())).await, "code").is_some());
        for again in [[("prompt", "login")], [("max_age", "300")]] {
            assert_eq!(to(&mut ana, &again).await.path(), "/sign-in", "{again:?}");
        }
    }
}
