//! The binary itself: started as an operator starts it, spoken to over the network, stopped by signals.

mod commands;
mod demo;
mod serving;
mod story;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use harp_tests::cluster::Db;
use harp_tests::port;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

const HARP: &str = env!("CARGO_BIN_EXE_harp-under-test");
/// How long the process may take to do anything.
const PATIENCE: Duration = Duration::from_secs(60);

/// An operator's directory: a settings file, root keys, a place for letters.
pub struct Desk {
    room: tempfile::TempDir,
    pub issuer: String,
    port: u16,
    /// Kept, so that the database outlives the process.
    _db: Option<Db>,
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

impl Desk {
    /// On an SQLite file that is not there yet.
    pub fn on_sqlite() -> Desk {
        Desk::at("sqlite:harp.db", "http", None)
    }

    pub fn on(db: Db) -> Desk {
        let place = match db.place.starts_with("postgres://") {
            true => db.place.clone(),
            false => format!("sqlite:{}", db.place),
        };
        Desk::at(&place, "http", Some(db))
    }

    pub fn at(database: &str, scheme: &str, db: Option<Db>) -> Desk {
        let port = port::free();
        let room = tempfile::tempdir().unwrap();
        std::fs::create_dir(room.path().join("letters")).unwrap();
        let desk = Desk { issuer: format!("{scheme}://localhost:{port}"), room, port, _db: db };
        desk.write(&format!(
            "issuer = \"{}\"\nlisten = \"127.0.0.1:{port}\"\ndatabase = \"{database}\"\n\
             [letters]\ndeliver = \"directory\"\ndirectory = \"letters\"\n",
            desk.issuer
        ));
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.room.path().join(name)
    }

    pub fn write(&self, settings: &str) {
        std::fs::write(self.path("harp.toml"), settings).unwrap();
    }

    /// More lines at the end of the settings file.
    pub fn add_settings(&self, lines: &str) {
        let settings = std::fs::read_to_string(self.path("harp.toml")).unwrap();
        self.write(&format!("{settings}{lines}"));
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HARP);
        // Nothing of this machine's environment is a setting.
        command.env_clear().current_dir(self.room.path()).args(args).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A command, with the settings file.
    pub async fn harp(&self, args: &[&str]) -> Ran {
        self.bare(&[&["--config", "harp.toml"], args].concat()).await
    }

    /// A command that must succeed; what it says.
    pub async fn done(&self, args: &[&str]) -> String {
        let ran = self.harp(args).await;
        assert!(ran.code == 0, "harp {args:?}: {ran:?}");
        ran.out.trim().to_owned()
    }

    /// Without a settings file.
    pub async fn bare(&self, args: &[&str]) -> Ran {
        let running = self.command(args).output();
        let run = tokio::time::timeout(PATIENCE, running).await;
        ran(run.unwrap_or_else(|_| panic!("harp {args:?} does not end")).unwrap())
    }

    /// A command that is told something on its standard input.
    pub async fn told(&self, args: &[&str], input: &str) -> Ran {
        let mut child =
            self.command(&[&["--config", "harp.toml"], args].concat()).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        ran(tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap())
    }

    /// Starts `harp serve`, and waits for the line that says that it serves.
    pub async fn serve(&self) -> Serving {
        let command = self.command(&["--config", "harp.toml", "serve"]);
        Serving::begin(command, (self.port, "\"serving\"")).await
    }

    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn ran(output: Output) -> Ran {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A running `harp serve`. Dropped, it is killed.
pub struct Serving {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
    heard: watch::Receiver<usize>,
    pub address: SocketAddr,
}

impl Serving {
    /// Starts it, and waits for the line that says that it serves.
    async fn begin(mut command: Command, (port, serves): (u16, &str)) -> Serving {
        let mut child = command.spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (tell, heard) = watch::channel(0_usize);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let written = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                written.lock().unwrap().push(line);
                tell.send_modify(|count| *count += 1);
            }
        });
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let mut serving = Serving { child, log, heard, address };
        if !serving.hears(serves).await {
            let mut why = String::new();
            serving.child.stderr.take().unwrap().read_to_string(&mut why).await.unwrap();
            panic!("it does not serve: {why} {:?}", serving.lines());
        }
        serving
    }

    pub fn lines(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Waits for a line with this text; false: the process ended without it.
    pub async fn hears(&mut self, text: &str) -> bool {
        let wait = async {
            loop {
                if self.log.lock().unwrap().iter().any(|line| line.contains(text)) {
                    return true;
                }
                if self.heard.changed().await.is_err() {
                    return self.log.lock().unwrap().iter().any(|line| line.contains(text));
                }
            }
        };
        match tokio::time::timeout(PATIENCE, wait).await {
            Ok(heard) => heard,
            Err(_) => panic!("`{text}` is not in the log: {:?}", self.lines()),
        }
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().expect("it runs").to_string();
        let sent = std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(sent.success());
    }

    pub async fn ends(&mut self) -> ExitStatus {
        tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("the process ends").unwrap()
    }

    pub async fn terminate(mut self) -> Vec<String> {
        self.signal("TERM");
        assert!(self.ends().await.success());
        assert!(self.hears("\"stopped\"").await);
        self.lines()
    }

    /// SIGKILL: nothing is tidied up.
    pub async fn kill(mut self) -> Vec<String> {
        self.signal("KILL");
        assert!(!self.ends().await.success());
        self.lines()
    }
}

/// The JSON documents of all letters, as a mail gateway finds them.
pub fn letters(directory: &Path) -> Vec<Value> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let finished = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    finished.map(|path| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()).collect()
}
