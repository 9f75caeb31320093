//! Accounts and unfinished registrations.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::account::challenge::Question;
use crate::account::person::ProfileForm;
use crate::account::ssn::PersonPrints;
use crate::account::{Account, Challenge, PasswordHash, Proofed, Standing};
use crate::kernel::id::{AccountId, CaseId, DraftId};
use crate::kernel::secret::Hashed;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::proofing::Identity;

#[async_trait]
pub trait AccountStore: Send {
    /// Unique by folded user ID.
    async fn add_account(&mut self, account: &Account) -> Result<Added, Fault>;
    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, Fault>;
    /// By the folded user ID.
    async fn account_by_username(&mut self, folded: &str) -> Result<Option<Account>, Fault>;
    /// Who has *verified* this address (folded). An unverified address belongs to nobody.
    async fn verified_owner(&mut self, folded: &str) -> Result<Option<AccountId>, Fault>;

    /// Marks the address as verified if it is still the account's and nobody else verified it first.
    async fn verify_email(
        &mut self,
        id: AccountId,
        address: &EmailAddress,
        at: Timestamp,
    ) -> Result<Verified, Fault>;
    /// Makes whoever else takes a turn on this account wait until the transaction ends: before reading what must not
    /// change until it is written. False: there is no such account.
    async fn account_turn(&mut self, id: AccountId) -> Result<bool, Fault>;
    /// Replaces an address that is still unverified by another that is; false when it was verified meanwhile.
    async fn set_email(&mut self, id: AccountId, address: &EmailAddress) -> Result<bool, Fault>;
    /// An address that waits for its code, in place of one that did.
    async fn await_second_address(&mut self, id: AccountId, address: &EmailAddress) -> Result<(), Fault>;
    /// From waiting to confirmed, in place of one that was; once. False: another one waits by now, or none.
    async fn confirm_second_address(
        &mut self,
        id: AccountId,
        address: &EmailAddress,
        at: Timestamp,
    ) -> Result<bool, Fault>;
    /// Takes a confirmed one away, and one that waits with it; once. False: it is not the account's any more.
    async fn remove_second_address(&mut self, id: AccountId, address: &EmailAddress) -> Result<bool, Fault>;
    /// Sets the password and raises the credential epoch by one, if it still is `epoch`. `None`: somebody was faster.
    async fn set_password(
        &mut self,
        id: AccountId,
        hash: &PasswordHash,
        epoch: u32,
    ) -> Result<Option<u32>, Fault>;
    /// Replaces a hash by a stronger one of the same password, if it still is `old`. The epoch stays. False: it no longer is.
    async fn upgrade_password_hash(
        &mut self,
        id: AccountId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, Fault>;
    async fn set_challenge(&mut self, id: AccountId, challenge: &Challenge) -> Result<(), Fault>;
    /// From one standing to another; false when it was no longer `from`.
    async fn set_standing(&mut self, id: AccountId, from: Standing, to: Standing) -> Result<bool, Fault>;
    async fn set_proofed(&mut self, id: AccountId, proofed: Proofed) -> Result<(), Fault>;
    /// A07: binds a person to an account, once. The account that holds them, if another does. It keeps every print, so
    /// that one root key in common is enough to know the person again.
    async fn claim_person(
        &mut self,
        person: &PersonPrints,
        id: AccountId,
    ) -> Result<Option<AccountId>, Fault>;

    /// A07: the account that holds this person.
    async fn person_owner(&mut self, person: &PersonPrints) -> Result<Option<AccountId>, Fault>;

    async fn add_draft(&mut self, draft: &Draft) -> Result<(), Fault>;
    /// By the hash of the wizard's cookie.
    async fn draft(&mut self, secret: &Hashed) -> Result<Option<Draft>, Fault>;
    /// Replaces the draft if its version still is `draft.version`, and raises the version. False: somebody was faster.
    async fn save_draft(&mut self, draft: &Draft) -> Result<bool, Fault>;
    /// Takes the draft away as it was read, once: true for the one caller who did. False, too, when it has changed since:
    /// what took its place (a receipt) is not the caller's to spend.
    async fn spend_draft(&mut self, draft: &Draft) -> Result<bool, Fault>;
    /// Deletes drafts that expired before `now`; how many.
    async fn sweep_drafts(&mut self, now: Timestamp) -> Result<u32, Fault>;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Added,
    UsernameTaken,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    Verified,
    /// The account's address has changed since the code was sent.
    Changed,
    /// Another account has verified the same address.
    Taken,
}

/// An unfinished registration (B01): what was typed, kept on the server, secrets never.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub id: DraftId,
    pub secret: Hashed,
    /// The id that the account will have: a proofing case can already name it.
    pub account: AccountId,
    pub data: DraftData,
    pub version: u32,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Stored as JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DraftData {
    /// As typed.
    pub profile: ProfileForm,
    /// The profile was accepted: step 2 may be taken.
    pub profile_done: bool,
    /// As typed.
    pub username: String,
    pub question: Option<Question>,
    /// Only once step 2 was accepted as a whole.
    pub password: Option<PasswordHash>,
    pub challenge: Option<Challenge>,
    /// What the vendor was asked about this profile; a changed profile begins anew.
    pub case: Option<CaseId>,
    /// Where to return after registration, as whoever began it wrote it down (A12). Opaque here.
    pub return_to: Option<String>,
    /// The registration is complete, and this is all that is left of it: what its last page shows, however often.
    pub receipt: Option<Receipt>,
}

/// What a registration led to (B09, B10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub username: String,
    pub email: EmailAddress,
    pub identity: Identity,
}
