//! Asking the vendor for questions (D02, D05, D06).

use async_trait::async_trait;
use tracing::Instrument as _;

use super::{Applicant, Applying, Standing, contended, in_time, move_to, standing, vendor};
use crate::account::Person;
use crate::account::field::{Complaint, Field};
use crate::account::ssn::Ssn;
use crate::audit::Deed;
use crate::flow::limits::{self, Left};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::CaseId;
use crate::kernel::secret::Secret;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::port::{self, Reply};
use crate::proofing::{Case, CaseState, NoCall, Opening, Step, VendorVerdict};
use crate::store::account::{Draft, DraftData};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum AskOutcome {
    Now(Standing),
    Refused(Vec<Complaint>),
    /// The vendor cannot be reached. Trying again costs no attempt; `again_at` says when, if not at once.
    VendorDown {
        again_at: Option<Timestamp>,
    },
    /// Another click has the vendor asked at this moment: a page that is loaded again in some seconds knows more.
    UnderWay,
}

/// Opens a case and asks the vendor. Whoever has questions already, or waits, is shown those.
pub async fn ask(
    harp: &Harp,
    applying: Applying<'_>,
    typed: &Secret<String>,
    act: &Act,
) -> Result<AskOutcome, Trouble> {
    // Notes first that an earlier case is over, if so.
    let now = standing(harp, applying, act).await?;
    if !matches!(now, Standing::Open { .. } | Standing::TimedOut { .. } | Standing::NotVerified { .. }) {
        return Ok(AskOutcome::Now(now));
    }
    let ssn = match Ssn::parse(typed, harp.prover.numbers()) {
        Ok(ssn) => ssn,
        Err(problem) => return Ok(AskOutcome::Refused(vec![Complaint { field: Field::Ssn, problem }])),
    };
    let id = CaseId::mint(act.now, &*harp.random);
    let opened = match harp.store.write(&Open { harp, applying, id, ssn: &ssn, act }).await? {
        Opens::Case(opened) => opened,
        Opens::Nothing => return Ok(AskOutcome::Now(standing(harp, applying, act).await?)),
        Opens::Not(NoCall::NotAsking) => return Ok(AskOutcome::Now(standing(harp, applying, act).await?)),
        Opens::Not(NoCall::UnderWay { .. }) => return Ok(AskOutcome::UnderWay),
        Opens::Not(NoCall::Resting { again_at }) => {
            return Ok(AskOutcome::VendorDown { again_at: Some(again_at) });
        }
        Opens::Limited { again_at } => {
            return Ok(AskOutcome::Now(Standing::NotVerified { left: 0, again_at }));
        }
    };
    let asking = Asking { harp: harp.clone(), opened, ssn, act: act.clone() };
    // A task of its own: a browser that hangs up, or clicks twice, must not take the vendor's questions with it.
    let asked = tokio::spawn(async move { asking.run().await }.in_current_span()).await;
    match asked.map_err(|e| Trouble::Vendor { private: e.to_string() })?? {
        Reached::Vendor => Ok(AskOutcome::Now(standing(harp, applying, act).await?)),
        Reached::Nobody => Ok(AskOutcome::VendorDown { again_at: None }),
    }
}

/// Calls the vendor for questions and notes what it says.
struct Asking {
    harp: Harp,
    opened: Box<Opened>,
    ssn: Ssn,
    act: Act,
}

enum Reached {
    Vendor,
    Nobody,
}

impl Asking {
    async fn run(&self) -> Result<Reached, Trouble> {
        let Asking { harp, opened, ssn, act } = self;
        let Opened { case, person, email } = &**opened;
        let applicant = port::Applicant { person, email, ssn };
        match in_time(harp, harp.prover.questions(*case, &applicant)).await {
            Ok(Reply::Now(asked)) => {
                if let Err(private) = vendor::check(&asked, &harp.profile.proofing) {
                    tracing::error!(private, %case, "the proofing vendor asked what cannot be asked");
                    vendor::missed(harp, *case, act).await?;
                    return Ok(Reached::Nobody);
                }
                vendor::questions_arrived(harp, *case, asked, act).await?;
            }
            Ok(Reply::Later(reference)) => vendor::named(harp, *case, reference, act).await?,
            Ok(Reply::CannotVerify) => vendor::decide(harp, *case, VendorVerdict::Failed, act).await?,
            Err(fault) => {
                tracing::warn!(%fault, %case, "the proofing vendor was not reached");
                vendor::missed(harp, *case, act).await?;
                return Ok(Reached::Nobody);
            }
        }
        Ok(Reached::Vendor)
    }
}

struct Open<'a> {
    harp: &'a Harp,
    applying: Applying<'a>,
    id: CaseId,
    ssn: &'a Ssn,
    act: &'a Act,
}

/// A case about these.
struct Opened {
    case: CaseId,
    person: Person,
    email: EmailAddress,
}

enum Opens {
    Case(Box<Opened>),
    /// Something is under way or decided: [`standing`] says what.
    Nothing,
    /// The case of earlier is the one, and the vendor is not called for it now.
    Not(NoCall),
    /// No attempt is left for the account, the person or the network.
    Limited {
        again_at: Option<Timestamp>,
    },
}

#[async_trait]
impl Work for Open<'_> {
    type Out = Opens;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Opens, Fault> {
        let Open { harp, act, .. } = self;
        let Ok(applicant) = Applicant::load(tx, harp, self.applying, act.now).await? else {
            return Ok(Opens::Nothing);
        };
        let prints = self.ssn.prints(applicant.person.birth, &harp.vault);
        let limits = applicant.all_limits(harp, &prints, act);
        let Applicant { account, draft, person, email, case, .. } = applicant;
        let before = case.as_ref().map(|case| case.id);
        match case {
            // The vendor was not reached: asked again about the same person, it is the same case and the same attempt.
            Some(case) if matches!(case.state, CaseState::Asking { reference: None, .. }) => {
                if case.person.is(&prints) {
                    return Ok(match case.called(&harp.profile.proofing, act.now) {
                        Ok(case) => {
                            move_to(tx, &case).await?;
                            Opens::Case(Box::new(Opened { case: case.id, person, email }))
                        }
                        Err(not) => Opens::Not(not),
                    });
                }
                if let Step::Moved(case) = case.withdrawn(act.now) {
                    move_to(tx, &case).await?;
                }
            }
            Some(case) if case.live_until().is_some() || matches!(case.state, CaseState::Passed { .. }) => {
                return Ok(Opens::Nothing);
            }
            _ => {}
        }
        if let Err(Left { again_at, .. }) = limits::take_all(tx, &limits, act.now).await? {
            tx.record(&harp.event(act, account, Deed::ProofingLimited)).await?;
            return Ok(Opens::Limited { again_at });
        }
        // The counter of the account is where two who ask at once take turns: the second finds the first's case.
        let newest = tx.latest_case(account).await?.filter(|case| case.live_until().is_some());
        if newest.is_some_and(|newest| Some(newest.id) != before) {
            return Err(contended());
        }
        let opening = Opening { id: self.id, account, person: prints };
        tx.add_case(&Case::open(opening, &harp.profile.proofing, act.now)).await?;
        if let Some(draft) = draft {
            // Only if the profile is still the one that the vendor will be told.
            let data = DraftData { case: Some(self.id), ..draft.data };
            if !tx.save_draft(&Draft { data, ..draft }).await? {
                return Err(contended());
            }
        }
        tx.record(&harp.event(act, account, Deed::ProofingStarted { case: self.id })).await?;
        Ok(Opens::Case(Box::new(Opened { case: self.id, person, email })))
    }
}
