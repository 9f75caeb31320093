//! The last step: the account (B09, B10).

use async_trait::async_trait;

use super::{Step, TRIES, contended, load};
use crate::account::ssn::PersonPrints;
use crate::account::username::Username;
use crate::account::{Account, Email, Proofed, SecondAddress, Standing};
use crate::audit::Deed;
use crate::factor::{CodeChallenge, CodePurpose};
use crate::flow::confirm_email::{self, Occasion};
use crate::flow::sends::Letter;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, ChallengeId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::text::EmailAddress;
use crate::policy::QuestionsCount;
use crate::proofing::{Case, CaseState, Identity};
use crate::store::account::{Added, Draft, DraftData, Receipt};
use crate::store::{Fault, Tx, Work};

/// How the person leaves the step of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The questions were answered: the vendor was content, or has yet to decide.
    Answered,
    /// D01: without proof there is an account, but no role.
    Later,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Completed {
    /// The account exists: now, or since an earlier click.
    Done(Receipt),
    /// An earlier step comes first.
    OutOfOrder(Step),
    /// Somebody else took the user ID a moment ago: back to step 2, where all but the password is kept.
    UsernameTaken,
    /// A07: the person has proved who they are, and has an account. This registration is over.
    AlreadyHasAccount,
    Gone,
}

/// Makes the account, with its confirmation e-mail (B09), in one transaction, once.
pub async fn complete(harp: &Harp, token: &Plain, ending: Ending, act: &Act) -> Result<Completed, Trouble> {
    let challenge = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Complete { harp, secret: token.hashed(), ending, challenge, act }).await?)
}

struct Complete<'a> {
    harp: &'a Harp,
    secret: Hashed,
    ending: Ending,
    challenge: ChallengeId,
    act: &'a Act,
}

/// A draft whose every step is done.
struct Ready {
    draft: Draft,
    account: Account,
    /// Passed, and it counts: the person to be claimed for the account.
    claim: Option<PersonPrints>,
    identity: Identity,
}

#[async_trait]
impl Work for Complete<'_> {
    type Out = Completed;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Completed, Fault> {
        for _ in 0..TRIES {
            let Some(draft) = load(tx, &self.secret, self.act.now).await? else { return Ok(Completed::Gone) };
            if let Some(receipt) = draft.data.receipt {
                return Ok(Completed::Done(receipt));
            }
            let case = match draft.data.case {
                Some(id) => tx.case(id).await?,
                None => None,
            };
            let ready = match self.ready(draft, case.as_ref()) {
                Ok(ready) => ready,
                Err(step) => return Ok(Completed::OutOfOrder(step)),
            };
            // Whoever spends the draft completes it; whoever comes second finds the receipt.
            if !tx.spend_draft(&ready.draft).await? {
                continue;
            }
            // A vendor that decides at this moment must find either the draft or the account: the row of the case is
            // where the two take turns.
            if let Some(case) = case.filter(|case| case.live_until().is_some())
                && !tx.save_case(&case).await?
            {
                return Err(Fault::Conflict("the case moved while the account was made".to_owned()));
            }
            return self.make(tx, ready).await;
        }
        Err(contended())
    }
}

impl Complete<'_> {
    fn ready(&self, draft: Draft, case: Option<&Case>) -> Result<Ready, Step> {
        let Complete { harp, act, .. } = self;
        let reached = Step::reached(&draft.data, harp.profile);
        let (Step::Identity, Some(password)) = (reached, draft.data.password.clone()) else {
            return Err(reached);
        };
        let (person, email) = draft.data.profile.read(act.now).map_err(|_| Step::Profile)?;
        let username =
            Username::parse(&draft.data.username, harp.profile.username).map_err(|_| Step::Credentials)?;
        let (mut proofed, mut claim, mut identity) = (Proofed::No, None, Identity::NotYet);
        match case.map(|case| (&case.state, case)) {
            Some((CaseState::Passed { at }, case)) => match harp.profile.proofing.questions_count {
                QuestionsCount::AsProofing => {
                    (proofed, claim) = (Proofed::Questions { at: *at }, Some(case.person.clone()));
                    identity = Identity::Proved;
                }
                QuestionsCount::AsSignalOnly => {}
            },
            Some((
                CaseState::Handing { .. }
                | CaseState::Checking { .. }
                | CaseState::Asking { reference: Some(_), .. },
                _,
            )) => identity = Identity::Waiting,
            _ if self.ending == Ending::Answered => return Err(Step::Identity),
            _ => {}
        }
        let account = Account {
            id: draft.account,
            username,
            person,
            email: Email { address: email, verified_at: None },
            second: SecondAddress::default(),
            password,
            challenge: draft.data.challenge.clone(),
            standing: Standing::PendingSetup,
            proofed,
            epoch: 0,
            locale: "en".to_owned(),
            created_at: act.now,
        };
        Ok(Ready { draft, account, claim, identity })
    }

    async fn make(&self, tx: &mut dyn Tx, ready: Ready) -> Result<Completed, Fault> {
        let Complete { harp, act, .. } = self;
        let Ready { draft, account, claim, identity } = ready;
        if let Some(person) = &claim
            && tx.person_owner(person).await?.is_some()
        {
            tx.record(&harp.event(act, account.id, Deed::DuplicatePersonRefused)).await?;
            return Ok(Completed::AlreadyHasAccount);
        }
        if tx.add_account(&account).await? == Added::UsernameTaken {
            let data = DraftData { password: None, ..draft.data };
            tx.add_draft(&Draft { data, version: draft.version.saturating_add(1), ..draft }).await?;
            return Ok(Completed::UsernameTaken);
        }
        if let Some(person) = &claim
            && tx.claim_person(person, account.id).await?.is_some()
        {
            return Err(Fault::Conflict("the person got an account at this moment".to_owned()));
        }
        tx.record(&harp.event(act, account.id, Deed::AccountCreated)).await?;
        self.confirm_address(tx, &account.email.address, account.id).await?;
        let receipt = Receipt {
            username: account.username.as_str().to_owned(),
            email: account.email.address,
            identity,
        };
        let data = DraftData {
            receipt: Some(receipt.clone()),
            return_to: draft.data.return_to,
            ..DraftData::default()
        };
        tx.add_draft(&Draft { data, version: draft.version.saturating_add(1), ..draft }).await?;
        Ok(Completed::Done(receipt))
    }

    /// B09
    async fn confirm_address(
        &self,
        tx: &mut dyn Tx,
        address: &EmailAddress,
        account: AccountId,
    ) -> Result<(), Fault> {
        // Too many letters from this network lately: the account exists all the same, and the person can ask again.
        // Without a letter there is no code either: nobody could enter it, but somebody could guess it.
        if !confirm_email::may_send(tx, self.harp, (account, address, Letter::First), self.act).await? {
            return Ok(());
        }
        let challenge = CodeChallenge {
            id: self.challenge,
            account,
            purpose: CodePurpose::ConfirmEmail { address: address.clone() },
            resend: 0,
            expires_at: self.act.now + self.harp.profile.code.email_life,
            created_at: self.act.now,
            spent_at: None,
        };
        tx.add_challenge(&challenge).await?;
        confirm_email::send(tx, self.harp, (&challenge, address, Occasion::Completed), self.act).await
    }
}
