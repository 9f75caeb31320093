//! The hooks: what a deployment plugs in. All async, all outside of any transaction.

mod hashing;
mod passkeys;

use std::time::Duration;

use async_trait::async_trait;

use crate::account::Person;
use crate::account::ssn::{Ssn, SsnRange};
use crate::kernel::id::{CaseId, MessageId};
use crate::kernel::secret::{Plain, Secret};
use crate::kernel::text::EmailAddress;
use crate::notice::letter::Letter;
use crate::notice::{Notice, Recipient};
use crate::proofing::{Answer, Question, VendorRef, VendorVerdict};

pub use self::hashing::{Checked, Hasher, Unhashed};
pub use self::passkeys::{Claimed, Created, NoPasskeys, NotProven, Owner, PasskeyChallenge, Passkeys};

/// An identity-proofing vendor (D06). It may answer at once, late ([`Reply::Later`], then through
/// `flow::prove_identity::vendor_decided`), twice, or never; the case machine bears all of it.
#[async_trait]
pub trait Prover: Send + Sync + std::fmt::Debug {
    /// Which SSNs it can be asked about.
    fn numbers(&self) -> SsnRange {
        SsnRange::Issued
    }

    /// Asks for questions about this applicant. `case` is an idempotency key: asked twice, a vendor answers the same.
    async fn questions(&self, case: CaseId, applicant: &Applicant<'_>) -> Result<Reply<Asked>, VendorFault>;

    /// Hands over the answers.
    async fn answers(
        &self,
        case: CaseId,
        reference: &VendorRef,
        answers: &[Answer],
    ) -> Result<Reply<VendorVerdict>, VendorFault>;
}

/// What the vendor is told. The SSN lives only as long as this call (P10).
#[derive(Debug)]
pub struct Applicant<'a> {
    pub person: &'a Person,
    pub email: &'a EmailAddress,
    pub ssn: &'a Ssn,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    pub reference: VendorRef,
    pub questions: Vec<Question>,
}

/// A vendor's reply.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply<T> {
    Now(T),
    /// It will come by itself, under this name: questions to `flow::prove_identity::vendor_asked`, a verdict to
    /// `flow::prove_identity::vendor_decided`.
    Later(VendorRef),
    /// No record, frozen file, mismatch. Which one is never told (3.2).
    CannotVerify,
}

/// The vendor could not be reached or did not answer as agreed. The person may try again.
#[derive(Debug, thiserror::Error)]
#[error("the proofing vendor did not answer: {private}")]
pub struct VendorFault {
    pub private: String,
}

/// Delivers one letter. Called again for the same `id` after a lost reply: a courier that can, uses it as an idempotency key.
#[async_trait]
pub trait Courier: Send + Sync + std::fmt::Debug {
    async fn deliver(&self, id: MessageId, to: &Recipient, letter: &Letter) -> Result<(), CourierFault>;
}

#[derive(Debug, thiserror::Error)]
pub enum CourierFault {
    #[error("delivery failed for now: {0}")]
    TryLater(String),
    /// The service says how long to leave it alone.
    #[error("delivery failed for now: {why}")]
    Busy { why: String, after: Duration },
    #[error("delivery will never work: {0}")]
    Never(String),
}

/// What a letter bears beside its notice. It exists while the letter is written, and nowhere before.
#[derive(Debug, Default)]
pub struct Enclosed {
    pub code: Option<Secret<String>>,
    /// For the link *This was not me* ([`crate::notice::repudiation`]).
    pub not_me: Option<Plain>,
}

/// Turns a notice into words. What is enclosed is there for the notices that carry it.
pub trait Composer: Send + Sync + std::fmt::Debug {
    fn compose(&self, to: &Recipient, notice: &Notice, enclosed: &Enclosed, locale: &str) -> Letter;
}
