//! The signing keys: loaded, made and rotated. When what is due is [`crate::jose::keyring`]'s to say.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use harp_core::audit::{Deed, Event};
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;
use tokio::sync::Mutex;

use super::provider::Oidc;
use crate::jose::alg::Alg;
use crate::jose::jws::Signer as _;
use crate::jose::key::SigningKey;
use crate::jose::keyring::{KeyRecord, KeyState, Keyring, Step, due, rotate};
use crate::store::key::{StoredKey, StoredKeys};
use crate::store::{OidcTx, OidcWork};

/// How long a loaded ring is used before another node's rotation is looked for. A key is announced for much longer
/// than that before it signs.
const FRESH: Duration = Duration::from_secs(5);
/// How often a rotation that lost against another node's is tried again.
const ATTEMPTS: u32 = 16;

/// The keys in working order, as they were loaded last.
#[derive(Debug, Default)]
pub struct Ring(Mutex<Option<Loaded>>);

#[derive(Debug)]
struct Loaded {
    ring: Arc<Keyring>,
    version: u32,
    at: Timestamp,
}

/// The keys. They are read from the database at most once in [`FRESH`], by one request while the others wait.
pub async fn ring(oidc: &Oidc, now: Timestamp) -> Result<Arc<Keyring>, Trouble> {
    let mut slot = oidc.ring.0.lock().await;
    if let Some(loaded) = slot.as_ref().filter(|loaded| now.since(loaded.at) < FRESH) {
        return Ok(Arc::clone(&loaded.ring));
    }
    let stored = oidc.store.read(&ReadKeys).await?;
    let ring = match slot.as_ref().filter(|loaded| loaded.version == stored.version) {
        Some(loaded) => Arc::clone(&loaded.ring),
        None => Arc::new(open(oidc, &stored)?),
    };
    *slot = Some(Loaded { ring: Arc::clone(&ring), version: stored.version, at: now });
    Ok(ring)
}

/// Does what the schedule says is due: a worker calls it now and then, on every node.
pub async fn rotate_due(oidc: &Oidc, act: &Act) -> Result<Vec<Step>, Trouble> {
    change(oidc, act, &|keys| due(keys, &oidc.schedule, act.now)).await
}

/// An operator's rotation, whatever the schedule says.
pub async fn rotate_now(oidc: &Oidc, alg: Alg, act: &Act) -> Result<Vec<Step>, Trouble> {
    change(oidc, act, &|keys| rotate(keys, alg, act.now)).await
}

/// The keys as they are kept, for the operator.
pub async fn list(oidc: &Oidc) -> Result<Vec<KeyRecord>, Trouble> {
    Ok(records(&oidc.store.read(&ReadKeys).await?))
}

/// Reads, plans, makes keys, and changes the ring if it still is what was read. Of several nodes at once one succeeds;
/// the others read again, and find that nothing more is due.
async fn change(
    oidc: &Oidc,
    act: &Act,
    plan: &(dyn Fn(&[KeyRecord]) -> Vec<Step> + Sync),
) -> Result<Vec<Step>, Trouble> {
    for _ in 0..ATTEMPTS {
        let stored = oidc.store.read(&ReadKeys).await?;
        let steps = plan(&records(&stored));
        if steps.is_empty() {
            return Ok(steps);
        }
        let changes = prepare(oidc, &steps).await?;
        let events = changes.iter().filter_map(|change| {
            let kid = change.begins_to_sign()?.to_owned();
            Some(oidc.harp.event(act, None, Deed::KeyRotated { kid }))
        });
        let work = ChangeKeys { version: stored.version, events: events.collect(), changes };
        if oidc.store.write(&work).await? {
            *oidc.ring.0.lock().await = None;
            return Ok(steps);
        }
    }
    Err(Trouble::Busy)
}

enum Change {
    Add(StoredKey),
    Set { kid: String, state: KeyState },
    Forget { kid: String },
}

impl Change {
    fn begins_to_sign(&self) -> Option<&str> {
        match self {
            Change::Add(StoredKey { kid, state: KeyState::Current { .. }, .. })
            | Change::Set { kid, state: KeyState::Current { .. } } => Some(kid),
            _ => None,
        }
    }
}

/// Makes and seals the keys, outside of any transaction: an RSA key takes a while.
async fn prepare(oidc: &Oidc, steps: &[Step]) -> Result<Vec<Change>, Trouble> {
    let mut changes = Vec::new();
    for step in steps.iter().cloned() {
        changes.push(match step {
            Step::Mint { alg, state } => Change::Add(mint(oidc, alg, state).await?),
            Step::Change { kid, to } => Change::Set { kid, state: to },
            Step::Forget { kid } => Change::Forget { kid },
        });
    }
    Ok(changes)
}

async fn mint(oidc: &Oidc, alg: Alg, state: KeyState) -> Result<StoredKey, Trouble> {
    let made = tokio::task::spawn_blocking(move || SigningKey::generate(alg)).await;
    let key = made.map_err(corrupt)?.map_err(corrupt)?;
    let (kid, der) = (key.kid().to_owned(), key.to_pkcs8().map_err(corrupt)?);
    let harp = &oidc.harp;
    let sealed = harp.vault.seal(der.expose(), StoredKey::place(&kid), &*harp.random).map_err(corrupt)?;
    Ok(StoredKey { kid, alg, state, sealed })
}

fn open(oidc: &Oidc, stored: &StoredKeys) -> Result<Keyring, Trouble> {
    let keys = stored.keys.iter().map(|key| {
        let der =
            oidc.harp.vault.open(&key.sealed, StoredKey::place(&key.kid)).map_err(|_| Trouble::Corrupt {
                private: format!("signing key {} cannot be opened: is its root key in `secrets`?", key.kid),
            })?;
        Ok((SigningKey::from_pkcs8(key.alg, &der).map_err(corrupt)?, key.state))
    });
    let keys = keys.collect::<Result<Vec<_>, Trouble>>()?;
    Keyring::new(keys).map_err(corrupt)
}

fn records(stored: &StoredKeys) -> Vec<KeyRecord> {
    let record = |key: &StoredKey| KeyRecord { kid: key.kid.clone(), alg: key.alg, state: key.state };
    stored.keys.iter().map(record).collect()
}

fn corrupt(why: impl std::fmt::Display) -> Trouble {
    Trouble::Corrupt { private: format!("a signing key: {why}") }
}

struct ReadKeys;

#[async_trait]
impl OidcWork for ReadKeys {
    type Out = StoredKeys;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<StoredKeys, Fault> {
        tx.keys().await
    }
}

struct ChangeKeys {
    version: u32,
    changes: Vec<Change>,
    events: Vec<Event>,
}

#[async_trait]
impl OidcWork for ChangeKeys {
    type Out = bool;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<bool, Fault> {
        if !tx.claim_keys(self.version).await? {
            return Ok(false);
        }
        for change in &self.changes {
            match change {
                Change::Add(key) => tx.add_key(key).await?,
                Change::Set { kid, state } => tx.set_key_state(kid, *state).await?,
                Change::Forget { kid } => tx.forget_key(kid).await?,
            }
        }
        for event in &self.events {
            tx.record(event).await?;
        }
        Ok(true)
    }
}
