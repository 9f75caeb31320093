//! What the handlers of the portal do, without a browser.

mod about;
mod brand;
mod devices;
mod help_desk;
mod known;
mod lasting;
mod not_me;
mod recover;
mod recovery_codes;
mod register;
mod sign_in;
mod telephone;
mod terms;

use std::sync::Arc;
use std::time::Duration;

use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock as _, ScriptedClock};
use harp_core::policy::HARP;
use harp_core::vault::{RootKey, Vault};
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::view::frame::Site;
use harp_oidc::{Needs, Provider};
use harp_tests::client::{Client, Page};
use harp_tests::cluster::Db;

use crate::flow::steps::ANA;
use crate::stage::{PASSWORD, Stage, ana};

/// A stage with Ana registered, and the provider on the same database. Time stands still in both.
struct Portal {
    stage: Stage,
    provider: Provider,
    clock: Arc<ScriptedClock>,
}

impl Portal {
    async fn with_ana() -> Portal {
        Portal::at("http://localhost:8080").await
    }

    async fn at(issuer: &str) -> Portal {
        Portal::of(issuer, Site::default()).await
    }

    async fn of(issuer: &str, site: Site) -> Portal {
        let db = Db::sqlite().await.unwrap();
        let store = db.store.clone();
        let stage = Stage::on(db, &HARP);
        let clock = Arc::new(ScriptedClock::at(stage.clock.now()));
        let provider = provider(&stage, (issuer, store), (clock.clone(), site)).await;
        stage.registered(&ana(), ANA).await;
        Portal { stage, provider, clock }
    }

    fn later(&self, by: Duration) {
        self.clock.advance(by);
        self.stage.later(by);
    }

    fn browser(&self) -> Client {
        Client::new(self.provider.router())
    }
}

async fn provider(
    stage: &Stage,
    (issuer, store): (&str, Arc<SqlStore>),
    (clock, site): (Arc<ScriptedClock>, Site),
) -> Provider {
    let needs = Needs {
        issuer: Issuer::parse(issuer).unwrap(),
        store,
        // The same key as the stage's.
        vault: Vault::new(RootKey { kid: "test7".to_owned(), key: Secret::new([7; 32]) }, vec![]),
        prover: stage.vendor.clone(),
        courier: stage.mail.clone(),
    };
    let builder = Provider::builder(needs)
        .random(stage.harp.random.clone())
        .clock(clock)
        .site(site)
        .telephone(Some(telephone::hooks(issuer)))
        .hasher(stage.hasher.clone());
    builder.build().await.unwrap()
}

async fn password<'c>(client: &'c mut Client, username: &str, password: &str) -> &'c Page {
    if client.page.path() != "/sign-in" {
        client.open("/sign-in").await.unwrap();
    }
    let fields = [("username", username), ("password", password), ("terms", "yes"), ("do", "next")];
    client.submit(&fields).await.unwrap()
}

/// Signs in for the first time, and stops at set-up.
async fn at_set_up(client: &mut Client) {
    let page = password(client, ANA, PASSWORD).await;
    assert_eq!(page.path(), "/set-up");
}
