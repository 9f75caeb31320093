//! A whole code exchange over loopback HTTP (client authentication, the code spent by compare-and-set, a durable commit on
//! SQLite, an RS256 signature), and its limit: an axum handler that answers the same bytes and does nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::routing::post;
use divan::Bencher;
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Email, PasswordHash, Person, PostalAddress, Proofed, SecondAddress, Standing,
};
use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::absent::NoVendor;
use harp_core::adapter::sql::SqlStore;
use harp_core::factor::Proof;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::id::{AccountId, SessionId, TraceId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::{Clock as _, SystemClock, Timestamp};
use harp_core::session::{Session, SessionScope};
use harp_core::store::Fault;
use harp_core::vault::{RootKey, Vault};
use harp_oidc::flow::clients;
use harp_oidc::grant::FamilyId;
use harp_oidc::grant::client::{Authentication, Pkce, Terms};
use harp_oidc::grant::code::{AuthorizationCode, Bound};
use harp_oidc::grant::family::{Family, Grant, SignInFacts};
use harp_oidc::grant::registration::Registration;
use harp_oidc::grant::subject::Subject;
use harp_oidc::protocol::claims::Acr;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::protocol::params::encode;
use harp_oidc::protocol::pkce::{Challenge, Verifier};
use harp_oidc::protocol::redirect::ApplicationType;
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::store::{OidcTx, OidcWork};
use harp_oidc::{Needs, Provider};
use tokio::runtime::Runtime;

const CALLBACK: &str = "https://mft.example/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const SECRET: &str = "a secret of the bench, long enough";

/// What there must be before a code can be exchanged.
struct There {
    account: Account,
    session: Session,
}

#[async_trait]
impl OidcWork for There {
    type Out = ();

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<(), Fault> {
        tx.add_account(&self.account).await?;
        tx.add_session(&self.session).await
    }
}

struct Issue<'a> {
    there: &'a There,
    code: &'a Plain,
    at: Timestamp,
}

#[async_trait]
impl OidcWork for Issue<'_> {
    type Out = ();

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<(), Fault> {
        let client = ClientId::parse("mft").map_err(|e| Fault::Defect(e.to_string()))?;
        let family = FamilyId::mint(self.at, &SystemRandom);
        let methods = vec![Method::Password, Method::Totp];
        let grant = Grant {
            client: client.clone(),
            account: self.there.account.id,
            session: self.there.session.id,
            subject: Subject::stored("bench".into()),
            scopes: ScopeSet::parse("openid profile").map_err(|e| Fault::Defect(e.to_string()))?,
            id_token: vec![],
            userinfo: vec![],
            sign_in: SignInFacts { auth_time: self.at, aal: Aal::Two, acr: Acr::Aal2, methods },
        };
        tx.add_family(&Family { id: family, grant, created_at: self.at, revoked_at: None }).await?;
        let challenge = Verifier::parse(VERIFIER).ok().as_ref().map(Challenge::of);
        let bound = Bound { redirect_uri: CALLBACK.into(), challenge, nonce: Some("n".into()) };
        let expires_at = self.at + AuthorizationCode::LIFE;
        tx.add_code(&AuthorizationCode { secret: self.code.hashed(), client, family, bound, expires_at })
            .await
    }
}

/// A provider that listens, and somebody who is signed in.
struct Scene {
    rt: Runtime,
    provider: Provider,
    there: There,
    url: String,
    _room: tempfile::TempDir,
}

impl Scene {
    fn new() -> Scene {
        let (rt, room) = (crate::runtime(), tempfile::tempdir().unwrap());
        let (provider, there, url) = rt.block_on(async {
            let store = Arc::new(SqlStore::sqlite(&room.path().join("harp.db")).await.unwrap());
            let needs = Needs {
                issuer: Issuer::parse("https://id.example").unwrap(),
                store,
                vault: Vault::new(RootKey { kid: "k".into(), key: Secret::new([7; 32]) }, vec![]),
                prover: Arc::new(NoVendor),
                courier: Arc::new(Mailbox::default()),
            };
            let provider = Provider::builder(needs).build().await.unwrap();
            let now = SystemClock.now();
            register(&provider, now).await;
            let there = there(now);
            provider.oidc().store.write(&there).await.unwrap();
            let url = listen(provider.router()).await;
            (provider, there, url)
        });
        Scene { rt, provider, there, url, _room: room }
    }

