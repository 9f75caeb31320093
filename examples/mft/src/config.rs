//! What it needs to know.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use frame::Help;
use harp_sdk::{Clock, CookieSecret, CookieSecrets, Registration, SystemClock};

/// Everything that differs between two installations.
#[derive(Debug, Clone)]
pub struct Config {
    /// The provider, and what it registered for this application.
    pub registration: Registration,
    /// Files live here, and nothing else does. One process at a time.
    pub data_dir: PathBuf,
    pub limits: Limits,
    /// Of the listener; whoever mounts the router bounds connections itself.
    pub bounds: Bounds,
    pub help: Help,
    /// One more certificate authority (PEM) for talking to the provider.
    pub trusted: Option<Vec<u8>>,
    /// Addresses of hosts that DNS does not know.
    pub reach: Vec<(String, SocketAddr)>,
    /// The longest that roles are believed without asking the provider.
    pub fresh_for: Duration,
    pub clock: Arc<dyn Clock>,
}

impl Config {
    /// With the usual limits and help desk.
    pub fn new(registration: Registration, data_dir: impl Into<PathBuf>) -> Config {
        Config {
            registration,
            data_dir: data_dir.into(),
            limits: Limits::default(),
            bounds: Bounds::default(),
            help: Help::default(),
            trusted: None,
            reach: Vec::new(),
            fresh_for: Duration::from_secs(5 * 60),
            clock: Arc::new(SystemClock),
        }
    }

    pub(crate) fn sdk(&self) -> harp_sdk::Config {
        let mut sdk = harp_sdk::Config::new(self.registration.clone())
            .after_sign_out(frame::SIGNED_OUT)
            .fresh_for(self.fresh_for)
            .clock(Arc::clone(&self.clock));
        if let Some(pem) = &self.trusted {
            sdk = sdk.trust_certificate(pem);
        }
        for (host, address) in &self.reach {
            sdk = sdk.reach(host, *address);
        }
        sdk
    }
}

/// How much it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub file: u64,
    /// Files of one organization.
    pub files: usize,
    /// Bytes of all files of one organization.
    pub room: u64,
    /// Files on one page of the list.
    pub page: usize,
    /// Uploads at the same time.
    pub uploads: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { file: 100 * 1024 * 1024, files: 1_000, room: 10 << 30, page: 50, uploads: 16 }
    }
}

/// What connections may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once; the next one waits.
    pub connections: usize,
    /// The longest that the head of a request may take.
    pub head: Duration,
    /// Bytes of the head of a request.
    pub head_bytes: usize,
    /// For requests in flight when it stops.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            connections: 1_000,
            head: Duration::from_secs(10),
            head_bytes: 64 * 1024,
            drain: Duration::from_secs(30),
        }
    }
}

/// The secret of the session cookies, made at the first start and kept beside the files, so that people stay signed
/// in over a restart. To rotate it, write a new one in front of it.
pub fn cookie_secrets(data_dir: &Path) -> io::Result<CookieSecrets> {
    let path = data_dir.join("cookie-secret");
    match std::fs::read_to_string(&path) {
        Ok(text) => CookieSecrets::parse(&text)
            .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {e}", path.display()))),
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir_all(data_dir)?;
            let secret = CookieSecret::mint();
            let mut file = private().create_new(true).open(&path)?;
            file.write_all(secret.to_text().expose().as_bytes())?;
            file.sync_all()?;
            Ok(secret.into())
        }
        Err(e) => Err(e),
    }
}

/// Readable by its owner alone.
fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
