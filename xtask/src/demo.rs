//! `cargo demo`: sees to what the build needs, then becomes the demo.

use anyhow::Result;
use clap::Args;

use crate::command::Run;
use crate::needs;
use crate::place::Place;

#[derive(Debug, Args)]
pub struct Options {
    /// Handed to the demo: `--reset` starts over, `--help` tells the rest.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub fn run(place: &Place, options: &Options) -> Result<()> {
    needs::settle(&[needs::BUILD])?;
    let demo =
        Run::cargo().args(["run", "--package", "demo", "--"]).args(&options.arguments).within(&place.root);
    Err(demo.exec())
}
