//! Replays corpus files on any toolchain. `valid-*` must be accepted and `hostile-*` refused; any other file, such as
//! one that a fuzzer found, must only leave the assertions standing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

use crate::Verdict;

/// A target as a function.
pub type Target = fn(&[u8]) -> Verdict;

/// Runs the files and says so as libFuzzer does, one line each on standard error.
pub fn files(target: Target, paths: impl Iterator<Item = OsString>) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in paths.map(PathBuf::from) {
        match one(target, &path) {
            Ok(()) => eprintln!("Executed {}", path.display()),
            Err(fault) => {
                eprintln!("{}: {fault}", path.display());
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

/// Runs one file.
pub fn one(target: Target, path: &Path) -> io::Result<()> {
    let verdict = target(&fs::read(path)?);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let expected = match name.split('-').next() {
        Some("valid") => Verdict::Accepted,
        Some("hostile") => Verdict::Refused,
        _ => verdict,
    };
    if verdict == expected {
        Ok(())
    } else {
        Err(io::Error::other(format!("expected {expected:?}, was {verdict:?}")))
    }
}
