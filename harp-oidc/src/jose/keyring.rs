//! The keys that HARP signs with, and their life: `Next -> Current -> Retired`.
//!
//! ```text
//!   mint ──► Next ──────────► Current ───────────► Retired ─────────► forgotten
//!            published,       signs                published,
//!            signs nothing                         verifies what it signed
//! ```
//! A `Next` stands ready at all times, so that clients have long seen a key before it signs, and so that an
//! operator can rotate at once. When something is due is a pure function ([`due`]); a worker does it.

use std::time::Duration;

use harp_core::kernel::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::alg::{Alg, Typ};
use super::jwk::{Jwk, JwkSet};
use super::jws::{Refused, Signer as _, Unverified, Verified};
use super::key::{KeyFault, SigningKey, VerifyingKey};

/// Where a key is in its life, and since when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum KeyState {
    Next { since: Timestamp },
    Current { since: Timestamp },
    Retired { since: Timestamp },
}

impl KeyState {
    /// The next stage of its life; `None`: it may be forgotten.
    pub fn advance(self, now: Timestamp) -> Option<KeyState> {
        match self {
            KeyState::Next { .. } => Some(KeyState::Current { since: now }),
            KeyState::Current { .. } => Some(KeyState::Retired { since: now }),
            KeyState::Retired { .. } => None,
        }
    }

    pub fn since(self) -> Timestamp {
        match self {
            KeyState::Next { since } | KeyState::Current { since } | KeyState::Retired { since } => since,
        }
    }
}

/// How long each stage lasts, and for which algorithms there are keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schedule {
    pub algs: Vec<Alg>,
    /// How long a key is published before it signs: longer than any client caches the key set.
    pub announce: Duration,
    /// How long a key signs.
    pub sign: Duration,
    /// How long a retired key is kept: longer than any token that it signed lives.
    pub keep: Duration,
}

impl Default for Schedule {
    /// RS256 and ES256; announced two days, signing 90 days, kept 30 days for the sake of `id_token_hint`.
    fn default() -> Self {
        let days = |n: u64| Duration::from_secs(n * 24 * 60 * 60);
        Schedule { algs: vec![Alg::Rs256, Alg::Es256], announce: days(2), sign: days(90), keep: days(30) }
    }
}

/// A key as the rotation sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyRecord {
    pub kid: String,
    pub alg: Alg,
    pub state: KeyState,
}

/// Something to be done to the ring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    Mint { alg: Alg, state: KeyState },
    Change { kid: String, to: KeyState },
    Forget { kid: String },
}

/// What is due now. Done and asked again at the same time, nothing is.
pub fn due(keys: &[KeyRecord], schedule: &Schedule, now: Timestamp) -> Vec<Step> {
    let mut steps = Vec::new();
    for alg in &schedule.algs {
        let stages = Stages::of(keys, *alg);
        let signed_enough = stages.current.is_none_or(|key| now.since(key.state.since()) >= schedule.sign);
        let announced = stages.next.is_none_or(|key| now.since(key.state.since()) >= schedule.announce);
        // Without a current key nobody can sign in: then even a key that nobody has seen is better.
        if stages.current.is_none() || (signed_enough && announced && stages.next.is_some()) {
            steps.extend(stages.turn(*alg, now));
        } else if stages.next.is_none() {
            steps.push(Step::Mint { alg: *alg, state: KeyState::Next { since: now } });
        }
        // Two workers may have minted at once: one of the keys stays.
        steps.extend(stages.surplus.iter().filter_map(|key| change(key, now)));
    }
    for key in keys {
        match key.state {
            KeyState::Retired { since } if now.since(since) >= schedule.keep => {
                steps.push(Step::Forget { kid: key.kid.clone() });
            }
            KeyState::Retired { .. } => {}
            _ if schedule.algs.contains(&key.alg) => {}
            // The algorithm is no longer wanted.
            KeyState::Next { .. } => steps.push(Step::Forget { kid: key.kid.clone() }),
            KeyState::Current { .. } => steps.extend(change(key, now)),
        }
    }
    steps
}

