//! Proving who one is (D01, D02, D05–D08), for a draft and for a person who signed in and does so later.
//!
//! ```text
//! ask(SSN) ──case opened, vendor asked──▶ questions ──answer──▶ vendor decides ──▶ proofed, or not
//! ```
//! - The SSN is handed to the vendor and forgotten; what stays is a keyed hash of it with the date of birth (P10).
//! - A case is moved before the vendor is called, by compare-and-set: of eight at once one reaches the vendor.
//! - Answers are handed over by a task of their own: who closes the page, or clicks twice, loses no verdict.
//! - Calls for questions take turns as well, and rest after some in vain. Their limits are the profile's.
//! - Attempts are limited per account, per network, and per person (so that a new draft gives no new attempts): for one
//!   person by [`PersonRules`](crate::policy::PersonRules). In `harp` that bounds guesses at one person to 18 in 24 hours (9 by strangers, 9
//!   by accounts with confirmed addresses), 3 of them from one network. So whoever knows somebody's SSN and date of
//!   birth needs three networks to use up what strangers have; the owner then registers, confirms their address and proves
//!   who they are from the portal, where strangers do not count.
//! - One person has one account (A07): who passes and has another is told so, and nothing is proofed. Only who passes.
//! - Why somebody did not pass is neither kept nor told (MFT-6).

mod answer;
mod ask;
mod vendor;

use async_trait::async_trait;

pub use answer::{AnswerOutcome, answer};
pub use ask::{AskOutcome, ask};
pub use vendor::{VendorOutcome, vendor_asked, vendor_decided};

use super::attempts::network;
use super::limits::{self, Left, Limit};
use super::sign_up::{self, Step};
use super::{Harp, Trouble};
use crate::account::Person;
use crate::account::ssn::PersonPrints;
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, CaseId};
use crate::kernel::secret::Plain;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::policy::QuestionsCount;
use crate::port::{Reply, VendorFault};
use crate::proofing::{self, Case, CaseState, Question, sealed};
use crate::store::account::Draft;
use crate::store::{Fault, Tx, Work};

/// Who proves themselves.
#[derive(Debug, Clone, Copy)]
pub enum Applying<'a> {
    /// Within a registration, by its token.
    Draft(&'a Plain),
    /// Signed in.
    Account(AccountId),
}

/// [`Applying`] for a task that outlives the request.
enum Whose {
    Draft(Plain),
    Account(AccountId),
}

impl Applying<'_> {
    fn owned(self) -> Whose {
        match self {
            Applying::Draft(token) => Whose::Draft(token.clone()),
            Applying::Account(id) => Whose::Account(id),
        }
    }
}

impl Whose {
    fn applying(&self) -> Applying<'_> {
        match self {
            Whose::Draft(token) => Applying::Draft(token),
            Whose::Account(id) => Applying::Account(*id),
        }
    }
}

/// Where somebody stands: one page each.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// The SSN may be entered.
    Open {
        left: u32,
    },
    /// The questions were not answered in time: the SSN may be entered again.
    TimedOut {
        left: u32,
    },
    Questions(Asked),
    /// The vendor has yet to ask, or to decide.
    Waiting {
        since: Timestamp,
        until: Timestamp,
    },
    /// D07, and role requests are open (D01).
    Proved,
    /// The questions were answered rightly, and in this profile that proves nobody (3.6).
    SignalOnly,
    /// Not verified, or no attempt is left; `again_at` says when there is one.
    NotVerified {
        left: u32,
        again_at: Option<Timestamp>,
    },
    /// A07
    AlreadyHasAccount,
    /// An earlier step of the registration comes first, or it is complete.
    OutOfOrder(Step),
    /// No such registration or account.
    Gone,
}

/// Questions that lie before the person. Asked again, they are the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Given back with the answers, so that those to an older case never count for this one.
    pub case: CaseId,
    pub questions: Vec<Question>,
    pub until: Timestamp,
}

