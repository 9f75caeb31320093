//! What a vendor says: at once, late, twice, or out of order.

use std::collections::HashSet;

use async_trait::async_trait;

use super::move_to;
use crate::account::Proofed;
use crate::audit::Deed;
use crate::flow::confirm_email::push;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, CaseId};
use crate::notice::{Notice, Recipient};
use crate::policy::{ProofingRules, QuestionsCount};
use crate::port;
use crate::proofing::{Case, CaseState, NONE_OF_THE_ABOVE, Question, Step, VendorRef, VendorVerdict, sealed};
use crate::store::{Fault, Tx, Work};

/// Bounds on what a vendor may ask: it is outside text that a page shows.
const MOST_CHOICES: usize = 12;
const LONGEST_ID: usize = 64;
const LONGEST_TEXT: usize = 300;

/// What became of what a vendor sent by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VendorOutcome {
    Counted,
    /// The case had moved on or ended: nothing changes, and that it came is on record.
    Ignored,
    /// No case has this name.
    Unknown,
    /// Not as agreed: the number of questions, their length, or one twice.
    Unusable,
}

/// A vendor's late questions (D06).
pub async fn vendor_asked(harp: &Harp, asked: port::Asked, act: &Act) -> Result<VendorOutcome, Trouble> {
    if let Err(private) = check(&asked, &harp.profile.proofing) {
        tracing::error!(private, "the proofing vendor asked what cannot be asked");
        return Ok(VendorOutcome::Unusable);
    }
    let reference = asked.reference.clone();
    let said = Said::Questions(asked.reference, asked.questions);
    Ok(harp.store.write(&Hear { harp, case: Named::ByVendor(reference), said, act }).await?)
}

/// A vendor's late, or second, verdict.
pub async fn vendor_decided(
    harp: &Harp,
    reference: &VendorRef,
    verdict: VendorVerdict,
    act: &Act,
) -> Result<VendorOutcome, Trouble> {
    let (case, said) = (Named::ByVendor(reference.clone()), Said::Verdict(verdict));
    Ok(harp.store.write(&Hear { harp, case, said, act }).await?)
}

pub(super) async fn questions_arrived(
    harp: &Harp,
    case: CaseId,
    asked: port::Asked,
    act: &Act,
) -> Result<(), Trouble> {
    hear(harp, case, Said::Questions(asked.reference, asked.questions), act).await
}

pub(super) async fn named(harp: &Harp, case: CaseId, name: VendorRef, act: &Act) -> Result<(), Trouble> {
    hear(harp, case, Said::Later(name), act).await
}

pub(super) async fn decide(
    harp: &Harp,
    case: CaseId,
    verdict: VendorVerdict,
    act: &Act,
) -> Result<(), Trouble> {
    hear(harp, case, Said::Verdict(verdict), act).await
}

/// The vendor has the answers and will decide later.
pub(super) async fn received(harp: &Harp, case: CaseId, act: &Act) -> Result<(), Trouble> {
    hear(harp, case, Said::Received, act).await
}

/// The call for questions did not reach the vendor.
pub(super) async fn missed(harp: &Harp, case: CaseId, act: &Act) -> Result<(), Trouble> {
    hear(harp, case, Said::Nothing, act).await
}

/// The answers did not reach the vendor.
pub(super) async fn returned(harp: &Harp, case: CaseId, act: &Act) -> Result<(), Trouble> {
    hear(harp, case, Said::NotReached, act).await
}

async fn hear(harp: &Harp, case: CaseId, said: Said, act: &Act) -> Result<(), Trouble> {
    harp.store.write(&Hear { harp, case: Named::ByUs(case), said, act }).await?;
    Ok(())
}

/// What was said about a case.
enum Said {
    Nothing,
    Later(VendorRef),
    Questions(VendorRef, Vec<Question>),
    Received,
    NotReached,
    Verdict(VendorVerdict),
}

enum Named {
    ByUs(CaseId),
    ByVendor(VendorRef),
}

struct Hear<'a> {
    harp: &'a Harp,
    case: Named,
    said: Said,
    act: &'a Act,
}

#[async_trait]
impl Work for Hear<'_> {
    type Out = VendorOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<VendorOutcome, Fault> {
        let Hear { harp, act, .. } = self;
        let found = match &self.case {
            Named::ByUs(id) => tx.case(*id).await?,
            Named::ByVendor(reference) => tx.case_by_reference(reference).await?,
        };
        let Some(case) = found else { return Ok(VendorOutcome::Unknown) };
        let (rules, id, account) = (&harp.profile.proofing, case.id, case.account);
        let step = match &self.said {
            Said::Later(name) => case.named(name.clone(), act.now),
            Said::Nothing => case.missed(act.now),
            Said::Questions(name, questions) => {
                let sealed = sealed::seal(questions, id, &harp.vault, &*harp.random)
                    .map_err(|e| Fault::Defect(format!("{id}: {e}")))?;
                case.asked(name.clone(), sealed, rules, act.now)
            }
            Said::Received => case.received(rules),
            Said::NotReached => case.returned(rules),
            Said::Verdict(verdict) => case.decided(*verdict, rules, act.now),
        };
        let Step::Moved(case) = step else {
            tx.record(&harp.event(act, account, Deed::ProofingAnswerIgnored { case: id })).await?;
            return Ok(VendorOutcome::Ignored);
        };
        move_to(tx, &case).await?;
        match case.state {
            CaseState::Passed { .. } => {
                tx.record(&harp.event(act, account, Deed::ProofingPassed { case: id })).await?;
                if passed(tx, harp, &case, act).await? {
                    self.tell(tx, account, Notice::IdentityProved).await?;
                }
            }
            CaseState::Failed { .. } => {
                tx.record(&harp.event(act, account, Deed::ProofingFailed { case: id })).await?;
                self.tell(tx, account, Notice::IdentityNotProved).await?;
            }
            CaseState::Expired { .. } => {
                // It came too late to count.
                tx.record(&harp.event(act, account, Deed::ProofingExpired { case: id })).await?;
                return Ok(VendorOutcome::Ignored);
            }
            _ => {}
        }
        Ok(VendorOutcome::Counted)
    }
}

