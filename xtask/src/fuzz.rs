//! Fuzzing with cargo-fuzz, and the replay of its corpora on the stable toolchain.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::Run;
use crate::place::Place;
use crate::tools;

#[derive(Debug, Args)]
pub struct Options {
    /// A binary of `fuzz/`; its corpus is `fuzz/corpus/TARGET`, its words `fuzz/dictionaries/TARGET.dict`.
    target: String,
    /// How long to look for something new.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

pub fn run(place: &Place, options: &Options) -> Result<()> {
    let room = place.root.join("fuzz");
    let corpus = room.join("corpus").join(&options.target);
    if !corpus.is_dir() {
        bail!("there is no target `{}`; there are: {}", options.target, targets(&room)?.join(", "));
    }
    if !Run::new("cargo").args(["+nightly", "--version"]).works() {
        bail!("cargo-fuzz needs the nightly toolchain: rustup toolchain install nightly");
    }
    let path = tools::on_path(place, &tools::FUZZ)?;
    // What it finds goes to a directory of its own: what is committed is chosen by hand.
    let found = place.target().join("fuzz-found").join(&options.target);
    fs::create_dir_all(&found)?;
    let mut limits = vec![format!("-max_total_time={}", options.seconds), "-timeout=10".to_owned()];
    let words = room.join("dictionaries").join(format!("{}.dict", options.target));
    if words.exists() {
        limits.push(format!("-dict={}", words.display()));
    }
    Run::new("cargo")
        .args(["+nightly", "fuzz", "run", &options.target])
        .args([&found, &corpus])
        .arg_list("--", limits)
        .env("PATH", path)
        .within(&place.root)
        .stream()
}

/// Runs every committed input once, on stable and without instrumentation: what was mended stays mended.
pub fn replay(place: &Place) -> Result<String> {
    let room = place.root.join("fuzz");
    Run::cargo()
        .args(["test", "--locked", "--manifest-path", "fuzz/Cargo.toml"])
        .within(&place.root)
        .env("CARGO_INCREMENTAL", "0")
        .stream()
        .context("when it is the lock file that has to be updated, fuzz/Cargo.toml says how")?;
    Ok(format!("{} targets", targets(&room)?.len()))
}

fn targets(room: &Path) -> Result<Vec<String>> {
    let listed = fs::read_dir(room.join("corpus")).context("fuzz/corpus cannot be read")?;
    let mut names = Vec::new();
    for entry in listed {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
