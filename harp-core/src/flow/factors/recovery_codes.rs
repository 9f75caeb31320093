//! Recovery codes (P4): a set of ten, made at will and shown once. A new set ends the one before.

use async_trait::async_trait;

use super::{Denied, Gate, take_turn};
use crate::account::PasswordHash;
use crate::audit::Deed;
use crate::factor::lookup::LookUpCode;
use crate::factor::{Binding, Factor, FactorStatus};
use crate::flow::alert::alert;
use crate::flow::sessions::{Live, end_all_but};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::FactorId;
use crate::notice::Happened;
use crate::store::{Fault, Tx, Work};

/// What became of it.
#[derive(Debug, Clone)]
pub enum MadeOutcome {
    /// Shown now and never again.
    Made(Vec<LookUpCode>),
    /// They stand beside a device and carry no account: one that does comes first (E01).
    NoDevice,
    /// The set that was to be replaced is not the account's (any more): a form sent twice makes one set.
    Stale,
    Denied(Denied),
}

/// Makes a set instead of the one that the person has (`instead_of`), if any. In a session as strong and as fresh as for any
/// other device.
pub async fn make_recovery_codes(
    harp: &Harp,
    live: &Live,
    instead_of: Option<FactorId>,
    act: &Act,
) -> Result<MadeOutcome, Trouble> {
    if !harp.profile.methods.contains(&Method::RecoveryCode) {
        return Ok(MadeOutcome::Denied(Denied::NotOffered));
    }
    // Ten hashes are work: not for whom they would be refused.
    if let Err(refused) = harp.store.read(&Look { harp, live, instead_of, act }).await? {
        return Ok(refused);
    }
    let codes = LookUpCode::set(&*harp.random);
    let mut hashes = Vec::new();
    for code in &codes {
        hashes.push((code.number, harp.hasher.hash(code.secret()).await?));
    }
    let factor = Factor {
        id: FactorId::mint(act.now, &*harp.random),
        account: live.account.id,
        binding: Binding::RecoveryCodes { left: u32::try_from(codes.len()).unwrap_or(u32::MAX) },
        status: FactorStatus::Active,
        created_at: act.now,
        activated_at: Some(act.now),
        last_used_at: None,
    };
    let made = harp.store.write(&Make { harp, live, instead_of, factor, hashes, act }).await?;
    Ok(made.map_or_else(|refused| refused, |()| MadeOutcome::Made(codes)))
}

/// The gate, and the set that is to be replaced.
async fn pass(
    tx: &mut dyn Tx,
    harp: &Harp,
    (live, instead_of): (&Live, Option<FactorId>),
    act: &Act,
) -> Result<Result<(Gate, Option<Factor>), MadeOutcome>, Fault> {
    let gate = match Gate::pass(tx, harp, live, act).await? {
        Ok(gate) => gate,
        Err(denied) => return Ok(Err(MadeOutcome::Denied(denied))),
    };
    if !gate.factors.iter().any(Factor::carries) {
        return Ok(Err(MadeOutcome::NoDevice));
    }
    let old = gate.factors.iter().find(|f| f.method() == Method::RecoveryCode).cloned();
    if old.as_ref().map(|f| f.id) != instead_of {
        return Ok(Err(MadeOutcome::Stale));
    }
    if old.is_none() && gate.factors.len() >= harp.profile.factors.most {
        return Ok(Err(MadeOutcome::Denied(Denied::TooMany)));
    }
    Ok(Ok((gate, old)))
}

struct Look<'a> {
    harp: &'a Harp,
    live: &'a Live,
    instead_of: Option<FactorId>,
    act: &'a Act,
}

#[async_trait]
impl Work for Look<'_> {
    type Out = Result<(), MadeOutcome>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        Ok(pass(tx, self.harp, (self.live, self.instead_of), self.act).await?.map(drop))
    }
}

struct Make<'a> {
    harp: &'a Harp,
    live: &'a Live,
    instead_of: Option<FactorId>,
    factor: Factor,
    hashes: Vec<(u32, PasswordHash)>,
    act: &'a Act,
}

#[async_trait]
impl Work for Make<'_> {
    type Out = Result<(), MadeOutcome>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let Make { harp, live, factor, act, .. } = self;
        take_turn(tx, live).await?;
        let (gate, old) = match pass(tx, harp, (live, self.instead_of), act).await? {
            Ok(passed) => passed,
            Err(refused) => return Ok(Err(refused)),
        };
        let method = Method::RecoveryCode;
        if let Some(old) = old
            && tx.remove_factor(old.id, act.now).await?
        {
            tx.record(&harp.event(act, old.account, Deed::FactorRemoved { factor: old.id, method })).await?;
            // Whoever copied the old set and used it is out.
            end_all_but(tx, harp, live, act).await?;
        }
        tx.add_factor(factor).await?;
        for (number, hash) in &self.hashes {
            tx.add_lookup_code(factor.id, *number, hash).await?;
        }
        tx.record(&harp.event(act, factor.account, Deed::FactorActivated { factor: factor.id, method }))
            .await?;
        alert(tx, harp, (&gate.account, Happened::RecoveryCodesMade), act).await?;
        Ok(Ok(()))
    }
}
