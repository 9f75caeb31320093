//! `harp`: the provider and its operator's commands.

mod account;
mod agent;
mod answer;
mod client;
mod console;
mod keys;
mod migrate;
mod official;
mod org;
mod program;
mod role;
mod serve;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use harp_oidc::config::{Settings, Source, documented};

use answer::Format;
use console::Console;

const EXIT_CODES: &str = "\
Exit codes:
  0  it is done
  1  something failed: the database, a file, the network
  2  a flag, a value or a setting is not understood; nothing was changed
  3  refused: it is there already, or is not there, or may not be; nothing was changed";

#[derive(Debug, Parser)]
#[command(
    version,
    about = "An identity and authorization system: OpenID Provider and portal",
    after_help = EXIT_CODES
)]
struct Cli {
    /// The settings file. Without one, settings come from the environment alone.
    #[arg(long, global = true, env = "HARP_CONFIG")]
    config: Option<PathBuf>,
    /// Answers in JSON on standard output, for scripts.
    #[arg(long, global = true)]
    json: bool,
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
    Keys(keys::Command),
    /// What roles belong to.
    #[command(subcommand)]
    Program(program::Command),
    /// Who takes part in programs: hospitals, practices, registries, vendors.
    #[command(subcommand)]
    Org(org::Command),
    /// What people may hold at an organization.
    #[command(subcommand)]
    Role(role::Command),
    /// Who decides role requests: the first Security Official of an organization.
    #[command(subcommand)]
    Official(official::Command),
    /// Relying applications.
    #[command(subcommand)]
    Client(client::Command),
    /// Who works at the help desk.
    #[command(subcommand)]
    Agent(agent::Command),
    /// People's accounts.
    #[command(subcommand)]
    Account(account::Command),
}

fn main() -> ExitCode {
    let outcome = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = outcome.map_err(anyhow::Error::from).and_then(|rt| rt.block_on(run(Cli::parse())));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "harp: {error:#}");
            answer::exit_code(&error)
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let format = if cli.json { Format::Json } else { Format::Text };
    if let Command::Config = cli.command {
        return answer::say(documented::example().trim_end());
    }
    let settings = Settings::load(&Source::file_and_environment(cli.config.as_deref()))?;
    match cli.command {
        Command::Config => Ok(()),
        Command::Serve => serve::run(settings).await,
        Command::Migrate => migrate::run(&settings, format).await,
        Command::Keys(keys::Command::Init) => keys::init(&settings, format),
        command => {
            let console = Console::open(&settings, format).await?;
            let done = with(command, &console).await;
            console.close().await;
            done
        }
    }
}

/// The commands that need the provider.
async fn with(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Keys(command) => keys::run(command, console).await,
        Command::Program(command) => program::run(command, console).await,
        Command::Org(command) => org::run(command, console).await,
        Command::Role(command) => role::run(command, console).await,
        Command::Official(command) => official::run(command, console).await,
        Command::Client(command) => client::run(command, console).await,
        Command::Agent(command) => agent::run(command, console).await,
        Command::Account(command) => account::run(command, console).await,
        Command::Config | Command::Serve | Command::Migrate => Ok(()),
    }
}
