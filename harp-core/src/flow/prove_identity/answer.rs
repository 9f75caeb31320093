//! Answering the vendor's questions (D05, D07, D08).

use std::collections::HashSet;

use async_trait::async_trait;
use tracing::Instrument;

use super::{Applicant, Applying, Asked, Standing, Whose, in_time, move_to, standing, vendor};
use crate::audit::Deed;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::CaseId;
use crate::port::Reply;
use crate::proofing::{self, Answer, CaseState, NONE_OF_THE_ABOVE, Question, VendorRef, VendorVerdict};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum AnswerOutcome {
    Now(Standing),
    /// Each question that was asked needs one answer of those that were offered; these have none.
    Incomplete {
        asked: Asked,
        missing: Vec<String>,
    },
    /// The vendor cannot be reached. The same questions lie there again, for as long as they would have.
    VendorDown(Standing),
}

/// Hands the answers to the vendor, once. Answers to another case than the one that lies before the person change nothing.
pub async fn answer(
    harp: &Harp,
    applying: Applying<'_>,
    (case, answers): (CaseId, &[Answer]),
    act: &Act,
) -> Result<AnswerOutcome, Trouble> {
    let now = standing(harp, applying, act).await?;
    let asked = match now {
        Standing::Questions(asked) if asked.case == case => asked,
        other => return Ok(AnswerOutcome::Now(other)),
    };
    let missing = unanswered(&asked.questions, answers);
    if !missing.is_empty() {
        return Ok(AnswerOutcome::Incomplete { asked, missing });
    }
    let task = Handing {
        harp: harp.clone(),
        whose: applying.owned(),
        case,
        answers: answers.to_vec(),
        act: act.clone(),
    };
    // A task of its own: a browser that hangs up must not take the vendor's verdict with it.
    let handed = tokio::spawn(async move { task.run().await }.in_current_span()).await;
    let reached = handed.map_err(|e| Trouble::Vendor { private: e.to_string() })??;
    let now = standing(harp, applying, act).await?;
    Ok(match reached {
        Reached::Settled => AnswerOutcome::Now(now),
        Reached::Nobody => AnswerOutcome::VendorDown(now),
    })
}

/// Hands the answers over and notes what the vendor says.
struct Handing {
    harp: Harp,
    whose: Whose,
    case: CaseId,
    answers: Vec<Answer>,
    act: Act,
}

enum Reached {
    /// The case has moved on, by this call or by somebody who was faster.
    Settled,
    /// The vendor was not reached.
    Nobody,
}

impl Handing {
    async fn run(&self) -> Result<Reached, Trouble> {
        let Handing { harp, case, act, .. } = self;
        let (case, applying) = (*case, self.whose.applying());
        // Before the vendor is called: of eight who answer at once, one gets here.
        let Some(reference) = harp.store.write(&HandOver { harp, applying, case, act }).await? else {
            return Ok(Reached::Settled);
        };
        let call = harp.prover.answers(case, &reference, &self.answers);
        match in_time(harp, call).await {
            Ok(Reply::Now(verdict)) => vendor::decide(harp, case, verdict, act).await?,
            Ok(Reply::Later(_)) => vendor::received(harp, case, act).await?,
            Ok(Reply::CannotVerify) => vendor::decide(harp, case, VendorVerdict::Failed, act).await?,
            Err(fault) => {
                tracing::warn!(%fault, %case, "the proofing vendor was not reached with the answers");
                vendor::returned(harp, case, act).await?;
                return Ok(Reached::Nobody);
            }
        }
        Ok(Reached::Settled)
    }
}

/// The questions without a proper answer; all of them, if anything was answered that was not asked.
fn unanswered(questions: &[Question], answers: &[Answer]) -> Vec<String> {
    let asked: HashSet<&str> = questions.iter().map(|q| q.id.as_str()).collect();
    let answered: HashSet<&str> = answers.iter().map(|a| a.question.as_str()).collect();
    let strange = answered.iter().any(|id| !asked.contains(id)) || answered.len() != answers.len();
    let proper = |question: &Question| {
        answers.iter().filter(|a| a.question == question.id).any(|a| {
            a.choice == NONE_OF_THE_ABOVE || question.choices.iter().any(|choice| choice.id == a.choice)
        })
    };
    questions.iter().filter(|q| strange || !proper(q)).map(|q| q.id.clone()).collect()
}

struct HandOver<'a> {
    harp: &'a Harp,
    applying: Applying<'a>,
    case: CaseId,
    act: &'a Act,
}

#[async_trait]
impl Work for HandOver<'_> {
    /// `None`: somebody else was faster, or the time is up.
    type Out = Option<VendorRef>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let HandOver { harp, act, .. } = self;
        let Ok(applicant) = Applicant::load(tx, harp, self.applying, act.now).await? else { return Ok(None) };
        let Some(case) = applicant.case.filter(|case| case.id == self.case) else { return Ok(None) };
        let CaseState::Asked { reference, .. } = case.state.clone() else { return Ok(None) };
        let proofing::Step::Moved(case) = case.answered(act.now) else { return Ok(None) };
        move_to(tx, &case).await?;
        if !matches!(case.state, CaseState::Handing { .. }) {
            tx.record(&harp.event(act, case.account, Deed::ProofingExpired { case: case.id })).await?;
            return Ok(None);
        }
        tx.record(&harp.event(act, case.account, Deed::ProofingAnswered { case: case.id })).await?;
        Ok(Some(reference))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proofing::Choice;

    fn question(id: &str) -> Question {
        let choices = vec![Choice { id: format!("{id}-1"), text: "one".into() }];
        Question { id: id.into(), text: "?".into(), choices }
    }

    fn answer(question: &str, choice: &str) -> Answer {
        Answer { question: question.into(), choice: choice.into() }
    }

    #[test]
    fn each_question_is_answered_once_with_a_choice_of_its_own() {
        let questions = [question("a"), question("b")];
        let missing = |answers: &[Answer]| unanswered(&questions, answers);
        assert!(missing(&[answer("a", "a-1"), answer("b", NONE_OF_THE_ABOVE)]).is_empty());
        assert_eq!(missing(&[answer("a", "a-1")]), ["b"]);
        assert_eq!(missing(&[answer("a", "a-1"), answer("b", "a-1")]), ["b"], "a choice of another question");
        assert_eq!(missing(&[answer("a", "a-1"), answer("b", "b-1"), answer("c", "c-1")]).len(), 2);
        assert_eq!(missing(&[answer("a", "a-1"), answer("b", "b-1"), answer("b", "b-1")]).len(), 2);
        assert_eq!(missing(&[]).len(), 2);
    }
}
