//! `harp agent`: who works at the help desk.

use clap::Subcommand;
use harp_core::flow::operate::agents::{self, Changed};
use serde_json::json;

use crate::answer::{all, one, refused};
use crate::console::Console;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Gives a person the help desk's console. A factor reset needs two of them.
    Add {
        /// Of an account that is set up.
        #[arg(value_name = "USERID")]
        username: String,
    },
    /// Takes it away, at once.
    Remove {
        #[arg(value_name = "USERID")]
        username: String,
    },
    /// Lists the agents.
    List,
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    let (harp, act) = (console.harp(), console.act());
    match command {
        Command::Add { username } => {
            let changed = agents::add(harp, &username, &act).await?;
            answer(console, (&username, changed), "is one already", "is an agent of the help desk")
        }
        Command::Remove { username } => {
            let changed = agents::remove(harp, &username, &act).await?;
            answer(console, (&username, changed), "is none", "is no agent of the help desk any more")
        }
        Command::List => all(console.format, &agents::list(harp).await?, Clone::clone),
    }
}

fn answer(
    console: &Console,
    (username, changed): (&str, Changed),
    already: &str,
    done: &str,
) -> anyhow::Result<()> {
    match changed {
        Changed::Changed => {
            one(console.format, &json!({ "user_id": username }), || format!("`{username}` {done}"))
        }
        Changed::Already => Err(refused(format!("`{username}` {already}"))),
        Changed::NoSuchAccount => {
            Err(refused(format!("there is no account `{username}`: the person registers first")))
        }
        Changed::NotActive { standing } => {
            Err(refused(format!("`{username}` is not active, but `{}`", standing.as_str())))
        }
    }
}
