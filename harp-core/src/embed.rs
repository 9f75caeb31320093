//! HARP in one call, for an application that embeds it: one SQLite file, letters in plain English.

use std::path::Path;
use std::sync::Arc;

use crate::adapter::argon2::{Argon2Hasher, PoolSize};
use crate::adapter::english::English;
use crate::adapter::sql::{MIGRATIONS, SqlStore};
use crate::adapter::webauthn::RelyingParty;
use crate::flow::{Harp, Trouble, root_keys};
use crate::kernel::random::{Random, SystemRandom};
use crate::kernel::time::{Clock as _, SystemClock};
use crate::policy::Profile;
use crate::port::{Courier, Prover};
use crate::vault::Vault;

/// What an embedding application decides.
#[derive(Debug)]
pub struct Embedding {
    pub profile: &'static Profile,
    /// Made from 32 bytes that the application keeps outside the database.
    pub vault: Vault,
    pub prover: Arc<dyn Prover>,
    pub courier: Arc<dyn Courier>,
    /// What letters call it, and where its portal is.
    pub name: String,
    pub base_url: String,
}

impl Embedding {
    /// Opens the file (a new one is created and migrated) with this machine's randomness and a hashing pool of its size.
    pub async fn open(self, file: &Path) -> Result<Harp, Trouble> {
        let Embedding { profile, vault, prover, courier, name, base_url } = self;
        let store = SqlStore::sqlite(file).await?;
        store.migrate("harp-core", MIGRATIONS, SystemClock.now()).await?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let hasher =
            Argon2Hasher::new(profile.argon2, &vault, Arc::clone(&random), PoolSize::of_this_machine());
        let harp = Harp {
            store: Arc::new(store),
            profile,
            random,
            hasher: Arc::new(hasher),
            prover,
            courier,
            composer: Arc::new(English::new(&name, &base_url, profile)),
            passkeys: RelyingParty::at(&base_url, &name, profile.passkeys.life),
            vault: Arc::new(vault),
            name,
            base_url,
        };
        root_keys::check(&harp, SystemClock.now()).await?;
        Ok(harp)
    }
}
