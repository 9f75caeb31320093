//! `harp`: the provider and its operator's commands.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum};
use harp_core::adapter::prover::absent::NoVendor;
use harp_core::adapter::sql::SqlStore;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::store::Store as _;
use harp_oidc::config::settings::Secrets;
use harp_oidc::config::{Settings, Source, documented, secrets};
use harp_oidc::flow::{clients, keys};
use harp_oidc::grant::client::{Authentication, Client, Consent, Pkce, Terms};
use harp_oidc::http::serve::{self, Listen};
use harp_oidc::jose::alg::Alg;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_oidc::protocol::scope::ScopeSet;
use harp_oidc::store::OidcStore;
use harp_oidc::{Needs, Provider};
use tokio::sync::watch;

#[derive(Debug, Parser)]
#[command(version, about = "An identity and authorization system: OpenID Provider and portal")]
struct Cli {
    /// The settings file. Without one, settings come from the environment alone.
    #[arg(long, global = true, env = "HARP_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves until SIGINT or SIGTERM.
    Serve,
    /// Brings the database up to date. `serve` does so too.
    Migrate,
    /// Prints every setting with its meaning and default: a file to begin with.
    Config,
    /// Root keys and signing keys.
    #[command(subcommand)]
    Keys(Keys),
    /// Relying applications.
    #[command(subcommand)]
    Client(ClientCommand),
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Writes a root key into `secrets.file`, which must not be there yet.
    Init,
    /// Lists the signing keys.
    List,
    /// Rotates the signing keys of an algorithm now, whatever the schedule says.
    Rotate {
        #[arg(long, default_value = "RS256")]
        alg: String,
    },
}

#[derive(Debug, Subcommand)]
enum ClientCommand {
    /// Registers an application. Its generated secret is printed once.
    Add(Box<Add>),
    /// Lists the applications.
    List,
}

#[derive(Debug, Args)]
struct Add {
    #[arg(long)]
    id: String,
    /// For people; the id if left out.
    #[arg(long)]
    name: Option<String>,
    /// Compared as a string: write it exactly. May be repeated.
    #[arg(long = "redirect-uri", required = true)]
    redirect_uris: Vec<String>,
    /// Where it may send a person after signing out. May be repeated.
    #[arg(long = "post-logout-redirect-uri")]
    post_logout_redirect_uris: Vec<String>,
    /// Slug of the program whose roles it is told.
    #[arg(long)]
    program: Option<String>,
    #[arg(long, default_value = "openid profile email roles")]
    scope: String,
    /// It has no secret: an application in a browser or on a device.
    #[arg(long, conflicts_with_all = ["secret_stdin", "post", "pkce_exempt"])]
    public: bool,
    /// It runs on the person's own machine: any port of the loopback interface will do.
    #[arg(long)]
    native: bool,
    /// Reads the secret from standard input instead of making one: 32 characters at least.
    #[arg(long)]
    secret_stdin: bool,
    /// It sends its secret in the form (client_secret_post) instead of the header.
    #[arg(long)]
    post: bool,
    /// It cannot do PKCE. Only where there is no other way.
    #[arg(long)]
    pkce_exempt: bool,
    /// When the person must accept the terms on the way to it.
    #[arg(long, value_enum, default_value = "never")]
    terms: AskTerms,
    /// What its ID tokens are signed with.
    #[arg(long, default_value = "RS256")]
    alg: String,
    /// Where the portal sends a person who starts it from there.
    #[arg(long)]
    home: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum AskTerms {
    Never,
    EachVersion,
    EachSignIn,
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = outcome.map_err(anyhow::Error::from).and_then(|rt| rt.block_on(run(Cli::parse())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "harp: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    if let Command::Config = cli.command {
        return say(documented::example().trim_end());
    }
    let settings = Settings::load(&Source::file_and_environment(cli.config.as_deref()))?;
    match cli.command {
        Command::Config => Ok(()),
        Command::Serve => serve(settings).await,
        Command::Migrate => {
            let store = SqlStore::open(settings.database.expose()).await?;
            OidcStore::migrate(&store, SystemClock.now()).await?;
            store.close().await;
            say("the database is up to date")
        }
        Command::Keys(Keys::Init) => match &settings.secrets {
            Secrets::File { file, .. } => {
                secrets::create(file, &SystemRandom)?;
                say(&format!("wrote `{}`: keep a copy in a safe place", file.display()))
            }
            Secrets::Given(_) => bail!("the root keys come from `secrets.keys`: there is no file to write"),
        },
        Command::Keys(Keys::List) => {
            for key in keys::list(open(&settings).await?.oidc()).await? {
                say(&format!("{} {} {}", key.kid, key.alg.as_str(), state(&key)))?;
            }
            Ok(())
        }
        Command::Keys(Keys::Rotate { alg }) => {
            let alg = algorithm(&alg)?;
            keys::rotate_now(open(&settings).await?.oidc(), alg, &operator()).await?;
            say("rotated: nodes sign with the new key within seconds, and the old one still verifies")
        }
        Command::Client(ClientCommand::List) => {
            for client in clients::list(open(&settings).await?.oidc()).await? {
                let program = client.program.as_deref().unwrap_or("-");
                let method = client.authentication.method().as_str();
                say(&format!("{} {method} program={program} `{}`", client.id, client.name))?;
            }
            Ok(())
        }
        Command::Client(ClientCommand::Add(add)) => add_client(&settings, *add).await,
    }
}

/// Opens the database and puts the provider together.
async fn open(settings: &Settings) -> anyhow::Result<Provider> {
    let needs = Needs {
        issuer: settings.issuer.clone(),
        vault: settings.vault(&SystemRandom)?,
        store: Arc::new(SqlStore::open(settings.database.expose()).await?),
        prover: Arc::new(NoVendor),
        courier: settings.letters.courier()?,
    };
    Ok(Provider::builder(needs).settings(settings).build().await?)
}

async fn serve(settings: Settings) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .map_err(|_| anyhow::anyhow!("setting `log`: `{}` is no filter", settings.log))?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_current_span(true)
        .with_span_list(false)
        .init();
    let socket = std::net::TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on {}: is something else there?", settings.listen))?;
    let tls = settings.tls.as_ref().map(serve::tls).transpose()?;
    let provider = open(&settings).await?;
    let (stop, stopping) = watch::channel(false);
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let worker = tokio::spawn(provider.worker().run(stopped(stopping.clone())));
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping: requests in flight may finish");
        let _ = stop.send(true);
    });
    tracing::info!(listen = %settings.listen, issuer = %settings.issuer, tls = tls.is_some(), "serving");
    let listen = Listen { socket, tls, bounds: settings.http };
    serve::serve(listen, provider.router(), stopped(stopping)).await?;
    worker.await?;
    provider.harp().store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// SIGINT or SIGTERM.
