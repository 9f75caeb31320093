//! [`Hasher`] by Argon2id (RFC 9106), on a bounded pool.
//!
//! - The pepper (SP 800-63B-4 §3.1.1.2: a keyed step, its key held elsewhere) is Argon2's own secret value K
//!   (RFC 9106 §3.1), derived from the vault's current root key, whose id is the `keyid` of the PHC string. A right
//!   password that was hashed under another root key is hashed anew.
//! - As many hashes at a time as there are workers; each worker's memory is used again, wiped in between. A fresh 19 MiB
//!   costs about a third more. Who finds the queue full is told so at once ([`Unhashed::Busy`]).
//! - An unknown user costs one hash with today's parameters. A stored hash with older parameters costs what those cost
//!   until its owner's next sign-in upgrades it: until then the time could tell that the user exists.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc;
use argon2::{Algorithm, Argon2, Block, KeyId, Params, ParamsBuilder, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::Semaphore;
use zeroize::Zeroize as _;

use crate::account::PasswordHash;
use crate::factor::password::nfc;
use crate::kernel::random::Random;
use crate::kernel::secret::{Secret, equal};
use crate::policy::Argon2Rules;
use crate::port::{Checked, Hasher, Unhashed};
use crate::vault::Vault;

/// Longer than any password or answer that the policy allows (128 code points): never hashed, never right.
const MAX_BYTES: usize = 1024;
/// What stood for the last root key, before each was named by its id.
const UNNAMED: &[u8] = b"v1";
/// What a stored hash may cost at most: a damaged row must not stop the service.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;

/// How many hashes are computed at a time, and how many more may wait.
#[derive(Debug, Clone, Copy)]
pub struct PoolSize {
    pub workers: usize,
    pub queue: usize,
}

impl PoolSize {
    /// One worker a core; a queue of about a second (a core does some sixty a second).
    pub fn of_this_machine() -> PoolSize {
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        PoolSize { workers, queue: workers * 64 }
    }
}

#[derive(Debug)]
pub struct Argon2Hasher {
    engine: Arc<Engine>,
    permits: Arc<Semaphore>,
    /// Those who wait or are served.
    inside: AtomicUsize,
    most: usize,
}

/// What a worker needs.
#[derive(Debug)]
struct Engine {
    rules: Argon2Rules,
    /// With the ids of their root keys: the current one first.
    peppers: Vec<(String, Secret<[u8; 32]>)>,
    random: Arc<dyn Random>,
    idle: Mutex<Vec<Vec<Block>>>,
    computed: AtomicU64,
}

impl Argon2Hasher {
    pub fn new(rules: Argon2Rules, vault: &Vault, random: Arc<dyn Random>, size: PoolSize) -> Argon2Hasher {
        let workers = size.workers.max(1);
        let engine = Engine {
            rules,
            peppers: vault.derive_each("password pepper"),
            random,
            idle: Mutex::default(),
            computed: AtomicU64::new(0),
        };
        Argon2Hasher {
            engine: Arc::new(engine),
            permits: Arc::new(Semaphore::new(workers)),
            inside: AtomicUsize::new(0),
            most: workers.saturating_add(size.queue),
        }
    }

    /// How many hashes were computed so far: what an answer cost, without a clock.
    pub fn computed(&self) -> u64 {
        self.engine.computed.load(Ordering::Relaxed)
    }

    /// Runs a job on the pool. If the caller goes away, the job still ends, and keeps its place until then.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Engine) -> Result<T, Unhashed> + Send + 'static,
    ) -> Result<T, Unhashed> {
        let _place = Place::take(&self.inside, self.most).ok_or(Unhashed::Busy)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| Unhashed::Busy)?;
        let engine = Arc::clone(&self.engine);
        let work = move || {
            let out = job(&engine);
            drop(permit);
            out
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| corrupt("the hashing thread ended"))?
    }
}

#[async_trait::async_trait]
impl Hasher for Argon2Hasher {
    async fn hash(&self, secret: &Secret<String>) -> Result<PasswordHash, Unhashed> {
        if secret.expose().len() > MAX_BYTES {
            return Err(corrupt("a secret of more than 1 KiB"));
        }
        let secret = nfc(secret);
        self.run(move |engine| engine.fresh(&secret)).await
    }

    async fn check(&self, secret: &Secret<String>, hash: Option<&PasswordHash>) -> Result<Checked, Unhashed> {
        let fits = secret.expose().len() <= MAX_BYTES;
        let secret = if fits { nfc(secret) } else { Secret::default() };
        let hash = hash.filter(|_| fits).cloned();
        self.run(move |engine| match hash {
            Some(hash) => engine.compare(&secret, &Stored::parse(&hash)?),
            None => engine.fresh(&secret).map(|_| Checked::Wrong),
        })
        .await
    }
}

