//! Putting a provider together.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use harp_core::adapter::argon2::{Argon2Hasher, PoolSize};
use harp_core::adapter::courier::twilio_hooks::TwilioHooks;
use harp_core::adapter::sql::SqlStore;
use harp_core::adapter::webauthn::RelyingParty;
use harp_core::flow::{Harp, Trouble, root_keys};
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::{Random, SystemRandom};
use harp_core::kernel::time::{Clock, SystemClock};
use harp_core::policy::{self, Profile};
use harp_core::port::{Composer, Courier, Hasher, Prover};
use harp_core::vault::Vault;

use crate::config::Settings;
use crate::config::network::Network;
use crate::flow::keys;
use crate::flow::provider::Oidc;
use crate::http::app::{App, Limits, Parts};
use crate::http::edge::Edge;
use crate::http::{self, health, hooks, oidc};
use crate::jose::keyring::Schedule;
use crate::protocol::issuer::Issuer;
use crate::store::OidcStore;
use crate::view::brand::Brand;
use crate::view::frame::{Contact, Link, Site};
use crate::view::letter::Letters;
use crate::worker::Worker;

/// What no default can stand for.
#[derive(Debug)]
pub struct Needs {
    /// Where people and applications reach it. Below a path (`https://app.example/id`) the router serves that path.
    pub issuer: Issuer,
    /// Opened; [`Builder::build`] migrates it.
    pub store: Arc<SqlStore>,
    pub vault: Vault,
    pub prover: Arc<dyn Prover>,
    pub courier: Arc<dyn Courier>,
}

/// A provider in the making: what is not said is as in the `harp` profile on this machine.
#[derive(Debug)]
pub struct Builder {
    needs: Needs,
    profile: &'static Profile,
    random: Arc<dyn Random>,
    clock: Arc<dyn Clock>,
    hasher: Option<Arc<dyn Hasher>>,
    composer: Option<Arc<dyn Composer>>,
    site: Site,
    limits: Limits,
    proxies: Vec<Network>,
    schedule: Schedule,
    telephone: Option<TwilioHooks>,
}

/// A provider: its routes, and the worker that they need beside them.
#[derive(Debug, Clone)]
pub struct Provider {
    app: App,
}

impl Provider {
    pub fn builder(needs: Needs) -> Builder {
        Builder {
            needs,
            profile: &policy::HARP,
            random: Arc::new(SystemRandom),
            clock: Arc::new(SystemClock),
            hasher: None,
            composer: None,
            site: Site::default(),
            limits: Limits::default(),
            proxies: Vec::new(),
            schedule: Schedule::default(),
            telephone: None,
        }
    }

    /// Every page and endpoint, with the layers they need. To be served with `ConnectInfo<SocketAddr>`, or else nobody's
    /// address is known and budgets that count by source count everybody together.
    pub fn router(&self) -> Router {
        self.router_with(Router::new())
    }

    /// The same with further routes behind the same layers, such as a demo's inbox.
    pub fn router_with(&self, more: Router<App>) -> Router {
        let routes =
            http::portal().merge(oidc::routes()).merge(health::routes()).merge(hooks::routes()).merge(more);
        let served = http::layered(self.app.clone(), routes);
        let path = self.app.oidc.issuer.path();
        if path.is_empty() {
            return served;
        }
        // RFC 8414 §3.1: the path of the issuer comes after the well-known part.
        let metadata =
            Router::new().route(&format!("{}{path}", oidc::SERVER_METADATA), get(oidc::discovery::show));
        Router::new().nest(path, served).merge(http::layered(self.app.clone(), metadata))
    }

    /// What delivers letters, sweeps and rotates keys. One on each node, for as long as the router serves.
    pub fn worker(&self) -> Worker {
        Worker::new(self.app.oidc.clone(), Arc::clone(&self.app.clock))
    }

    pub fn harp(&self) -> &Harp {
        &self.app.harp
    }

    pub fn oidc(&self) -> &Oidc {
        &self.app.oidc
    }

    /// What handlers have, for routes of one's own.
    pub fn app(&self) -> &App {
        &self.app
    }
}

impl Builder {
    pub fn profile(self, profile: &'static Profile) -> Builder {
        Builder { profile, ..self }
    }

    pub fn random(self, random: Arc<dyn Random>) -> Builder {
        Builder { random, ..self }
    }

