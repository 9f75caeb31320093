//! A session that exists proves more (OpenID Connect Core §3.1.2.1 `acr_values`, RFC 9470): one more device, and its level is
//! higher.
//!
//! ```text
//! offer --> choose --> StepUp (30 minutes, of this session) --verify--> the same session: new secret, one proof more
//! ```
//! A step-up adds a proof and takes nothing away: `auth_time` stays that of the last whole sign-in, with password and code
//! (F05). So it never answers `prompt=login` or `max_age`, makes no session live longer, and does not open what asks for
//! a fresh sign-in, such as adding a device.
//!
//! Only devices of the session's own account count, and only those that reach the level. Wrong codes count against the same budget
//! as at sign-in, and a right one clears nothing.

mod prove;

use async_trait::async_trait;

pub use prove::{Outcome, Step, choose, resend, verify, verify_passkey};

use super::codes::OnItsWay;
use super::device::Waiting;
use super::sessions::Live;
use super::sign_in::Gone;
use super::{Harp, Trouble};
use crate::account::Account;
use crate::factor::level::{Level, standing};
use crate::factor::{Factor, FactorStatus, Proof};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::step_up::StepUp;
use crate::session::{Session, SessionScope};
use crate::store::{Fault, Tx, Work};

/// By what a session can reach a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The person's ACTIVE devices that do. Pages mask their contacts (F10).
    pub devices: Vec<Factor>,
    /// What they could add that would.
    pub enrol: Vec<Method>,
}

impl Offer {
    fn of(harp: &Harp, (session, factors): (&Session, Vec<Factor>), level: Level, now: Timestamp) -> Offer {
        let proofs = counting(harp, session, now);
        let offered = |method: Method| harp.offers(method) && level.is_reached_with(&proofs, method, now);
        Offer {
            devices: factors
                .into_iter()
                .filter(|f| f.status == FactorStatus::Active && offered(f.method()))
                .collect(),
            enrol: harp.methods().into_iter().filter(|m| m.carries() && offered(*m)).collect(),
        }
    }
}

/// What the session of this visit could prove to reach `level`.
pub async fn offer(harp: &Harp, live: &Live, level: Level, act: &Act) -> Result<Offer, Trouble> {
    struct Read<'a>(&'a Live);
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Vec<Factor>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.factors(self.0.account.id).await
        }
    }
    let factors = harp.store.read(&Read(live)).await?;
    Ok(Offer::of(harp, (&live.session, factors), level, act.now))
}

/// A step-up under way.
#[derive(Debug, Clone)]
pub struct Pending {
    pub chosen: Option<Factor>,
    /// The code that was sent to it.
    pub code: Option<OnItsWay>,
    /// What the browser asks of the chosen passkey, as JSON.
    pub challenge: Option<String>,
}

/// Where a step-up stands: for the pages that are shown after a redirect.
pub async fn pending(
    harp: &Harp,
    (live, token): (&Live, &Plain),
    act: &Act,
) -> Result<Result<Pending, Gone>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        live: &'a Live,
        token: Hashed,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Result<Pending, Gone>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let here = match Here::load(tx, self.harp, (self.live, &self.token, self.act.now)).await? {
                Ok(here) => here,
                Err(gone) => return Ok(Err(gone)),
            };
            let code = here.waiting().code(tx, self.harp).await?;
            let challenge = here.waiting().ceremony(tx).await?.filter(|asked| asked.serves(self.act.now));
            let challenge = challenge.map(|asked| asked.options);
            Ok(Ok(Pending { chosen: here.waiting().chosen().cloned(), code, challenge }))
        }
    }
    Ok(harp.store.read(&Read { harp, live, token: token.hashed(), act }).await?)
}

/// Gives the step-up up. The session stays what it is.
pub async fn cancel(harp: &Harp, token: &Plain) -> Result<(), Trouble> {
    struct Spend(Hashed);
    #[async_trait]
    impl Work for Spend {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            if let Some(step_up) = tx.step_up(&self.0).await? {
                tx.spend_step_up(step_up.id).await?;
            }
            Ok(())
        }
    }
    Ok(harp.store.write(&Spend(token.hashed())).await?)
}

/// The proofs of a session that count beside a new one.
fn counting(harp: &Harp, session: &Session, now: Timestamp) -> Vec<Proof> {
    standing(&session.proofs, harp.profile.session.absolute, now)
}

/// A step-up that can go on: its session, whose it is, and their devices that reach the level.
struct Here {
    step_up: StepUp,
    session: Session,
    account: Account,
    devices: Vec<Factor>,
}

impl Here {
    async fn load(
        tx: &mut dyn Tx,
        harp: &Harp,
        (live, token, now): (&Live, &Hashed, Timestamp),
    ) -> Result<Result<Here, Gone>, Fault> {
        // A token is worth nothing to another session, be it another person's or the same one's.
        let own = |step_up: &StepUp| step_up.session == live.session.id;
        let Some(step_up) = tx.step_up(token).await?.filter(own) else { return Ok(Err(Gone::Unknown)) };
        if now >= step_up.expires_at {
            return Ok(Err(Gone::Expired));
        }
        let Some((session, account)) = serving(tx, harp, live, now).await? else {
            return Ok(Err(Gone::Changed));
        };
        let factors = tx.factors(account.id).await?;
        let Offer { devices, .. } = Offer::of(harp, (&session, factors), step_up.level, now);
        Ok(Ok(Here { step_up, session, account, devices }))
    }

    fn waiting(&self) -> Waiting<'_> {
        Waiting { on: &self.step_up, account: &self.account, devices: &self.devices }
    }
}

/// The session as it is now, and whose it is, if it still serves for everything.
async fn serving(
    tx: &mut dyn Tx,
    harp: &Harp,
    live: &Live,
    now: Timestamp,
) -> Result<Option<(Session, Account)>, Fault> {
    let Some(session) = tx.session_by_id(live.session.id).await? else { return Ok(None) };
    let Some(account) = tx.account(session.account).await? else { return Ok(None) };
    let serves = session.secret == live.session.secret
        && session.scope == SessionScope::Full
        && session.check(account.epoch, &harp.profile.session, now).is_ok()
        && account.standing.is_usable();
    Ok(serves.then_some((session, account)))
}
