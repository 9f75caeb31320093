//! Files on disk: `orgs/<organization>/<id>/{content,meta.json}`. A file is written under `tmp/` and becomes visible by
//! one rename, so a process that dies leaves nothing half behind. What people call a file is never a path.

mod name;
mod upload;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use harp_sdk::{Random, SystemRandom, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::fs;
use tokio::sync::{Mutex, Semaphore};

use crate::config::Limits;

pub use name::FileName;
pub use upload::{Label, UploadError};

const CONTENT: &str = "content";
const META: &str = "meta.json";

/// All files. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Vault(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    limits: Limits,
    /// Held while a file becomes visible, so that the count holds.
    placing: Mutex<()>,
    uploads: Arc<Semaphore>,
}

/// An organization whose files these are. Its id is a directory's name: letters, digits, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Org(String);

impl Org {
    pub fn parse(text: &str) -> Option<Org> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        (plain && (1..=64).contains(&text.len())).then(|| Org(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// 128 random bits in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileId(String);

impl FileId {
    pub fn mint() -> FileId {
        let random: &dyn Random = &SystemRandom;
        FileId(random.bytes::<16>().iter().map(|b| format!("{b:02x}")).collect())
    }

    pub fn parse(text: &str) -> Option<FileId> {
        let hex = text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        (hex && text.len() == 32).then(|| FileId(text.to_owned()))
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    pub name: FileName,
    /// Bytes.
    pub size: u64,
    /// Of the content, in hexadecimal.
    pub sha256: String,
    /// Who handed it in: the name to show, and the subject to ask the provider about.
    pub by: String,
    pub by_sub: String,
    pub at: Timestamp,
}

/// A file that everyone with the role can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    pub id: FileId,
    pub meta: Meta,
}

impl Vault {
    /// Makes the directories, and clears away what an earlier process did not finish.
    pub fn open(root: &Path, limits: Limits) -> io::Result<Vault> {
        let unfinished = root.join("tmp");
        match std::fs::remove_dir_all(&unfinished) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        std::fs::create_dir_all(&unfinished)?;
        std::fs::create_dir_all(root.join("orgs"))?;
        Ok(Vault(Arc::new(Inner {
            root: root.to_owned(),
            limits,
            placing: Mutex::new(()),
            uploads: Arc::new(Semaphore::new(limits.uploads)),
        })))
    }

    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The files of an organization, the newest first.
    pub async fn list(&self, org: &Org) -> io::Result<Vec<Stored>> {
        let mut entries = match fs::read_dir(self.of(org)).await {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut files = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            let Some(id) = entry.file_name().to_str().and_then(FileId::parse) else { continue };
            if let Some(meta) = self.meta(org, &id).await? {
                files.push(Stored { id, meta });
            }
        }
        files.sort_by(|a, b| b.meta.at.cmp(&a.meta.at).then_with(|| a.id.0.cmp(&b.id.0)));
        Ok(files)
    }

    /// A file and its open content. `None`: this organization has no such file.
    pub async fn read(&self, org: &Org, id: &FileId) -> io::Result<Option<(Stored, fs::File)>> {
        let Some(meta) = self.meta(org, id).await? else { return Ok(None) };
        let file = fs::File::open(self.of(org).join(&id.0).join(CONTENT)).await?;
        Ok(Some((Stored { id: id.clone(), meta }, file)))
    }

    pub async fn meta(&self, org: &Org, id: &FileId) -> io::Result<Option<Meta>> {
        match fs::read(self.of(org).join(&id.0).join(META)).await {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn of(&self, org: &Org) -> PathBuf {
        self.0.root.join("orgs").join(&org.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_directory_cannot_leave_it() {
        assert!(Org::parse("org_01jd-A").is_some());
        for bad in ["", ".", "..", "a/b", "a\\b", "a\0", "é", "a b", &"a".repeat(65)] {
            assert!(Org::parse(bad).is_none(), "{bad:?}");
        }
        let id = FileId::mint();
        assert_eq!(FileId::parse(&id.to_string()), Some(id));
        for bad in ["", "..", &"A".repeat(32), &"0".repeat(31), &"0".repeat(33), &"/".repeat(32)] {
            assert!(FileId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
