//! Signing in (F01–F05, F10, F11): user ID and password, then a code from one of the person's devices.
//!
//! ```text
//! password --right, has devices--> SignIn (30 minutes) --send_code--> chosen --verify--> Session
//!          --right, has none-----> Session for set-up (E12, E13)
//!          --right, locked-----> the lock, and whom to call; for whoever knows the password alone
//!          --wrong, unknown, disabled--> one refusal, one text, the same work (X-7)
//! ask_anybody --a passkey that verifies its owner, where the profile lets it--by_passkey--> Session
//! ```
//! A locked account costs what any other does until its password was right: the hash, the turn on the budget, one event.
//! Only then is its lock looked up, and by then the answer tells it anyway.
//! Passwords and codes that are wrong count against one budget, kept under the user ID that was typed (X-3).
//! All strangers share that budget; a browser that the account knows has its own (P15).
//! Only a complete sign-in clears it. A sign-in is completed once, by whoever spends it first.

mod password;
mod passwordless;
mod second;

use async_trait::async_trait;

pub use super::codes::{OnItsWay, Sent};
pub use super::device::SendOutcome;
pub use password::{PasswordForm, PasswordOutcome, Terms, password};
pub use passwordless::{AskedAnybody, PasskeyForm, PasskeySignIn, ask_anybody, by_passkey, passwordless};
pub use second::{CodeOutcome, choose, resend, verify, verify_passkey};

pub(super) use password::MOST_TYPED;

use super::attempts::visitor;
use super::device::Waiting;
use super::in_a_row::{self, Authenticator};
use super::{Harp, Trouble, known};
use crate::account::Account;
use crate::audit::Deed;
use crate::factor::{Factor, FactorStatus, Proof};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::SessionId;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::{Session, SessionScope, SignIn};
use crate::store::session::Raised;
use crate::store::{Fault, Tx, Work};

/// A session that was just made or raised. `secret` goes into the cookie, and is kept nowhere else.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub secret: Plain,
    pub session: Session,
    pub how: How,
    /// After a complete sign-in the new value of the browser's long-lived cookie, by which the account knows it (P15): like
    /// `secret`, kept nowhere else. What the browser had before is worthless.
    pub browser: Option<Plain>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    New,
    /// The person's session went on, with fresh proofs and a new secret.
    Raised,
}

/// The password was right; a device must prove the rest (F02).
#[derive(Debug, Clone)]
pub struct Pending {
    /// The person's ACTIVE devices (F03). Pages mask their contacts (F10).
    pub factors: Vec<Factor>,
    /// Those that were switched off after too many wrong codes (SP 800-63B-4 §3.2.2): everywhere, or for a browser that the
    /// account does not know.
    pub off: Vec<Factor>,
    pub chosen: Option<Factor>,
    /// The code that was sent to the chosen one.
    pub code: Option<OnItsWay>,
    /// What the browser is asked for the chosen passkey, as JSON; `None`: time is up, or it was answered.
    pub challenge: Option<String>,
    pub expires_at: Timestamp,
}

/// Why a sign-in cannot go on: back to the user ID and password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    /// It took too long.
    Expired,
    /// Finished or given up, perhaps in another tab; or never begun.
    Unknown,
    /// The password was changed, or the account locked or disabled, since then.
    Changed,
}

/// Where a sign-in stands: for the pages that are shown after a redirect.
pub async fn pending(harp: &Harp, token: &Plain, act: &Act) -> Result<Result<Pending, Gone>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        token: Hashed,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Result<Pending, Gone>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let here = match Here::load(tx, self.harp, (&self.token, self.act.now)).await? {
                Ok(here) => here,
                Err(gone) => return Ok(Err(gone)),
            };
            let code = here.waiting().code(tx, self.harp).await?;
            let asked = here.waiting().ceremony(tx).await?.filter(|c| c.serves(self.act.now));
            Ok(Ok(Pending {
                challenge: asked.map(|c| c.options),
                chosen: here.waiting().chosen().cloned(),
                code,
                expires_at: here.sign_in.expires_at,
                factors: here.factors,
                off: here.off,
            }))
        }
    }
    Ok(harp.store.read(&Read { harp, token: token.hashed(), act }).await?)
}

/// Gives the sign-in up.
pub async fn cancel(harp: &Harp, token: &Plain) -> Result<(), Trouble> {
    struct Spend(Hashed);
    #[async_trait]
    impl Work for Spend {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            if let Some(sign_in) = tx.sign_in(&self.0).await? {
                tx.spend_sign_in(sign_in.id).await?;
            }
            Ok(())
        }
    }
    Ok(harp.store.write(&Spend(token.hashed())).await?)
}

/// A sign-in that can go on, with whose it is and what they have.
pub(super) struct Here {
    pub sign_in: SignIn,
    pub account: Account,
    factors: Vec<Factor>,
    off: Vec<Factor>,
}

