//! A person's browser: headless Chromium, used by what stands on the page.
//!
//! Everything is found by its accessible name, computed by Chromium itself, so that a test reads as a person acts and
//! fails where a person with a screen reader would be lost:
//!
//! ```text
//! let ana = Browser::start(Script::Off).await;
//! ana.open(&world.url("/sign-in")).await;
//! ana.fill("User ID", "ana.example").await;
//! ana.fill("Password", &password).await;
//! ana.press("Sign in").await;
//! ana.see("Enter your security code").await;
//! ```
//!
//! A step that cannot be done fails the test at its own line, with the story so far, what the page says and a picture.
//! Where a name is not unique, its group, row or landmark goes before it: `Date of birth › Day`, `main › Sign in`.
//! No step sleeps: one that leads to another page ends with that page's `load` event.

mod act;
mod axe;
mod cookie;
mod go;
mod judge;
mod look;
mod outline;
mod passkey;
mod picture;
mod seen;
mod tab;
mod wire;

use std::fmt::Display;
use std::panic::Location;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tempfile::TempDir;

pub use self::axe::Violation;
pub use self::cookie::Cookie;
pub use self::outline::Part;
pub use self::passkey::{Able, Plugged};
pub use self::picture::Scheme;
pub use self::seen::Answer;
use self::tab::{Tab, string};
use self::wire::Wire;

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    On,
    Off,
}

/// One tab of one person's browser. Cookies are shared with [`Browser::another_tab`] and with nobody else.
#[derive(Debug)]
pub struct Browser {
    tab: Tab,
    profile: Arc<Profile>,
    script: Script,
    story: Mutex<Vec<String>>,
}

/// A browser context: cookies and downloads of one person.
#[derive(Debug)]
struct Profile {
    wire: &'static Wire,
    context: String,
    downloads: TempDir,
}

impl Drop for Profile {
    fn drop(&mut self) {
        self.wire.tell("Target.disposeBrowserContext", json!({ "browserContextId": self.context }));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.tab.close();
    }
}

impl Browser {
    async fn words(&self) -> Result<String> {
        self.say("document.body.innerText").await
    }

    async fn address(&self) -> Result<String> {
        self.say("location.href").await
    }

    async fn say(&self, expression: &str) -> Result<String> {
        let said = self.tab.evaluate(expression).await?;
        said.as_str().map(str::to_owned).with_context(|| format!("{expression} is {said}"))
    }

    /// Every act goes through here: it joins the story, and when it fails, the test fails at its line.
    #[track_caller]
    fn step<T>(&self, said: String, doing: impl Future<Output = Result<T>>) -> impl Future<Output = T> {
        let at = Location::caller();
        async move {
            let done = doing.await;
            let refused = self.tab.seen(|seen| std::mem::take(&mut seen.refused)).await;
            let done = match refused.as_slice() {
                [] => done,
                refused => done.and_then(|_| bail!("the page breaks its own policy: {}", refused.join("; "))),
            };
            match done {
                Ok(value) => {
                    self.story.lock().unwrap_or_else(PoisonError::into_inner).push(said);
                    value
                }
                Err(error) => self.give_up(at, &said, &error).await,
            }
        }
    }

    async fn give_up(&self, at: &Location<'_>, said: &str, error: &anyhow::Error) -> ! {
        let story = self.story.lock().unwrap_or_else(PoisonError::into_inner).join("\n  ");
        let shown = |read: Result<String>| read.unwrap_or_else(|error| format!("({error:#})"));
        let url = shown(self.address().await);
        let status = self.tab.seen(|seen| seen.answer.status).await;
        let words = shown(self.words().await).lines().map(str::trim).collect::<Vec<_>>().join("\n  ");
        let name = format!(
            "failed/{} {}",
            Path::new(at.file()).file_stem().unwrap_or_default().display(),
            at.line()
        );
        let picture = picture::take(&self.tab, &name, 1280, Scheme::Light).await;
        let picture = shown(picture.map(|path| path.display().to_string()));
        let text = format!(
            "could not {said}: {error:#}\nat {url} (status {status})\nafter:\n  {story}\nthe page says:\n  {words}\npicture: {picture}"
        );
        fail(at, &text)
    }
}

impl Profile {
    async fn new() -> Result<Self> {
        let wire = Wire::shared()?;
        let made = wire.call(None, "Target.createBrowserContext", json!({ "disposeOnDetach": true })).await?;
        let context = string(&made, "/browserContextId")?;
        let downloads = tempfile::Builder::new().prefix("harp-downloads-").tempdir()?;
        let allow = json!({
            "behavior": "allowAndName", "browserContextId": context,
            "downloadPath": downloads.path(), "eventsEnabled": true,
        });
        wire.call(None, "Browser.setDownloadBehavior", allow).await?;
        Ok(Self { wire, context, downloads })
    }
}

#[expect(clippy::panic, reason = "a step that cannot be done fails the test that took it")]
fn fail(at: &Location<'_>, text: &impl Display) -> ! {
    panic!("{at}: {text}")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
