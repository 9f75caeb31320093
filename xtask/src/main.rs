//! The project's chores: `cargo ci`, `cargo demo`, `cargo xtask fuzz`.
//!
//! Nothing here needs a C library, so that it runs on a machine that has only Rust and a C compiler and can install
//! what the rest of the workspace needs.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool talks to its terminal")]

mod bench;
mod ci;
mod command;
mod demo;
mod fuzz;
mod limit;
mod needs;
mod place;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "xtask", about = "The project's chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Everything that must be green before a change lands, each step with its time.
    Ci(ci::Options),
    /// The provider, the relying applications and a developer inbox, on this machine.
    Demo(demo::Options),
    /// Speed, side by side with a peer or a limit, in one run.
    Bench(bench::Options),
    /// Fuzz one target with cargo-fuzz on the nightly toolchain.
    Fuzz(fuzz::Options),
}

fn main() -> ExitCode {
    let chore = Arguments::parse().chore;
    let done = place::Place::find().and_then(|place| match chore {
        Chore::Ci(options) => ci::run(&place, &options),
        Chore::Demo(options) => demo::run(&place, &options),
        Chore::Bench(options) => bench::run(&place, &options),
        Chore::Fuzz(options) => fuzz::run(&place, &options),
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
