//! What a command answers: lines for people or JSON for scripts, and the way out when it refuses.

use std::fmt::Display;
use std::io::Write as _;
use std::process::ExitCode;

use harp_oidc::config::ConfigFault;
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
}

/// It may not be, or is there already, or is not there: exit code 3.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

/// What was typed cannot be meant: exit code 2, as for a flag that does not exist.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unclear(String);

pub fn refused(why: impl Into<String>) -> anyhow::Error {
    Refused(why.into()).into()
}

pub fn unclear(why: impl Display) -> anyhow::Error {
    Unclear(why.to_string()).into()
}

pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<Refused>().is_some() {
        return ExitCode::from(3);
    }
    let typed = error.downcast_ref::<Unclear>().is_some() || error.downcast_ref::<ConfigFault>().is_some();
    ExitCode::from(if typed { 2 } else { 1 })
}

/// There is no such thing: the nearest one, or all of them, or how the first is made.
pub fn no_such<'a>(
    what: &str,
    asked: &str,
    known: impl IntoIterator<Item = &'a str>,
    first: &str,
) -> anyhow::Error {
    let mut known: Vec<&str> = known.into_iter().collect();
    known.sort_unstable();
    let far = |one: &&&str| strsim::damerau_levenshtein(&asked.to_lowercase(), &one.to_lowercase());
    let near = known.iter().min_by_key(far).filter(|one| far(one) <= 1 + asked.len() / 4);
    refused(match (near, known.len()) {
        (Some(near), _) => format!("there is no {what} `{asked}`: did you mean `{near}`?"),
        (None, 0) => format!("there is no {what} `{asked}`, nor any other: begin with `{first}`"),
        (None, 1..=12) => format!("there is no {what} `{asked}`; there are `{}`", known.join("`, `")),
        (None, _) => format!("there is no {what} `{asked}`"),
    })
}

pub fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// One thing: a line, or a JSON document.
pub fn one<T: Serialize>(format: Format, it: &T, line: impl FnOnce() -> String) -> anyhow::Result<()> {
    match format {
        Format::Text => say(&line()),
        Format::Json => say(&serde_json::to_string_pretty(it)?),
    }
}

/// Several: a line each, or a JSON array.
pub fn all<T: Serialize>(format: Format, them: &[T], line: impl Fn(&T) -> String) -> anyhow::Result<()> {
    match format {
        Format::Text => them.iter().try_for_each(|it| say(&line(it))),
        Format::Json => say(&serde_json::to_string_pretty(them)?),
    }
}
