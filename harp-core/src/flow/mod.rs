//! Use cases. Each owns its transaction and returns an outcome; a refusal is an outcome, not an error.
//!
//! The shape of each: read what is needed, drop the transaction, do the slow work (hash, call a vendor),
//! then one [`Work`](crate::store::Work) that compares and sets.

mod alert;
mod attempts;
mod code_letter;
mod codes;
pub mod confirm_email;
mod counter;
pub mod decide_request;
pub mod deliver;
mod device;
pub mod factors;
pub mod help_desk;
mod in_a_row;
mod known;
mod limits;
pub mod lock;
pub mod lost_device;
pub mod operate;
mod passkey;
pub mod profile;
pub mod prove_identity;
pub mod receipts;
pub mod recover;
pub mod request_role;
pub mod root_keys;
pub mod second_address;
mod sends;
pub mod sessions;
pub mod sign_in;
pub mod sign_up;
pub mod step_up;
pub mod sweep;

pub use attempts::network;

use std::sync::Arc;

use crate::audit::{Deed, Event};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::AccountId;
use crate::kernel::random::Random;
use crate::policy::Profile;
use crate::port::{Composer, Courier, Hasher, Passkeys, Prover, Unhashed};
use crate::store::{Fault, Store};
use crate::vault::Vault;

/// What we have: the store, the rules, randomness, keys and hooks. One value, made once, shared.
#[derive(Debug, Clone)]
pub struct Harp {
    pub store: Arc<dyn Store>,
    pub profile: &'static Profile,
    pub random: Arc<dyn Random>,
    pub vault: Arc<Vault>,
    pub hasher: Arc<dyn Hasher>,
    pub prover: Arc<dyn Prover>,
    pub courier: Arc<dyn Courier>,
    pub composer: Arc<dyn Composer>,
    pub passkeys: Arc<dyn Passkeys>,
    /// What letters and authenticator apps call this provider: `HARP`.
    pub name: String,
    /// Where the portal is, without a slash at its end: the base of every link in a letter.
    pub base_url: String,
}

impl Harp {
    /// An audit event of this deed, to be recorded in the same transaction.
    pub fn event(&self, act: &Act, subject: impl Into<Option<AccountId>>, deed: Deed) -> Event {
        Event::new(act, self.profile, &*self.random, subject.into(), deed)
    }

    /// What a person may enrol here, in the order in which it is offered: what the profile says, but for passkeys where no
    /// browser lets them work.
    pub fn methods(&self) -> Vec<Method> {
        self.profile.methods.iter().copied().filter(|&m| self.offers(m)).collect()
    }

    pub fn offers(&self, method: Method) -> bool {
        self.profile.methods.contains(&method) && (method != Method::Passkey || self.passkeys.work_here())
    }
}

/// Why a use case could not be carried out at all. Anything a person can mend is an outcome instead.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Store(#[from] Fault),
    /// The hashing pool's queue is full: answer 503 and ask to try again.
    #[error("too busy to check passwords now")]
    Busy,
    #[error("a stored value cannot be read: {private}")]
    Corrupt { private: String },
    #[error(
        "the database was used with the root key `{kid}`, which is not among the root keys: put its line back"
    )]
    RootKey { kid: String },
    /// Found at the start, see [`root_keys::check`].
    #[error(
        "the root key `{kid}` will not do: a name is 1 to 8 visible ASCII characters without `.`, and names one key"
    )]
    RootKeyName { kid: String },
    /// An outside service did not answer.
    #[error("an outside service did not answer: {private}")]
    Vendor { private: String },
}

impl From<Unhashed> for Trouble {
    fn from(why: Unhashed) -> Self {
        match why {
            Unhashed::Busy => Self::Busy,
            Unhashed::Corrupt { private } => Self::Corrupt { private },
        }
    }
}
