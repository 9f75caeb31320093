//! The whole house, put together and taken down.

use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::scripted::ScriptedProver;
use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::kernel::time::{Clock, SystemClock};
use harp_core::policy::{HARP, Profile};
use harp_core::vault::Vault;
use harp_oidc::flow::clients::{self, Added};
use harp_oidc::grant::client::{Authentication, Client, Consent, Pkce, Terms};
use harp_oidc::http::dev;
use harp_oidc::jose::alg::Alg;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::view::brand::Brand;
use harp_oidc::view::frame::{Contact, Site};
use harp_oidc::{Needs, Provider};
use harp_sdk::{CookieSecret, Registration, paths};
use jiff::tz::TimeZone;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::serve::{Server, Tls, serve};
use crate::{inbox, seed};

/// The id by which MFT is registered.
pub const MFT: &str = "mft";

/// Where one of the servers stands.
#[derive(Debug)]
pub struct Door {
    pub listener: TcpListener,
    /// What browsers call it: `http://localhost:8080`.
    pub url: String,
}

impl Door {
    /// On a port of the loopback that is free, called `scheme://host:port`.
    pub fn free(scheme: &str, host: &str) -> std::io::Result<Door> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        Ok(Door { listener, url: format!("{scheme}://{host}:{port}") })
    }
}

/// What a house is made of.
#[derive(Debug)]
pub struct Plan {
    pub provider: Door,
    pub mft: Door,
    pub store: Arc<SqlStore>,
    pub vault: Vault,
    /// Where MFT keeps what is uploaded.
    pub files: PathBuf,
    pub profile: &'static Profile,
    pub clock: Arc<dyn Clock>,
    pub tls: Option<Tls>,
}

impl Plan {
    /// The `harp` profile by the machine's clock, without TLS.
    pub fn new(
        (provider, mft): (Door, Door),
        (store, vault): (Arc<SqlStore>, Vault),
        files: PathBuf,
    ) -> Plan {
        Plan { provider, mft, store, vault, files, profile: &HARP, clock: Arc::new(SystemClock), tls: None }
    }
}

/// A running house.
#[derive(Debug)]
pub struct House {
    pub provider_url: String,
    pub mft_url: String,
    /// Every letter, text message and call.
    pub mailbox: Arc<Mailbox>,
    pub prover: Arc<ScriptedProver>,
    pub provider: Provider,
    servers: Vec<Server>,
    stop: oneshot::Sender<()>,
    worker: JoinHandle<()>,
}

impl House {
    /// Migrates, seeds, registers MFT, serves.
    pub async fn open(plan: Plan) -> anyhow::Result<House> {
        let _first_only = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let Plan { provider: at, mft, store, vault, files, profile, clock, tls } = plan;
        let secret = URL_SAFE_NO_PAD.encode(vault.derive("demo client mft").expose());
        let cookies = CookieSecret::from_bytes(*vault.derive("demo cookies mft").expose());
        let (mailbox, prover) = (Arc::new(Mailbox::default()), Arc::new(ScriptedProver::with_demo_people()));
        let needs = Needs {
            issuer: Issuer::parse(&at.url)?,
            store,
            vault,
            prover: Arc::clone(&prover) as _,
            courier: Arc::clone(&mailbox) as _,
        };
        let register = Registration {
            issuer: at.url.clone(),
            client_id: MFT.to_owned(),
            client_secret: Secret::new(secret.clone()),
            base_url: mft.url.clone(),
            cookie_secrets: cookies.into(),
        };
        let mut application = mft::Config::new(register, files);
        application.clock = Arc::clone(&clock);
        application.trusted = tls.as_ref().map(|tls| tls.certificate.clone().into_bytes());
        if let Some(host) = url::Url::parse(&at.url)?.host_str().filter(|host| host.ends_with(".test")) {
            application.reach.push((host.to_owned(), at.listener.local_addr()?));
        }
        let provider =
            Provider::builder(needs).profile(profile).clock(Arc::clone(&clock)).site(site()).build().await?;
        let harp = provider.harp();
        seed::sow(harp, clock.now()).await?;
        let act = Act {
            actor: Actor::Operator,
            now: clock.now(),
            origin: Origin::default(),
            trace: TraceId::mint(&*harp.random),
        };
        // Added already, with the same secret, when the database is an older one.
        let (Added::Added | Added::Taken) =
            clients::add(provider.oidc(), &client(&mft.url, &secret, &act)?, &act).await?
        else {
            anyhow::bail!("the demo's program is not there");
        };
        let portal = provider.router_with(dev::pages::router()).merge(inbox::routes(Arc::clone(&mailbox)));
        let servers = vec![
            serve(at.listener, portal, tls.as_ref()).await?,
            serve(mft.listener, mft::router(application)?, tls.as_ref()).await?,
        ];
        let (stop, stopped) = oneshot::channel();
        let worker = tokio::spawn(provider.worker().run(async {
            let _told_or_dropped = stopped.await;
        }));
        Ok(House { provider_url: at.url, mft_url: mft.url, mailbox, prover, provider, servers, stop, worker })
    }

    /// Finishes what is in flight and stops.
    pub async fn close(self) {
        for server in self.servers {
            server.stop().await;
        }
        drop(self.stop);
        let _ended = self.worker.await;
        self.provider.harp().store.close().await;
    }
}

/// MFT as an operator registers it.
fn client(base: &str, secret: &str, act: &Act) -> anyhow::Result<Client> {
    let web = |path: &str| RedirectUri::register(&format!("{base}{path}"), ApplicationType::Web);
    Ok(Client {
        id: ClientId::parse(MFT).context("the demo's client id")?,
        name: "Managed File Transfer".to_owned(),
        authentication: Authentication::ClientSecretBasic { secret: Plain::presented(secret).hashed() },
        redirects: vec![web(paths::CALLBACK)?],
        post_logout: vec![web(mft::SIGNED_OUT)?],
        kind: ApplicationType::Web,
        scopes: ScopeSet::parse("openid profile email roles")?,
        program: Some(seed::PROGRAM.to_owned()),
        signing: Alg::Rs256,
        pkce: Pkce::Required,
        consent: Consent::FirstParty,
        terms: Terms::default(),
        own_terms: None,
        home: Some(base.to_owned()),
        created_at: act.now,
        disabled_at: None,
    })
}

/// K01: the service desk, as the founding documents name it, with nobody's real number.
fn site() -> Site {
    let desk = Contact {
        name: "Service Desk".to_owned(),
        email: Some("servicedesk@harp.example".to_owned()),
        phone: Some("1-800-555-0100".to_owned()),
        tty: Some("1-800-555-0101".to_owned()),
        hours: Some("7 AM to 7 PM Central Time, Monday to Friday".to_owned()),
    };
    // K01: for this program also its own desk.
    let cjr = Contact {
        name: "CJR Support".to_owned(),
        email: Some("cjrsupport@mft.example".to_owned()),
        ..Contact::default()
    };
    let mft = Brand { contacts: vec![desk.clone(), cjr], ..Brand::default() };
    let brands = [(MFT.to_owned(), Arc::new(mft))].into();
    // The desk's own; a machine without zones shows UTC.
    let zone = TimeZone::get("America/Chicago").unwrap_or(TimeZone::UTC);
    Site { contacts: vec![desk], brands, zone, ..Site::default() }
}
