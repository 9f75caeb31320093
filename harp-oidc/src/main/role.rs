//! `harp role`.

use clap::{Args, Subcommand};
use harp_core::access::{Role, RoleKind};
use harp_core::flow::operate::roles::{self, Added, NewRole};

use crate::answer::{all, one, refused, unclear};
use crate::console::Console;
use crate::program;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds a role to a program.
    Add(Add),
    /// Lists the roles of a program.
    List {
        /// Slug of the program.
        #[arg(long)]
        program: String,
    },
}

#[derive(Debug, Args)]
pub struct Add {
    /// Slug of its program.
    #[arg(long)]
    program: String,
    /// Short and stable, for guards and tokens: `mft_web_user`.
    #[arg(long)]
    key: String,
    /// For people.
    #[arg(long)]
    name: String,
    /// What its holder may do at the organization: `files:upload`. May be repeated.
    #[arg(long = "permission")]
    permissions: Vec<String>,
    /// Its holders are Security Officials: they decide the role requests of their organization.
    #[arg(long)]
    official: bool,
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Add(Add { program, key, name, permissions, official }) => {
            let kind = if official { RoleKind::SecurityOfficial } else { RoleKind::Ordinary };
            let new = NewRole { program, key, name, kind, permissions };
            match roles::add(console.harp(), &new, &console.act()).await? {
                Added::Added(role) => one(console.format, &role, || format!("added {}", line(&role))),
                Added::Taken => Err(refused(format!(
                    "`{}` has a role `{}` already: see `harp role list --program {}`",
                    new.program, new.key, new.program
                ))),
                Added::NoSuchProgram => Err(program::none(console, &new.program).await),
                Added::Unnamed(why) => Err(unclear(why)),
            }
        }
        Command::List { program } => match roles::list(console.harp(), &program).await? {
            Some(roles) => all(console.format, &roles, line),
            None => Err(program::none(console, &program).await),
        },
    }
}

fn line(role: &Role) -> String {
    let permissions = if role.permissions.is_empty() { "-".to_owned() } else { role.permissions.join(",") };
    format!("{} {} {permissions} `{}`", role.key, role.kind.as_str(), role.name)
}