/// Where the person stands now: for a page that is loaded, or loaded again.
pub async fn standing(harp: &Harp, applying: Applying<'_>, act: &Act) -> Result<Standing, Trouble> {
    let case = match harp.store.read(&Read { harp, applying, act }).await? {
        Stands::Here(standing) => return Ok(standing),
        Stands::Lapsed(case) => case,
    };
    lapse(harp, case, act).await?;
    match harp.store.read(&Read { harp, applying, act }).await? {
        Stands::Here(standing) => Ok(standing),
        Stands::Lapsed(_) => Err(Trouble::Store(contended())),
    }
}

/// Ends a case whose time is up, if it is: a vendor that never answers, a person who walked away.
pub async fn lapse(harp: &Harp, case: CaseId, act: &Act) -> Result<(), Trouble> {
    struct Lapse<'a>(&'a Harp, CaseId, &'a Act);
    #[async_trait]
    impl Work for Lapse<'_> {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            let Lapse(harp, id, act) = self;
            let Some(case) = tx.case(*id).await? else { return Ok(()) };
            if let proofing::Step::Moved(case) = case.lapsed(&harp.profile.proofing, act.now) {
                move_to(tx, &case).await?;
                // Otherwise the questions lie there again: the answers were lost on their way.
                if matches!(case.state, CaseState::Expired { .. }) {
                    let deed = Deed::ProofingExpired { case: *id };
                    tx.record(&harp.event(act, case.account, deed)).await?;
                }
            }
            Ok(())
        }
    }
    Ok(harp.store.write(&Lapse(harp, case, act)).await?)
}

struct Read<'a> {
    harp: &'a Harp,
    applying: Applying<'a>,
    act: &'a Act,
}

enum Stands {
    Here(Standing),
    /// A case's time is up, and nobody has noted it yet.
    Lapsed(CaseId),
}

#[async_trait]
impl Work for Read<'_> {
    type Out = Stands;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Stands, Fault> {
        let applicant = match Applicant::load(tx, self.harp, self.applying, self.act.now).await? {
            Ok(applicant) => applicant,
            Err(standing) => return Ok(Stands::Here(standing)),
        };
        match &applicant.case {
            Some(case) if case.live_until().is_some_and(|until| self.act.now >= until) => {
                Ok(Stands::Lapsed(case.id))
            }
            _ => Ok(Stands::Here(applicant.standing(tx, self.harp, self.act.now).await?)),
        }
    }
}

/// Who is to be proved, as the transaction sees them.
struct Applicant {
    account: AccountId,
    /// Within a registration.
    draft: Option<Draft>,
    person: Person,
    email: EmailAddress,
    confirmed: Confirmed,
    case: Option<Case>,
}

/// Whether it is somebody who confirmed an e-mail address: a stranger costs an attacker nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Confirmed {
    Yes,
    No,
}

impl Applicant {
    async fn load(
        tx: &mut dyn Tx,
        harp: &Harp,
        applying: Applying<'_>,
        now: Timestamp,
    ) -> Result<Result<Applicant, Standing>, Fault> {
        match applying {
            Applying::Account(id) => {
                let Some(account) = tx.account(id).await? else { return Ok(Err(Standing::Gone)) };
                if account.proofed.is_proofed() {
                    return Ok(Err(Standing::Proved));
                }
                let case = tx.latest_case(id).await?;
                let confirmed =
                    if account.email.verified().is_some() { Confirmed::Yes } else { Confirmed::No };
                let (person, email) = (account.person, account.email.address);
                Ok(Ok(Applicant { account: id, draft: None, person, email, confirmed, case }))
            }
            Applying::Draft(token) => {
                let Some(draft) = sign_up::load(tx, &token.hashed(), now).await? else {
                    return Ok(Err(Standing::Gone));
                };
                let reached = Step::reached(&draft.data, harp.profile);
                if reached != Step::Identity {
                    return Ok(Err(Standing::OutOfOrder(reached)));
                }
                let Ok((person, email)) = draft.data.profile.read(now) else {
                    return Ok(Err(Standing::OutOfOrder(Step::Profile)));
                };
                let case = match draft.data.case {
                    Some(id) => tx.case(id).await?,
                    None => None,
                };
                let (account, confirmed) = (draft.account, Confirmed::No);
                Ok(Ok(Applicant { account, draft: Some(draft), person, email, confirmed, case }))
            }
        }
    }