impl Engine {
    fn fresh(&self, secret: &Secret<String>) -> Result<PasswordHash, Unhashed> {
        let salt: [u8; 16] = (*self.random).bytes();
        let params = ParamsBuilder::new()
            .m_cost(self.rules.memory_kib)
            .t_cost(self.rules.passes)
            .p_cost(self.rules.lanes)
            .keyid(KeyId::new(self.current().as_bytes()).map_err(|e| corrupt(&e.to_string()))?)
            .output_len(32)
            .build()
            .map_err(|e| corrupt(&e.to_string()))?;
        let hash = self.compute(secret, &salt, &params)?;
        Ok(PasswordHash(format!(
            "$argon2id$v=19$m={},t={},p={},keyid={}${}${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            STANDARD_NO_PAD.encode(params.keyid()),
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(hash.expose()),
        )))
    }

    fn compare(&self, secret: &Secret<String>, stored: &Stored) -> Result<Checked, Unhashed> {
        let kid = stored.params.keyid();
        if !kid.is_empty() && self.pepper(kid).is_none() {
            let kid = String::from_utf8_lossy(kid);
            tracing::error!(%kid, "a password cannot be checked: its root key is not there");
            // As for a user ID that is nobody's, or it would tell that this one is somebody's.
            return self.fresh(secret).map(|_| Checked::Wrong);
        }
        let hash = self.compute(secret, &stored.salt, &stored.params)?;
        if !equal(hash.expose(), &stored.hash) {
            Ok(Checked::Wrong)
        } else if stored.weaker_than(&self.rules) || stored.params.keyid() != self.current().as_bytes() {
            self.fresh(secret).map(Checked::RightUpgrade)
        } else {
            Ok(Checked::Right)
        }
    }

    /// The id of the root key that peppers what is hashed now.
    fn current(&self) -> &str {
        self.peppers.first().map(|(kid, _)| kid.as_str()).unwrap_or_default()
    }

    fn pepper(&self, kid: &[u8]) -> Option<&Secret<[u8; 32]>> {
        let named = self.peppers.iter().find(|(name, _)| name.as_bytes() == kid);
        let found = named.or_else(|| self.peppers.last().filter(|_| kid == UNNAMED));
        found.map(|(_, pepper)| pepper)
    }

    fn compute(
        &self,
        secret: &Secret<String>,
        salt: &[u8],
        params: &Params,
    ) -> Result<Secret<Vec<u8>>, Unhashed> {
        let wrong = |e: argon2::Error| corrupt(&e.to_string());
        let (id, version) = (Algorithm::Argon2id, Version::V0x13);
        let argon2 = if params.keyid().is_empty() {
            Argon2::new(id, version, params.clone())
        } else {
            let pepper = self.pepper(params.keyid()).ok_or_else(|| corrupt("its root key is not there"))?;
            Argon2::new_with_secret(pepper.expose(), id, version, params.clone()).map_err(wrong)?
        };
        let mut memory = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        memory.resize(memory.len().max(params.block_count()), Block::new());
        let mut out = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
        self.computed.fetch_add(1, Ordering::Relaxed);
        let done = argon2.hash_password_into_with_memory(
            secret.expose().as_bytes(),
            salt,
            &mut out,
            memory.as_mut_slice(),
        );
        memory.iter_mut().zeroize();
        // What an old, larger hash needed is given back.
        let usual = usize::try_from(self.rules.memory_kib).unwrap_or(usize::MAX);
        if memory.len() <= usual {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(memory);
        }
        done.map_err(wrong)?;
        Ok(Secret::new(out))
    }
}

/// A PHC string, read.
struct Stored {
    params: Params,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

impl Stored {
    fn parse(text: &PasswordHash) -> Result<Stored, Unhashed> {
        let unreadable = || corrupt("a stored hash is not one of ours");
        let read = phc::PasswordHash::new(&text.0).map_err(|_| unreadable())?;
        let params = Params::try_from(&read).map_err(|_| unreadable())?;
        let known = read.algorithm.as_str() == "argon2id"
            && read.version == Some(19)
            && params.m_cost() <= MAX_MEMORY_KIB
            && params.t_cost() <= MAX_PASSES
            && params.p_cost() <= MAX_PASSES;
        match (read.salt, read.hash) {
            (Some(salt), Some(hash)) if known && hash.len() >= 16 => {
                Ok(Stored { params, salt: salt.as_ref().to_vec(), hash: hash.as_bytes().to_vec() })
            }
            _ => Err(unreadable()),
        }
    }

