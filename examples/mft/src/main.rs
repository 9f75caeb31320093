//! `mft`: Managed File Transfer as a program.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use harp_sdk::{CookieSecrets, Registration, Secret};
use tokio::net::TcpListener;
use tokio::signal;

/// Managed File Transfer. Every option can be given as an environment variable; secrets only so.
#[derive(Debug, Parser)]
#[command(name = "mft", version)]
struct Args {
    /// The provider, exactly as it names itself: https://harp.example.org
    #[arg(long, env = "MFT_ISSUER")]
    issuer: String,
    /// The client id that the provider registered.
    #[arg(long, env = "MFT_CLIENT_ID", default_value = "mft")]
    client_id: String,
    /// A file with the client secret; or put the secret itself into MFT_CLIENT_SECRET.
    #[arg(long, env = "MFT_CLIENT_SECRET_FILE")]
    client_secret_file: Option<PathBuf>,
    /// Where browsers find this application: https://files.example.org
    #[arg(long, env = "MFT_BASE_URL")]
    base_url: String,
    /// Where the files are kept.
    #[arg(long, env = "MFT_DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Where to listen, in plain HTTP: it has no TLS of its own. Unless this is loopback, a proxy with TLS stands in front, on
    /// the same machine or a network that nobody else reads.
    #[arg(long, env = "MFT_BIND", default_value = "127.0.0.1:8081")]
    bind: SocketAddr,
    /// One more certificate authority (PEM) for talking to the provider.
    #[arg(long, env = "MFT_CA_FILE")]
    ca_file: Option<PathBuf>,
    /// The address of a host that DNS does not know: harp.test=127.0.0.1:8443
    #[arg(long, env = "MFT_REACH", value_delimiter = ',', value_parser = host_at)]
    reach: Vec<(String, SocketAddr)>,
    /// The longest that roles are believed without asking the provider, in seconds.
    #[arg(long, env = "MFT_FRESH_FOR", default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=3600))]
    fresh_for: u64,
    /// The room for all files of one organization, in MiB.
    #[arg(long, env = "MFT_ROOM_MIB", default_value_t = 10_240, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    room_mib: u64,
    /// The largest file, in MiB.
    #[arg(long, env = "MFT_MAX_FILE_MIB", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    max_file_mib: u64,
}

fn host_at(text: &str) -> Result<(String, SocketAddr), String> {
    let (host, at) = text.split_once('=').ok_or("write it as host=address:port")?;
    at.parse().map(|at| (host.to_owned(), at)).map_err(|_| format!("`{at}` is not an address with a port"))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().json().with_env_filter(filter()).init();
    let args = Args::parse();
    let listener =
        TcpListener::bind(args.bind).await.with_context(|| format!("cannot listen on {}", args.bind))?;
    tracing::info!(bind = %args.bind, issuer = args.issuer, "managed file transfer");
    mft::serve(listener, config(args)?, stop()).await
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

fn config(args: Args) -> anyhow::Result<mft::Config> {
    let client_secret = match &args.client_secret_file {
        Some(path) => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        }
        None => std::env::var("MFT_CLIENT_SECRET")
            .context("give the client secret: --client-secret-file or MFT_CLIENT_SECRET")?,
    };
    let cookie_secrets = match std::env::var("MFT_COOKIE_SECRETS") {
        Ok(text) => CookieSecrets::parse(&text).context("MFT_COOKIE_SECRETS")?,
        Err(_) => mft::cookie_secrets(&args.data_dir).context("cannot keep a cookie secret")?,
    };
    let registration = Registration {
        issuer: args.issuer,
        client_id: args.client_id,
        client_secret: Secret::new(client_secret.trim().to_owned()),
        base_url: args.base_url,
        cookie_secrets,
    };
    let mut config = mft::Config::new(registration, args.data_dir);
    config.limits.file = args.max_file_mib * 1024 * 1024;
    config.limits.room = args.room_mib * 1024 * 1024;
    config.fresh_for = Duration::from_secs(args.fresh_for);
    config.reach = args.reach;
    if let Some(path) = &args.ca_file {
        config.trusted =
            Some(std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    Ok(config)
}

/// Ctrl-C, or what a service manager sends.
async fn stop() {
    let interrupt = async {
        let _ = signal::ctrl_c().await;
    };
    #[cfg(unix)]
    let terminate = async {
        match signal::unix::signal(signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}
