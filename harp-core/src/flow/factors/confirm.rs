//! From unverified to ACTIVE: only by a right code (E07, E08).

use async_trait::async_trait;

use super::{AppSetUp, Denied, Gate};
use crate::account::Account;
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::totp::TotpSecret;
use crate::factor::{Binding, CodePurpose, Factor, FactorStatus, Proof};
use crate::flow::alert::alert;
use crate::flow::attempts::{self, Attempt, Counted, Keys};
use crate::flow::codes::{self, OnItsWay, Sent, Wanted, Wish};
use crate::flow::sends::Reason;
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::kernel::time::Timestamp;
use crate::notice::Happened;
use crate::session::SessionScope;
use crate::store::session::Raised;
use crate::store::{Fault, Tx, Work};

/// A device that waits for its code: what its page shows.
#[derive(Debug)]
pub struct Awaited {
    pub factor: Factor,
    /// The code that was sent, if one is.
    pub code: Option<OnItsWay>,
    /// For an authenticator app.
    pub app: Option<AppSetUp>,
}

/// What became of a code.
#[derive(Debug, Clone)]
pub enum ConfirmOutcome {
    Active,
    Incomplete(Vec<Complaint>),
    Wrong {
        left: u32,
    },
    Locked {
        until: Timestamp,
    },
    /// No such device waits for a code: confirmed already, removed, or somebody else's.
    Gone,
    Denied(Denied),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResendOutcome {
    Sent(Sent),
    Gone,
    Denied(Denied),
}

/// The page of a device that waits for its code; `None`: there is no such device of this person's.
pub async fn awaited(harp: &Harp, live: &Live, factor: FactorId) -> Result<Option<Awaited>, Trouble> {
    struct Read<'a> {
        harp: &'a Harp,
        account: &'a Account,
        factor: FactorId,
    }
    #[async_trait]
    impl Work for Read<'_> {
        type Out = Option<(Factor, Option<OnItsWay>)>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let factor = tx.factor(self.factor).await?;
            let ours = |f: &Factor| f.account == self.account.id && f.status == FactorStatus::Unverified;
            let Some(factor) = factor.filter(ours) else { return Ok(None) };
            let open = tx.challenge_for(factor.account, &CodePurpose::Factor { factor: factor.id }).await?;
            Ok(Some((factor, open.map(|c| OnItsWay::of(&c, self.harp)))))
        }
    }
    let Some((factor, code)) = harp.store.read(&Read { harp, account: &live.account, factor }).await? else {
        return Ok(None);
    };
    let app = match &factor.binding {
        Binding::Totp { secret, .. } => {
            let unreadable = |e: &dyn std::fmt::Display| Trouble::Corrupt { private: e.to_string() };
            let secret = TotpSecret::open(secret, factor.id, &harp.vault).map_err(|e| unreadable(&e))?;
            let uri = secret.uri(&harp.name, live.account.username.as_str()).map_err(|e| unreadable(&e))?;
            Some(AppSetUp { text: secret.text(), uri })
        }
        _ => None,
    };
    Ok(Some(Awaited { factor, code, app }))
}

/// E08: sends another code instead of the one numbered `instead_of`.
pub async fn resend(
    harp: &Harp,
    live: &Live,
    (factor, instead_of): (FactorId, u32),
    act: &Act,
) -> Result<ResendOutcome, Trouble> {
    struct Again<'a> {
        harp: &'a Harp,
        live: &'a Live,
        factor: FactorId,
        instead_of: u32,
        challenge: ChallengeId,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Again<'_> {
        type Out = ResendOutcome;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let gate = match Gate::pass(tx, self.harp, self.live, self.act).await? {
                Ok(gate) => gate,
                Err(denied) => return Ok(ResendOutcome::Denied(denied)),
            };
            let factor = gate.own(self.factor).filter(|f| f.status == FactorStatus::Unverified);
            let Some(factor) = factor else { return Ok(ResendOutcome::Gone) };
            let wanted = Wanted {
                factor,
                open: tx.challenge_for(factor.account, &CodePurpose::Factor { factor: factor.id }).await?,
                wish: Wish::InsteadOf { resend: self.instead_of },
                reason: Reason::Enrolment,
                id: self.challenge,
            };
            Ok(ResendOutcome::Sent(codes::send(tx, self.harp, wanted, self.act).await?))
        }
    }
    let challenge = ChallengeId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Again { harp, live, factor, instead_of, challenge, act }).await?)
}

