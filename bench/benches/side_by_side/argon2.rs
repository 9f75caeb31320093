//! Checking a password: on the bounded pool, and by the crate alone with memory that is used again. The pool adds a thread's
//! hand-over, parsing of the stored hash and wiping of the memory.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use divan::Bencher;
use harp_core::adapter::argon2::{Argon2Hasher, PoolSize};
use harp_core::kernel::random::SeededRandom;
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;
use harp_core::port::Hasher as _;
use harp_core::vault::{RootKey, Vault};

const PASSWORD: &str = "Hushed7!vellumOrchid";

#[divan::bench(sample_count = 20)]
fn harp_pool(bencher: Bencher<'_, '_>) {
    let rt = crate::runtime();
    let vault = Vault::new(RootKey { kid: "k".into(), key: Secret::new([7; 32]) }, vec![]);
    let hasher =
        Argon2Hasher::new(HARP.argon2, &vault, Arc::new(SeededRandom::new(1)), PoolSize::of_this_machine());
    let secret = Secret::new(PASSWORD.to_owned());
    let hash = rt.block_on(hasher.hash(&secret)).unwrap();
    bencher.bench_local(|| rt.block_on(hasher.check(&secret, Some(&hash))).unwrap());
}

#[divan::bench(sample_count = 20)]
fn raw_crate(bencher: Bencher<'_, '_>) {
    let rules = HARP.argon2;
    let params = Params::new(rules.memory_kib, rules.passes, rules.lanes, Some(32)).unwrap();
    let mut memory = vec![Block::default(); params.block_count()];
    let argon = Argon2::new_with_secret(&[7; 32], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut out = [0; 32];
    bencher.bench_local(|| {
        argon.hash_password_into_with_memory(PASSWORD.as_bytes(), &[1; 16], &mut out, &mut memory).unwrap();
        out
    });
}
