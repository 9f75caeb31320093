//! Pictures of pages, kept beside what cargo builds, for people to look at.

use std::path::PathBuf;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::tab::{Tab, string};

/// What the reader asked their system for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    Light,
    Dark,
    /// Forced colours, as Windows' contrast themes have them.
    Forced,
    /// On paper.
    Print,
}

impl Scheme {
    fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Forced => "forced",
            Self::Print => "print",
        }
    }

    fn medium(self) -> &'static str {
        if self == Self::Print { "print" } else { "screen" }
    }

    fn features(self) -> Value {
        let scheme = if self == Self::Dark { "dark" } else { "light" };
        let forced = if self == Self::Forced { "active" } else { "none" };
        json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ])
    }
}

/// The window of a laptop.
const WINDOW: (u32, u32) = (1280, 900);

pub async fn resize(tab: &Tab, width: u32) -> Result<()> {
    let height = if width < 600 { 640 } else { WINDOW.1 };
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    tab.call("Emulation.setDeviceMetricsOverride", metrics).await.map(drop)
}

pub async fn usual(tab: &Tab) -> Result<()> {
    resize(tab, WINDOW.0).await?;
    emulate(tab, Scheme::Light).await
}

pub async fn emulate(tab: &Tab, scheme: Scheme) -> Result<()> {
    let media = json!({ "media": scheme.medium(), "features": scheme.features() });
    tab.call("Emulation.setEmulatedMedia", media).await.map(drop)
}

/// The whole page at a width, as `NAME-WIDTH-SCHEME.png` (a `/` in the name makes a directory) in `screenshots/` of cargo's target directory.
pub async fn take(tab: &Tab, name: &str, width: u32, scheme: Scheme) -> Result<PathBuf> {
    resize(tab, width).await?;
    emulate(tab, scheme).await?;
    let shot =
        tab.call("Page.captureScreenshot", json!({ "format": "png", "captureBeyondViewport": true })).await;
    usual(tab).await?;
    let png = STANDARD.decode(string(&shot?, "/data")?)?;
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || c == '/' { c } else { '-' }).collect();
    let path = room()?.join(format!("{plain}-{width}-{}.png", scheme.word()));
    std::fs::create_dir_all(path.parent().context("a picture has a directory")?)?;
    std::fs::write(&path, png)?;
    Ok(path)
}

fn room() -> Result<PathBuf> {
    // A test stands in TARGET/debug/deps/.
    let test = std::env::current_exe()?;
    Ok(test.ancestors().nth(3).context("the test stands in no target directory")?.join("screenshots"))
}
