//! Databases for tests: the same test runs on an SQLite file and on PostgreSQL, each with a database of its own.
//!
//! PostgreSQL is one private cluster for each test process, from Debian's `postgresql` package, on a free port of the
//! loopback. A template is migrated once and cloned for each test. The cluster belongs to a shell that reads from
//! this process (`cluster.sh`): when the process ends, in whatever way, the shell stops the cluster and removes it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use harp_core::adapter::sql::{MIGRATIONS, SqlStore};
use harp_core::kernel::time::Timestamp;
use sqlx::Connection as _;

/// Declares tests that run on both databases: `name::sqlite` and `name::postgres`.
///
/// ```text
/// both! {
///     /// C07
///     async fn a_thing_happens_once(db: Db) { .. }
/// }
/// ```
#[macro_export]
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($db:ident: Db) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            use super::*;

            async fn body($db: $crate::cluster::Db) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                body($crate::cluster::Db::sqlite().await.unwrap()).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                body($crate::cluster::Db::postgres().await.unwrap()).await;
            }
        }
    )*};
}

/// A migrated database of one test, removed with this value.
#[derive(Debug)]
pub struct Db {
    pub store: Arc<SqlStore>,
    /// What [`SqlStore::open`] takes: another node, another process may open it too.
    pub place: String,
    _keep: Keep,
}

#[derive(Debug)]
enum Keep {
    #[expect(dead_code, reason = "its Drop removes the directory")]
    Directory(tempfile::TempDir),
    Clone(String),
}

impl Db {
    pub async fn sqlite() -> Result<Db> {
        let directory = tempfile::tempdir()?;
        let place = directory.path().join("harp.sqlite").display().to_string();
        let store = Arc::new(SqlStore::open(&place).await?);
        prepare(&store).await?;
        Ok(Db { store, place, _keep: Keep::Directory(directory) })
    }

    pub async fn postgres() -> Result<Db> {
        let cluster = tokio::task::spawn_blocking(Cluster::shared).await??;
        let name = cluster.next_name();
        cluster.sql(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await?;
        let place = cluster.url(&name);
        let store = Arc::new(SqlStore::open(&place).await?);
        Ok(Db { store, place, _keep: Keep::Clone(name) })
    }

    /// An empty database, for tests of the migrations themselves.
    pub async fn empty_postgres() -> Result<Db> {
        let cluster = tokio::task::spawn_blocking(Cluster::shared).await??;
        let name = cluster.next_name();
        cluster.sql(format!("CREATE DATABASE {name}")).await?;
        let place = cluster.url(&name);
        let store = Arc::new(SqlStore::open(&place).await?);
        Ok(Db { store, place, _keep: Keep::Clone(name) })
    }

    /// The same database, as another node or another process sees it.
    pub async fn another_node(&self) -> Result<SqlStore> {
        Ok(SqlStore::open(&self.place).await?)
    }

    /// Runs any SQL from outside of HARP: for tests that damage, lock or look.
    pub async fn outside(&self, sql: &'static str) -> Result<()> {
        if self.place.starts_with("postgres://") {
            let mut conn = sqlx::PgConnection::connect(&self.place).await?;
            sqlx::raw_sql(sql).execute(&mut conn).await?;
        } else {
            let mut conn = sqlx::SqliteConnection::connect(&self.place).await?;
            sqlx::raw_sql(sql).execute(&mut conn).await?;
        }
        Ok(())
    }
}

impl Drop for Keep {
    fn drop(&mut self) {
        let Keep::Clone(name) = self else { return };
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // Beside the tests: whatever is left when the process ends goes with the cluster.
        let _ = std::thread::Builder::new().spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let (Ok(cluster), Ok(runtime)) = (Cluster::shared(), runtime) {
                let _ = runtime.block_on(cluster.sql(sql));
            }
        });
    }
}

/// Everything that a fresh database of a test has: one line for each crate that keeps tables.
async fn prepare(store: &SqlStore) -> Result<()> {
    store.migrate("harp-core", MIGRATIONS, Timestamp::from_secs(0)).await?;
    store.migrate("harp-oidc", harp_oidc::store::MIGRATIONS, Timestamp::from_secs(0)).await?;
    Ok(())
}

