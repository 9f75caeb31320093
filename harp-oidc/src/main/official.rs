//! `harp official`.

use clap::{Args, Subcommand};
use harp_core::account::Standing;
use harp_core::flow::operate::officials::{self, Appointed, Appointment, Listed};
use serde_json::{Value, json};

use crate::answer::{all, one, refused};
use crate::console::Console;
use crate::{org, program};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a person the first Security Official of an organization. Later ones ask for the role in the portal and are
    /// approved by those who are there.
    Add(Add),
    /// Lists who decides at each organization of each program.
    List,
}

#[derive(Debug, Args)]
pub struct Add {
    /// Of an account that is set up and proofed.
    #[arg(value_name = "USERID")]
    username: String,
    /// Slug of the program.
    #[arg(long)]
    program: String,
    /// Id or name of the organization.
    #[arg(long)]
    org: String,
    /// Key of the role, where the program has several of a Security Official.
    #[arg(long)]
    role: Option<String>,
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Add(Add { username, program, org, role }) => {
            add(Appointment { username, program, org, role }, console).await
        }
        Command::List => {
            let listed = officials::list(console.harp(), &console.act()).await?;
            let shown: Vec<Shown> = listed.iter().map(Shown::of).collect();
            all(console.format, &shown, |it| {
                let who = if it.officials.is_empty() { "nobody".to_owned() } else { it.officials.join(",") };
                format!("{} {} {who} `{}`", it.program, it.org, it.name)
            })
        }
    }
}

async fn add(wanted: Appointment, console: &Console) -> anyhow::Result<()> {
    let Appointment { username, program, org, .. } = &wanted;
    let why = match officials::appoint(console.harp(), &wanted, &console.act()).await? {
        Appointed::Appointed { org, role } => {
            let shown: Value =
                json!({ "user_id": username, "program": program, "org": org.id, "role": role.key });
            return one(console.format, &shown, || {
                format!("`{username}` decides role requests of `{program}` at `{}`", org.name)
            });
        }
        Appointed::NoSuchProgram => return Err(program::none(console, program).await),
        Appointed::NoSuchOrg => return Err(org::none(console, org, program).await),
        Appointed::Decided { by } => format!(
            "`{}` decides there already: whoever else is to decide asks for the role in the portal and is approved there",
            by.join("`, `")
        ),
        // No nearest name: who has an account is not told by guessing, at a terminal neither.
        Appointed::NoSuchAccount => format!("there is no account `{username}`: the person registers first"),
        Appointed::NotEligible { standing: Standing::PendingSetup } => {
            format!(
                "`{username}` has not been set up: the person signs in first and adds a sign-in code or device"
            )
        }
        Appointed::NotEligible { standing: Standing::Locked } => {
            format!(
                "`{username}` is locked: `harp account unlock {username}` once you know that its owner asks"
            )
        }
        Appointed::NotEligible { standing: Standing::Disabled } => format!("`{username}` is disabled"),
        Appointed::NotEligible { standing: Standing::Active } => {
            format!("`{username}` is not proofed: the person proves their identity first, under My Profile")
        }
        Appointed::NoSuchRole => format!(
            "`{program}` has no such role of a Security Official: `harp role add --program {program} --official` adds one"
        ),
        Appointed::WhichRole { keys } => {
            format!(
                "`{program}` has several roles of a Security Official: choose with `--role` among `{}`",
                keys.join("`, `")
            )
        }
    };
    Err(refused(why))
}

#[derive(serde::Serialize)]
struct Shown {
    program: String,
    org: String,
    name: String,
    officials: Vec<String>,
}

impl Shown {
    fn of(listed: &Listed) -> Shown {
        let Listed { program, org, officials } = listed.clone();
        Shown { program, org: org.id.to_string(), name: org.name, officials }
    }
}
