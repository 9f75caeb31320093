//! One file on its way in.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::OwnedSemaphorePermit;

use super::{CONTENT, FileId, FileName, META, Meta, Org, Stored, Vault};

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error("the file is larger than {0} bytes")]
    TooLarge(u64),
    #[error("the organization has {0} files already")]
    Full(usize),
    #[error("the organization's files would be more than {0} bytes")]
    NoRoom(u64),
    #[error("too many uploads at once")]
    Busy,
    #[error("the file is empty")]
    Empty,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Bytes that nobody sees yet. Dropped before [`Upload::finish`], it takes them away.
#[derive(Debug)]
pub struct Upload {
    vault: Vault,
    file: fs::File,
    size: u64,
    hash: Sha256,
    temporary: Temporary,
    _permit: OwnedSemaphorePermit,
}

/// Whose file it becomes.
#[derive(Debug)]
pub struct Label {
    pub name: FileName,
    pub by: String,
    pub by_sub: String,
    pub at: harp_sdk::Timestamp,
}

#[derive(Debug)]
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        // After a rename there is nothing left here; anything else goes at the next start at the latest.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Vault {
    pub async fn begin(&self) -> Result<Upload, UploadError> {
        let permit = self.0.uploads.clone().try_acquire_owned().map_err(|_| UploadError::Busy)?;
        let temporary = Temporary(self.0.root.join("tmp").join(FileId::mint().0));
        fs::create_dir(&temporary.0).await?;
        let file = fs::File::create_new(temporary.0.join(CONTENT)).await?;
        Ok(Upload { vault: self.clone(), file, size: 0, hash: Sha256::new(), temporary, _permit: permit })
    }
}

impl Upload {
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), UploadError> {
        let limit = self.vault.0.limits.file;
        let length = u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(length);
        if self.size > limit {
            return Err(UploadError::TooLarge(limit));
        }
        self.hash.update(chunk);
        Ok(self.file.write_all(chunk).await?)
    }

    /// Makes the file durable, then visible. `id` came with the form: the same form sent twice stores one file. Other
    /// content under an id that is taken is another file, under an id of its own.
    pub async fn finish(mut self, org: &Org, id: FileId, label: Label) -> Result<Stored, UploadError> {
        if self.size == 0 {
            return Err(UploadError::Empty);
        }
        let sha256 = self.hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        let Label { name, by, by_sub, at } = label;
        let meta = Meta { name, size: self.size, sha256, by, by_sub, at };
        self.file.flush().await?;
        self.file.sync_all().await?;
        write_synced(&self.temporary.0.join(META), &serde_json::to_vec(&meta).map_err(io::Error::from)?)
            .await?;
        sync_dir(&self.temporary.0).await?;
        let _placing = self.vault.0.placing.lock().await;
        let id = match self.vault.meta(org, &id).await? {
            Some(there) if there.sha256 == meta.sha256 && there.name == meta.name => {
                return Ok(Stored { id, meta: there });
            }
            Some(_) => FileId::mint(),
            None => id,
        };
        let (limits, there) = (self.vault.0.limits, self.vault.list(org).await?);
        if there.len() >= limits.files {
            return Err(UploadError::Full(limits.files));
        }
        let taken = there.iter().fold(meta.size, |sum, stored| sum.saturating_add(stored.meta.size));
        if taken > limits.room {
            return Err(UploadError::NoRoom(limits.room));
        }
        let home = self.vault.of(org);
        if !fs::try_exists(&home).await? {
            fs::create_dir_all(&home).await?;
            sync_dir(&self.vault.0.root.join("orgs")).await?;
        }
        fs::rename(&self.temporary.0, home.join(&id.0)).await?;
        sync_dir(&home).await?;
        Ok(Stored { id, meta })
    }
}

async fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create_new(path).await?;
    file.write_all(bytes).await?;
    file.sync_all().await
}

/// A rename is durable when its directory is.
async fn sync_dir(path: &Path) -> io::Result<()> {
    fs::File::open(path).await?.sync_all().await
}
