//! Fuzzing with cargo-fuzz, and the replay of its corpora on the stable toolchain.

use std::collections::{BTreeMap, BTreeSet};
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
    nightly()?;
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
        // A toolchain chosen for us must not be chosen for the fuzzer.
        .without("RUSTUP_TOOLCHAIN")
        .within(&place.root)
        .stream()
}

/// Sees to a nightly toolchain: libFuzzer's instrumentation is on no other.
fn nightly() -> Result<()> {
    let there = || Run::new("cargo").args(["+nightly", "--version"]).works();
    if there() {
        return Ok(());
    }
    let by_hand = "rustup toolchain install nightly --profile minimal";
    if !Run::new("rustup").args(["--version"]).works() {
        bail!(
            "fuzzing needs the nightly toolchain, and rustup to fetch it: see https://rustup.rs, then {by_hand}"
        );
    }
    Run::new("rustup").args(["toolchain", "install", "nightly", "--profile", "minimal"]).stream()?;
    if there() { Ok(()) } else { bail!("`cargo +nightly` does not answer; try {by_hand}") }
}

/// What brings fuzz/Cargo.lock up to date, with the versions of the main workspace.
pub const MEND: &str =
    "cp Cargo.lock fuzz/ && cargo metadata --manifest-path fuzz/Cargo.toml --format-version 1 > /dev/null";

/// Fails when the lock file does not fit the manifests.
pub fn lock_is_up_to_date(place: &Place) -> Result<()> {
    let asked = Run::cargo()
        .args(["metadata", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--format-version", "1"])
        .within(&place.root)
        .read();
    asked.map(drop).with_context(|| format!("fuzz/Cargo.lock is not up to date; mend it with: {MEND}"))
}

/// Name and versions of each crate in a lock file.
pub fn locked(file: &Path) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let value = |line: &str, key: &str| -> Option<String> {
        Some(line.strip_prefix(key)?.trim_matches('"').to_owned())
    };
    let mut crates: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut name = None;
    for line in text.lines() {
        name = value(line, "name = ").or(name);
        if let (Some(name), Some(version)) = (&name, value(line, "version = ")) {
            crates.entry(name.clone()).or_default().insert(version);
        }
    }
    Ok(crates)
}

/// Runs every committed input once, on stable and without instrumentation: what was mended stays mended.
pub fn replay(place: &Place) -> Result<String> {
    let room = place.root.join("fuzz");
    Run::cargo()
        .args(["test", "--locked", "--manifest-path", "fuzz/Cargo.toml"])
        .within(&place.root)
        .env("CARGO_INCREMENTAL", "0")
        .stream()?;
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
