//! The whole house, put together and taken down.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::scripted::ScriptedProver;
use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, SystemClock};
use harp_core::policy::{HARP, Profile};
use harp_core::vault::Vault;
use harp_oidc::flow::clients::{self, Added};
use harp_oidc::http::dev;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::{Needs, Provider};
use harp_sdk::{CookieSecret, Registration};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::applications::{HQR, MFT, QPP, Registered, help, site};
use crate::serve::{Server, Tls, serve};
use crate::{inbox, seed};

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

/// One for each server.
#[derive(Debug)]
pub struct Doors {
    pub provider: Door,
    pub mft: Door,
    pub hqr: Door,
    pub qpp: Door,
}

/// What a house is made of.
#[derive(Debug)]
pub struct Plan {
    pub doors: Doors,
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
    pub fn new(doors: Doors, (store, vault): (Arc<SqlStore>, Vault), files: PathBuf) -> Plan {
        Plan { doors, store, vault, files, profile: &HARP, clock: Arc::new(SystemClock), tls: None }
    }
}

/// A running house.
#[derive(Debug)]
pub struct House {
    pub provider_url: String,
    pub mft_url: String,
    pub hqr_url: String,
    pub qpp_url: String,
    /// Every letter, text message and call.
    pub mailbox: Arc<Mailbox>,
    pub prover: Arc<ScriptedProver>,
    pub provider: Provider,
    servers: Vec<Server>,
    stop: oneshot::Sender<()>,
    worker: JoinHandle<()>,
}

impl House {
    /// Migrates, seeds, registers the applications, serves.
    pub async fn open(plan: Plan) -> anyhow::Result<House> {
        let _first_only = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let Plan { doors, store, vault, files, profile, clock, tls } = plan;
        let Doors { provider: at, mft, hqr, qpp } = doors;
        let (mailbox, prover) = (Arc::new(Mailbox::default()), Arc::new(ScriptedProver::with_demo_people()));
        let needs = Needs {
            issuer: Issuer::parse(&at.url)?,
            store,
            vault,
            prover: Arc::clone(&prover) as _,
            courier: Arc::clone(&mailbox) as _,
        };
        let builder = Provider::builder(needs).profile(profile).clock(Arc::clone(&clock)).site(site()?);
        let provider = builder.build().await?;
        let host = url::Url::parse(&at.url)?.host_str().map(str::to_owned);
        let neighbour = Neighbour {
            issuer: at.url.clone(),
            vault: &provider.harp().vault,
            clock: Arc::clone(&clock),
            trusted: tls.as_ref().map(|tls| tls.certificate.clone().into_bytes()),
            reach: match host.filter(|host| host.ends_with(".test")) {
                Some(host) => vec![(host, at.listener.local_addr()?)],
                None => vec![],
            },
        };
        seed::sow(provider.harp(), clock.now()).await?;
        let registered = [Registered::mft(&mft.url), Registered::hqr(&hqr.url)?, Registered::qpp(&qpp.url)];
        for application in &registered {
            neighbour.add(&provider, application).await?;
        }
        let portal = provider.router_with(dev::pages::router()).merge(inbox::routes(Arc::clone(&mailbox)));
        let mft_app = mft::router(neighbour.mft(&mft.url, files))?;
        let hqr_app = hqr::router(neighbour.sdk(HQR, &hqr.url), help(HQR))?;
        let qpp_app = qpp::router(neighbour.sdk(QPP, &qpp.url), help(QPP))?;
        let servers = vec![
            serve(at.listener, portal, tls.as_ref()).await?,
            serve(mft.listener, mft_app, tls.as_ref()).await?,
            serve(hqr.listener, hqr_app, tls.as_ref()).await?,
            serve(qpp.listener, qpp_app, tls.as_ref()).await?,
        ];
        let (stop, stopped) = oneshot::channel();
        let worker = tokio::spawn(provider.worker().run(async {
            let _told_or_dropped = stopped.await;
        }));
        Ok(House {
            provider_url: at.url,
            mft_url: mft.url,
            hqr_url: hqr.url,
            qpp_url: qpp.url,
            mailbox,
            prover,
            provider,
            servers,
            stop,
            worker,
        })
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

/// What the applications share: where the provider is, and from what their secrets are made, the same after each restart.
struct Neighbour<'a> {
    issuer: String,
    vault: &'a Vault,
    clock: Arc<dyn Clock>,
    trusted: Option<Vec<u8>>,
    reach: Vec<(String, SocketAddr)>,
}

impl Neighbour<'_> {
    /// Registers an application, unless it is there already, with the same secret, since the database is an older one.
    async fn add(&self, provider: &Provider, application: &Registered<'_>) -> anyhow::Result<()> {
        let act = Act {
            actor: Actor::Operator,
            now: self.clock.now(),
            origin: Origin::default(),
            trace: TraceId::mint(&*provider.harp().random),
            browser: None,
        };
        let client = application.client(&self.secret(application.id), &act)?;
        match clients::add(provider.oidc(), &client, &act).await? {
            Added::Added | Added::Taken => Ok(()),
            _ => anyhow::bail!("the demo's program is not there"),
        }
    }

    fn secret(&self, id: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.vault.derive(&format!("demo client {id}")).expose())
    }

    fn registration(&self, id: &str, base: &str) -> Registration {
        let cookies = self.vault.derive(&format!("demo cookies {id}"));
        Registration {
            issuer: self.issuer.clone(),
            client_id: id.to_owned(),
            client_secret: Secret::new(self.secret(id)),
            base_url: base.to_owned(),
            cookie_secrets: CookieSecret::from_bytes(*cookies.expose()).into(),
        }
    }

    fn sdk(&self, id: &str, base: &str) -> harp_sdk::Config {
        let mut sdk = harp_sdk::Config::new(self.registration(id, base)).clock(Arc::clone(&self.clock));
        if let Some(pem) = &self.trusted {
            sdk = sdk.trust_certificate(pem);
        }
        self.reach.iter().fold(sdk, |sdk, (host, at)| sdk.reach(host, *at))
    }

    fn mft(&self, base: &str, files: PathBuf) -> mft::Config {
        let mut config = mft::Config::new(self.registration(MFT, base), files);
        config.clock = Arc::clone(&self.clock);
        config.trusted.clone_from(&self.trusted);
        config.reach.clone_from(&self.reach);
        config
    }
}
