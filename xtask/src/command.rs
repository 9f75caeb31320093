//! Running other programs: shown before they run, their output streamed, their failure an error that names them.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// A program about to run in the checkout.
#[derive(Debug)]
pub struct Run {
    inner: Command,
}

impl Run {
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self { inner: Command::new(program) }
    }

    /// The cargo that runs us, so that `+toolchain` on the outside holds inside.
    pub fn cargo() -> Self {
        Self::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    pub fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.inner.args(args);
        self
    }

    /// A flag, then what belongs to it.
    pub fn arg_list<A: AsRef<OsStr>>(mut self, flag: &str, args: impl IntoIterator<Item = A>) -> Self {
        self.inner.arg(flag).args(args);
        self
    }

    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner.env(key, value);
        self
    }

    pub fn without(mut self, key: &str) -> Self {
        self.inner.env_remove(key);
        self
    }

    pub fn within(mut self, directory: &Path) -> Self {
        self.inner.current_dir(directory);
        self
    }

    /// Runs it with this terminal's output.
    pub fn stream(mut self) -> Result<()> {
        let shown = self.shown();
        println!("$ {shown}");
        let status = self.inner.status().with_context(|| format!("`{shown}` does not start"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }

    /// Runs it with this terminal's output, and hands each line of its standard output to `watch` as well.
    pub fn stream_lines(mut self, mut watch: impl FnMut(&str)) -> Result<()> {
        let shown = self.shown();
        println!("$ {shown}");
        let mut child =
            self.inner.stdout(Stdio::piped()).spawn().with_context(|| format!("`{shown}` does not start"))?;
        let output = child.stdout.take().context("the output was not piped")?;
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            watch(&line);
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }

    /// Runs it silently: its standard output, or an error with what it said.
    pub fn read(mut self) -> Result<String> {
        let shown = self.shown();
        let done = self.inner.output().with_context(|| format!("`{shown}` does not start"))?;
        if !done.status.success() {
            bail!("`{shown}` failed ({}): {}", done.status, String::from_utf8_lossy(&done.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Whether it starts and succeeds, silently.
    pub fn works(mut self) -> bool {
        let status = self.inner.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.is_ok_and(|status| status.success())
    }

    /// Becomes it: the process id, the terminal and so Ctrl-C are its own from here on. Returns only when it does not
    /// start.
    pub fn exec(mut self) -> anyhow::Error {
        use std::os::unix::process::CommandExt as _;
        let shown = self.shown();
        anyhow::Error::new(self.inner.exec()).context(format!("`{shown}` does not start"))
    }

    fn shown(&self) -> String {
        let program = Path::new(self.inner.get_program());
        let program = program.file_name().unwrap_or(program.as_os_str());
        let words = std::iter::once(program).chain(self.inner.get_args());
        words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }
}