    pub fn clock(self, clock: Arc<dyn Clock>) -> Builder {
        Builder { clock, ..self }
    }

    /// In place of Argon2id on a pool of this machine's size.
    pub fn hasher(self, hasher: Arc<dyn Hasher>) -> Builder {
        Builder { hasher: Some(hasher), ..self }
    }

    /// In place of HARP's own letters.
    pub fn composer(self, composer: Arc<dyn Composer>) -> Builder {
        Builder { composer: Some(composer), ..self }
    }

    /// Names, contacts, warnings. The path is taken from the issuer.
    pub fn site(self, site: Site) -> Builder {
        Builder { site, ..self }
    }

    /// How much one request may ask for: 64 KiB and half a minute, if nothing else is said.
    pub fn limits(self, limits: Limits) -> Builder {
        Builder { limits, ..self }
    }

    /// Who may say from where a request came.
    pub fn proxies(self, proxies: Vec<Network>) -> Builder {
        Builder { proxies, ..self }
    }

    /// When signing keys are rotated.
    pub fn schedule(self, schedule: Schedule) -> Builder {
        Builder { schedule, ..self }
    }

    /// The telephone service whose callbacks are believed.
    pub fn telephone(self, telephone: Option<TwilioHooks>) -> Builder {
        Builder { telephone, ..self }
    }

    /// Whatever a settings file says of these things.
    pub fn settings(self, settings: &Settings) -> Builder {
        let brands = settings.applications.iter();
        let site = Site {
            product: settings.name.clone(),
            contacts: settings.help.iter().map(Contact::of).collect(),
            notice: settings.site.notice.clone(),
            links: settings.site.links.iter().map(Link::of).collect(),
            brands: brands.map(|brand| (brand.client.to_string(), Arc::new(Brand::of(brand)))).collect(),
            warning: settings.site.warning.clone(),
            terms: settings.site.terms.clone(),
            zone: settings.site.zone.clone(),
            ..Site::default()
        };
        self.profile(settings.profile)
            .site(site)
            .limits(Limits { body_bytes: settings.http.body_bytes, time: settings.http.request })
            .proxies(settings.proxies.clone())
            .schedule(settings.keys.clone())
            .telephone(settings.letters.twilio.as_ref().and_then(|twilio| twilio.hooks.clone()))
    }

    /// Migrates the database, sees to it that there are keys to sign with, and puts everything together.
    pub async fn build(self) -> Result<Provider, Trouble> {
        let Needs { issuer, store, vault, prover, courier } = self.needs;
        let now = self.clock.now();
        OidcStore::migrate(&store, now).await?;
        let site = Arc::new(Site { base: issuer.path().to_owned(), ..self.site });
        let url = ::url::Url::parse(issuer.as_str())
            .map_err(|e| Trouble::Corrupt { private: format!("the issuer: {e}") })?;
        let pool = || {
            Argon2Hasher::new(
                self.profile.argon2,
                &vault,
                Arc::clone(&self.random),
                PoolSize::of_this_machine(),
            )
        };
        let harp = Harp {
            store: Arc::clone(&store) as _,
            profile: self.profile,
            hasher: self.hasher.unwrap_or_else(|| Arc::new(pool())),
            random: self.random,
            prover,
            courier,
            composer: self
                .composer
                .unwrap_or_else(|| Arc::new(Letters::new(Arc::clone(&site), &url, self.profile))),
            passkeys: RelyingParty::at(issuer.as_str(), &site.product, self.profile.passkeys.life),
            name: site.product.clone(),
            base_url: issuer.as_str().to_owned(),
            vault: Arc::new(vault),
        };
        root_keys::check(&harp, now).await?;
        let oidc = Oidc {
            harp: harp.clone(),
            store: OidcStore::new(store),
            issuer,
            schedule: self.schedule,
            ring: Arc::default(),
            terms: site.terms.clone(),
        };
        let act = Act {
            actor: Actor::System,
            now,
            origin: Origin::default(),
            trace: TraceId::mint(&*harp.random),
            browser: None,
        };
        keys::rotate_due(&oidc, &act).await?;
        let edge = Edge::new(url, self.proxies);
        Ok(Provider {
            app: App::new(Parts {
                harp,
                oidc,
                clock: self.clock,
                edge,
                site,
                limits: self.limits,
                telephone: self.telephone,
            }),
        })
    }
}