impl Here {
    /// The same after a turn on the account's row: for what only one may do.
    pub async fn with_turn(
        tx: &mut dyn Tx,
        harp: &Harp,
        (token, now): (&Hashed, Timestamp),
    ) -> Result<Result<Here, Gone>, Fault> {
        if let Some(sign_in) = tx.sign_in(token).await? {
            tx.account_turn(sign_in.account).await?;
        }
        Here::load(tx, harp, (token, now)).await
    }

    pub async fn load(
        tx: &mut dyn Tx,
        harp: &Harp,
        (token, now): (&Hashed, Timestamp),
    ) -> Result<Result<Here, Gone>, Fault> {
        let Some(sign_in) = tx.sign_in(token).await? else { return Ok(Err(Gone::Unknown)) };
        if now >= sign_in.expires_at {
            return Ok(Err(Gone::Expired));
        }
        let account = tx.account(sign_in.account).await?;
        let usable = |a: &Account| a.epoch == sign_in.epoch && a.standing.is_usable();
        let Some(account) = account.filter(usable) else { return Ok(Err(Gone::Changed)) };
        let mut factors = active(tx, &account).await?;
        // What the profile no longer takes proves nothing, though it was enrolled (3.6: e-mail in `nist-63-4`).
        factors.retain(|f| harp.profile.methods.contains(&f.method()) && !f.is_used_up());
        let visitor = visitor(&sign_in.budget);
        let (factors, off) = in_a_row::serving(tx, harp, factors, visitor).await?;
        Ok(Ok(Here { sign_in, account, factors, off }))
    }

    fn waiting(&self) -> Waiting<'_> {
        Waiting { on: &self.sign_in, account: &self.account, devices: &self.factors }
    }
}

/// Whether the account has no device at all. A suspended one is one: a password alone never leads past it.
async fn is_bare(tx: &mut dyn Tx, account: &Account) -> Result<bool, Fault> {
    Ok(!tx.factors(account.id).await?.iter().any(Factor::is_held))
}

async fn active(tx: &mut dyn Tx, account: &Account) -> Result<Vec<Factor>, Fault> {
    let mut factors = tx.factors(account.id).await?;
    factors.retain(|f| f.status == FactorStatus::Active);
    Ok(factors)
}

/// What a session is made from.
pub(super) struct Entry<'a> {
    pub id: SessionId,
    pub secret: &'a Plain,
    pub account: &'a Account,
    pub proofs: Vec<Proof>,
    pub scope: SessionScope,
    /// The session that the browser had.
    pub had: Option<SessionId>,
}

impl Entry<'_> {
    /// Raises the session that the browser had, if it is this person's and still serves; otherwise ends it and makes one.
    pub async fn enter(self, tx: &mut dyn Tx, harp: &Harp, act: &Act) -> Result<SignedIn, Fault> {
        let methods = self.proofs.iter().map(|p| p.method).collect();
        let had = match self.had {
            Some(id) => tx.session_by_id(id).await?.filter(|s| s.ended_at.is_none()),
            None => None,
        };
        if let Some(old) = had {
            let serves = old.check(self.account.epoch, &harp.profile.session, act.now).is_ok();
            if serves && old.account == self.account.id {
                let raised = Raised {
                    secret: self.secret.hashed(),
                    proofs: self.proofs.clone(),
                    auth_time: act.now,
                    scope: self.scope,
                    epoch: self.account.epoch,
                    at: act.now,
                };
                if tx.raise_session(old.id, &old.secret, &raised).await? {
                    // With the password, so not only stepped up: the trail tells the two apart.
                    let deed = Deed::SignedIn { session: old.id, methods };
                    tx.record(&harp.event(act, self.account.id, deed)).await?;
                    let session = raised.on(old);
                    let browser = self.remember(tx, harp, act).await?;
                    return Ok(SignedIn { secret: self.secret.clone(), session, how: How::Raised, browser });
                }
            }
            if tx.end_session(old.id, act.now).await? {
                tx.record(&harp.event(act, old.account, Deed::SignedOut { session: old.id })).await?;
            }
        }
        let session = Session {
            id: self.id,
            secret: self.secret.hashed(),
            account: self.account.id,
            epoch: self.account.epoch,
            proofs: self.proofs.clone(),
            auth_time: act.now,
            created_at: act.now,
            seen_at: act.now,
            ended_at: None,
            scope: self.scope,
            origin: act.origin.clone(),
        };
        tx.add_session(&session).await?;
        let deed = Deed::SignedIn { session: session.id, methods };
        tx.record(&harp.event(act, self.account.id, deed)).await?;
        let browser = self.remember(tx, harp, act).await?;
        Ok(SignedIn { secret: self.secret.clone(), session, how: How::New, browser })
    }

    /// A complete sign-in, by more than a password alone, makes the browser known and forgets the password's failures.
    async fn remember(&self, tx: &mut dyn Tx, harp: &Harp, act: &Act) -> Result<Option<Plain>, Fault> {
        if self.proofs.iter().all(|p| p.method == Method::Password) {
            return Ok(None);
        }
        if self.proofs.iter().any(|p| p.method == Method::Password) {
            in_a_row::reset(tx, Authenticator::Password(self.account.id), act.now).await?;
        }
        known::remember(tx, harp, self.account, act).await.map(Some)
    }
}
