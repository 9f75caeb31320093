//! What must stand on the machine beside Rust, tested by what it does rather than by how it was installed.

use std::path::Path;

use anyhow::{Result, bail};

use crate::command::Run;

/// Something the machine must be able to do, and the Debian packages that make it so.
#[derive(Debug)]
pub struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    met: fn() -> bool,
}

/// To build: josekit alone needs OpenSSL's headers.
pub const BUILD: &[Need] = &[
    Need { what: "a C compiler", packages: &["build-essential"], met: || answers("cc", "--version") },
    Need { what: "pkg-config", packages: &["pkg-config"], met: || answers("pkg-config", "--version") },
    Need {
        what: "OpenSSL's headers",
        packages: &["libssl-dev"],
        met: || Run::new("pkg-config").args(["--exists", "openssl"]).works(),
    },
];

/// To prove: both databases and a real browser with letters to draw.
pub const PROOF: &[Need] = &[
    Need { what: "PostgreSQL's server programs", packages: &["postgresql"], met: postgres },
    Need { what: "Chromium", packages: &["chromium"], met: chromium },
    Need {
        what: "a mail server for letters to arrive at",
        packages: &["python3-aiosmtpd"],
        met: || Run::new("/usr/bin/python3").args(["-c", "import aiosmtpd"]).works(),
    },
    Need {
        what: "fonts",
        packages: &["fontconfig", "fonts-dejavu-core", "fonts-liberation"],
        met: || {
            Run::new("fc-list")
                .args([":lang=en", "family"])
                .read()
                .is_ok_and(|found| !found.trim().is_empty())
        },
    },
    Need {
        what: "certificate authorities",
        packages: &["ca-certificates"],
        met: || Path::new("/etc/ssl/certs/ca-certificates.crt").exists(),
    },
];

/// Installs what is missing when it may (root, or `sudo` that asks nothing); otherwise names it in one line with the
/// command. Answers with what was done.
pub fn settle(needs: &[&[Need]]) -> Result<String> {
    let missing = || needs.iter().copied().flatten().filter(|need| !(need.met)()).collect::<Vec<_>>();
    let lacking = missing();
    if lacking.is_empty() {
        return Ok("nothing was missing".to_owned());
    }
    let what = lacking.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = lacking.iter().flat_map(|need| need.packages.iter().copied()).collect();
    let by_hand = format!("sudo apt-get install {}", packages.join(" "));
    let Some(may) = installer() else {
        bail!("this machine lacks {what}; install them with: {by_hand}");
    };
    println!("installing {what} ({})", packages.join(" "));
    may.apt_get(&["update", "--quiet"])?;
    may.apt_get(
        &[&["install", "--yes", "--quiet", "--no-install-recommends"], packages.as_slice()].concat(),
    )?;
    match missing().as_slice() {
        [] => Ok(format!("installed {}", packages.join(" "))),
        still => {
            let what = still.iter().map(|need| need.what).collect::<Vec<_>>().join(", ");
            bail!("{} is installed, yet this machine lacks {what}", packages.join(" "))
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Installer {
    Root,
    Sudo,
}

impl Installer {
    fn apt_get(self, args: &[&str]) -> Result<()> {
        match self {
            Self::Root => Run::new("apt-get"),
            Self::Sudo => Run::new("sudo").args(["-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"]),
        }
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stream()
    }
}

fn installer() -> Option<Installer> {
    if !answers("apt-get", "--version") {
        return None;
    }
    if Run::new("id").args(["-u"]).read().is_ok_and(|id| id.trim() == "0") {
        return Some(Installer::Root);
    }
    Run::new("sudo").args(["-n", "true"]).works().then_some(Installer::Sudo)
}

fn answers(program: &str, flag: &str) -> bool {
    Run::new(program).args([flag]).works()
}

/// Debian keeps `initdb` out of the PATH, one directory for each major version.
fn postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    answers("initdb", "--version")
        || versions.map(|version| version.path()).any(|at| at.join("bin/initdb").exists())
}

fn chromium() -> bool {
    ["chromium", "chromium-browser", "google-chrome"].iter().any(|name| answers(name, "--version"))
}
