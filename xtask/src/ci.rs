//! `cargo ci`: what must be green, step after step, each with its wall time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use clap::Args;

use crate::command::Run;
use crate::limit::{self, Ended};
use crate::place::Place;
use crate::{fuzz, needs, tools};

#[derive(Debug, Args)]
pub struct Options {
    /// Go on after a step has failed.
    #[arg(long)]
    keep_going: bool,
    /// Run this step only; may be given again.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
}

struct Step {
    name: &'static str,
    /// Whoever waits longer waits for something that hangs: many times what it takes on two slow cores, cold.
    minutes: u64,
    run: fn(&Place) -> Result<Outcome>,
}

/// How a step that did not fail ended.
enum Outcome {
    Passed(String),
    Skipped(String),
}

/// Cheap before dear; one feature set (`--workspace --all-targets`), so that steps share what they build; the tests
/// last, so that the end of the output is what people look for.
const STEPS: &[Step] = &[
    Step { name: "packages", minutes: 15, run: packages },
    Step { name: "format", minutes: 5, run: format },
    Step { name: "fuzz-lock", minutes: 5, run: fuzz_lock },
    Step { name: "inherited", minutes: 5, run: inherited },
    Step { name: "deny", minutes: 20, run: deny },
    Step { name: "advisories", minutes: 5, run: advisories },
    Step { name: "clippy", minutes: 30, run: clippy },
    Step { name: "core-alone", minutes: 10, run: core_alone },
    Step { name: "docs", minutes: 20, run: docs },
    Step { name: "fuzz-corpora", minutes: 30, run: fuzz_corpora },
    Step { name: "core-doctest", minutes: 20, run: core_doctest },
    Step { name: "tests", minutes: 45, run: workspace_tests },
];

pub fn run(place: &Place, options: &Options) -> Result<()> {
    let steps = chosen(options)?;
    let mut rows = Vec::new();
    let mut failed = 0_usize;
    let started = Instant::now();
    for step in steps {
        println!("\n==== {} ====", step.name);
        let began = Instant::now();
        let (ended, by) = limit::within(Duration::from_secs(step.minutes * 60), || (step.run)(place));
        let took = began.elapsed();
        let ended = match by {
            Ended::ByItself => ended,
            Ended::AtTheLimit => Err(too_long(step)),
        };
        let said = match ended {
            Ok(Outcome::Passed(said)) => format!("ok       {said}"),
            Ok(Outcome::Skipped(why)) => format!("SKIPPED  {why}"),
            Err(error) => {
                failed += 1;
                println!("{error:#}");
                format!("FAILED   {}", first_line(&format!("{error:#}")))
            }
        };
        println!("==== {}: {} ({}) ====", step.name, said.trim(), clock(took));
        rows.push(format!("{:>7}  {:<13} {}", clock(took), step.name, said.trim_end()));
        if failed > 0 && !options.keep_going {
            break;
        }
    }
    println!("\n{}\n{:>7}  in all", rows.join("\n"), clock(started.elapsed()));
    match failed {
        0 => Ok(()),
        1 => bail!("one step failed"),
        more => bail!("{more} steps failed"),
    }
}

fn too_long(step: &Step) -> anyhow::Error {
    let Step { name, minutes, .. } = step;
    anyhow!(
        "step `{name}` was stopped after {minutes} minutes: something in it hangs, its last lines say what; \
         `cargo ci --only {name}` runs it alone"
    )
}

fn chosen(options: &Options) -> Result<Vec<&'static Step>> {
    let names = STEPS.iter().map(|step| step.name).collect::<Vec<_>>().join(", ");
    if let Some(unknown) = options.only.iter().find(|only| STEPS.iter().all(|step| step.name != **only)) {
        bail!("there is no step `{unknown}`; there are: {names}");
    }
    let wanted = |step: &&Step| options.only.is_empty() || options.only.iter().any(|only| only == step.name);
    Ok(STEPS.iter().filter(wanted).collect())
}

fn packages(_: &Place) -> Result<Outcome> {
    needs::settle(&[needs::BUILD, needs::PROOF]).map(Outcome::Passed)
}

fn format(place: &Place) -> Result<Outcome> {
    cargo(place).args(["fmt", "--all", "--check"]).stream()?;
    passed()
}

/// The fuzzing workspace has a lock file of its own, which follows ours.
fn fuzz_lock(place: &Place) -> Result<Outcome> {
    fuzz::lock_is_up_to_date(place)?;
    let ours = fuzz::locked(&place.root.join("Cargo.lock"))?;
    let theirs = fuzz::locked(&place.root.join("fuzz/Cargo.lock"))?;
    let drifted: Vec<&String> = theirs
        .iter()
        .filter(|(name, versions)| ours.get(*name).is_some_and(|ours| !versions.is_subset(ours)))
        .map(|(name, _)| name)
        .collect();
    if !drifted.is_empty() {
        bail!(
            "fuzz/Cargo.lock has other versions of {drifted:?} than Cargo.lock; mend it with: {}",
            fuzz::MEND
        );
    }
    Ok(Outcome::Passed(format!("{} crates, none of another version", theirs.len())))
}

