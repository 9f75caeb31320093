//! A virtual authenticator (the DevTools domain `WebAuthn`, which ChromeDriver's extension speaks to, too): passkeys without a
//! person's finger.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Browser;
use super::outline::Kind;
use super::seen::Seen;
use super::tab::string;

/// What an authenticator can do.
#[derive(Debug, Clone, Copy)]
pub struct Able {
    /// Whether it keeps passkeys that are found without being named: resident, or discoverable.
    pub resident: bool,
    /// Whether it can tell that its owner is there: a PIN, a finger, a face.
    pub user_verification: bool,
    /// How it is reached: `internal`, `usb` ..
    pub transport: &'static str,
}

/// One that is plugged into the tab; it touches itself whenever it is asked.
#[derive(Debug, Clone)]
pub struct Plugged(String);

impl Browser {
    #[track_caller]
    pub fn plug_in(&self, able: Able) -> impl Future<Output = Plugged> {
        self.step(format!("plug in an authenticator: {able:?}"), async move {
            self.tab.call("WebAuthn.enable", json!({ "enableUI": false })).await?;
            let options = json!({ "options": {
                "protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": able.transport,
                "hasResidentKey": able.resident, "hasUserVerification": able.user_verification,
                "isUserVerified": able.user_verification, "automaticPresenceSimulation": true,
            }});
            let added = self.tab.call("WebAuthn.addVirtualAuthenticator", options).await?;
            Ok(Plugged(string(&added, "/authenticatorId")?))
        })
    }

    #[track_caller]
    pub fn unplug(&self, authenticator: &Plugged) -> impl Future<Output = ()> {
        let gone = json!({ "authenticatorId": authenticator.0 });
        self.step("unplug the authenticator".to_owned(), async move {
            self.tab.call("WebAuthn.removeVirtualAuthenticator", gone).await.map(drop)
        })
    }

    /// The passkeys that it holds.
    #[track_caller]
    pub fn passkeys(&self, authenticator: &Plugged) -> impl Future<Output = Vec<Value>> {
        let of = json!({ "authenticatorId": authenticator.0 });
        self.step("look into the authenticator".to_owned(), async move {
            let held = self.tab.call("WebAuthn.getCredentials", of).await?;
            let held = held.get("credentials").and_then(Value::as_array).cloned();
            held.context("Chromium tells no credentials")
        })
    }

    /// What every page that is opened from now on finds in its place: a browser without passkeys, one whose owner says no.
    #[track_caller]
    pub fn pretend(&self, script: &str) -> impl Future<Output = ()> {
        let script = json!({ "source": script });
        self.step("pretend".to_owned(), async move {
            self.tab.call("Page.addScriptToEvaluateOnNewDocument", script).await.map(drop)
        })
    }

    /// Presses, and waits for the page that a script leads to in its time.
    #[track_caller]
    pub fn press_and_wait(&self, name: &str) -> impl Future<Output = ()> {
        let name = name.to_owned();
        self.step(format!("press `{name}` and wait"), async move {
            self.tab.seen(Seen::expect).await;
            self.tab.click(Kind::Press, &name).await?;
            self.tab.arrival().await
        })
    }

    /// The same for a key.
    #[track_caller]
    pub fn key_and_wait(&self, key: &str) -> impl Future<Output = ()> {
        let key = key.to_owned();
        self.step(format!("press the key `{key}` and wait"), async move {
            self.tab.seen(Seen::expect).await;
            self.tab.key(&key).await?;
            self.tab.arrival().await
        })
    }

    /// Presses what leads to no page: a script answers on this one.
    #[track_caller]
    pub fn press_here(&self, name: &str) -> impl Future<Output = ()> {
        let name = name.to_owned();
        self.step(format!("press `{name}` here"), async move {
            let pressed: Result<i64> = self.tab.click(Kind::Press, &name).await;
            pressed.map(drop)
        })
    }
}
