//! axe-core's judgement of the page on screen.

use std::fmt;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::tab::Tab;

/// A rule that the page breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub rule: String,
    pub impact: String,
    pub help: String,
    /// The elements that break it, as selectors.
    pub at: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {} at {}", self.rule, self.impact, self.help, self.at.join(" and "))
    }
}

/// The script: `$HARP_AXE`, which `cargo ci` sets. It is MPL-2.0 and so fetched, not committed.
pub fn script() -> Option<PathBuf> {
    std::env::var_os("HARP_AXE").map(PathBuf::from).filter(|path| path.exists())
}

#[expect(clippy::print_stderr, reason = "a check that did not happen is said aloud")]
pub fn warn(url: &str) {
    eprintln!("WARNING: HARP_AXE is not set: axe-core did not judge {url}");
}

pub async fn judge(tab: &Tab, script: PathBuf) -> Result<Vec<Violation>> {
    let source =
        std::fs::read_to_string(&script).with_context(|| format!("{} cannot be read", script.display()))?;
    let run = r"axe.run(document, { resultTypes: ['violations'] }).then(result => result.violations.map(
        v => ({ rule: v.id, impact: String(v.impact), help: v.help, at: v.nodes.map(n => n.target.join(' ')) })))";
    let found = tab.evaluate(&format!("{source}\n;{run}")).await?;
    let text =
        |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let rows = found.as_array().context("axe-core does not answer")?;
    Ok(rows
        .iter()
        .map(|row| Violation {
            rule: text(row, "rule"),
            impact: text(row, "impact"),
            help: text(row, "help"),
            at: row.get("at").and_then(Value::as_array).into_iter().flatten().map(Value::to_string).collect(),
        })
        .collect())
}

/// Lets axe-core's own timers run where the page's scripts are off.
pub async fn with_scripts<T>(tab: &Tab, off: bool, doing: impl Future<Output = Result<T>>) -> Result<T> {
    let scripts = |off: bool| tab.call("Emulation.setScriptExecutionDisabled", json!({ "value": off }));
    scripts(false).await?;
    let done = doing.await;
    scripts(off).await?;
    done
}