    /// What limits the attempts of this account, whoever it says it is.
    fn attempts(&self, harp: &Harp) -> Vec<Limit> {
        let person = self.case.as_ref().map(|case| self.of_all(harp, &case.person));
        [self.own(harp)].into_iter().chain(person).collect()
    }

    fn own(&self, harp: &Harp) -> Limit {
        let account = harp.vault.fingerprint("proofing account", &self.account.to_string());
        limit(harp, format!("proofing/account/{account}"), harp.profile.proofing.attempts)
    }

    /// What limits who tries to be this person, wherever from.
    fn of_all(&self, harp: &Harp, person: &PersonPrints) -> Limit {
        let rules = &harp.profile.proofing.per_person;
        let (who, most) = match self.confirmed {
            Confirmed::Yes => ("confirmed", rules.confirmed),
            Confirmed::No => ("strangers", rules.strangers),
        };
        limit(harp, format!("proofing/{who}/{}", person.first()), most)
    }

    /// All of it for one more attempt: also what the network has, for this person and for anybody.
    fn all_limits(&self, harp: &Harp, person: &PersonPrints, act: &Act) -> Vec<Limit> {
        let mut all = vec![self.own(harp), self.of_all(harp, person)];
        all.extend(network(harp, act).map(|source| {
            let key = format!("proofing/person-source/{}/{source}", person.first());
            limit(harp, key, harp.profile.proofing.per_person.per_source)
        }));
        all.extend(Limit::per_source(harp, ("proofing", harp.profile.per_source.proofings), act));
        all
    }

    async fn standing(&self, tx: &mut dyn Tx, harp: &Harp, now: Timestamp) -> Result<Standing, Fault> {
        let Left { count: left, again_at } = limits::left(tx, &self.attempts(harp), now).await?;
        let open = |standing: Standing| match left {
            0 => Standing::NotVerified { left, again_at },
            _ => standing,
        };
        let Some(case) = &self.case else { return Ok(open(Standing::Open { left })) };
        Ok(match &case.state {
            // The vendor could not be reached, or is being asked at this moment.
            CaseState::Asking { reference: None, .. } => Standing::Open { left: left.max(1) },
            CaseState::Asking { reference: Some(_), until, .. } => {
                Standing::Waiting { since: case.created_at, until: *until }
            }
            CaseState::Asked { questions, until, .. } => {
                let questions = sealed::open(questions, case.id, &harp.vault)
                    .map_err(|e| Fault::Corrupt(format!("{}: {e}", case.id)))?;
                Standing::Questions(Asked { case: case.id, questions, until: *until })
            }
            CaseState::Handing { since, .. } => {
                Standing::Waiting { since: *since, until: *since + harp.profile.proofing.vendor_within }
            }
            CaseState::Checking { since, until, .. } => Standing::Waiting { since: *since, until: *until },
            CaseState::Passed { .. } => match harp.profile.proofing.questions_count {
                QuestionsCount::AsSignalOnly => Standing::SignalOnly,
                QuestionsCount::AsProofing if self.draft.is_none() => Standing::AlreadyHasAccount,
                QuestionsCount::AsProofing => match tx.person_owner(&case.person).await? {
                    Some(_) => Standing::AlreadyHasAccount,
                    None => Standing::Proved,
                },
            },
            CaseState::Failed { .. } => Standing::NotVerified { left, again_at },
            CaseState::Expired { .. } => open(Standing::TimedOut { left }),
        })
    }
}

/// So many within the window of proofing.
fn limit(harp: &Harp, key: String, most: u32) -> Limit {
    Limit { key, most, window: harp.profile.proofing.window }
}

/// Calls the vendor, but does not wait for ever.
async fn in_time<T: Send>(
    harp: &Harp,
    call: impl Future<Output = Result<Reply<T>, VendorFault>> + Send,
) -> Result<Reply<T>, VendorFault> {
    let late = |_| VendorFault { private: "it took too long".to_owned() };
    tokio::time::timeout(harp.profile.proofing.calls.within, call).await.map_err(late).flatten()
}

/// Moves a case, or has the whole work done again because somebody was faster.
async fn move_to(tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    if tx.save_case(case).await? { Ok(()) } else { Err(contended()) }
}

fn contended() -> Fault {
    Fault::Conflict("a proofing case moved at this moment".to_owned())
}
