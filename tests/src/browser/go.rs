//! Getting to a page, and back.

use std::panic::Location;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::tab::Tab;
use super::{Browser, Profile, Script, fail, picture};

impl Browser {
    /// A browser without history or cookies.
    #[track_caller]
    pub fn start(script: Script) -> impl Future<Output = Self> {
        let at = Location::caller();
        async move {
            let started = async { Self::in_profile(Arc::new(Profile::new().await?), script).await };
            started.await.unwrap_or_else(|error| fail(at, &format!("{error:#}")))
        }
    }

    /// A second tab beside this one, with the same cookies.
    #[track_caller]
    pub fn another_tab(&self) -> impl Future<Output = Self> {
        self.step("open another tab".to_owned(), Self::in_profile(Arc::clone(&self.profile), self.script))
    }

    async fn in_profile(profile: Arc<Profile>, script: Script) -> Result<Self> {
        let tab = Tab::open(profile.wire, &profile.context).await?;
        let off = json!({ "value": script == Script::Off });
        tab.call("Emulation.setScriptExecutionDisabled", off).await?;
        picture::usual(&tab).await?;
        Ok(Self { tab, profile, script, story: Mutex::default() })
    }

    /// Types an address into the address bar.
    #[track_caller]
    pub fn open(&self, url: &str) -> impl Future<Output = ()> {
        let said = format!("open {url}");
        let url = url.to_owned();
        self.step(said, async move { self.tab.go(&url).await })
    }

    #[track_caller]
    pub fn back(&self) -> impl Future<Output = ()> {
        self.step("go back".to_owned(), self.tab.follow(self.travel(-1)))
    }

    /// Loads the page again; a form that led here is sent again.
    #[track_caller]
    pub fn reload(&self) -> impl Future<Output = ()> {
        let reload = async { self.tab.call("Page.reload", json!({})).await.map(drop) };
        self.step("reload".to_owned(), self.tab.follow(reload))
    }

    async fn travel(&self, by: i64) -> Result<()> {
        let history = self.tab.call("Page.getNavigationHistory", json!({})).await?;
        let now = history.get("currentIndex").and_then(Value::as_i64).unwrap_or_default();
        let entry =
            usize::try_from(now + by).ok().and_then(|at| history.pointer(&format!("/entries/{at}/id")));
        let entry = entry.context("there is no page that way")?;
        self.tab.call("Page.navigateToHistoryEntry", json!({ "entryId": entry })).await.map(drop)
    }

    /// Waits until the address starts with `prefix`, for pages that send themselves on.
    #[track_caller]
    pub fn arrive(&self, prefix: &str) -> impl Future<Output = ()> {
        let prefix = prefix.to_owned();
        self.step(format!("arrive at {prefix}"), async move {
            loop {
                let there = self.address().await.is_ok_and(|url| url.starts_with(&prefix));
                if there
                    && self.tab.evaluate("document.readyState").await.is_ok_and(|state| state == "complete")
                {
                    return Ok(());
                }
                self.tab.stir().await?;
            }
        })
    }
}
