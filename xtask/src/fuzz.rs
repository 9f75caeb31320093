//! Fuzzing with cargo-fuzz, and the replay of its corpora on the stable toolchain.

use std::fs;
use std::path::{Path, PathBuf};

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

/// Runs every committed input once, on stable and without instrumentation: a known crash stays mended.
/// `None` while there is no `fuzz/`.
pub fn replay(place: &Place) -> Result<Option<String>> {
    let room = place.root.join("fuzz");
    if !room.join("Cargo.toml").exists() {
        return Ok(None);
    }
    let manifest = room.join("Cargo.toml");
    let cargo =
        |verb: &str| Run::cargo().args([verb, "--quiet", "--locked", "--manifest-path"]).args([&manifest]);
    cargo("build").args(["--bins"]).stream()?;
    let targets = targets(&room)?;
    let mut replayed = 0;
    for target in &targets {
        let inputs = files(&room.join("corpus").join(target))?;
        if inputs.is_empty() {
            bail!("fuzz/corpus/{target} is empty: a target without a corpus proves nothing");
        }
        replayed += inputs.len();
        let heard = cargo("run").args(["--bin", target, "--"]).args(&inputs).hear()?;
        let executed = heard.errors.lines().filter(|line| line.starts_with("Executed ")).count();
        if executed != inputs.len() {
            bail!("{target} ran {executed} of its {} inputs", inputs.len());
        }
        println!("{target}: {executed} inputs");
    }
    Ok(Some(format!("{replayed} inputs of {} targets", targets.len())))
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

fn files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))? {
        found.push(entry?.path());
    }
    found.sort();
    Ok(found)
}