    fn code(&self) -> String {
        let code = Plain::mint(&SystemRandom);
        let issue = Issue { there: &self.there, code: &code, at: SystemClock.now() };
        self.rt.block_on(self.provider.oidc().store.write(&issue)).unwrap();
        code.expose().to_owned()
    }
}

#[divan::bench(sample_count = 200)]
fn harp_exchange(bencher: Bencher<'_, '_>) {
    let scene = Scene::new();
    let http = client();
    bencher.with_inputs(|| form(&scene.code())).bench_local_values(|form| {
        let answer = scene.rt.block_on(ask(&http, &scene.url, form));
        assert!(answer.contains("id_token"), "{answer}");
    });
}

#[divan::bench(sample_count = 200)]
fn axum_that_does_nothing(bencher: Bencher<'_, '_>) {
    let scene = Scene::new();
    let http = client();
    let answer = scene.rt.block_on(ask(&http, &scene.url, form(&scene.code())));
    let echo = Router::new().route("/token", post(async move |_taken: String| answer.clone()));
    let url = scene.rt.block_on(listen(echo));
    bencher.with_inputs(|| form("x")).bench_local_values(|form| scene.rt.block_on(ask(&http, &url, form)));
}

async fn listen(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/token", listener.local_addr().unwrap());
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    url
}

fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tcp_nodelay(true).build().unwrap()
}

fn form(code: &str) -> String {
    encode([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ])
}

async fn ask(http: &reqwest::Client, url: &str, form: String) -> String {
    let request = http.post(url).basic_auth("mft", Some(SECRET));
    let request = request.header("content-type", "application/x-www-form-urlencoded").body(form);
    request.send().await.unwrap().text().await.unwrap()
}

async fn register(provider: &Provider, now: Timestamp) {
    let registration = Registration {
        id: "mft".into(),
        name: "Managed File Transfer".into(),
        redirects: vec![CALLBACK.into()],
        post_logout: vec![],
        kind: ApplicationType::Web,
        scope: "openid profile".into(),
        program: None,
        signing: "RS256".into(),
        pkce: Pkce::Required,
        terms: Terms::Never,
        own_terms: None,
        home: None,
    };
    let secret = Plain::presented(SECRET).hashed();
    let client = registration.check(Authentication::ClientSecretBasic { secret }, now).unwrap();
    let trace = TraceId::mint(&SystemRandom);
    let act = Act { actor: Actor::Operator, now, origin: Origin::default(), trace, browser: None };
    assert_eq!(clients::add(provider.oidc(), &client, &act).await.unwrap(), clients::Added::Added);
}

fn there(now: Timestamp) -> There {
    let id = AccountId::mint(now, &SystemRandom);
    let text = str::to_owned;
    let address = PostalAddress {
        country: text("US"),
        line1: text("1 Main St"),
        line2: None,
        city: text("Springfield"),
        state: text("IL"),
        zip: text("62701"),
    };
    let account = Account {
        id,
        username: Username::stored(text("ana.example")),
        person: Person {
            name: PersonName { first: text("Ana"), middle: None, last: text("Lee") },
            birth: BirthDate("1980-02-29".parse().unwrap()),
            phone: Phone::parse("+12024561111").unwrap(),
            address,
        },
        email: Email { address: EmailAddress::parse("ana@yale.example").unwrap(), verified_at: Some(now) },
        password: PasswordHash(text("$argon2id$")),
        challenge: None,
        second: SecondAddress::default(),
        standing: Standing::Active,
        proofed: Proofed::Questions { at: now },
        epoch: 1,
        locale: text("en"),
        created_at: now,
    };
    let session = Session {
        id: SessionId::mint(now, &SystemRandom),
        secret: Plain::mint(&SystemRandom).hashed(),
        account: id,
        epoch: 1,
        proofs: [Method::Password, Method::Totp].map(|way| Proof::by(way, now)).into(),
        auth_time: now,
        created_at: now,
        seen_at: now,
        ended_at: None,
        scope: SessionScope::Full,
        origin: Origin::default(),
    };
    There { account, session }
}
