//! harp-sdk and Managed File Transfer against the real provider.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::absent::NoVendor;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::vault::{RootKey, Vault};
use harp_oidc::flow::clients::{self, Added};
use harp_oidc::grant::client::{Authentication, Client, Consent, Pkce, Terms};
use harp_oidc::jose::alg::Alg;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::{Needs, Provider};
use harp_sdk::{CookieSecret, Registration};
use harp_tests::cluster::Db;
use tokio::net::TcpListener;

use super::seed::{Ana, PASSWORD, USERNAME};
use super::walker::{Page, Walker};

const SECRET: &str = "an MFT secret with + and / and : in it";

/// A provider and Managed File Transfer, each on a port of its own.
struct Pair {
    ana: Ana,
    mft: String,
    serving: Vec<tokio::task::JoinHandle<()>>,
    _db: Db,
    _files: tempfile::TempDir,
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.serving.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

impl Pair {
    async fn start(signing: Alg) -> Pair {
        let db = Db::sqlite().await.unwrap();
        let (at_provider, at_mft) = (listen().await, listen().await);
        let issuer = origin(&at_provider);
        let base = origin(&at_mft);
        let needs = Needs {
            issuer: Issuer::parse(&issuer).unwrap(),
            store: db.store.clone(),
            vault: Vault::new(RootKey { kid: "t".to_owned(), key: Secret::new([7; 32]) }, vec![]),
            prover: Arc::new(NoVendor),
            courier: Arc::new(Mailbox::default()),
        };
        let provider = Provider::builder(needs).build().await.unwrap();
        let ana = Ana::moves_in(provider.harp(), SystemClock.now()).await;
        let added = clients::add(provider.oidc(), &client(&base, signing), &operator()).await.unwrap();
        assert_eq!(added, Added::Added);
        let registration = Registration {
            issuer,
            client_id: "mft".to_owned(),
            client_secret: harp_sdk::Secret::new(SECRET.to_owned()),
            base_url: base.clone(),
            cookie_secrets: CookieSecret::mint().into(),
        };
        let files = tempfile::tempdir().unwrap();
        let mft = mft::router(mft::Config::new(registration, files.path())).unwrap();
        let router = provider.router().into_make_service_with_connect_info::<SocketAddr>();
        let serving = vec![
            tokio::spawn(async move { axum::serve(at_provider, router).await.unwrap() }),
            tokio::spawn(async move { axum::serve(at_mft, mft).await.unwrap() }),
        ];
        Pair { ana, mft: base, serving, _db: db, _files: files }
    }

    /// F01 to F05, as the provider's pages ask for it.
    async fn sign_in(&self, ana: &mut Walker, page: Page) -> Page {
        assert_eq!(page.url.path(), "/sign-in", "{}", page.body);
        let typed = [("username", USERNAME), ("password", PASSWORD), ("terms", "yes"), ("do", "next")];
        let mut page = ana.send(&page, &typed).await;
        if page.url.path() == "/sign-in/method" {
            let method = page.first_choice("method").unwrap();
            page = ana.send(&page, &[("method", &method), ("do", "next")]).await;
        }
        assert_eq!(page.url.path(), "/sign-in/code", "{}", page.body);
        let code = self.ana.totp.code_at(SystemClock.now());
        ana.send(&page, &[("code", &code), ("do", "next")]).await
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

fn origin(listener: &TcpListener) -> String {
    format!("http://localhost:{}", listener.local_addr().unwrap().port())
}

fn client(base: &str, signing: Alg) -> Client {
    let kind = ApplicationType::Web;
    let uri = |path: &str| vec![RedirectUri::register(&format!("{base}{path}"), kind).unwrap()];
    Client {
        id: ClientId::parse("mft").unwrap(),
        name: "Managed File Transfer".to_owned(),
        authentication: Authentication::ClientSecretBasic { secret: Plain::presented(SECRET).hashed() },
        redirects: uri(harp_sdk::paths::CALLBACK),
        post_logout: uri(mft::SIGNED_OUT),
        kind,
        scopes: ScopeSet::parse("openid profile email roles").unwrap(),
        program: Some(mft::PROGRAM.to_owned()),
        signing,
        pkce: Pkce::Required,
        consent: Consent::FirstParty,
        terms: Terms::Never,
        own_terms: None,
        home: None,
        created_at: SystemClock.now(),
        disabled_at: None,
    }
}

fn operator() -> Act {
    let trace = TraceId::mint(&SystemRandom);
    Act { actor: Actor::Operator, now: SystemClock.now(), origin: Origin::default(), trace, browser: None }
}

/// A01, A08, A09, K09: one sign-in opens the application; the second is silent; signing out ends both sessions.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_to_managed_file_transfer_and_out_again() {
    for signing in [Alg::Rs256, Alg::Es256] {
        let pair = Pair::start(signing).await;
        let mut ana = Walker::new();
        let page = ana.open(&format!("{}/files", pair.mft)).await;
        let page = pair.sign_in(&mut ana, page).await;
        let files = format!("{}/files/{}", pair.mft, pair.ana.org);
        assert_eq!((page.url.as_str(), page.status), (files.as_str(), 200), "{}", page.body);
        assert!(page.body.contains("<dd>Ana Lee</dd>") && page.body.contains("<h1>Files of Yale</h1>"));
        // The provider's session serves silently.
        let again = ana.open(&format!("{}/auth/sign-in?return_to=/files", pair.mft)).await;
        assert_eq!((again.url.as_str(), again.status), (files.as_str(), 200));
        // The first form of the page signs out.
        let out = ana.send(&again, &[]).await;
        assert_eq!(out.url.as_str(), format!("{}/signed-out", pair.mft), "{}", out.body);
        assert!(out.body.contains("You are signed out"));
        let page = ana.open(&files).await;
        assert_eq!(page.url.path(), "/sign-in", "the provider's session is over too");
    }
}