impl Hear<'_> {
    /// Who waited is told. Who is at the page reads it there.
    async fn tell(&self, tx: &mut dyn Tx, account: AccountId, notice: Notice) -> Result<(), Fault> {
        if let Named::ByUs(_) = self.case {
            return Ok(());
        }
        let account = tx.account(account).await?;
        let Some((id, address)) = account.and_then(|a| Some((a.id, a.email.verified()?.clone()))) else {
            return Ok(());
        };
        push(tx, self.harp, (id, Recipient::Email(address), notice), self.act).await
    }
}

/// A07: the person is bound to the account, unless another has them: then nothing is proofed. A draft has no account yet:
/// its completion does this. Whether an account was proofed.
async fn passed(tx: &mut dyn Tx, harp: &Harp, case: &Case, act: &Act) -> Result<bool, Fault> {
    let CaseState::Passed { at } = case.state else { return Ok(false) };
    // `nist-63-4`: knowledge questions verify nobody (SP 800-63A-4 §3.1.2.1), so they may not keep anybody out either.
    if harp.profile.proofing.questions_count == QuestionsCount::AsSignalOnly {
        return Ok(false);
    }
    let exists = tx.account(case.account).await?.is_some();
    let other = if exists {
        tx.claim_person(&case.person, case.account).await?
    } else {
        tx.person_owner(&case.person).await?
    };
    match other {
        Some(owner) => refuse(tx, harp, (owner, case.account), act).await?,
        None if exists => tx.set_proofed(case.account, Proofed::Questions { at }).await?,
        None => {}
    }
    Ok(exists && other.is_none())
}

/// The one who has the person is told, so that they know their account, or that somebody knows their number.
async fn refuse(
    tx: &mut dyn Tx,
    harp: &Harp,
    (owner, refused): (AccountId, AccountId),
    act: &Act,
) -> Result<(), Fault> {
    tx.record(&harp.event(act, refused, Deed::DuplicatePersonRefused)).await?;
    let owner = tx.account(owner).await?;
    if let Some((id, address)) = owner.and_then(|o| Some((o.id, o.email.verified()?.clone()))) {
        push(tx, harp, (id, Recipient::Email(address), Notice::AlreadyRegistered), act).await?;
    }
    Ok(())
}

/// Whether a vendor's questions are such as a page can ask (D05: as many as the profile says).
pub(super) fn check(asked: &port::Asked, rules: &ProofingRules) -> Result<(), &'static str> {
    let unique = |ids: Vec<&str>| ids.iter().collect::<HashSet<_>>().len() == ids.len();
    let fits = |id: &str, text: &str| {
        (1..=LONGEST_ID).contains(&id.len())
            && (1..=LONGEST_TEXT).contains(&text.chars().count())
            && !text.chars().any(char::is_control)
    };
    if !(1..=LONGEST_ID * 2).contains(&asked.reference.0.len()) {
        return Err("its name for the case is empty or too long");
    }
    if asked.questions.len() != rules.questions {
        return Err("the number of questions is not the profile's");
    }
    if !unique(asked.questions.iter().map(|q| q.id.as_str()).collect()) {
        return Err("two questions have one id");
    }
    for question in &asked.questions {
        let ids: Vec<&str> = question.choices.iter().map(|c| c.id.as_str()).collect();
        if !(2..=MOST_CHOICES).contains(&ids.len()) || ids.contains(&NONE_OF_THE_ABOVE) || !unique(ids) {
            return Err("a question has too few, too many, or ambiguous choices");
        }
        if !fits(&question.id, &question.text) || !question.choices.iter().all(|c| fits(&c.id, &c.text)) {
            return Err("a text is empty, too long, or has control characters");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::HARP;
    use crate::proofing::Choice;

    fn asked() -> port::Asked {
        let choice = |id: &str| Choice { id: id.into(), text: "a choice".into() };
        let question = |n: u32| Question {
            id: format!("q{n}"),
            text: "a question".into(),
            choices: vec![choice("a"), choice("b")],
        };
        port::Asked { reference: VendorRef("v".into()), questions: (1..=5).map(question).collect() }
    }

    /// D05: exactly five in `harp`.
    #[test]
    fn a_vendor_asks_as_many_questions_as_the_profile_says() {
        assert_eq!(check(&asked(), &HARP.proofing), Ok(()));
        let mut four = asked();
        four.questions.pop();
        assert!(check(&four, &HARP.proofing).is_err());
    }

    #[test]
    fn what_a_page_could_not_ask_is_refused() {
        let spoilt: [fn(&mut port::Asked); 6] = [
            |a| a.questions[1].id = "q1".into(),
            |a| a.questions[0].choices[1].id = "a".into(),
            |a| a.questions[0].choices[1].id = NONE_OF_THE_ABOVE.into(),
            |a| a.questions[0].choices.truncate(1),
            |a| a.questions[0].text = "x".repeat(301),
            |a| a.reference.0 = String::new(),
        ];
        for spoil in spoilt {
            let mut bad = asked();
            spoil(&mut bad);
            assert!(check(&bad, &HARP.proofing).is_err());
        }
    }
}
