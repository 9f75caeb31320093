//! `harp client`.

mod add;
mod change;
mod shown;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Plain;
use harp_oidc::flow::clients::{self, Change, Changed};
use harp_oidc::grant::client::{Client, Terms};
use harp_oidc::grant::terms::TermsText;

use crate::answer::{all, no_such, one, refused, unclear};
use crate::console::Console;
use crate::program;
use shown::Shown;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Registers an application. Its generated secret is printed once.
    Add(Box<add::Add>),
    /// Lists the applications.
    List,
    /// Shows everything that is registered of an application, but no secret.
    Show { id: String },
    /// Changes what is registered. What is not named stays; what is named is replaced as a whole.
    Change(Box<change::Args>),
    /// Refuses an application from now on. Its codes and tokens are dead, also when it is enabled again.
    Disable { id: String },
    /// Lets a disabled application in again.
    Enable { id: String },
    /// Replaces its secret. The old one is refused from now on.
    RotateSecret {
        id: String,
        /// Reads the secret from standard input instead of making one: 32 characters at least.
        #[arg(long)]
        secret_stdin: bool,
    },
}

/// The text of an application's own terms.
#[derive(Debug, Args)]
pub struct OwnTerms {
    /// A plain text of its own terms, an empty line between paragraphs. Without it: the provider's terms.
    #[arg(long, requires = "terms_version")]
    terms_file: Option<PathBuf>,
    /// The version of that text. Everybody is asked for a new one.
    #[arg(long, requires = "terms_file")]
    terms_version: Option<String>,
}

impl OwnTerms {
    fn read(&self) -> anyhow::Result<Option<TermsText>> {
        let (Some(file), Some(version)) = (&self.terms_file, &self.terms_version) else { return Ok(None) };
        let unreadable = |why: String| unclear(format!("`{}`: {why}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|e| unreadable(e.to_string()))?;
        Ok(Some(TermsText::parse(version, &text).map_err(|fault| unreadable(fault.to_string()))?))
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum AskTerms {
    Never,
    EachVersion,
    EachSignIn,
}

impl From<AskTerms> for Terms {
    fn from(ask: AskTerms) -> Terms {
        match ask {
            AskTerms::Never => Terms::Never,
            AskTerms::EachVersion => Terms::EachVersion,
            AskTerms::EachSignIn => Terms::EachSignIn,
        }
    }
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Add(add) => add::run(*add, console).await,
        Command::List => {
            let clients: Vec<Shown> = clients::list(console.oidc()).await?.iter().map(Shown::of).collect();
            all(console.format, &clients, Shown::line)
        }
        Command::Show { id } => {
            let client = find(console, &id).await?;
            let shown = Shown::of(&client);
            one(console.format, &shown, || shown.lines())
        }
        Command::Change(args) => {
            let (id, members) = args.members()?;
            let client =
                change(console, &id, Change::Registration(Box::new(members)), "nothing would change").await?;
            one(console.format, &Shown::of(&client), || format!("changed `{}`", client.id))
        }
        Command::Disable { id } => {
            let client = change(console, &id, Change::Disable, "it is disabled already").await?;
            one(console.format, &Shown::of(&client), || {
                format!("disabled `{}`: it is refused from now on", client.id)
            })
        }
        Command::Enable { id } => {
            let client = change(console, &id, Change::Enable, "it is enabled already").await?;
            one(console.format, &Shown::of(&client), || format!("enabled `{}`", client.id))
        }
        Command::RotateSecret { id, secret_stdin } => {
            let secret = Secret::read(secret_stdin)?;
            let change_to = Change::Secret(secret.plain.hashed());
            let client = change(console, &id, change_to, "it has that secret already").await?;
            let shown = Shown::of(&client).with(secret.shown());
            one(console.format, &shown, || {
                secret.told(&format!("the old secret of `{}` is refused", client.id))
            })
        }
    }
}

/// A client's secret, made here or given.
struct Secret {
    plain: Plain,
    made: bool,
}

impl Secret {
    fn read(stdin: bool) -> anyhow::Result<Secret> {
        if !stdin {
            return Ok(Secret { plain: Plain::mint(&SystemRandom), made: true });
        }
        let given = std::io::read_to_string(std::io::stdin())?;
        match given.trim() {
            short if short.len() < 32 => Err(unclear("the secret must have 32 characters at least")),
            given => Ok(Secret { plain: Plain::presented(given), made: false }),
        }
    }

    /// Only what nobody knows yet.
    fn shown(&self) -> Option<String> {
        self.made.then(|| self.plain.expose().to_owned())
    }

    fn told(&self, done: &str) -> String {
        match self.shown() {
            Some(secret) => format!("{done}; its secret, shown this once: {secret}"),
            None => done.to_owned(),
        }
    }
}

async fn find(console: &Console, id: &str) -> anyhow::Result<Client> {
    let clients = clients::list(console.oidc()).await?;
    match clients.iter().find(|client| client.id.as_str() == id) {
        Some(client) => Ok(client.clone()),
        None => {
            Err(no_such("client", id, clients.iter().map(|client| client.id.as_str()), "harp client add"))
        }
    }
}

async fn change(console: &Console, id: &str, change: Change, already: &str) -> anyhow::Result<Client> {
    let id = &find(console, id).await?.id;
    match clients::change(console.oidc(), id, &change, &console.act()).await? {
        Changed::Changed(client) => Ok(*client),
        Changed::Already => Err(refused(format!("`{id}` is left as it is: {already}"))),
        Changed::NoSuchClient => Err(refused(format!("`{id}` is gone"))),
        Changed::NoSuchProgram => {
            let slug = match &change {
                Change::Registration(members) => members.program.clone().flatten(),
                _ => None,
            };
            Err(program::none(console, &slug.unwrap_or_default()).await)
        }
        Changed::NoSecret => Err(refused(format!("`{id}` is a public client: it has no secret"))),
        Changed::Unregistrable(why) => Err(unclear(why)),
    }
}