/// An operator's rotation: now, whatever the schedule says. A leaked key must also be forgotten, by its `kid`.
pub fn rotate(keys: &[KeyRecord], alg: Alg, now: Timestamp) -> Vec<Step> {
    Stages::of(keys, alg).turn(alg, now)
}

/// The keys of one algorithm.
struct Stages<'a> {
    current: Option<&'a KeyRecord>,
    next: Option<&'a KeyRecord>,
    /// Further current keys, older than `current`.
    surplus: Vec<&'a KeyRecord>,
}

impl<'a> Stages<'a> {
    fn of(keys: &'a [KeyRecord], alg: Alg) -> Self {
        let mine = || keys.iter().filter(|key| key.alg == alg);
        let mut current: Vec<_> = mine().filter(|k| matches!(k.state, KeyState::Current { .. })).collect();
        current.sort_by(|a, b| (a.state.since(), &a.kid).cmp(&(b.state.since(), &b.kid)));
        // The one that has been announced longest.
        let next = mine().filter(|k| matches!(k.state, KeyState::Next { .. }));
        let next = next.min_by(|a, b| (a.state.since(), &a.kid).cmp(&(b.state.since(), &b.kid)));
        Stages { current: current.pop(), next, surplus: current }
    }

    /// The current key retires, the next takes its place, and a new one is announced.
    fn turn(&self, alg: Alg, now: Timestamp) -> Vec<Step> {
        let promoted = match self.next {
            Some(key) => change(key, now),
            None => Some(Step::Mint { alg, state: KeyState::Current { since: now } }),
        };
        let retired = self.current.and_then(|key| change(key, now));
        let announced = Step::Mint { alg, state: KeyState::Next { since: now } };
        promoted.into_iter().chain(retired).chain([announced]).collect()
    }
}

fn change(key: &KeyRecord, now: Timestamp) -> Option<Step> {
    key.state.advance(now).map(|to| Step::Change { kid: key.kid.clone(), to })
}

/// The keys in working order. Rebuilt when they change, shared by every request until then.
#[derive(Debug, Default)]
pub struct Keyring(Vec<RingKey>);

#[derive(Debug)]
struct RingKey {
    signer: SigningKey,
    verifier: VerifyingKey,
    state: KeyState,
}

impl Keyring {
    /// Of keys that were unsealed and parsed once.
    pub fn new(keys: impl IntoIterator<Item = (SigningKey, KeyState)>) -> Result<Keyring, KeyFault> {
        let prepare = |(signer, state): (SigningKey, KeyState)| {
            let verifier = VerifyingKey::new(&Jwk::ours(signer.public().clone()))?;
            Ok(RingKey { signer, verifier, state })
        };
        keys.into_iter().map(prepare).collect::<Result<_, _>>().map(Keyring)
    }

    /// The key that signs for this algorithm: the current one, the youngest if there are several.
    pub fn signer(&self, alg: Alg) -> Option<&SigningKey> {
        let current =
            self.0.iter().filter(|k| k.signer.alg() == alg && matches!(k.state, KeyState::Current { .. }));
        current
            .max_by(|a, b| (a.state.since(), a.signer.kid()).cmp(&(b.state.since(), b.signer.kid())))
            .map(|k| &k.signer)
    }

    /// The algorithms that can be signed with, in their order, for the discovery document.
    pub fn algs(&self) -> Vec<Alg> {
        Alg::ALL.into_iter().filter(|alg| self.signer(*alg).is_some()).collect()
    }

    /// What is published: next, current, and retired keys not yet to be forgotten.
    pub fn published(&self, schedule: &Schedule, now: Timestamp) -> JwkSet {
        let live = self.0.iter().filter(|key| key.is_live(schedule, now));
        let mut keys: Vec<Jwk> = live.map(|key| Jwk::ours(key.signer.public().clone())).collect();
        keys.sort_by(|a, b| (a.key.alg(), &a.kid).cmp(&(b.key.alg(), &b.kid)));
        JwkSet { keys }
    }

