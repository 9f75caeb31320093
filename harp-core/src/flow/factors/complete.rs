//! The end of set-up (E10, E12): the account becomes ACTIVE, and the session serves for everything.

use async_trait::async_trait;

use super::{Denied, Gate, take_turn};
use crate::account::Standing;
use crate::audit::Deed;
use crate::factor::Factor;
use crate::flow::in_a_row::{self, Authenticator};
use crate::flow::sessions::Live;
use crate::flow::sign_in::{How, SignedIn};
use crate::flow::{Harp, Trouble, attempts, known};
use crate::kernel::act::Act;
use crate::kernel::secret::Plain;
use crate::session::SessionScope;
use crate::store::session::Raised;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone)]
pub enum CompleteOutcome {
    Completed(Box<SignedIn>),
    /// E10: no device is ACTIVE, or none but codes by e-mail.
    NoDevice,
    Denied(Denied),
}

/// Completes set-up. The session has proved password and device, both lately: it needs no second sign-in.
pub async fn complete_set_up(harp: &Harp, live: &Live, act: &Act) -> Result<CompleteOutcome, Trouble> {
    let secret = Plain::mint(&*harp.random);
    Ok(harp.store.write(&Complete { harp, live, secret, act }).await?)
}

struct Complete<'a> {
    harp: &'a Harp,
    live: &'a Live,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Complete<'_> {
    type Out = CompleteOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<CompleteOutcome, Fault> {
        let Complete { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        // The gate asks for the account's highest level: with a device ACTIVE, this session has proved one.
        let Gate { session, account, factors } = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(CompleteOutcome::Denied(denied)),
        };
        if !factors.iter().any(Factor::carries) {
            return Ok(CompleteOutcome::NoDevice);
        }
        let methods = session.proofs.iter().map(|p| p.method).collect();
        let raised = Raised {
            secret: self.secret.hashed(),
            proofs: session.proofs.clone(),
            auth_time: session.auth_time,
            scope: SessionScope::Full,
            epoch: account.epoch,
            at: act.now,
        };
        if !tx.raise_session(session.id, &session.secret, &raised).await? {
            return Ok(CompleteOutcome::Denied(Denied::SignInAgain));
        }
        if tx.set_standing(account.id, Standing::PendingSetup, Standing::Active).await? {
            tx.record(&harp.event(act, account.id, Deed::SetUpCompleted)).await?;
        }
        let deed = Deed::SteppedUp { session: session.id, methods };
        tx.record(&harp.event(act, account.id, deed)).await?;
        attempts::forgive(tx, harp, &account, act.now).await?;
        in_a_row::reset(tx, Authenticator::Password(account.id), act.now).await?;
        let browser = Some(known::remember(tx, harp, &account, act).await?);
        let session = raised.on(session);
        let signed_in = SignedIn { secret: self.secret.clone(), session, how: How::Raised, browser };
        Ok(CompleteOutcome::Completed(Box::new(signed_in)))
    }
}
