//! Registration (B01): profile, then user ID with password and challenge question, then identity, then the account.
//!
//! What was typed rests in a draft on the server, found by the hash of a cookie's token, secrets never. A draft is
//! changed by compare-and-set and completed once; what remains of it is a receipt, so that a second click and a reload
//! show the same last page. Each registration has its own token, so two tabs are two registrations.
//!
//! An e-mail address blocks nobody: any may be typed. If somebody has *verified* it already, page, answer and work
//! are the same as ever, and the letter to it says that there is an account instead of bearing a code. The new account
//! exists; that address can never be verified for it, because its code is told to nobody. It can be changed to another
//! until it is verified.
//!
//! A user ID that is taken has to be said. So that nobody asks for a list of them, the question is limited per network.

mod complete;
mod credentials;
mod profile;

use async_trait::async_trait;

pub use complete::{Completed, Ending, complete};
pub use credentials::{CredentialsForm, keep_credentials, save_credentials};
pub(super) use credentials::{new_challenge, new_password};
pub use profile::save_profile;

use super::limits::{self, Limit};
use super::{Harp, Trouble};
use crate::account::challenge::Question;
use crate::account::field::Complaint;
use crate::account::person::ProfileForm;
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, DraftId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::policy::Profile;
use crate::store::account::{Draft, DraftData, Receipt};
use crate::store::{Fault, Tx, Work};

/// How often a draft that others change at the same time is read again.
const TRIES: u32 = 16;

/// The steps in their order. A person may go back to any that they have reached, and to none further on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Profile,
    Credentials,
    Identity,
    Done,
}

impl Step {
    /// The first step that is not done.
    pub(super) fn reached(data: &DraftData, profile: &Profile) -> Step {
        let challenged = profile.challenge.is_none() || data.challenge.is_some();
        match data {
            DraftData { receipt: Some(_), .. } => Step::Done,
            DraftData { profile_done: false, .. } => Step::Profile,
            DraftData { password: Some(_), .. } if challenged => Step::Identity,
            _ => Step::Credentials,
        }
    }
}

/// A registration as its pages show it: everything that was typed, no secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    pub reached: Step,
    pub profile: ProfileForm,
    pub username: String,
    pub question: Option<Question>,
    pub return_to: Option<String>,
    pub receipt: Option<Receipt>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Saved {
    /// Go on here.
    Next(Step),
    /// Kept as typed, and shown again.
    Refused(Vec<Complaint>),
    /// An earlier step comes first.
    OutOfOrder(Step),
    /// Too many user IDs were tried from this network lately.
    TooMany,
    /// No such registration: it took too long, or was never begun.
    Gone,
}

#[derive(Debug, Clone)]
pub enum Started {
    /// The cookie's token.
    Draft(Plain),
    /// Too many registrations were begun from this network lately.
    TooMany,
}

/// Begins a registration. `return_to` is kept for whoever asks at its end (A12).
pub async fn start(harp: &Harp, return_to: Option<String>, act: &Act) -> Result<Started, Trouble> {
    struct Start<'a> {
        harp: &'a Harp,
        draft: Draft,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Start<'_> {
        type Out = bool;
        async fn run(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
            let most = self.harp.profile.per_source.registrations;
            if let Some(limit) = Limit::per_source(self.harp, ("register", most), self.act)
                && !limits::take(tx, &limit, self.act.now).await?
            {
                return Ok(false);
            }
            tx.add_draft(&self.draft).await?;
            tx.record(&self.harp.event(self.act, self.draft.account, Deed::RegistrationStarted)).await?;
            Ok(true)
        }
    }
    let token = Plain::mint(&*harp.random);
    let draft = Draft {
        id: DraftId::mint(act.now, &*harp.random),
        secret: token.hashed(),
        account: AccountId::mint(act.now, &*harp.random),
        data: DraftData { return_to, ..DraftData::default() },
        version: 0,
        created_at: act.now,
        expires_at: act.now + harp.profile.draft.life,
    };
    let begun = harp.store.write(&Start { harp, draft, act }).await?;
    Ok(if begun { Started::Draft(token) } else { Started::TooMany })
}

/// The registration of a token. `None`: it took too long, or was never begun.
pub async fn resume(harp: &Harp, token: &Plain, act: &Act) -> Result<Option<Resumed>, Trouble> {
    struct Read(Hashed, Timestamp);
    #[async_trait]
    impl Work for Read {
        type Out = Option<Draft>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            load(tx, &self.0, self.1).await
        }
    }
    let draft = harp.store.read(&Read(token.hashed(), act.now)).await?;
    Ok(draft.map(|draft| Resumed {
        reached: Step::reached(&draft.data, harp.profile),
        profile: draft.data.profile,
        username: draft.data.username,
        question: draft.data.question,
        return_to: draft.data.return_to,
        receipt: draft.data.receipt,
    }))
}

pub(super) async fn load(tx: &mut dyn Tx, secret: &Hashed, now: Timestamp) -> Result<Option<Draft>, Fault> {
    Ok(tx.draft(secret).await?.filter(|draft| now < draft.expires_at))
}

fn contended() -> Fault {
    Fault::Conflict("a registration changed too often".to_owned())
}