    /// Verifies a token that we signed: by the key that it names, of the kind that is expected.
    pub fn verify(&self, token: &str, typ: Typ) -> Result<Verified, Refused> {
        let token = Unverified::parse(token)?;
        let kid = token.kid().ok_or(Refused::Key)?;
        let key = self.0.iter().find(|key| key.signer.kid() == kid).ok_or(Refused::Key)?;
        // A key that has not begun to sign has signed nothing.
        if matches!(key.state, KeyState::Next { .. }) {
            return Err(Refused::Key);
        }
        token.verify(&key.verifier, typ)
    }

    /// For [`due`] and [`rotate`].
    pub fn records(&self) -> Vec<KeyRecord> {
        let record = |key: &RingKey| KeyRecord {
            kid: key.signer.kid().to_owned(),
            alg: key.signer.alg(),
            state: key.state,
        };
        self.0.iter().map(record).collect()
    }
}

impl RingKey {
    fn is_live(&self, schedule: &Schedule, now: Timestamp) -> bool {
        match self.state {
            KeyState::Next { .. } | KeyState::Current { .. } => true,
            KeyState::Retired { since } => now.since(since) < schedule.keep,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::jws;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_secs(1_000_000_000);
    const DAY: Duration = Duration::from_secs(86_400);

    /// Does what is due to records alone, as a worker would.
    fn apply(keys: &mut Vec<KeyRecord>, steps: Vec<Step>, minted: &mut u32) {
        for step in steps {
            match step {
                Step::Mint { alg, state } => {
                    *minted += 1;
                    keys.push(KeyRecord { kid: format!("{minted:05}"), alg, state });
                }
                Step::Change { kid, to } => {
                    keys.iter_mut().filter(|k| k.kid == kid).for_each(|k| k.state = to)
                }
                Step::Forget { kid } => keys.retain(|k| k.kid != kid),
            }
        }
    }

    fn current(keys: &[KeyRecord], alg: Alg) -> Vec<&KeyRecord> {
        keys.iter().filter(|k| k.alg == alg && matches!(k.state, KeyState::Current { .. })).collect()
    }

    #[test]
    fn an_empty_ring_gets_a_current_and_a_next_key_for_each_algorithm() {
        let (mut keys, mut minted) = (Vec::new(), 0);
        let steps = due(&keys, &Schedule::default(), START);
        apply(&mut keys, steps, &mut minted);
        assert_eq!(
            (keys.len(), current(&keys, Alg::Rs256).len(), current(&keys, Alg::Es256).len()),
            (4, 1, 1)
        );
        assert_eq!(due(&keys, &Schedule::default(), START), []);
    }

    #[test]
    fn an_operator_rotates_at_once_and_the_old_key_still_verifies() {
        let (mut keys, mut minted) = (Vec::new(), 0);
        let schedule = Schedule::default();
        let steps = due(&keys, &schedule, START);
        apply(&mut keys, steps, &mut minted);
        let (old, steps) =
            (current(&keys, Alg::Rs256)[0].kid.clone(), rotate(&keys, Alg::Rs256, START + DAY));
        apply(&mut keys, steps, &mut minted);
        assert_ne!(current(&keys, Alg::Rs256)[0].kid, old);
        assert!(keys.iter().any(|k| k.kid == old && k.state == KeyState::Retired { since: START + DAY }));
        assert_eq!(minted, 5, "and a new next key is announced");
        assert_eq!(due(&keys, &schedule, START + DAY), []);
        let steps = due(&keys, &schedule, START + DAY * 31);
        apply(&mut keys, steps, &mut minted);
        assert!(keys.iter().all(|k| k.kid != old));
    }

    #[test]
    fn an_algorithm_no_longer_wanted_retires_and_of_two_current_keys_one_stays() {
        let key = |kid: &str, alg, state| KeyRecord { kid: kid.to_owned(), alg, state };
        let keys = [
            key("a", Alg::Rs256, KeyState::Current { since: START }),
            key("b", Alg::Rs256, KeyState::Current { since: START + DAY }),
            key("c", Alg::Rs256, KeyState::Next { since: START }),
            key("d", Alg::EdDsa, KeyState::Current { since: START }),
            key("e", Alg::EdDsa, KeyState::Next { since: START }),
        ];
        let now = START + DAY * 3;
        let retired = KeyState::Retired { since: now };
        let steps = due(&keys, &Schedule { algs: vec![Alg::Rs256], ..Schedule::default() }, now);
        assert_eq!(
            steps,
            [
                Step::Change { kid: "a".to_owned(), to: retired },
                Step::Change { kid: "d".to_owned(), to: retired },
                Step::Forget { kid: "e".to_owned() },
            ]
        );
    }

    #[test]
    fn a_ring_signs_with_the_current_key_publishes_all_and_verifies_by_name() {
        let ring = Keyring::new([
            (SigningKey::generate(Alg::Es256).unwrap(), KeyState::Retired { since: START }),
            (SigningKey::generate(Alg::Es256).unwrap(), KeyState::Current { since: START }),
            (SigningKey::generate(Alg::Es256).unwrap(), KeyState::Next { since: START }),
        ])
        .unwrap();
        let schedule = Schedule::default();
        assert_eq!(ring.algs(), [Alg::Es256]);
        assert!(ring.signer(Alg::Rs256).is_none());
        assert_eq!(ring.published(&schedule, START).keys.len(), 3);
        assert_eq!(ring.published(&schedule, START + schedule.keep).keys.len(), 2);
        let signed =
            |n: usize| jws::sign(&ring.0[n].signer, Typ::Jwt, &serde_json::json!({"sub": "s"})).unwrap();
        assert_eq!(ring.signer(Alg::Es256).unwrap().kid(), ring.0[1].signer.kid());
        assert_eq!(ring.verify(&signed(0), Typ::Jwt).unwrap().text("sub"), Some("s"));
        assert!(ring.verify(&signed(1), Typ::Jwt).is_ok());
        assert_eq!(ring.verify(&signed(1), Typ::AccessToken), Err(Refused::Typ));
        assert_eq!(ring.verify(&signed(2), Typ::Jwt), Err(Refused::Key));
        let stranger = SigningKey::generate(Alg::Es256).unwrap();
        let token = jws::sign(&stranger, Typ::Jwt, &serde_json::json!({})).unwrap();
        assert_eq!(ring.verify(&token, Typ::Jwt), Err(Refused::Key));
    }

    proptest! {
        /// Whenever the worker wakes, and even if it sleeps for months: afterwards each algorithm has exactly one
        /// current and one next key, nothing more is due, and no key signs that was announced too short a time
        /// (the very first apart).
        #[test]
        fn every_schedule_is_kept_whenever_the_worker_wakes(naps in proptest::collection::vec(0u64..4000, 1..60)) {
            let schedule = Schedule::default();
            let (mut keys, mut minted, mut now) = (Vec::new(), 0, START);
            for hours in naps {
                now = now + Duration::from_secs(hours * 3600);
                let before = keys.clone();
                let steps = due(&keys, &schedule, now);
                for step in &steps {
                    if let Step::Change { kid, to: KeyState::Current { .. } } = step {
                        let key: &KeyRecord = before.iter().find(|k: &&KeyRecord| &k.kid == kid).unwrap();
                        prop_assert!(now.since(key.state.since()) >= schedule.announce);
                    }
                }
                apply(&mut keys, steps, &mut minted);
                prop_assert_eq!(due(&keys, &schedule, now), vec![]);
                for alg in &schedule.algs {
                    prop_assert_eq!(current(&keys, *alg).len(), 1);
                }
                prop_assert!(keys.len() <= 20);
            }
        }
    }
}
