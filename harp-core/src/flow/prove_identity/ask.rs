//! Asking the vendor for questions (D02, D05, D06).

use async_trait::async_trait;

use super::{Applicant, Applying, Standing, all_limits, contended, move_to, standing, vendor};
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
use crate::proofing::{Case, CaseState, Opening, Step, VendorVerdict};
use crate::store::account::{Draft, DraftData};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum AskOutcome {
    Now(Standing),
    Refused(Vec<Complaint>),
    /// The vendor cannot be reached. Trying again costs no attempt.
    VendorDown,
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
        Opens::Limited { again_at } => {
            return Ok(AskOutcome::Now(Standing::NotVerified { left: 0, again_at }));
        }
    };
    let applicant = port::Applicant { person: &opened.person, email: &opened.email, ssn: &ssn };
    match harp.prover.questions(opened.case, &applicant).await {
        Ok(Reply::Now(asked)) => {
            if let Err(private) = vendor::check(&asked, &harp.profile.proofing) {
                tracing::error!(private, case = %opened.case, "the proofing vendor asked what cannot be asked");
                return Ok(AskOutcome::VendorDown);
            }
            vendor::questions_arrived(harp, opened.case, asked, act).await?;
        }
        Ok(Reply::Later(reference)) => vendor::named(harp, opened.case, reference, act).await?,
        Ok(Reply::CannotVerify) => vendor::decide(harp, opened.case, VendorVerdict::Failed, act).await?,
        Err(fault) => {
            tracing::warn!(%fault, case = %opened.case, "the proofing vendor was not reached");
            return Ok(AskOutcome::VendorDown);
        }
    }
    Ok(AskOutcome::Now(standing(harp, applying, act).await?))
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
        let Applicant { account, draft, person, email, case } = applicant;
        let prints = self.ssn.prints(person.birth, &harp.vault);
        let before = case.as_ref().map(|case| case.id);
        match case {
            // The vendor was not reached: asked again about the same person, it is the same case and the same attempt.
            Some(case) if matches!(case.state, CaseState::Asking { reference: None, .. }) => {
                if case.person.is(&prints) {
                    return Ok(Opens::Case(Box::new(Opened { case: case.id, person, email })));
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
        let limits = all_limits(harp, account, prints.first(), act);
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
