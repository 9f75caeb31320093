//! harp-sdk against a provider in the same process, and against people who mean harm.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod application;
mod hostile;
mod outage;
mod renewal;
mod session;
mod sign_in;
mod step_up;
mod token;

use std::sync::Arc;
use std::time::Duration;

use harp_sdk::testing::{Person, Provider, ScriptedClock};
use harp_sdk::{Ask, Clock as _, Config, Finished, Harp, LocalPath, Registration, SystemClock, Unfinished};

const BASE: &str = "http://localhost:8081";

/// A provider, an application, and the clock that both go by.
struct World {
    provider: Provider,
    harp: Harp,
    clock: Arc<ScriptedClock>,
    registration: Registration,
}

impl World {
    async fn new() -> World {
        World::with(|config| config).await
    }

    async fn with(change: impl FnOnce(Config) -> Config) -> World {
        let clock = Arc::new(ScriptedClock::at(SystemClock.now()));
        let provider = Provider::start_by(clock.clone()).await.unwrap();
        provider.person(ana());
        let registration = provider.registration(BASE);
        let config = Config::new(registration.clone()).clock(clock.clone());
        World { harp: Harp::new(change(config)).unwrap(), provider, clock, registration }
    }

    /// The same application on another node: it shares the secrets of the cookies and no memory.
    fn another_process(&self) -> Harp {
        Harp::new(Config::new(self.registration.clone()).clock(self.clock.clone())).unwrap()
    }

    /// Begins in a browser without cookies, goes to the provider, and comes back with a query and cookies.
    async fn to_the_callback(&self, ask: &Ask) -> (String, String) {
        let begun = self.harp.begin(ask, "").await.unwrap();
        (visit(&begun.url).await, header(&begun.cookies))
    }

    async fn sign_in(&self) -> Result<Finished, Unfinished> {
        let (query, cookies) = self.to_the_callback(&to("/files")).await;
        self.harp.finish(&query, &cookies).await
    }

    fn later(&self, by: u64) {
        self.clock.advance(Duration::from_secs(by));
    }
}

fn ana() -> Person {
    Person::new("Ana Lee").with_role("mft", "mft_web_user", "org_yale")
}

fn to(path: &str) -> Ask {
    Ask::returning_to(LocalPath::parse(path).unwrap())
}

fn header(cookies: &[harp_sdk::SetCookie]) -> String {
    cookies.iter().map(|c| format!("{}={}", c.name(), c.value())).collect::<Vec<_>>().join("; ")
}

/// What the browser does at the provider: the query with which it is sent back.
async fn visit(url: &str) -> String {
    let no_redirects = reqwest::redirect::Policy::none();
    let client = reqwest::Client::builder().redirect(no_redirects).no_proxy().build().unwrap();
    let response = client.get(url).send().await.unwrap();
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    location.split_once('?').unwrap().1.to_owned()
}
