//! `harp program`.

use clap::Subcommand;
use harp_core::access::Program;
use harp_core::flow::operate::programs::{self, Added};

use crate::answer::{all, no_such, one, refused, unclear};
use crate::console::Console;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds a program.
    Add {
        /// Short and stable, for tokens and guards: `mft`.
        #[arg(long)]
        slug: String,
        /// For people.
        #[arg(long)]
        name: String,
    },
    /// Lists the programs.
    List,
}

pub async fn run(command: Command, console: &Console) -> anyhow::Result<()> {
    match command {
        Command::Add { slug, name } => match programs::add(console.harp(), &slug, &name, &console.act())
            .await?
        {
            Added::Added(program) => one(console.format, &program, || format!("added {}", line(&program))),
            Added::Taken => Err(refused(format!(
                "there is a program `{slug}` already: see `harp program list`, or choose another slug"
            ))),
            Added::Unnamed(why) => Err(unclear(why)),
        },
        Command::List => all(console.format, &programs::list(console.harp()).await?, line),
    }
}

fn line(program: &Program) -> String {
    format!("{} {} `{}`", program.slug, program.id, program.name)
}

/// The one line about a slug that is no program's, with the nearest that is.
pub async fn none(console: &Console, slug: &str) -> anyhow::Error {
    match programs::list(console.harp()).await {
        Ok(known) => no_such("program", slug, known.iter().map(|one| one.slug.as_str()), "harp program add"),
        Err(trouble) => trouble.into(),
    }
}
