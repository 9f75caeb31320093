//! Where things are: the checkout, and a cache outside it for tools that take minutes to build.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};

#[derive(Debug)]
pub struct Place {
    /// The checkout: the directory of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Tools built or fetched once: `$HARP_TOOLS`, or `harp/tools` in the user's cache directory.
    pub tools: PathBuf,
}

impl Place {
    pub fn find() -> Result<Self> {
        // Asked when it runs: a target directory that several checkouts share may hold a binary built in another one.
        let here =
            std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let root = Path::new(&here).parent().context("xtask stands in no workspace")?;
        Ok(Self { root: root.to_owned(), tools: tools_directory()? })
    }

    /// Where cargo puts what it builds.
    pub fn target(&self) -> PathBuf {
        env::var_os("CARGO_TARGET_DIR").map_or_else(|| self.root.join("target"), PathBuf::from)
    }
}

fn tools_directory() -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("HARP_TOOLS") {
        return Ok(PathBuf::from(chosen));
    }
    let cache = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let cache =
        cache.or_else(home).ok_or_else(|| anyhow!("neither HARP_TOOLS, XDG_CACHE_HOME nor HOME is set"))?;
    Ok(cache.join("harp/tools"))
}
