//! A whole house for one test: provider, applications, mailbox, on a database of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use demo::seed::{Jon, Sol};
use demo::{Door, Doors, House, Plan, Tls};
use harp_core::audit::Event;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, SystemClock};
use harp_core::notice::Recipient;
use harp_core::policy::{HARP, Profile};
use harp_core::vault::{RootKey, Vault};
use tempfile::TempDir;

use crate::certificate::Certificate;
use crate::cluster::Db;

/// How long a letter may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where the servers stand, as a browser sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Street {
    /// Ports of one localhost: cookies are shared, as in `cargo demo`.
    Localhost,
    /// `.test` names over TLS: separate sites, `__Host-` cookies, strict SameSite.
    TestNames,
}

#[derive(Debug)]
pub struct World {
    pub house: House,
    pub db: Db,
    /// What o'clock it is at the servers.
    pub clock: Arc<dyn Clock>,
    _files: TempDir,
}

impl World {
    pub async fn on(db: Db, street: Street) -> World {
        World::with(db, street, &HARP).await
    }

    #[expect(clippy::expect_used, reason = "a house that cannot be built is a fault of the harness")]
    pub async fn with(db: Db, street: Street, profile: &'static Profile) -> World {
        World::build(db, street, profile, Arc::new(SystemClock)).await.expect("a house can be built")
    }

    /// With a clock that a test moves.
    #[expect(clippy::expect_used, reason = "a house that cannot be built is a fault of the harness")]
    pub async fn by_clock(db: Db, street: Street, clock: Arc<dyn Clock>) -> World {
        World::build(db, street, &HARP, clock).await.expect("a house can be built")
    }

    async fn build(
        db: Db,
        street: Street,
        profile: &'static Profile,
        clock: Arc<dyn Clock>,
    ) -> Result<World> {
        // `RUST_LOG=info` shows what the servers say; without it they are silent.
        let log = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "off".into());
        let _first_only = tracing_subscriber::fmt().with_env_filter(log).try_init();
        let files = tempfile::tempdir()?;
        let vault = Vault::new(RootKey { kid: "test".to_owned(), key: Secret::new([42; 32]) }, vec![]);
        let door = |name: &str| match street {
            Street::Localhost => Door::free("http", "localhost"),
            Street::TestNames => Door::free("https", &format!("{name}.test")),
        };
        let doors =
            Doors { provider: door("harp")?, mft: door("mft")?, hqr: door("hqr")?, qpp: door("qpp")? };
        let tls = (street == Street::TestNames).then(|| {
            let certificate = Certificate::for_test_names();
            Tls { certificate: certificate.pem(), key: certificate.key_pem() }
        });
        let plan = Plan::new(doors, (Arc::clone(&db.store), vault), files.path().join("mft"));
        let house = House::open(Plan { profile, tls, clock: Arc::clone(&clock), ..plan }).await?;
        Ok(World { house, db, clock, _files: files })
    }

    /// An address at the provider.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.house.provider_url)
    }

    /// An address at MFT.
    pub fn mft(&self, path: &str) -> String {
        format!("{}{path}", self.house.mft_url)
    }

    /// An address at HQR.
    pub fn hqr(&self, path: &str) -> String {
        format!("{}{path}", self.house.hqr_url)
    }

    /// An address at QPP.
    pub fn qpp(&self, path: &str) -> String {
        format!("{}{path}", self.house.qpp_url)
    }

    /// The code in the `count`th message to an address or a number.
    #[expect(
        clippy::expect_used,
        reason = "a code that does not come fails the test, and the text says which"
    )]
    pub async fn code(&self, to: &Recipient, count: usize) -> String {
        self.letter(to, count).await.1.expect("the message carries a code")
    }

    /// Waits for the `count`th message there: its text, and the code in it.
    #[expect(
        clippy::expect_used,
        reason = "a letter that does not come fails the test, and the text says which"
    )]
    pub async fn letter(&self, to: &Recipient, count: usize) -> (String, Option<String>) {
        let wait = tokio::time::timeout(PATIENCE, self.house.mailbox.wait(to, count)).await;
        let late = || format!("message {count} to {to:?} has not come within {} seconds", PATIENCE.as_secs());
        let arrived = wait.ok().flatten().with_context(late).expect("every message comes in time");
        let whole = format!("{}\n{}", arrived.letter.subject, arrived.letter.text.expose());
        (whole, arrived.code())
    }

    /// What the Security Official's authenticator app shows.
    pub fn sols_code(&self) -> String {
        Sol::totp().code_at(self.clock.now())
    }

    /// What the app of HQR's reporter shows.
    pub fn jons_code(&self) -> String {
        Jon::totp().code_at(self.clock.now())
    }

    /// What an app shows that was given this key, as a page spells it.
    #[expect(clippy::expect_used, reason = "a key that is none fails the test")]
    pub fn app_code(&self, key: &str) -> String {
        let letters: String = key.chars().filter(|c| !c.is_whitespace()).collect();
        let secret = totp_rs::Secret::try_from_base32(letters).expect("the page shows a base 32 key");
        let app =
            totp_rs::Builder::new().with_secret(secret).build().expect("the usual parameters are taken");
        app.generate(u64::try_from(self.clock.now().secs()).unwrap_or(0)).to_string()
    }

    /// Every event of the audit trail, oldest first.
    #[expect(clippy::expect_used, reason = "a trail that cannot be read fails the test")]
    pub async fn trail(&self) -> Vec<Event> {
        use harp_core::store::{Fault, Tx, Work};
        struct All;
        #[async_trait::async_trait]
        impl Work for All {
            type Out = Vec<Event>;
            async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
                tx.events(None, 10_000).await
            }
        }
        self.house.provider.harp().store.read(&All).await.expect("the trail can be read")
    }

    /// A small file to upload.
    #[expect(clippy::expect_used, reason = "a file that cannot be written is a fault of the machine")]
    pub fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path: &Path = self._files.path();
        let path = path.join(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    }
}
