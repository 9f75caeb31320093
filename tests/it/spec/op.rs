//! A provider in this process, its people, its clients, and a browser that is no more than a cookie.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harp_core::access::{Assignment, Organization, Program, Role, RoleKind};
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Email, PasswordHash, Person, PostalAddress, Proofed, SecondAddress, Standing,
};
use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::absent::NoVendor;
use harp_core::factor::Proof;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::assurance::Method as Way;
use harp_core::kernel::id::{AccountId, AssignmentId, OrgId, ProgramId, RoleId, SessionId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::{ScriptedClock, Timestamp};
use harp_core::policy::{HARP, Profile};
use harp_core::session::{Session, SessionScope};
use harp_core::store::Fault;
use harp_core::vault::{RootKey, Vault};
use harp_oidc::grant::client::{Authentication, Client, Consent, Pkce, Terms};
use harp_oidc::grant::terms::{Acceptance, TermsText, Whose};
use harp_oidc::jose::alg::{Alg, Typ};
use harp_oidc::jose::jws::Signer as _;
use harp_oidc::jose::key::SigningKey;
use harp_oidc::jose::keyring::KeyState;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::protocol::params::encode;
use harp_oidc::protocol::pkce::{Challenge, Verifier};
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::store::key::StoredKey;
use harp_oidc::store::{OidcStore, OidcTx, OidcWork};
use harp_oidc::{Needs, Provider};
use harp_tests::cluster::Db;
use serde_json::Value;
use tower::ServiceExt as _;
use url::Url;

pub const ISSUER: &str = "https://id.example";
pub const CALLBACK: &str = "https://mft.example/signed-in?app=1";
pub const SECRET: &str = "mft secret: 100% & more+";
pub const START: Timestamp = Timestamp::from_secs(1_790_000_000);

pub struct Op {
    pub db: Db,
    pub provider: Provider,
    pub clock: Arc<ScriptedClock>,
    pub router: Router,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

/// A person, and the cookie of their browser.
#[derive(Clone)]
pub struct Signed {
    pub account: Account,
    pub session: SessionId,
    pub secret: Plain,
}

struct Put<F>(F);

#[async_trait]
impl<F, T: Send> OidcWork for Put<F>
where
    F: Sync + for<'t> Fn(&'t mut (dyn OidcTx + 't)) -> Running<'t, T>,
{
    type Out = T;
    async fn run(&self, tx: &mut dyn OidcTx) -> Result<T, Fault> {
        (self.0)(tx).await
    }
}

pub type Running<'t, T> = std::pin::Pin<Box<dyn std::future::Future<Output = Result<T, Fault>> + Send + 't>>;

/// Any change of the store.
pub async fn write<F, T: Send>(store: &OidcStore, body: F) -> T
where
    F: Sync + for<'t> Fn(&'t mut (dyn OidcTx + 't)) -> Running<'t, T>,
{
    store.write(&Put(body)).await.unwrap()
}

/// `put!(op, [name], |tx| tx.add(&name).await)`
macro_rules! put {
    ($op:expr, [$($name:ident),*], |$tx:ident| $body:expr) => {
        $crate::spec::op::write($op.store(), {
            $(let $name = $name.clone();)*
            move |$tx| {
                $(let $name = $name.clone();)*
                Box::pin(async move { $body })
            }
        })
        .await
    };
}
pub(crate) use put;

impl Op {
    /// With the client `mft`: confidential, of the program `mft`.
    pub async fn new(db: Db) -> Op {
        Op::at(db, ISSUER, START).await
    }

    /// At another address and another time.
    pub async fn at(db: Db, issuer: &str, start: Timestamp) -> Op {
        Op::under(&HARP, db, issuer, start).await
    }

    /// By other rules.
    pub async fn under(profile: &'static Profile, db: Db, issuer: &str, start: Timestamp) -> Op {
        let clock = Arc::new(ScriptedClock::at(start));
        let vault = || Vault::new(RootKey { kid: "k".into(), key: Secret::new([7; 32]) }, vec![]);
        seal_keys(&db, &vault()).await;
        let needs = Needs {
            issuer: Issuer::parse(issuer).unwrap(),
            store: Arc::clone(&db.store),
            vault: vault(),
            prover: Arc::new(NoVendor),
            courier: Arc::new(Mailbox::default()),
        };
        let provider =
            Provider::builder(needs).profile(profile).clock(Arc::clone(&clock) as _).build().await.unwrap();
        let op = Op { db, router: provider.router(), provider, clock };
        let program =
            Program { id: ProgramId::mint(START, &SystemRandom), slug: "mft".into(), name: "MFT".into() };
        put!(op, [program], |tx| tx.put_program(&program).await);
        op.add(&client("mft")).await;
        op
    }

    pub fn store(&self) -> &OidcStore {
        &self.provider.oidc().store
    }

    pub fn now(&self) -> Timestamp {
        harp_core::kernel::time::Clock::now(&*self.clock)
    }

    pub fn after(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    pub async fn add(&self, client: &Client) {
        assert!(put!(self, [client], |tx| tx.add_client(&client).await));
    }

    /// A person who signed in just now with a password and a code.
    pub async fn ana(&self) -> Signed {
        self.person(Standing::Active, SessionScope::Full, &[Way::Password, Way::Totp]).await
    }

    pub async fn person(&self, standing: Standing, scope: SessionScope, ways: &[Way]) -> Signed {
        let now = self.now();
        let account = account(standing, now);
        put!(self, [account], |tx| tx.add_account(&account).await);
        self.sign_in(&account, scope, ways).await
    }

    pub async fn sign_in(&self, account: &Account, scope: SessionScope, ways: &[Way]) -> Signed {
        let now = self.now();
        let secret = Plain::mint(&SystemRandom);
        let session = Session {
            id: SessionId::mint(now, &SystemRandom),
            secret: secret.hashed(),
            account: account.id,
            epoch: account.epoch,
            proofs: ways.iter().map(|way| Proof::by(*way, now)).collect(),
            auth_time: now,
            created_at: now,
            seen_at: now,
            ended_at: None,
            scope,
            origin: Origin::default(),
        };
        // F01: by the box at the password.
        let ticked = Acceptance {
            account: account.id,
            whose: Whose::Site,
            version: "1".into(),
            session: session.id,
            at: now,
        };
        put!(self, [session, ticked], |tx| {
            tx.accept_terms(&ticked).await?;
            tx.add_session(&session).await
        });
        Signed { account: account.clone(), session: session.id, secret }
    }

    /// Gives the person a role of this program at an organization; the assignment.
    pub async fn assign(&self, who: &Signed, program: &str, key: &str) -> AssignmentId {
        self.assign_at(who, (program, key), &["Yale".to_owned()]).await[0]
    }

    /// The same role at `count` organizations, `Hospital 0` and on.
    pub async fn assign_many(&self, who: &Signed, role: (&str, &str), count: usize) -> Vec<AssignmentId> {
        let names: Vec<String> = (0..count).map(|n| format!("Hospital {n}")).collect();
        self.assign_at(who, role, &names).await
    }

    async fn assign_at(&self, who: &Signed, role: (&str, &str), orgs: &[String]) -> Vec<AssignmentId> {
        let now = self.now();
        let (slug, key) = (role.0.to_owned(), role.1);
        let known = put!(self, [slug], |tx| tx.program_by_slug(&slug).await);
        let program = known.unwrap_or(Program {
            id: ProgramId::mint(now, &SystemRandom),
            slug: slug.clone(),
            name: slug.to_uppercase(),
        });
        let role = Role {
            id: RoleId::mint(now, &SystemRandom),
            program: program.id,
            key: key.into(),
            name: key.to_uppercase(),
            kind: RoleKind::Ordinary,
            permissions: vec!["files:upload".into()],
        };
        let at = |name: &String| {
            let org = Organization { id: OrgId::mint(now, &SystemRandom), name: name.clone() };
            let assignment = Assignment {
                id: AssignmentId::mint(now, &SystemRandom),
                account: who.account.id,
                role: role.id,
                org: org.id,
                start: now,
                end: None,
                request: None,
            };
            (org, assignment)
        };
        let held: Vec<(Organization, Assignment)> = orgs.iter().map(at).collect();
        put!(self, [program, role, held], |tx| {
            tx.put_program(&program).await?;
            tx.put_role(&role).await?;
            for (org, assignment) in &held {
                tx.put_org(org).await?;
                tx.join_program(org.id, program.id).await?;
                tx.add_assignment(assignment).await?;
            }
            Ok(())
        });
        held.iter().map(|(_, assignment)| assignment.id).collect()
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&self, path: &str, who: Option<&Signed>) -> Answer {
        self.send(
            with_cookie(Request::get(path).header("accept", "text/html"), who).body(Body::empty()).unwrap(),
        )
        .await
    }

    /// An authorization request: the usual one with these changes; an empty value leaves a parameter out.
    pub async fn authorize(&self, changes: &[(&str, &str)], who: Option<&Signed>) -> Answer {
        self.get(&format!("/authorize?{}", request(changes)), who).await
    }

    pub async fn code(&self, changes: &[(&str, &str)], who: &Signed) -> String {
        let answer = self.authorize(changes, Some(who)).await;
        answer.redirected("code").unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    pub async fn post(&self, path: &str, headers: &[(&str, &str)], form: &[(&str, &str)]) -> Answer {
        self.post_text(path, headers, encode(form.iter().copied())).await
    }

    pub async fn post_text(&self, path: &str, headers: &[(&str, &str)], text: String) -> Answer {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(text)).unwrap()).await
    }

    /// The exchange of a code by `mft`, with these changes; an empty value leaves a parameter out.
    pub async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Answer {
        self.exchange_as(&basic("mft", SECRET), code, changes).await
    }

    pub async fn exchange_as(&self, authorization: &str, code: &str, changes: &[(&str, &str)]) -> Answer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let form = changed(&usual, changes);
        let headers: &[(&str, &str)] =
            if authorization.is_empty() { &[] } else { &[("authorization", authorization)] };
        let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post("/token", headers, &pairs).await
    }

    /// The tokens that `mft` gets for this person.
    pub async fn tokens(&self, changes: &[(&str, &str)], who: &Signed) -> Value {
        let code = self.code(changes, who).await;
        let answer = self.exchange(&code, &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The claims of an ID token, verified by josekit with the published key.
    pub async fn claims(&self, id_token: &str) -> Value {
        let keys = self.get("/jwks", None).await.json();
        let header = josekit::jwt::decode_header(id_token).unwrap();
        let kid = header.claim("kid").unwrap();
        let jwk = keys["keys"]
            .as_array()
            .unwrap()
            .iter()
            .find(|key| &key["kid"] == kid)
            .expect("the key is published");
        let jwk = josekit::jwk::Jwk::from_bytes(serde_json::to_vec(jwk).unwrap()).unwrap();
        let verifier: Box<dyn josekit::jws::JwsVerifier> =
            match header.claim("alg").unwrap().as_str().unwrap() {
                "RS256" => Box::new(josekit::jws::RS256.verifier_from_jwk(&jwk).unwrap()),
                "ES256" => Box::new(josekit::jws::ES256.verifier_from_jwk(&jwk).unwrap()),
                other => panic!("{other}"),
            };
        let (payload, _) = josekit::jwt::decode_with_verifier(id_token, &*verifier).unwrap();
        Value::Object(payload.claims_set().clone())
    }

    pub async fn userinfo(&self, token: &str) -> Answer {
        let request = Request::get("/userinfo").header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::empty()).unwrap()).await
    }

    /// An ID token signed by the key that HARP signs with, or by another.
    pub fn forge(&self, key: &SigningKey, claims: &Value) -> String {
        harp_oidc::jose::jws::sign(key, Typ::Jwt, claims).unwrap()
    }

    /// How many requests wait that nobody said the source of, and of all sources that a test uses.
    pub async fn waiting(&self) -> u32 {
        let now = self.now();
        let harp = self.provider.harp();
        let mut sources = vec![String::new()];
        for address in ["192.0.2.7", "192.0.2.8"] {
            let origin = Origin { address: Some(address.parse().unwrap()), agent: None };
            let trace = harp_core::kernel::id::TraceId::mint(&SystemRandom);
            let act = Act { actor: Actor::Anonymous, now, origin, trace, browser: None };
            sources.extend(harp_core::flow::network(harp, &act));
        }
        put!(self, [sources], |tx| {
            let mut all = 0;
            for source in &sources {
                all += tx.waiting_from(source, 10_000, now).await?;
            }
            Ok(all)
        })
    }

    pub async fn events(&self) -> Vec<harp_core::audit::Event> {
        put!(self, [], |tx| tx.events(None, 1000).await)
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Where it redirects to.
    pub fn location(&self) -> Option<Url> {
        let base = Url::parse(ISSUER).unwrap();
        self.headers.get("location").map(|to| base.join(to.to_str().unwrap()).unwrap())
    }

    /// A parameter of the redirect to the application; `None` when it does not go there.
    pub fn redirected(&self, name: &str) -> Option<String> {
        let to = self.location().filter(|to| to.as_str().starts_with(CALLBACK))?;
        assert_eq!(self.status, StatusCode::SEE_OTHER);
        let mut values = to.query_pairs().filter(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} is there once");
        value
    }

    /// The page of ours that it leads to, opened with the cookies that it sets.
    pub async fn page(&self, op: &Op, who: Option<&Signed>) -> Answer {
        op.send(self.then(Method::GET, who).body(Body::empty()).unwrap()).await
    }

    /// The form of that page, sent with these fields. The page itself, when it has none.
    pub async fn submit(&self, op: &Op, who: Option<&Signed>, fields: &[(&str, &str)]) -> Answer {
        let page = self.page(op, who).await;
        let field = |name: &str| {
            let rest = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1)?;
            Some(rest.split('"').next()?.to_owned())
        };
        let Some(csrf) = field("csrf") else { return page };
        let mut pairs = vec![("csrf", csrf)];
        pairs.extend(field("version").map(|version| ("version", version)));
        pairs.retain(|(name, _)| fields.iter().all(|(n, _)| n != name));
        let pairs = pairs.iter().map(|(n, v)| (*n, v.as_str())).chain(fields.iter().copied());
        let request =
            self.then(Method::POST, who).header("content-type", "application/x-www-form-urlencoded");
        op.send(request.body(Body::from(encode(pairs))).unwrap()).await
    }

    fn then(&self, method: Method, who: Option<&Signed>) -> axum::http::request::Builder {
        let to = self.location().unwrap_or_else(|| panic!("it leads nowhere: {self:?}"));
        let session = who.map(|who| format!("__Host-harp_session={}; ", who.secret.expose()));
        let cookies = format!("{}{}", session.unwrap_or_default(), self.cookies());
        let path = format!("{}?{}", to.path(), to.query().unwrap_or(""));
        Request::builder().method(method).uri(path).header("accept", "text/html").header("cookie", cookies)
    }

    /// The path of ours that it redirects to.
    pub fn sent_to(&self) -> String {
        let to = self.location().filter(|to| to.as_str().starts_with(ISSUER));
        to.map(|to| to.path().to_owned()).unwrap_or_default()
    }

    /// The page on which nothing was sent anywhere.
    pub fn is_page(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST
            && self.location().is_none()
            && self.header("content-type").starts_with("text/html")
    }

    /// The cookies that it sets, as a request sends them.
    pub fn cookies(&self) -> String {
        let all = self.headers.get_all("set-cookie").iter();
        let pairs = all.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned());
        pairs.collect::<Vec<_>>().join("; ")
    }
}

pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The query of the usual request, with changes.
pub fn request(changes: &[(&str, &str)]) -> String {
    let challenge = Challenge::of(&Verifier::parse(VERIFIER).unwrap());
    let usual = [
        ("client_id", "mft"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email roles"),
        ("state", "s t&a=te"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let pairs = changed(&usual, changes);
    encode(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())))
}

fn changed(usual: &[(&str, &str)], changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let kept = usual.iter().filter(|(name, _)| changes.iter().all(|(n, _)| n != name));
    let all = kept.chain(changes).filter(|(_, value)| !value.is_empty());
    all.map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
}

pub fn basic(id: &str, secret: &str) -> String {
    let part = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", part(id), part(secret))))
}

pub fn with_cookie(
    request: axum::http::request::Builder,
    who: Option<&Signed>,
) -> axum::http::request::Builder {
    match who {
        Some(who) => {
            let cookie = format!("__Host-harp_session={}", who.secret.expose());
            request.header("cookie", HeaderValue::try_from(cookie).unwrap())
        }
        None => request,
    }
}

pub fn client(id: &str) -> Client {
    let uri = |text: &str| RedirectUri::register(text, ApplicationType::Web).unwrap();
    Client {
        id: ClientId::parse(id).unwrap(),
        name: format!("The application {id}"),
        authentication: Authentication::ClientSecretBasic { secret: Plain::presented(SECRET).hashed() },
        redirects: vec![uri(CALLBACK), uri("https://mft.example/other")],
        post_logout: vec![uri("https://mft.example/bye")],
        kind: ApplicationType::Web,
        scopes: ScopeSet::parse("openid profile email phone address roles").unwrap(),
        program: Some(id.to_owned()).filter(|id| id == "mft"),
        signing: Alg::Rs256,
        pkce: Pkce::Required,
        consent: Consent::FirstParty,
        terms: Terms::Never,
        own_terms: None,
        home: None,
        created_at: START,
        disabled_at: None,
    }
}

/// An application whose own terms are asked after the code (F12).
pub fn with_terms(id: &str, terms: Terms, version: &str) -> Client {
    let text = "Made-up <b>hospital</b> terms.\n\nSecond & last.";
    Client { terms, own_terms: Some(TermsText::parse(version, text).unwrap()), ..client(id) }
}

fn account(standing: Standing, now: Timestamp) -> Account {
    let id = AccountId::mint(now, &SystemRandom);
    Account {
        id,
        username: Username::stored(format!("ana.{id}")),
        person: Person {
            name: PersonName { first: "Ana".into(), middle: None, last: "O'Neil".into() },
            birth: BirthDate("1980-02-29".parse().unwrap()),
            phone: Phone::parse("+12024561111").unwrap(),
            address: PostalAddress {
                country: "US".into(),
                line1: "1 Main St".into(),
                line2: None,
                city: "Baltimore".into(),
                state: "MD".into(),
                zip: "21201".into(),
            },
        },
        email: Email {
            address: EmailAddress::parse(&format!("{id}@hospital.example")).unwrap(),
            verified_at: Some(now),
        },
        password: PasswordHash("$argon2id$".into()),
        challenge: None,
        second: SecondAddress::default(),
        standing,
        proofed: Proofed::Questions { at: now },
        epoch: 1,
        locale: "en-US".into(),
        created_at: now,
    }
}

/// Keys take long to make: the same ones serve every test of this process.
async fn seal_keys(db: &Db, vault: &Vault) {
    static KEYS: OnceLock<Vec<SigningKey>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        [Alg::Rs256, Alg::Rs256, Alg::Es256, Alg::Es256].map(|alg| SigningKey::generate(alg).unwrap()).into()
    });
    let states = [KeyState::Current { since: START }, KeyState::Next { since: START }];
    let stored: Vec<StoredKey> = keys
        .iter()
        .zip(states.into_iter().cycle())
        .map(|(key, state)| {
            let kid = key.kid().to_owned();
            let der = key.to_pkcs8().unwrap();
            let sealed = vault.seal(der.expose(), StoredKey::place(&kid), &SystemRandom).unwrap();
            StoredKey { kid, alg: key.alg(), state, sealed }
        })
        .collect();
    let store = OidcStore::new(Arc::clone(&db.store));
    write(&store, move |tx| {
        let stored = stored.clone();
        Box::pin(async move {
            assert!(tx.claim_keys(0).await?);
            for key in &stored {
                tx.add_key(key).await?;
            }
            Ok(())
        })
    })
    .await;
}
