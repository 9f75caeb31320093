//! `harp org`.

use clap::Subcommand;
use harp_core::access::Organization;
use harp_core::flow::operate::orgs::{self, Added, Joined, Listed};
use serde_json::{Value, json};

use crate::answer::{all, no_such, one, refused, unclear};
use crate::console::Console;
use crate::program;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds an organization that takes part in a program.
    Add {
        /// For people, who choose it by this name.
        #[arg(long)]
        name: String,
        /// Slug of the program.
        #[arg(long)]
        program: String,
    },
    /// Lets an organization take part in one more program.
    Join {
        /// Its id.
        org: String,
        /// Slug of the program.
        #[arg(long)]
        program: String,
    },
    /// Lists the organizations.
    List {
        /// Of this program only.
        #[arg(long)]
        program: Option<String>,
    },
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    let harp = console.harp();
    match command {
        Command::Add { name, program } => match orgs::add(harp, &name, &program, &console.act()).await? {
            Added::Added(org) => {
                let listed = Listed { org, programs: vec![program] };
                one(console.format, &shown(&listed), || format!("added {}", line(&listed)))
            }
            Added::SameName(same) => Err(same_name(&same, &program)),
            Added::NoSuchProgram => Err(program::none(console, &program).await),
            Added::Unnamed(why) => Err(unclear(why)),
        },
        Command::Join { org, program } => {
            let id = org
                .parse()
                .map_err(|_| unclear(format!("`{org}` is no id of an organization: see `harp org list`")))?;
            match orgs::join(harp, id, &program, &console.act()).await? {
                Joined::Joined => one(console.format, &json!({ "id": org, "joined": program }), || {
                    format!("{org} takes part in {program}")
                }),
                Joined::Already => Err(refused(format!("{org} takes part in `{program}` already"))),
                Joined::SameName(other) => Err(refused(format!(
                    "{other} of `{program}` has the same name, and people could not tell them apart"
                ))),
                Joined::NoSuchOrg => {
                    Err(refused(format!("there is no organization {org}: see `harp org list`")))
                }
                Joined::NoSuchProgram => Err(program::none(console, &program).await),
            }
        }
        Command::List { program } => {
            let listed = orgs::list(harp, program.as_deref()).await?;
            if let (Some(slug), true) = (&program, listed.is_empty()) {
                let known = harp_core::flow::operate::programs::list(harp).await?;
                if known.iter().all(|one| one.slug != *slug) {
                    return Err(program::none(console, slug).await);
                }
            }
            match console.format {
                crate::answer::Format::Text => {
                    all(console.format, &listed.iter().map(line).collect::<Vec<_>>(), String::clone)
                }
                crate::answer::Format::Json => {
                    all(console.format, &listed.iter().map(shown).collect::<Vec<_>>(), Value::to_string)
                }
            }
        }
    }
}

fn same_name(same: &Listed, program: &str) -> anyhow::Error {
    let Organization { id, name } = &same.org;
    refused(if same.programs.iter().any(|slug| slug == program) {
        format!(
            "`{name}` takes part in `{program}` already, as {id}: name another one apart, by its city for instance"
        )
    } else {
        format!("there is `{name}` already: `harp org join {id} --program {program}` lets it take part")
    })
}

fn line(listed: &Listed) -> String {
    format!("{} {} `{}`", listed.org.id, listed.programs.join(","), listed.org.name)
}

fn shown(listed: &Listed) -> Value {
    json!({ "id": listed.org.id, "name": listed.org.name, "programs": listed.programs })
}

/// The one line about an organization that is not of this program, with the nearest that is.
pub async fn none(console: &Console, asked: &str, program: &str) -> anyhow::Error {
    match orgs::list(console.harp(), Some(program)).await {
        Ok(known) => {
            let what = format!("organization in `{program}` called");
            no_such(&what, asked, known.iter().map(|one| one.org.name.as_str()), "harp org add")
        }
        Err(trouble) => trouble.into(),
    }
}