/// What an application must not inherit from harp-sdk: storage and factors are the provider's.
fn inherited(place: &Place) -> Result<Outcome> {
    const BARRED: [&str; 5] = ["sqlx", "argon2", "webauthn", "totp-rs", "harp-oidc"];
    let tree = cargo(place)
        .args(["tree", "--locked", "--package", "harp-sdk", "--edges", "normal", "--prefix", "none"])
        .read()?;
    let crates: BTreeSet<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let found: Vec<&&str> =
        crates.iter().filter(|name| BARRED.iter().any(|barred| name.starts_with(barred))).collect();
    if !found.is_empty() {
        bail!(
            "harp-sdk hands {found:?} on to every application; see `cargo tree -p harp-sdk -e normal -i CRATE`"
        );
    }
    Ok(Outcome::Passed(format!("{} crates, none of {}", crates.len(), BARRED.join(", "))))
}

fn deny(place: &Place) -> Result<Outcome> {
    let path = tools::on_path(place, &tools::DENY)?;
    cargo(place)
        .args(["deny", "--workspace", "--all-features", "--locked"])
        .args(["check", "bans", "licenses", "sources"])
        .env("PATH", path)
        .stream()?;
    passed()
}

fn advisories(place: &Place) -> Result<Outcome> {
    let path = tools::on_path(place, &tools::DENY)?;
    if let Err(error) = cargo(place).args(["deny", "fetch", "db"]).env("PATH", &path).read() {
        println!("{error:#}");
        return Ok(Outcome::Skipped("the advisory database cannot be reached from here".to_owned()));
    }
    cargo(place)
        .args(["deny", "--workspace", "--all-features", "--locked", "check", "--disable-fetch", "advisories"])
        .env("PATH", path)
        .stream()?;
    passed()
}

fn clippy(place: &Place) -> Result<Outcome> {
    cargo(place)
        .args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"])
        .stream()?;
    passed()
}

/// harp-sdk takes harp-core without features: only ids, roles and decisions.
fn core_alone(place: &Place) -> Result<Outcome> {
    cargo(place).args(["check", "--locked", "--package", "harp-core", "--no-default-features"]).stream()?;
    passed()
}

/// A comment may point into its room: most of our readers have the code before them.
const DOC_RULES: &str = "-D warnings -A rustdoc::private_intra_doc_links";

fn docs(place: &Place) -> Result<Outcome> {
    cargo(place)
        .args(["doc", "--locked", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", DOC_RULES)
        .stream()?;
    passed()
}

fn fuzz_corpora(place: &Place) -> Result<Outcome> {
    fuzz::replay(place).map(Outcome::Passed)
}

/// harp-core embedded by itself on SQLite: the doctest on its `lib.rs` needs nothing that only the workspace
/// turns on (`testing` for the vendor and the mailbox in it).
fn core_doctest(place: &Place) -> Result<Outcome> {
    cargo(place)
        .args(["test", "--locked", "--package", "harp-core", "--doc", "--features", "sqlite,testing"])
        .stream()?;
    passed()
}

fn workspace_tests(place: &Place) -> Result<Outcome> {
    let axe = tools::axe(place)?;
    let mut run = cargo(place).args(["test", "--locked", "--workspace", "--no-fail-fast"]);
    match &axe {
        Some(script) => run = run.env("HARP_AXE", script),
        None => {
            println!("WARNING: npm is missing, so axe-core cannot be fetched and no page is judged by it")
        }
    }
    let foreign = tools::openid_client(place)?;
    match &foreign {
        Some(room) => run = run.env("HARP_OPENID_CLIENT", room),
        None => println!("WARNING: node or npm is missing, so no foreign client signs in"),
    }
    let mut results = Results::default();
    let ended = run.stream_lines(|line| results.hear(line));
    let Results { passed, failed, ignored } = results;
    println!("{passed} tests passed, {failed} failed, {ignored} ignored");
    ended?;
    let unjudged = if axe.is_none() { ", but no page was judged by axe-core: npm is missing" } else { "" };
    let unmet =
        if foreign.is_none() { ", but openid-client did not sign in: node or npm is missing" } else { "" };
    let told = format!("{passed} passed, {ignored} ignored{unjudged}{unmet}");
    Ok(if axe.is_some() && foreign.is_some() { Outcome::Passed(told) } else { Outcome::Skipped(told) })
}

/// The sum of cargo test's closing lines.
#[derive(Default)]
struct Results {
    passed: u32,
    failed: u32,
    ignored: u32,
}

impl Results {
    /// Counts `test result: ok. 12 passed; 0 failed; 1 ignored; ..`, and passes over every other line.
    fn hear(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            let mut words = count.split(' ');
            let number = words.next().and_then(|word| word.parse::<u32>().ok()).unwrap_or(0);
            match words.next() {
                Some("passed") => self.passed += number,
                Some("failed") => self.failed += number,
                Some("ignored") => self.ignored += number,
                _ => {}
            }
        }
    }
}

fn cargo(place: &Place) -> Run {
    // What is built once and never edited gains nothing from incremental compilation, and it doubles the disk.
    Run::cargo().within(&place.root).env("CARGO_INCREMENTAL", "0")
}

fn passed() -> Result<Outcome> {
    Ok(Outcome::Passed(String::new()))
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_cargo_test_are_added_up() {
        let mut results = Results::default();
        results.hear("running 3 tests");
        results.hear(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s",
        );
        results.hear("test result: FAILED. 2 passed; 4 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!((results.passed, results.failed, results.ignored), (14, 4, 1));
    }

    #[test]
    fn a_step_that_does_not_exist_is_named_with_those_that_do() {
        let options = Options { keep_going: false, only: vec!["clipy".to_owned()] };
        let error = chosen(&options).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("`clipy`") && error.contains("clippy"), "{error}");
    }
}
