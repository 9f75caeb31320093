//! What the handlers of the portal do, without a browser.

mod devices;
mod sign_in;

use std::sync::Arc;

use harp_core::kernel::time::{Clock as _, ScriptedClock};
use harp_core::policy::HARP;
use harp_oidc::http::app::{App, Parts};
use harp_oidc::http::edge::Edge;
use harp_oidc::http::{layered, portal};
use harp_oidc::view::frame::Site;
use harp_tests::client::{Client, Page};
use harp_tests::cluster::Db;
use harp_tests::stage::{PASSWORD, Stage, ana};
use url::Url;

use crate::flow::steps::ANA;

/// A stage with Ana registered, and her browser. Time stands still in both.
async fn portal_with_ana() -> (Stage, Client) {
    let stage = Stage::on(Db::sqlite().await.unwrap(), &HARP);
    stage.registered(&ana(), ANA).await;
    let client = browser(&stage);
    (stage, client)
}

fn browser(stage: &Stage) -> Client {
    let app = App::new(Parts {
        harp: stage.harp.clone(),
        clock: Arc::new(ScriptedClock::at(stage.clock.now())),
        edge: Edge::new(Url::parse("http://localhost:8080").unwrap(), vec![]),
        site: Arc::new(Site::default()),
        applications: vec![],
    });
    Client::new(layered(app, portal()))
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
