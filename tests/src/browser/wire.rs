//! Chromium's process and the pipe to it (the DevTools protocol, one JSON message to a NUL).
//!
//! One Chromium serves the whole test process and is spoken to over a pipe: there is no port to choose, nothing else on
//! the machine can reach it, and it ends when the pipe closes, however the test process ends.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use crate::certificate::Certificate;

/// How long Chromium may take to answer anything; a tab's own patience is shorter.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that happened in the browser, unasked.
#[derive(Debug, Clone)]
pub struct Event {
    pub method: String,
    pub params: Value,
}

#[derive(Debug)]
pub struct Wire {
    to: Mutex<ChildStdin>,
    next: AtomicU64,
    ends: Arc<Ends>,
}

/// Where answers and events go.
#[derive(Debug, Default)]
struct Ends {
    waiting: Mutex<HashMap<u64, oneshot::Sender<Value>>>,
    listeners: Mutex<HashMap<String, mpsc::UnboundedSender<Event>>>,
}

impl Wire {
    /// The Chromium of this test process, started when the first test asks for it.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Wire, String>> = OnceLock::new();
        let started = SHARED.get_or_init(|| Self::start().map_err(|error| format!("{error:#}")));
        started.as_ref().map_err(|error| anyhow!("Chromium does not start: {error}"))
    }

    fn start() -> Result<Self> {
        let mut child = spawn()?;
        let to = child.stdin.take().context("its input is not piped")?;
        let from = child.stdout.take().context("its output is not piped")?;
        let ends = Arc::new(Ends::default());
        let there = Arc::clone(&ends);
        // A thread of its own, because each test brings a runtime of its own and takes it away again.
        thread::Builder::new().name("chromium".to_owned()).spawn(move || {
            there.read(from);
            let _ = child.wait();
        })?;
        Ok(Self { to: Mutex::new(to), next: AtomicU64::new(1), ends })
    }

    /// Calls a method of the browser, or of one session (a tab) in it.
    pub async fn call(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let (answer, answered) = oneshot::channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        held(&self.ends.waiting).insert(id, answer);
        self.send(id, session, method, params)?;
        let answered = tokio::time::timeout(PATIENCE, answered).await;
        let answered = answered
            .map_err(|_| anyhow!("Chromium has not answered {method} for {} seconds", PATIENCE.as_secs()))?;
        let mut answer = answered.map_err(|_| anyhow!("Chromium has gone ({method})"))?;
        if let Some(error) = answer.get("error") {
            bail!("{method}: {}", error.get("message").and_then(Value::as_str).unwrap_or("refused"));
        }
        Ok(answer.get_mut("result").map(Value::take).unwrap_or_default())
    }

    /// Calls a method and does not wait for the answer.
    pub fn tell(&self, method: &str, params: Value) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let _ = self.send(id, None, method, params);
    }

    fn send(&self, id: u64, session: Option<&str>, method: &str, params: Value) -> Result<()> {
        let mut message = json!({ "id": id, "method": method, "params": params });
        if let (Some(session), Some(message)) = (session, message.as_object_mut()) {
            message.insert("sessionId".to_owned(), session.into());
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        held(&self.to).write_all(&bytes).with_context(|| format!("Chromium has gone ({method})"))
    }

    /// What happens in `session` and in the browser as a whole, from now on.
    pub fn listen(&self, session: &str) -> mpsc::UnboundedReceiver<Event> {
        let (to, from) = mpsc::unbounded_channel();
        held(&self.ends.listeners).insert(session.to_owned(), to);
        from
    }

    pub fn forget(&self, session: &str) {
        held(&self.ends.listeners).remove(session);
    }
}

impl Ends {
    /// Until the pipe closes.
    fn read(&self, from: impl Read) {
        let mut from = BufReader::new(from);
        let mut bytes = Vec::new();
        while from.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
            bytes.pop();
            if let Ok(message) = serde_json::from_slice::<Value>(&bytes) {
                self.deliver(message);
            }
            bytes.clear();
        }
        // Whoever still waits learns that nobody will answer.
        held(&self.waiting).clear();
        held(&self.listeners).clear();
    }

    fn deliver(&self, mut message: Value) {
        if let Some(id) = message.get("id").and_then(Value::as_u64) {
            if let Some(waiting) = held(&self.waiting).remove(&id) {
                let _ = waiting.send(message);
            }
            return;
        }
        let Some(method) = message.get("method").and_then(Value::as_str).map(str::to_owned) else { return };
        let event = Event { method, params: message.get_mut("params").map(Value::take).unwrap_or_default() };
        let listeners = held(&self.listeners);
        match message.get("sessionId").and_then(Value::as_str) {
            Some(session) => {
                if let Some(listener) = listeners.get(session) {
                    let _ = listener.send(event);
                }
            }
            None => {
                for listener in listeners.values() {
                    let _ = listener.send(event.clone());
                }
            }
        }
    }
}

/// Chromium reads commands from descriptor 3 and writes to 4; the shell puts our pipes there, and removes the profile
/// when Chromium has gone.
const SHELL: &str = r#"
"$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>"$PROFILE/log"
exec </dev/null >/dev/null 2>&1
rm -rf "$PROFILE" || { sleep 1; rm -rf "$PROFILE"; }
"#;

fn spawn() -> Result<Child> {
    let profile = tempfile::Builder::new().prefix("harp-chromium-").tempdir()?.keep();
    let trusted = Certificate::for_test_names().fingerprint();
    Command::new("sh")
        .args(["-c", SHELL])
        .arg(program()?)
        .args(FLAGS)
        .arg(format!("--ignore-certificate-errors-spki-list={trusted}"))
        .arg(format!("--user-data-dir={}", profile.display()))
        .env("PROFILE", &profile)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // Ctrl-C is ours; Chromium ends because we do.
        .process_group(0)
        .spawn()
        .context("sh does not start")
}

const FLAGS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-pipe",
    // As root, and in most containers, Chromium's own sandbox cannot start; it shows our own pages only.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    // Plain http is what a test asked for when it said so; autofill and translation would cover the page.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,Translate,AutofillServerCommunication",
    "--hide-scrollbars",
    "--lang=en-US",
    "--force-color-profile=srgb",
    // Every `.test` name is this machine and no other name exists: a page that asks another host fails.
    "--host-resolver-rules=MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

fn program() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("HARP_CHROMIUM") {
        return Ok(PathBuf::from(chosen));
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut places = std::env::split_paths(&path).flat_map(|room| names.map(|name| room.join(name)));
    places
        .find(|place| place.is_file())
        .context("there is no chromium; `cargo ci --only packages` installs it")
}

/// A lock that a failed test did not spoil: what it guards is whole between two statements.
fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
