//! `harp account`: what an operator does to a person's account.

use clap::Subcommand;
use harp_core::flow::lock::{self, Unlocked};
use serde_json::json;

use crate::answer::{one, refused, unclear};
use crate::console::Console;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Unlocks an account that was locked by *This was not me*, or sign-in after too many wrong attempts. Make sure
    /// first that it is the owner who asks. They are told by letter, if their address is confirmed; the reason stands in the audit trail.
    Unlock {
        #[arg(value_name = "USERID")]
        username: String,
        /// Why, and how you know who asked: 200 characters at most.
        #[arg(long)]
        reason: String,
    },
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    let Command::Unlock { username, reason } = command;
    match lock::unlock(console.harp(), (&username, &reason), &console.act()).await? {
        Unlocked::Unlocked => one(console.format, &json!({ "user_id": username, "locked": false }), || {
            format!("`{username}` is unlocked; the owner is told by letter, if their address is confirmed")
        }),
        Unlocked::NotLocked => Err(refused(format!("`{username}` is not locked"))),
        Unlocked::Unknown => Err(refused(format!("there is no account `{username}`"))),
        Unlocked::Refused(_) => Err(unclear("`--reason` takes 1 to 200 characters")),
    }
}
