//! `cargo demo`: everything in one process, on a SQLite file that survives a restart.

use std::io::{IsTerminal as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use clap::Parser;
use demo::seed::{Jon, Quinn, Sol};
use demo::{Door, Doors, House, Plan};
use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::random::SystemRandom;
use harp_core::policy::Profile;
use harp_oidc::config::secrets;

/// Starts the provider, the relying applications MFT, HQR and QPP, and a developer inbox.
#[derive(Debug, Parser)]
#[command(name = "cargo demo", version)]
struct Options {
    /// Throws away what the last demo left and starts over.
    #[arg(long)]
    reset: bool,
    /// The provider's port.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// MFT's port.
    #[arg(long, default_value_t = 8081)]
    mft_port: u16,
    /// HQR's port.
    #[arg(long, default_value_t = 8082)]
    hqr_port: u16,
    /// QPP's port.
    #[arg(long, default_value_t = 8083)]
    qpp_port: u16,
    /// `harp` or `nist-63-4`.
    #[arg(long, default_value = "harp")]
    policy: String,
    /// Where the database, the keys and the uploaded files are kept.
    #[arg(long, default_value = "target/demo")]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let log = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr).init();
    match run(&Options::parse()).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            // One line, with the way out.
            let _unseen = writeln!(std::io::stderr(), "cargo demo: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Result<()> {
    let profile = Profile::named(&options.policy).ok_or_else(|| {
        anyhow!("`{}` is no policy: choose {}", options.policy, Profile::NAMES.join(" or "))
    })?;
    // The ports first: a second demo must not touch the first one's data.
    let doors = Doors {
        provider: door(options.port, "--port")?,
        mft: door(options.mft_port, "--mft-port")?,
        hqr: door(options.hqr_port, "--hqr-port")?,
        qpp: door(options.qpp_port, "--qpp-port")?,
    };
    if options.reset && options.data.exists() {
        reset(&options.data)?;
    }
    std::fs::create_dir_all(&options.data).with_context(|| {
        format!("`{}` cannot be made; choose another with --data", options.data.display())
    })?;
    let keys = options.data.join("root.keys");
    if !keys.exists() {
        secrets::create(&keys, &SystemRandom)?;
    }
    let vault = secrets::vault(&secrets::read(&keys)?)?;
    let database = options.data.join("harp.sqlite");
    let way_out =
        || format!("the database `{}` cannot be used; `cargo demo --reset` starts over", database.display());
    let store = Arc::new(SqlStore::sqlite(&database).await.with_context(way_out)?);
    let plan = Plan { profile, ..Plan::new(doors, (store, vault), options.data.join("files")) };
    let house = House::open(plan).await.with_context(way_out)?;
    welcome(&house)?;
    stopped().await?;
    house.close().await;
    Ok(())
}

fn door(port: u16, option: &str) -> Result<Door> {
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!("port {port} is in use: stop what uses it, or choose another with {option}")
        }
        _ => anyhow!("port {port} cannot be opened: {e}; choose another with {option}"),
    })?;
    Ok(Door { listener, url: format!("http://localhost:{port}") })
}

/// Removes the demo's own files, and nothing else that may lie there.
fn reset(data: &Path) -> Result<()> {
    for name in ["harp.sqlite", "harp.sqlite-wal", "harp.sqlite-shm", "root.keys"] {
        match std::fs::remove_file(data.join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(e).with_context(|| format!("`{}` cannot be removed", data.join(name).display()));
            }
            _ => {}
        }
    }
    match std::fs::remove_dir_all(data.join("files")) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(e).context("the uploaded files cannot be removed")
        }
        _ => Ok(()),
    }
}

/// What is where and what to try first, in under 20 lines.
fn welcome(house: &House) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let colour = out.is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let paint =
        |code: &str, text: &str| if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() };
    let (head, link, soft) =
        (|t: &str| paint("1;36", t), |t: &str| paint("4;34", t), |t: &str| paint("2", t));
    let provider = &house.provider_url;
    writeln!(out, "{}", head("HARP is running."))?;
    writeln!(out, "  Portal       {}", link(provider))?;
    for (name, url) in [("MFT", &house.mft_url), ("HQR", &house.hqr_url), ("QPP", &house.qpp_url)] {
        writeln!(out, "  {name}          {}   {}", link(url), soft("a relying application"))?;
    }
    writeln!(
        out,
        "  Inbox        {}   {}",
        link(&format!("{provider}/dev/inbox")),
        soft("every letter, text and call")
    )?;
    writeln!(out, "  Every page   {}", link(&format!("{provider}/dev/pages")))?;
    writeln!(out, "{}", head("Try first"))?;
    writeln!(
        out,
        "  1. At MFT: Sign in, then Sign up as {}",
        head("Ana Rivera, born 2/29/1980, SSN 900-11-2222.")
    )?;
    writeln!(
        out,
        "     Right answers: Copper Creek Mortgage, Mercy General Hospital, 3 bedrooms, Quarry Road,"
    )?;
    writeln!(
        out,
        "     and None of the above. Others to try: Ben Okafor, 7/4/1975, 900-11-3333; Fred Frost,"
    )?;
    writeln!(out, "     1/15/1968, 900-11-5555 {}", soft("(a frozen file); 000-00-0000 always fails."))?;
    writeln!(out, "  2. Ask for the role {} at {}.", head("MFT Web User"), head("…CJR-Yale"))?;
    writeln!(out, "  3. In a private window, sign in to the portal as the Security Official and approve:")?;
    writeln!(out, "     user ID {}   password {}", head(Sol::USERNAME), head(Sol::PASSWORD))?;
    writeln!(
        out,
        "     authenticator {} {}",
        Sol::totp().text().expose(),
        soft("(its code is in the inbox)")
    )?;
    writeln!(
        out,
        "  4. At HQR: {} {}   At QPP: {} {}",
        head(Jon::USERNAME),
        head(Jon::PASSWORD),
        head(Quinn::USERNAME),
        head(Quinn::PASSWORD)
    )?;
    writeln!(out, "{}", soft("Ctrl-C stops everything; `cargo demo --reset` starts over."))?;
    out.flush()?;
    Ok(())
}

async fn stopped() -> Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