/// Checks the code of a device; a right one makes it ACTIVE, once.
pub async fn confirm(
    harp: &Harp,
    live: &Live,
    (factor, typed): (FactorId, &str),
    act: &Act,
) -> Result<ConfirmOutcome, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(ConfirmOutcome::Incomplete(vec![complaint]));
    }
    Ok(harp.store.write(&Confirm { harp, live, factor, typed, act }).await?)
}

struct Confirm<'a> {
    harp: &'a Harp,
    live: &'a Live,
    factor: FactorId,
    typed: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Confirm<'_> {
    type Out = ConfirmOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<ConfirmOutcome, Fault> {
        let Confirm { harp, live, act, .. } = self;
        super::take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(ConfirmOutcome::Denied(denied)),
        };
        let factor = gate.own(self.factor).filter(|f| f.status == FactorStatus::Unverified);
        let Some(factor) = factor else { return Ok(ConfirmOutcome::Gone) };
        let keys = Keys::enrolment(harp, factor.account, act);
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            self.refused(tx, factor).await?;
            return Ok(ConfirmOutcome::Locked { until });
        }
        let open = tx.challenge_for(factor.account, &CodePurpose::Factor { factor: factor.id }).await?;
        let judged = codes::judge(harp, (factor, open.as_ref()), self.typed.into(), act.now)?;
        let right = codes::spend(tx, factor.id, judged, act.now).await?;
        // Right codes reset nothing here: one's own app would otherwise buy guesses at a stranger's phone.
        let attempt = if right { Attempt::Right } else { Attempt::Wrong };
        match attempts::count(tx, harp, &keys, (attempt, act.now)).await? {
            Counted::Open { .. } if right => self.activate(tx, factor, &gate).await,
            Counted::Open { left } => {
                self.refused(tx, factor).await?;
                Ok(ConfirmOutcome::Wrong { left })
            }
            Counted::NowLocked { until } | Counted::Locked { until } => {
                self.refused(tx, factor).await?;
                Ok(ConfirmOutcome::Locked { until })
            }
        }
    }
}

impl Confirm<'_> {
    async fn refused(&self, tx: &mut dyn Tx, factor: &Factor) -> Result<(), Fault> {
        let deed = Deed::CodeRefused { factor: factor.id, method: factor.method() };
        tx.record(&self.harp.event(self.act, factor.account, deed)).await
    }

    async fn activate(&self, tx: &mut dyn Tx, factor: &Factor, gate: &Gate) -> Result<ConfirmOutcome, Fault> {
        if !tx.activate_factor(factor.id, self.act.now).await? {
            return Ok(ConfirmOutcome::Gone);
        }
        let proof = Proof::by(factor.method(), self.act.now);
        activated(tx, self.harp, (factor, proof, gate), self.act).await?;
        Ok(ConfirmOutcome::Active)
    }
}

/// What follows when a device has become ACTIVE: the trail, the letter to its owner (SP 800-63B-4 §4.1.2), and, during set-up,
/// the proof that it has just given.
pub(super) async fn activated(
    tx: &mut dyn Tx,
    harp: &Harp,
    (factor, proof, Gate { session, account, .. }): (&Factor, Proof, &Gate),
    act: &Act,
) -> Result<(), Fault> {
    let deed = Deed::FactorActivated { factor: factor.id, method: factor.method() };
    tx.record(&harp.event(act, factor.account, deed)).await?;
    let what = Happened::FactorAdded { method: factor.method().as_str().to_owned() };
    alert(tx, harp, (account, what), act).await?;
    if session.scope != SessionScope::SetUp {
        return Ok(());
    }
    // The account's highest level has just risen; so has what this session has proved, and no other's.
    // The secret changes when set-up is completed: until then the session is good for nothing else.
    let mut proofs = session.proofs.clone();
    proofs.push(proof);
    let raised = Raised {
        secret: session.secret.clone(),
        proofs,
        auth_time: session.auth_time,
        scope: SessionScope::SetUp,
        epoch: session.epoch,
        at: act.now,
    };
    if !tx.raise_session(session.id, &session.secret, &raised).await? {
        return Err(Fault::Conflict("the session changed while a device was confirmed".to_owned()));
    }
    Ok(())
}
