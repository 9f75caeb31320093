//! Tools that are no dependency of ours: built or fetched once into a cache outside the checkout, at one version each.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::command::Run;
use crate::place::Place;

/// A cargo subcommand at one version.
#[derive(Debug)]
pub struct Tool {
    name: &'static str,
    version: &'static str,
    flags: &'static [&'static str],
}

/// Without its defaults it needs no more than we do; unoptimised it builds in half the time and is fast enough.
pub const DENY: Tool =
    Tool { name: "cargo-deny", version: "0.20.2", flags: &["--no-default-features", "--debug"] };
pub const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2", flags: &["--debug"] };

/// A PATH on which cargo finds `tool`, which is built first when it is not in the cache.
pub fn on_path(place: &Place, tool: &Tool) -> Result<OsString> {
    let root = place.tools.join(format!("{}-{}", tool.name, tool.version));
    let bin = root.join("bin");
    if !bin.join(tool.name).exists() {
        println!(
            "{} {} is not in {} yet; building it takes minutes, once",
            tool.name,
            tool.version,
            root.display()
        );
        let work = place.tools.join("building");
        Run::cargo()
            .args(["install", "--locked", tool.name, "--version", tool.version])
            .args(tool.flags)
            .arg_list("--root", [&root])
            .arg_list("--target-dir", [&work])
            .stream()?;
        fs::remove_dir_all(&work).with_context(|| format!("{} stays behind", work.display()))?;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(bin).chain(std::env::split_paths(&path));
    std::env::join_paths(all).context("a directory of the PATH has a colon in its name")
}

const AXE: &str = "axe-core@4.14.1";
/// SHA-256 of `axe.min.js` in that package.
const AXE_SUM: &str = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c";

/// axe-core, which judges our pages, from the npm registry: MPL-2.0, so it is fetched for the tests and not committed.
/// `None` where there is no npm.
pub fn axe(place: &Place) -> Result<Option<PathBuf>> {
    let room = place.tools.join(AXE);
    let script = room.join("package/axe.min.js");
    if !script.exists() {
        if !Run::new("npm").args(["--version"]).works() {
            return Ok(None);
        }
        fs::create_dir_all(&room)?;
        let packed = Run::new("npm").args(["pack", "--silent", AXE]).within(&room).read()?;
        Run::new("tar").args(["-xzf", packed.trim(), "package/axe.min.js"]).within(&room).read()?;
    }
    let sum = Run::new("sha256sum").args([&script]).read()?;
    if !sum.starts_with(AXE_SUM) {
        bail!("{} is not the {AXE} we know; remove {} and look into it", script.display(), room.display());
    }
    Ok(Some(script))
}

/// openid-client, a relying application's library that is not ours, from the npm registry: fetched for the tests and not
/// committed, its versions and checksums in the lock file there. `None` where there is no node or npm.
pub fn openid_client(place: &Place) -> Result<Option<PathBuf>> {
    let wanted = place.root.join("tests/it/interop");
    let lock = fs::read_to_string(wanted.join("package-lock.json"))?;
    let room = place.tools.join("interop");
    let there = fs::read_to_string(room.join("package-lock.json")).is_ok_and(|text| text == lock);
    if !there {
        if !Run::new("npm").args(["--version"]).works() || !Run::new("node").args(["--version"]).works() {
            return Ok(None);
        }
        fs::create_dir_all(&room)?;
        fs::copy(wanted.join("package.json"), room.join("package.json"))?;
        let fresh = room.join("npm-shrinkwrap.json");
        fs::write(&fresh, &lock)?;
        Run::new("npm")
            .args(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"])
            .within(&room)
            .read()?;
        // Last, so that a fetch that broke off is done again.
        fs::rename(fresh, room.join("package-lock.json"))?;
    }
    Ok(Some(room))
}
