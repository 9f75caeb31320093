//! What holds for every page in every state, in Chromium: by keyboard, without the stylesheet, in forced colours, on paper, in
//! motion and to axe-core. One browser and one walk through the catalogue for each, so that a fault names all of its pages.

mod bare;
mod keyboard;
mod look;

use harp_oidc::view::catalogue;
use harp_oidc::view::words::Words;
use harp_tests::browser::{Browser, Script};
use harp_tests::cluster::Db;
use harp_tests::world::{Street, World};
use serde_json::Value;

/// The whole catalogue, and a browser to go through it.
struct Walk {
    world: World,
    browser: Browser,
    found: Vec<String>,
}

impl Walk {
    async fn begin(script: Script) -> Walk {
        let world = World::on(Db::sqlite().await.unwrap(), Street::Localhost).await;
        Walk { world, browser: Browser::start(script).await, found: Vec::new() }
    }

    fn pages() -> Vec<String> {
        let pages: Vec<String> =
            catalogue::pages(&Words::english()).into_iter().map(|page| page.slug).collect();
        assert!(pages.len() > 90, "{}", pages.len());
        pages
    }

    async fn open(&self, slug: &str) {
        self.browser.open(&self.world.url(&format!("/dev/pages/{slug}"))).await;
    }

    /// Notes what a question about the page found, a line each.
    fn note(&mut self, slug: &str, found: &Value) {
        let lines = found.as_array().unwrap_or_else(|| panic!("{slug}: {found}"));
        self.found.extend(lines.iter().map(|line| format!("{slug}: {}", line.as_str().unwrap_or("?"))));
    }

    async fn end(self) {
        self.world.house.close().await;
        assert!(self.found.is_empty(), "{} faults:\n{}", self.found.len(), self.found.join("\n"));
    }
}