/// How long the cluster may take to start: two seconds on a quiet machine.
const PATIENCE: Duration = Duration::from_secs(120);

const TEMPLATE: &str = "harp_template";

/// The private PostgreSQL of this test process.
#[derive(Debug)]
struct Cluster {
    port: u16,
    password: String,
    names: AtomicU32,
    /// While it is open, the cluster lives.
    _life: ChildStdin,
}

impl Cluster {
    /// Started when the first test asks for it. Blocks for about two seconds then.
    fn shared() -> Result<&'static Cluster> {
        static SHARED: OnceLock<Result<Cluster, String>> = OnceLock::new();
        let started = SHARED.get_or_init(|| Cluster::start().map_err(|e| format!("{e:#}")));
        started.as_ref().map_err(|e| anyhow!("PostgreSQL does not start: {e}"))
    }

    fn start() -> Result<Cluster> {
        let bin = programs()?;
        let mut told = String::new();
        // Somebody may take the port between looking and starting.
        for _ in 0..5 {
            match Cluster::start_on(&bin, crate::port::free()) {
                Ok(cluster) => {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                    runtime.block_on(cluster.make_template())?;
                    return Ok(cluster);
                }
                Err(error) => told = format!("{error:#}"),
            }
        }
        bail!(told)
    }

    fn start_on(bin: &Path, port: u16) -> Result<Cluster> {
        let password = password()?;
        let mut shell = unprivileged()?;
        let mut child = shell
            .args(["sh", "-c", include_str!("cluster.sh"), "sh"])
            .arg(bin)
            .arg(port.to_string())
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the tests; the shell then finds its input closed, and tidies up.
            .process_group(0)
            .spawn()
            .context("no shell")?;
        let mut life = child.stdin.take().context("its input is not piped")?;
        writeln!(life, "{password}")?;
        let output = child.stdout.take().context("its output is not piped")?;
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut answer = String::new();
            let read = BufReader::new(output).read_line(&mut answer);
            let _nobody_waits_any_more = tell.send(read.map(|_| answer));
        });
        let Ok(answer) = told.recv_timeout(PATIENCE) else {
            drop(life); // The shell finds its input closed, and tidies up.
            bail!("it has not started within {} seconds", PATIENCE.as_secs());
        };
        if answer?.trim() != "ready" {
            let mut why = String::new();
            if let Some(mut stderr) = child.stderr.take() {
                let _ = stderr.read_to_string(&mut why);
            }
            let _ = child.wait();
            bail!("{}", why.trim());
        }
        Ok(Cluster { port, password, names: AtomicU32::new(0), _life: life })
    }

    async fn make_template(&self) -> Result<()> {
        self.sql(format!("CREATE DATABASE {TEMPLATE}")).await?;
        let store = SqlStore::open(&self.url(TEMPLATE)).await?;
        prepare(&store).await?;
        // A template may have no visitors while it is cloned.
        harp_core::store::Store::close(&store).await;
        Ok(())
    }

    fn next_name(&self) -> String {
        format!("harp_test_{}", self.names.fetch_add(1, Ordering::Relaxed))
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://harp:{}@127.0.0.1:{}/{database}?sslmode=disable", self.password, self.port)
    }

    /// Runs one statement of the superuser. The names in it are our own.
    async fn sql(&self, sql: String) -> Result<()> {
        let mut conn = sqlx::PgConnection::connect(&self.url("postgres")).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await?;
        conn.close().await?;
        Ok(())
    }
}

/// Where Debian keeps PostgreSQL's programs: of the newest version that is installed.
fn programs() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .max();
    let (_, bin) = newest.context("its programs are not there: install Debian's package `postgresql`")?;
    Ok(bin)
}

/// PostgreSQL refuses to run as root: its package brings the user `postgres`.
fn unprivileged() -> Result<Command> {
    if std::fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(Command::new("env"));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env"]);
    Ok(command)
}

fn password() -> Result<String> {
    let mut bytes = [0u8; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|b| format!("{b:02x}")).collect())
}
