//! P17: a session near its end says so, can be kept, and when it ends nothing is lost.

use std::sync::Arc;
use std::time::Duration;

use harp_core::kernel::time::{Clock as _, ScriptedClock, SystemClock};
use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};
use serde_json::json;

use super::people::{sign_in_sol, sol_enters};

const TYPED: &str = "202 456 3333";

/// Waits until the live region is empty.
const SILENT: &str = "new Promise(done => { const again = setInterval(() => { \
    if (!document.querySelector('#lasts [role=status]').textContent) { clearInterval(again); done(); } }, 20) })";

/// The server's clock and the browser's, moved together.
struct Both<'a> {
    server: &'a ScriptedClock,
    browser: &'a Browser,
}

impl Both<'_> {
    async fn later(&self, secs: u64) {
        self.server.advance(Duration::from_secs(secs));
        // In the page's own world: its script reads this clock, and looks at it when the page is shown again.
        let jump = format!(
            "(() => {{ const now = Date.now; Date.now = () => now() + {secs}000; }})();
             document.dispatchEvent(new Event('visibilitychange'))"
        );
        self.browser.devtools("Runtime.evaluate", json!({ "expression": jump })).await;
    }
}

/// P17: told two minutes before, and one; kept by a button; after the end the form finds its way back, filled in.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_near_its_end_says_so_and_what_was_typed_comes_back() {
    let clock = Arc::new(ScriptedClock::at(SystemClock.now()));
    let world = World::by_clock(Db::sqlite().await.unwrap(), Street::Localhost, clock.clone()).await;
    let sol = Browser::start(Script::On).await;
    sign_in_sol(&world, &sol).await;
    let time = Both { server: &clock, browser: &sol };
    let page = world.url("/profile/devices/add/sms");
    sol.open(&page).await;
    sol.see("If you do nothing, your session ends on").await;
    sol.not_see("Stay signed in").await;
    sol.fill("Phone number", TYPED).await;

    time.later(13 * 60 + 30).await;
    sol.hear("Your session ends in less than 2 minutes").await;
    sol.pictures("session near its end").await;
    sol.judged().await;
    sol.press("Stay signed in").await;
    sol.hear("You are still signed in.").await;
    sol.not_see("Your session ends in less than").await;
    assert_eq!(sol.control("Phone number").await.value, TYPED, "the page stayed as it was");

    time.later(14 * 60 + 20).await;
    sol.hear("Your session ends in less than one minute").await;
    // He goes on in another tab: that counts here, too.
    let other = sol.another_tab().await;
    other.open(&world.url("/profile")).await;
    sol.devtools("Page.bringToFront", json!({})).await;
    time.later(41).await;
    sol.ask(SILENT).await;
    sol.not_see("Your session has ended").await;
    sol.not_see("Stay signed in").await;

    time.later(15 * 60).await;
    sol.hear("Your session has ended").await;
    sol.not_see("Stay signed in").await;
    sol.pictures("session over").await;
    sol.press("Send Code").await;
    sol.see("You were signed out because nothing happened for a while").await;
    sol_enters(&world, &sol).await;
    assert!(sol.url().await.starts_with(&page), "{}", sol.url().await);
    sol.see("What you typed is back").await;
    assert_eq!(sol.control("Phone number").await.value, TYPED);
    sol.judged().await;
    sol.pictures("form restored").await;
    world.house.close().await;
}

/// Times stand in the reader's zone with its name, and in the server's where no script runs.
#[tokio::test(flavor = "multi_thread")]
async fn times_are_in_the_readers_zone_and_manner() {
    let world = World::on(Db::sqlite().await.unwrap(), Street::Localhost).await;
    let page = world.url("/dev/pages/locked");
    let plain = Browser::start(Script::Off).await;
    plain.open(&page).await;
    plain.see("November 23, 2026 at 5:30 PM UTC").await;
    let tokyo = Browser::start(Script::On).await;
    tokyo.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Asia/Tokyo" })).await;
    tokyo.open(&page).await;
    tokyo.see("November 24, 2026 at 2:30 AM GMT+9").await;
    tokyo.not_see("UTC").await;
    let britain = Browser::start(Script::On).await;
    britain.devtools("Emulation.setTimezoneOverride", json!({ "timezoneId": "Europe/London" })).await;
    let agent = json!({ "userAgent": "test", "acceptLanguage": "en-GB" });
    britain.devtools("Emulation.setUserAgentOverride", agent).await;
    britain.open(&page).await;
    britain.see("23 November 2026 at 17:30 GMT").await;
    world.house.close().await;
}
