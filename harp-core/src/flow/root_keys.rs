//! With which root keys HARP runs: with all that the database was ever used with, and perhaps a new one.
//!
//! What was hashed under a root key cannot be moved to another by us: a password only by its owner's next sign-in, the
//! prints of a person (A07) never, because the SSN is forgotten. So a root key is not taken away in silence: people would
//! be locked out, and others get a second account.

use async_trait::async_trait;

use super::{Harp, Trouble};
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx, Work};

/// For the start, before anybody is served: notes the root keys. [`Trouble::RootKey`]: one of earlier is not there.
/// [`Trouble::RootKeyName`]: one has a name that will not do.
pub async fn check(harp: &Harp, now: Timestamp) -> Result<(), Trouble> {
    let kids = harp.vault.kids();
    if let Some(kid) = harp.vault.ill_named() {
        return Err(Trouble::RootKeyName { kid: kid.to_owned() });
    }
    match harp.store.write(&Note { kids: &kids, now }).await? {
        None => Ok(()),
        Some(kid) => Err(Trouble::RootKey { kid }),
    }
}

struct Note<'a> {
    kids: &'a [&'a str],
    now: Timestamp,
}

#[async_trait]
impl Work for Note<'_> {
    /// One that is missing. Then none is noted: it may be another installation's file.
    type Out = Option<String>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let known = tx.root_keys().await?;
        if let Some(gone) = known.iter().find(|kid| !self.kids.contains(&kid.as_str())) {
            return Ok(Some(gone.clone()));
        }
        for kid in self.kids.iter().filter(|kid| !known.iter().any(|k| k == *kid)) {
            tx.note_root_key(kid, self.now).await?;
        }
        Ok(None)
    }
}
