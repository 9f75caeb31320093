//! Judging a page: pictures, keyboard, axe-core, width.

use anyhow::ensure;
use serde_json::Value;

use super::axe::{self, Violation};
use super::outline::{Part, plain};
use super::picture::{self, Scheme};
use super::{Browser, Script};

/// Wherever the focus is, such as on an error summary: the next Tab is the page's first.
const TO_THE_TOP: &str = "(() => {
  document.body.tabIndex = -1;
  document.body.focus();
  document.body.removeAttribute('tabindex');
  scrollTo(0, 0);
})()";

impl Browser {
    /// A picture of the whole page, kept in `screenshots/` of cargo's target directory.
    #[track_caller]
    pub fn screenshot(&self, name: &str, width: u32, scheme: Scheme) -> impl Future<Output = ()> {
        let name = name.to_owned();
        let said = format!("take the picture {name} at {width}");
        self.step(said, async move { picture::take(&self.tab, &name, width, scheme).await.map(drop) })
    }

    /// Pictures at 320 and 1280 pixels, light and dark.
    #[track_caller]
    pub fn pictures(&self, name: &str) -> impl Future<Output = ()> {
        let name = name.to_owned();
        self.step(format!("take the pictures {name}"), async move {
            for (width, scheme) in
                [(320, Scheme::Light), (320, Scheme::Dark), (1280, Scheme::Light), (1280, Scheme::Dark)]
            {
                picture::take(&self.tab, &name, width, scheme).await?;
            }
            Ok(())
        })
    }

    /// The window of a phone or a laptop, and what the reader asked their system for, until it is said anew. Pictures end it.
    #[track_caller]
    pub fn wear(&self, width: u32, scheme: Scheme) -> impl Future<Output = ()> {
        self.step(format!("look at {width} in {scheme:?}"), async move {
            picture::resize(&self.tab, width).await?;
            picture::emulate(&self.tab, scheme).await
        })
    }

    /// Presses the Tab key so often.
    #[track_caller]
    pub fn tab_on(&self, times: usize) -> impl Future<Output = ()> {
        self.step(format!("press Tab {times} times"), async move {
            for _ in 0..times {
                self.tab.key("Tab").await?;
            }
            Ok(())
        })
    }

    /// By how many pixels the page must be scrolled sideways at a width (WCAG 2.2, 1.4.10 wants none at 320).
    #[track_caller]
    pub fn sideways(&self, width: u32) -> impl Future<Output = i64> {
        self.step(format!("look for what sticks out at {width}"), async move {
            picture::resize(&self.tab, width).await?;
            let over = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = self.tab.evaluate(over).await?.as_i64().unwrap_or_default();
            picture::usual(&self.tab).await?;
            Ok(over)
        })
    }

    /// Goes through the page by the Tab key: each stop as `role name`, in order, until the page is left.
    #[track_caller]
    pub fn tab_walk(&self) -> impl Future<Output = Vec<String>> {
        self.step("walk by the Tab key".to_owned(), async {
            self.tab.evaluate(TO_THE_TOP).await?;
            let mut stops: Vec<(i64, String)> = Vec::new();
            loop {
                self.tab.key("Tab").await?;
                let outline = self.tab.outline().await?;
                let focused = |part: &&Part| part.focused && part.role != "RootWebArea";
                let Some(part) = outline.parts.iter().find(focused) else { break };
                if stops.iter().any(|(node, _)| *node == part.node) {
                    break;
                }
                ensure!(stops.len() < 500, "the walk does not end");
                stops.push((part.node, format!("{} {}", part.role, plain(&part.name))));
            }
            Ok(stops.into_iter().map(|(_, stop)| stop).collect())
        })
    }

    /// What axe-core finds wrong with the page. `None`, said loudly, where axe-core is not at hand (`cargo ci` fetches
    /// it and sets `HARP_AXE`).
    #[track_caller]
    pub fn axe(&self) -> impl Future<Output = Option<Vec<Violation>>> {
        self.step("ask axe-core".to_owned(), async {
            let Some(script) = axe::script() else {
                ensure!(
                    std::env::var_os("CI").is_none(),
                    "HARP_AXE is not set, and continuous integration judges"
                );
                axe::warn(&self.address().await?);
                return Ok(None);
            };
            let off = self.script == Script::Off;
            axe::with_scripts(&self.tab, off, axe::judge(&self.tab, script)).await.map(Some)
        })
    }

    /// Fails where axe-core finds anything, or where the page sticks out at 320 pixels.
    #[track_caller]
    pub fn judged(&self) -> impl Future<Output = ()> {
        let axe = self.axe();
        let sideways = self.sideways(320);
        self.step("find the page accessible".to_owned(), async move {
            let found: Vec<String> = axe.await.unwrap_or_default().iter().map(Violation::to_string).collect();
            ensure!(found.is_empty(), "axe-core finds:\n  {}", found.join("\n  "));
            let over = sideways.await;
            ensure!(over <= 0, "at 320 pixels it must be scrolled sideways by {over}");
            Ok(())
        })
    }

    /// The DevTools protocol itself, for what has no words here yet (virtual authenticators, a slow network).
    #[track_caller]
    pub fn devtools(&self, method: &str, params: Value) -> impl Future<Output = Value> {
        let method = method.to_owned();
        self.step(method.clone(), async move { self.tab.call(&method, params).await })
    }
}
