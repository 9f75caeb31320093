//! One tab: calls that belong to it, scripts in a world of their own, and waiting for pages by their events.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, mpsc};
use tokio::time::timeout;

use super::outline::{Kind, Outline};
use super::seen::Seen;
use super::wire::{Event, Wire};

/// How long a page may take on a busy machine before the test gives up.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub struct Tab {
    wire: &'static Wire,
    session: String,
    frame: String,
    inbox: Mutex<Inbox>,
}

#[derive(Debug)]
struct Inbox {
    events: mpsc::UnboundedReceiver<Event>,
    seen: Seen,
}

impl Inbox {
    fn catch_up(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            self.seen.absorb(event);
        }
    }
}

impl Tab {
    /// A new, empty tab in a browser context.
    pub async fn open(wire: &'static Wire, context: &str) -> Result<Self> {
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = string(&wire.call(None, "Target.createTarget", target).await?, "/targetId")?;
        let attach = json!({ "targetId": target, "flatten": true });
        let session = string(&wire.call(None, "Target.attachToTarget", attach).await?, "/sessionId")?;
        let events = wire.listen(&session);
        // The main frame of a tab is called as the tab is.
        let inbox = Mutex::new(Inbox { events, seen: Seen::of(&target) });
        let tab = Self { wire, session, frame: target, inbox };
        for domain in ["Page.enable", "Network.enable", "Log.enable"] {
            tab.call(domain, json!({})).await?;
        }
        tab.call("Page.setLifecycleEventsEnabled", json!({ "enabled": true })).await?;
        // Several tabs run side by side; each behaves as the one in front.
        tab.call("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        Ok(tab)
    }

    pub async fn call(&self, method: &str, params: Value) -> Result<Value> {
        let answered = timeout(PATIENCE, self.wire.call(Some(&self.session), method, params)).await;
        answered.with_context(|| format!("{method} is not answered"))?
    }

    /// What has happened up to now.
    pub async fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        let mut inbox = self.inbox.lock().await;
        inbox.catch_up();
        look(&mut inbox.seen)
    }

    /// Types an address and waits for its page.
    pub async fn go(&self, url: &str) -> Result<()> {
        self.seen(Seen::expect).await;
        let gone = self.call("Page.navigate", json!({ "url": url })).await?;
        // A download has no page and ends "aborted".
        let aborted = "net::ERR_ABORTED";
        match gone.get("errorText").and_then(Value::as_str) {
            Some(error) if error != aborted => bail!("{url}: {error}"),
            _ => self.arrival().await,
        }
    }

    /// Does something, and waits for the page that it leads to, if it leads to one.
    pub async fn follow(&self, doing: impl Future<Output = Result<()>>) -> Result<()> {
        self.seen(Seen::expect).await;
        doing.await?;
        // An answer from the page's own thread comes after whatever the act set off there; the page may be gone by then.
        let _ = self.evaluate("0").await;
        if self.seen(|seen| seen.going()).await { self.arrival().await } else { Ok(()) }
    }

    pub async fn arrival(&self) -> Result<()> {
        self.until("the page does not arrive", |seen| seen.arrived()).await?;
        self.seen(|seen| match seen.failed() {
            Some(url) => bail!("{url} cannot be reached"),
            None => Ok(()),
        })
        .await
    }

    /// Waits, event by event, until what has been seen is enough.
    pub async fn until(&self, otherwise: &str, enough: impl Fn(&Seen) -> bool) -> Result<()> {
        let mut inbox = self.inbox.lock().await;
        let waiting = async {
            loop {
                inbox.catch_up();
                if enough(&inbox.seen) {
                    return Ok(());
                }
                Self::next(&mut inbox).await?;
            }
        };
        timeout(PATIENCE, waiting).await.with_context(|| otherwise.to_owned())?
    }

    async fn next(inbox: &mut MutexGuard<'_, Inbox>) -> Result<()> {
        let event = inbox.events.recv().await.context("Chromium has gone")?;
        inbox.seen.absorb(event);
        Ok(())
    }

    /// Waits for one more event of any kind: something may have changed.
    pub async fn stir(&self) -> Result<()> {
        let mut inbox = self.inbox.lock().await;
        timeout(PATIENCE, Self::next(&mut inbox)).await.context("nothing happens any more")?
    }

