//! `cargo xtask bench`: speed side by side with a peer or a limit, with what the machine is and how busy it was.

use std::fs;

use anyhow::Result;
use clap::Args;

use crate::command::Run;
use crate::place::Place;

#[derive(Debug, Args)]
pub struct Options {
    /// Only benches with this in their name: `jws`, `commits::harp`.
    filter: Option<String>,
}

pub fn run(place: &Place, options: &Options) -> Result<()> {
    println!("{}", machine());
    if load().is_some_and(|load| load >= 1.0) {
        println!("WARNING: the machine is busy: these figures are too low, compare sides only");
    }
    Run::cargo()
        .args(["bench", "--locked", "--package", "harp-bench", "--bench", "side_by_side", "--"])
        .args(options.filter.as_deref())
        .within(&place.root)
        .stream()?;
    println!("{}", machine());
    Ok(())
}

/// What the figures hang on: processor, cores, and how many programs want to run.
fn machine() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map(|(_, name)| name);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = load().map_or("unknown".to_owned(), |load| load.to_string());
    format!("{}, {cores} cores, load {load}", model.unwrap_or("an unknown processor"))
}

/// The mean of the last minute.
fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}
