//! Signing keys, sealed with a key that is not in the database.

use async_trait::async_trait;
use harp_core::store::Fault;
use harp_core::vault::{Place, Sealed};

use crate::jose::alg::Alg;
use crate::jose::keyring::KeyState;

/// A signing key as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredKey {
    pub kid: String,
    pub alg: Alg,
    pub state: KeyState,
    /// PKCS#8, sealed at [`StoredKey::place`].
    pub sealed: Sealed,
}

impl StoredKey {
    /// Where the key with this id is sealed.
    pub fn place(kid: &str) -> Place<'_> {
        Place { table: "oidc_key", column: "sealed", row: kid }
    }
}

/// All keys at one version.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredKeys {
    pub version: u32,
    pub keys: Vec<StoredKey>,
}

#[async_trait]
pub trait KeyStore: Send {
    async fn keys(&mut self) -> Result<StoredKeys, Fault>;
    /// Before any change: raises the version if it still is `version`. False: somebody was faster; read again.
    async fn claim_keys(&mut self, version: u32) -> Result<bool, Fault>;
    async fn add_key(&mut self, key: &StoredKey) -> Result<(), Fault>;
    async fn set_key_state(&mut self, kid: &str, state: KeyState) -> Result<(), Fault>;
    async fn forget_key(&mut self, kid: &str) -> Result<(), Fault>;
}