async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn add_client(settings: &Settings, add: Add) -> anyhow::Result<()> {
    let provider = open(settings).await?;
    let given = add.secret_stdin.then(|| std::io::read_to_string(std::io::stdin())).transpose()?;
    let (secret, made) = match given.as_deref().map(str::trim) {
        Some(short) if short.len() < 32 => bail!("the secret must have 32 characters at least"),
        Some(given) => (Plain::presented(given), false),
        None => (Plain::mint(&SystemRandom), true),
    };
    let client = client(&add, &secret)?;
    match clients::add(provider.oidc(), &client, &operator()).await? {
        clients::Added::Taken => bail!("there is a client `{}` already", client.id),
        clients::Added::NoSuchProgram => bail!("there is no program `{}`", add.program.unwrap_or_default()),
        clients::Added::Added if made && !add.public => {
            say(&format!("added `{}`; its secret, shown this once: {}", client.id, secret.expose()))
        }
        clients::Added::Added => say(&format!("added `{}`", client.id)),
    }
}

fn client(add: &Add, secret: &Plain) -> anyhow::Result<Client> {
    let kind = if add.native { ApplicationType::Native } else { ApplicationType::Web };
    let uris = |texts: &[String]| -> anyhow::Result<Vec<RedirectUri>> {
        texts.iter().map(|t| RedirectUri::register(t, kind).with_context(|| format!("`{t}`"))).collect()
    };
    let secret = secret.hashed();
    Ok(Client {
        id: ClientId::parse(&add.id)?,
        name: add.name.clone().unwrap_or_else(|| add.id.clone()),
        authentication: match (add.public, add.post) {
            (true, _) => Authentication::Public,
            (false, true) => Authentication::ClientSecretPost { secret },
            (false, false) => Authentication::ClientSecretBasic { secret },
        },
        redirects: uris(&add.redirect_uris)?,
        post_logout: uris(&add.post_logout_redirect_uris)?,
        kind,
        scopes: ScopeSet::parse(&add.scope)?,
        program: add.program.clone(),
        signing: algorithm(&add.alg)?,
        pkce: if add.pkce_exempt { Pkce::Exempt } else { Pkce::Required },
        consent: Consent::FirstParty,
        terms: match add.terms {
            AskTerms::Never => Terms::Never,
            AskTerms::EachVersion => Terms::EachVersion,
            AskTerms::EachSignIn => Terms::EachSignIn,
        },
        home: add.home.clone(),
        created_at: SystemClock.now(),
        disabled_at: None,
    })
}

fn algorithm(name: &str) -> anyhow::Result<Alg> {
    Alg::parse(name)
        .with_context(|| format!("`{name}` is not among {}", Alg::ALL.map(Alg::as_str).join(", ")))
}

fn state(key: &harp_oidc::jose::keyring::KeyRecord) -> String {
    use harp_oidc::jose::keyring::KeyState;
    let name = match key.state {
        KeyState::Next { .. } => "next",
        KeyState::Current { .. } => "current",
        KeyState::Retired { .. } => "retired",
    };
    format!("{name} since {}", key.state.since())
}

fn operator() -> Act {
    let trace = TraceId::mint(&SystemRandom);
    Act { actor: Actor::Operator, now: SystemClock.now(), origin: Origin::default(), trace }
}

fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
