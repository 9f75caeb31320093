//! What a command works with: the provider put together as `serve` puts it together, and the operator's act.

use std::sync::Arc;

use harp_core::adapter::prover::absent::NoVendor;
use harp_core::adapter::sql::SqlStore;
use harp_core::flow::Harp;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_oidc::config::Settings;
use harp_oidc::flow::provider::Oidc;
use harp_oidc::{Needs, Provider};

use crate::answer::Format;

pub struct Console {
    provider: Provider,
    pub format: Format,
}

impl Console {
    pub async fn open(settings: &Settings, format: Format) -> anyhow::Result<Console> {
        Ok(Console { provider: provider(settings).await?, format })
    }

    pub fn harp(&self) -> &Harp {
        self.provider.harp()
    }

    pub fn oidc(&self) -> &Oidc {
        self.provider.oidc()
    }

    /// The operator's deed, now.
    pub fn act(&self) -> Act {
        let trace = TraceId::mint(&SystemRandom);
        Act {
            actor: Actor::Operator,
            now: SystemClock.now(),
            origin: Origin::default(),
            trace,
            browser: None,
        }
    }

    pub async fn close(self) {
        self.provider.harp().store.close().await;
    }
}

/// Opens and migrates the database and puts the provider together.
pub async fn provider(settings: &Settings) -> anyhow::Result<Provider> {
    let needs = Needs {
        issuer: settings.issuer.clone(),
        vault: settings.vault(&SystemRandom)?,
        store: Arc::new(SqlStore::open(settings.database.expose()).await?),
        prover: Arc::new(NoVendor),
        courier: settings.letters.courier()?,
    };
    Ok(Provider::builder(needs).settings(settings).build().await?)
}