    fn weaker_than(&self, rules: &Argon2Rules) -> bool {
        self.params.m_cost() < rules.memory_kib || self.params.t_cost() < rules.passes
    }
}

/// A place in the queue, given back when dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(inside: &'a AtomicUsize, most: usize) -> Option<Place<'a>> {
        let place = Place(inside);
        // Counted first: the guard gives it back if there was no room.
        (inside.fetch_add(1, Ordering::AcqRel) < most).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn corrupt(private: &str) -> Unhashed {
    Unhashed::Corrupt { private: private.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::random::SeededRandom;
    use crate::policy::HARP;
    use crate::vault::RootKey;

    const LIGHT: Argon2Rules = Argon2Rules { memory_kib: 64, passes: 2, lanes: 1 };

    fn vault(byte: u8) -> Vault {
        Vault::new(RootKey { kid: "k".into(), key: Secret::new([byte; 32]) }, vec![])
    }

    fn pool(rules: Argon2Rules, size: PoolSize) -> Argon2Hasher {
        Argon2Hasher::new(rules, &vault(1), Arc::new(SeededRandom::new(1)), size)
    }

    fn light() -> Argon2Hasher {
        pool(LIGHT, PoolSize { workers: 2, queue: 8 })
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_is_right_for_its_secret_alone_and_carries_its_parameters() {
        let hasher = light();
        let hash = hasher.hash(&secret("orchid")).await.unwrap();
        assert!(hash.0.starts_with("$argon2id$v=19$m=64,t=2,p=1,keyid="), "{}", hash.0);
        assert_eq!(hasher.check(&secret("orchid"), Some(&hash)).await.unwrap(), Checked::Right);
        assert_eq!(hasher.check(&secret("Orchid"), Some(&hash)).await.unwrap(), Checked::Wrong);
        assert_ne!(hasher.hash(&secret("orchid")).await.unwrap(), hash, "its own salt");
    }

    /// SP 800-63B-4 §3.1.1.2: NFC before hashing.
    #[tokio::test]
    async fn two_spellings_of_one_password_are_one() {
        let hasher = light();
        let hash = hasher.hash(&secret("caf\u{e9}")).await.unwrap();
        assert_eq!(hasher.check(&secret("cafe\u{301}"), Some(&hash)).await.unwrap(), Checked::Right);
    }

    /// counted, not timed: who is unknown costs exactly what a wrong password costs.
    #[tokio::test]
    async fn an_unknown_user_costs_as_many_hashes_as_a_wrong_password() {
        let hasher = light();
        let hash = hasher.hash(&secret("orchid")).await.unwrap();
        let mut costs = Vec::new();
        let long = "x".repeat(MAX_BYTES + 1);
        for (typed, stored) in [("wrong", Some(&hash)), ("wrong", None), (&long, Some(&hash)), (&long, None)]
        {
            let before = hasher.computed();
            assert_eq!(hasher.check(&secret(typed), stored).await.unwrap(), Checked::Wrong);
            costs.push(hasher.computed() - before);
        }
        assert_eq!(costs, [1, 1, 1, 1]);
    }

    #[tokio::test]
    async fn a_weaker_hash_is_upgraded_when_its_secret_is_right_and_only_then() {
        let weak = pool(Argon2Rules { memory_kib: 32, ..LIGHT }, PoolSize { workers: 1, queue: 1 });
        let (old, hasher) = (weak.hash(&secret("orchid")).await.unwrap(), light());
        assert_eq!(hasher.check(&secret("wrong"), Some(&old)).await.unwrap(), Checked::Wrong);
        let Checked::RightUpgrade(new) = hasher.check(&secret("orchid"), Some(&old)).await.unwrap() else {
            panic!("not upgraded")
        };
        assert!(new.0.contains("m=64"));
        assert_eq!(hasher.check(&secret("orchid"), Some(&new)).await.unwrap(), Checked::Right);
        assert_eq!(
            weak.check(&secret("orchid"), Some(&new)).await.unwrap(),
            Checked::Right,
            "never downgraded"
        );
    }

    /// SP 800-63B-4 §3.1.1.2: whoever has the database alone cannot even begin to guess.
    #[tokio::test]
    async fn without_the_vault_no_password_is_right() {
        let hash = light().hash(&secret("orchid")).await.unwrap();
        let thief =
            Argon2Hasher::new(LIGHT, &vault(2), Arc::new(SeededRandom::new(1)), PoolSize::of_this_machine());
        assert_eq!(thief.check(&secret("orchid"), Some(&hash)).await.unwrap(), Checked::Wrong);
    }

    /// `keyid` names the root key; of the time before it did, the last one is meant.
    #[tokio::test]
    async fn the_pepper_is_that_of_the_root_key_which_the_hash_names() {
        let root = |kid: &str, n| RootKey { kid: kid.into(), key: Secret::new([n; 32]) };
        let on = |vault| {
            Argon2Hasher::new(
                LIGHT,
                &vault,
                Arc::new(SeededRandom::new(1)),
                PoolSize { workers: 1, queue: 1 },
            )
        };
        let old = on(Vault::new(root("k1", 1), vec![]));
        let hash = old.hash(&secret("orchid")).await.unwrap();
        assert!(hash.0.contains(&format!("keyid={}", STANDARD_NO_PAD.encode("k1"))), "{}", hash.0);
        let unnamed =
            PasswordHash(hash.0.replace(&STANDARD_NO_PAD.encode("k1"), &STANDARD_NO_PAD.encode("v1")));
        let new = on(Vault::new(root("k2", 2), vec![root("k1", 1)]));
        for stored in [hash, unnamed] {
            let Checked::RightUpgrade(moved) = new.check(&secret("orchid"), Some(&stored)).await.unwrap()
            else {
                panic!("not hashed anew")
            };
            assert_eq!(new.check(&secret("orchid"), Some(&moved)).await.unwrap(), Checked::Right);
            let there = old.check(&secret("orchid"), Some(&moved)).await.unwrap();
            assert_eq!(there, Checked::Wrong, "k2 is not there, and nobody is told so");
        }
    }

    /// RFC 9106's algorithm as everybody else computes it: a hash of another implementation is read, and gets its pepper.
    #[tokio::test]
    async fn a_hash_without_pepper_is_right_and_is_given_one() {
        let foreign = {
            let mut out = [0; 32];
            let params = Params::new(64, 2, 1, Some(32)).unwrap();
            let plain = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            plain.hash_password_into(b"orchid", b"saltsaltsaltsalt", &mut out).unwrap();
            let (salt, hash) = (STANDARD_NO_PAD.encode(b"saltsaltsaltsalt"), STANDARD_NO_PAD.encode(out));
            PasswordHash(format!("$argon2id$v=19$m=64,t=2,p=1${salt}${hash}"))
        };
        let checked = light().check(&secret("orchid"), Some(&foreign)).await.unwrap();
        assert!(matches!(checked, Checked::RightUpgrade(new) if new.0.contains("keyid=")));
    }

    #[tokio::test]
    async fn what_is_stored_and_cannot_be_read_is_trouble_not_a_wrong_password() {
        for bad in [
            "",
            "plain",
            "$argon2i$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=4194304,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ",
        ] {
            let answer = light().check(&secret("orchid"), Some(&PasswordHash(bad.into()))).await;
            assert!(matches!(answer, Err(Unhashed::Corrupt { .. })), "{bad}");
        }
        assert!(light().hash(&secret(&"x".repeat(MAX_BYTES + 1))).await.is_err());
    }

    /// One worker and two who wait: the others are told at once, and nothing is left blocked.
    #[tokio::test]
    async fn a_full_queue_says_so_at_once() {
        let hasher = Arc::new(pool(LIGHT, PoolSize { workers: 1, queue: 2 }));
        // Nobody is served before all have asked, however fast the machine is.
        let worker = Arc::clone(&hasher.permits).acquire_owned().await.unwrap();
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let hasher = Arc::clone(&hasher);
            asked.spawn(async move { hasher.hash(&secret("orchid")).await });
        }
        for _ in 0..5 {
            assert!(matches!(asked.join_next().await, Some(Ok(Err(Unhashed::Busy)))));
        }
        drop(worker);
        let answers = asked.join_all().await;
        assert_eq!(answers.iter().filter(|a| a.is_ok()).count(), 3);
        assert!(hasher.hash(&secret("orchid")).await.is_ok());
    }

    #[tokio::test]
    async fn memory_is_used_again_and_wiped_in_between() {
        let hasher = light();
        for _ in 0..5 {
            hasher.hash(&secret("orchid")).await.unwrap();
        }
        let idle = hasher.engine.idle.lock().unwrap();
        assert_eq!((idle.len(), idle[0].len()), (1, 64));
        assert!(idle[0].iter().all(|block| block.as_ref().iter().all(|&word| word == 0)));
    }

    /// OWASP: 19 MiB, two passes, one lane.
    #[tokio::test]
    async fn the_profile_s_own_parameters_work() {
        let hasher = pool(HARP.argon2, PoolSize::of_this_machine());
        assert!(hasher.hash(&secret("orchid")).await.unwrap().0.contains("m=19456,t=2,p=1"));
    }
}
