//! Factors, codes and budgets. What may happen once is spent by one compare-and-set, and there is no other way to do it.

use async_trait::async_trait;

use super::Fault;
use crate::account::PasswordHash;
use crate::factor::{CodeChallenge, CodePurpose, Factor};
use crate::kernel::id::{AccountId, ChallengeId, FactorId};
use crate::kernel::time::Timestamp;

#[async_trait]
pub trait FactorStore: Send {
    async fn add_factor(&mut self, factor: &Factor) -> Result<(), Fault>;
    async fn factor(&mut self, id: FactorId) -> Result<Option<Factor>, Fault>;
    /// All that are not removed, oldest first.
    async fn factors(&mut self, account: AccountId) -> Result<Vec<Factor>, Fault>;
    /// Unverified to active, once (E07).
    async fn activate_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault>;
    /// Notes that it proved something. False: it is not active (any more), and proves nothing.
    async fn factor_used(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault>;
    /// Anything to removed, once. Recovery codes go with their set.
    async fn remove_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault>;
    /// Spends a TOTP time step: true if it is later than every step spent before (RFC 6238 §5.2).
    async fn spend_totp_step(&mut self, id: FactorId, step: u64) -> Result<bool, Fault>;

    async fn add_lookup_code(&mut self, set: FactorId, number: u32, hash: &PasswordHash)
    -> Result<(), Fault>;
    /// The hash of a recovery code that was not used.
    async fn lookup_code(&mut self, set: FactorId, number: u32) -> Result<Option<PasswordHash>, Fault>;
    /// Uses a recovery code up, once.
    async fn spend_lookup_code(&mut self, set: FactorId, number: u32, at: Timestamp) -> Result<bool, Fault>;

    async fn add_challenge(&mut self, challenge: &CodeChallenge) -> Result<(), Fault>;
    async fn challenge(&mut self, id: ChallengeId) -> Result<Option<CodeChallenge>, Fault>;
    /// The newest unspent challenge of the account for exactly this purpose (the stored JSON is compared), expired or not.
    async fn challenge_for(
        &mut self,
        account: AccountId,
        purpose: &CodePurpose,
    ) -> Result<Option<CodeChallenge>, Fault>;
    /// The newest unspent callback code of the account that has not expired at `now` (P18).
    async fn callback_of(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<CodeChallenge>, Fault>;
    /// One more resend, if it still is `from` and the code is unspent: the earlier code is then worthless.
    async fn resend_challenge(
        &mut self,
        id: ChallengeId,
        from: u32,
        expires_at: Timestamp,
    ) -> Result<bool, Fault>;
    /// Spends the code of this resend, once, if it is unspent and not expired at `at`.
    async fn spend_challenge(&mut self, id: ChallengeId, resend: u32, at: Timestamp) -> Result<bool, Fault>;

    /// A counter kept under a key: its JSON and its version; `None` if there is none.
    async fn budget(&mut self, key: &str) -> Result<Option<Counter>, Fault>;
    /// Stores the counter if its version still is `version` (0: there was none), and raises the version.
    /// False: somebody was faster; read again. `forget_at`: when a sweep may delete it.
    async fn save_budget(
        &mut self,
        key: &str,
        version: u32,
        json: &str,
        forget_at: Timestamp,
    ) -> Result<bool, Fault>;
    async fn sweep_codes(&mut self, now: Timestamp) -> Result<u32, Fault>;
}

/// A stored counter (`factor::budget::{Budget, Sends}` as JSON).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    pub json: String,
    pub version: u32,
}
