//! Step 1: who the person is (B02–B06, B13).

use async_trait::async_trait;

use super::{Saved, Step, TRIES, contended, load};
use crate::account::person::ProfileForm;
use crate::audit::Deed;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::CaseId;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::proofing;
use crate::store::account::{Draft, DraftData};
use crate::store::{Fault, Tx, Work};

/// Keeps the profile as typed, and goes on if nothing is wrong with it.
///
/// Another name makes the password be chosen anew, because it may not contain it (C09) and only its hash is here.
/// Anything that the proofing vendor was told and is now different makes what the vendor found worthless: otherwise
/// somebody could be proofed as themselves and then become somebody else.
pub async fn save_profile(
    harp: &Harp,
    token: &Plain,
    form: &ProfileForm,
    act: &Act,
) -> Result<Saved, Trouble> {
    let work = SaveProfile { harp, secret: token.hashed(), form: form.cut(), act };
    Ok(harp.store.write(&work).await?)
}

struct SaveProfile<'a> {
    harp: &'a Harp,
    secret: Hashed,
    form: ProfileForm,
    act: &'a Act,
}

#[async_trait]
impl Work for SaveProfile<'_> {
    type Out = Saved;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Saved, Fault> {
        let SaveProfile { harp, act, .. } = self;
        for _ in 0..TRIES {
            let Some(draft) = load(tx, &self.secret, act.now).await? else { return Ok(Saved::Gone) };
            if draft.data.receipt.is_some() {
                return Ok(Saved::Next(Step::Done));
            }
            let (data, outcome) = self.apply(&draft.data);
            let withdrawn = draft.data.case.filter(|_| data.case.is_none());
            let draft = Draft { data, ..draft };
            if !tx.save_draft(&draft).await? {
                continue;
            }
            if let Some(case) = withdrawn {
                withdraw(tx, case, act.now).await?;
                tx.record(&harp.event(act, draft.account, Deed::ProofingExpired { case })).await?;
            }
            if matches!(outcome, Saved::Next(_)) {
                tx.record(&harp.event(act, draft.account, Deed::DetailsConfirmed)).await?;
            }
            return Ok(outcome);
        }
        Err(contended())
    }
}

impl SaveProfile<'_> {
    fn apply(&self, old: &DraftData) -> (DraftData, Saved) {
        let now = self.act.now;
        let read = self.form.confirm(now);
        let before = if old.profile_done { old.profile.read(now).ok() } else { None };
        let mut data = DraftData { profile: self.form.clone(), ..old.clone() };
        data.profile_done = read.is_ok();
        if read.as_ref().ok() != before.as_ref() {
            data.case = None;
        }
        let name = |read: &(crate::account::Person, _)| read.0.name.clone();
        if read.as_ref().ok().map(name) != before.as_ref().map(name) {
            data.password = None;
        }
        let outcome = match read {
            Ok(_) => Saved::Next(Step::reached(&data, self.harp.profile)),
            Err(complaints) => Saved::Refused(complaints),
        };
        (data, outcome)
    }
}

/// What the vendor was told is no longer what the person says.
async fn withdraw(tx: &mut dyn Tx, id: CaseId, now: Timestamp) -> Result<(), Fault> {
    for _ in 0..TRIES {
        let Some(case) = tx.case(id).await? else { return Ok(()) };
        match case.withdrawn(now) {
            proofing::Step::Ignored(_) => return Ok(()),
            proofing::Step::Moved(case) if tx.save_case(&case).await? => return Ok(()),
            proofing::Step::Moved(_) => {}
        }
    }
    Err(contended())
}