    /// Evaluates in a world that shares the page's document and nothing else, so that it works where the page's own
    /// scripts are off or forbidden.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        let evaluated = json!({
            "expression": expression, "contextId": self.world().await?,
            "returnByValue": true, "awaitPromise": true,
        });
        result(self.call("Runtime.evaluate", evaluated).await?)
    }

    /// Calls a function whose `this` is a node of the page.
    pub async fn on(&self, node: i64, function: &str, arguments: &[Value]) -> Result<Value> {
        let resolve = json!({ "backendNodeId": node, "executionContextId": self.world().await? });
        let object = string(&self.call("DOM.resolveNode", resolve).await?, "/object/objectId")?;
        let arguments: Vec<Value> = arguments.iter().map(|value| json!({ "value": value })).collect();
        let called = json!({
            "objectId": object, "functionDeclaration": function, "arguments": arguments,
            "returnByValue": true, "awaitPromise": true,
        });
        result(self.call("Runtime.callFunctionOn", called).await?)
    }

    async fn world(&self) -> Result<Value> {
        let world = json!({ "frameId": self.frame, "worldName": "harp-tests" });
        let made = self.call("Page.createIsolatedWorld", world).await?;
        made.get("executionContextId").cloned().context("Chromium gives no world")
    }

    pub async fn outline(&self) -> Result<Outline> {
        Ok(Outline::of(&self.call("Accessibility.getFullAXTree", json!({})).await?))
    }

    /// Clicks with the mouse, where a person would.
    pub async fn click(&self, kind: Kind, name: &str) -> Result<i64> {
        let node = self.outline().await?.find(kind, name)?.node;
        let spot = self.on(node, SPOT, &[]).await?;
        if let Some(cover) = spot.get("covered").and_then(Value::as_str) {
            bail!("`{name}` is covered by {cover}");
        }
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let mouse = json!({ "type": kind, "x": spot.get("x"), "y": spot.get("y"), "button": button, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", mouse).await?;
        }
        Ok(node)
    }

    /// Presses and releases a key, by its DOM name (`Tab`, `Enter`, `Escape`, `ArrowDown`) or as a space.
    pub async fn key(&self, key: &str) -> Result<()> {
        let (code, number, text) = match key {
            "Enter" => ("Enter", 13, "\r"),
            " " => ("Space", 32, " "),
            "Tab" => ("Tab", 9, ""),
            "Escape" => ("Escape", 27, ""),
            "Delete" => ("Delete", 46, ""),
            "ArrowDown" => ("ArrowDown", 40, ""),
            "ArrowUp" => ("ArrowUp", 38, ""),
            other => bail!("the key `{other}` is not on this keyboard yet"),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let pressed = json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text });
            self.call("Input.dispatchKeyEvent", pressed).await?;
        }
        Ok(())
    }

    pub fn close(&self) {
        self.wire.forget(&self.session);
    }
}

/// The middle of a node, scrolled into view, and what lies over it there, if anything does. A control that is drawn by
/// its label is clicked on the label.
const SPOT: &str = r"function () {
  const area = e => { const r = e.getClientRects()[0]; return r && r.width > 1 && r.height > 1 ? r : null };
  const at = area(this) ? this : [...(this.labels || [])].find(area);
  if (!at) return { covered: 'nothing: it has no area' };
  at.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
  const r = area(at), x = r.x + r.width / 2, y = r.y + r.height / 2;
  const hit = document.elementFromPoint(x, y);
  const label = hit && hit.closest('label');
  const ours = hit && (at.contains(hit) || (label && label.control === this));
  return { x, y, covered: ours ? null : hit ? hit.outerHTML.slice(0, 120) : 'the edge of the window' };
}";

fn result(mut answer: Value) -> Result<Value> {
    if let Some(thrown) = answer.pointer("/exceptionDetails/exception/description").and_then(Value::as_str) {
        bail!("{thrown}");
    }
    Ok(answer.pointer_mut("/result/value").map(Value::take).unwrap_or_default())
}

pub fn string(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found.map(str::to_owned).with_context(|| format!("Chromium's answer has no {pointer}"))
}
