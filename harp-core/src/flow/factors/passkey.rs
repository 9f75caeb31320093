//! A new passkey (F01, F05): the browser is asked for one, and what its authenticator makes is ACTIVE at once, since making it
//! proves possession.

use async_trait::async_trait;

use super::confirm::activated;
use super::{Denied, Gate, take_turn};
use crate::audit::Deed;
use crate::factor::passkey::{About, Ceremony, CeremonyPurpose, Passkey, PasskeyName, UserHandle};
use crate::factor::{Binding, Factor, FactorStatus, Proof};
use crate::flow::sessions::Live;
use crate::flow::{Harp, Trouble, passkey};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{ChallengeId, FactorId};
use crate::port::{Created, Owner};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasskeyBegun {
    /// The challenge waits: [`asked_for_passkey`] shows it.
    Begun {
        challenge: ChallengeId,
    },
    Denied(Denied),
}

/// What the browser answered.
#[derive(Debug)]
pub struct PasskeyAnswer<'a> {
    pub challenge: ChallengeId,
    /// What the person calls it, as typed.
    pub name: Naming<'a>,
    /// The browser's `PublicKeyCredential`, as JSON.
    pub response: &'a str,
}

/// A name never stops a passkey: by now the authenticator has made it, and would keep it for nothing.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    pub typed: &'a str,
    /// For a name that will not do.
    pub otherwise: &'a str,
}

impl Naming<'_> {
    fn name(self) -> Option<PasskeyName> {
        PasskeyName::parse(self.typed).or_else(|_| PasskeyName::parse(self.otherwise)).ok()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasskeyOutcome {
    Active {
        factor: FactorId,
    },
    /// What the browser sent is no new passkey for this challenge: one text, whatever is wrong with it.
    Refused,
    /// The challenge was answered already, or its time is up: ask for another.
    Over,
    /// Somebody has this credential: the person themselves, in another tab.
    Known,
    Denied(Denied),
}

/// Makes a challenge for a new passkey.
pub async fn begin_passkey(harp: &Harp, live: &Live, act: &Act) -> Result<PasskeyBegun, Trouble> {
    if !harp.offers(Method::Passkey) {
        return Ok(PasskeyBegun::Denied(Denied::NotOffered));
    }
    let random = &*harp.random;
    let (challenge, handle) = (ChallengeId::mint(act.now, random), UserHandle::mint(random));
    Ok(harp.store.write(&Begin { harp, live, challenge, handle, act }).await?)
}

/// What the browser is asked, as JSON; `None`: nothing any more, or it was somebody else who was asked.
pub async fn asked_for_passkey(
    harp: &Harp,
    live: &Live,
    challenge: ChallengeId,
    act: &Act,
) -> Result<Option<String>, Trouble> {
    let asked = harp.store.read(&Find(challenge)).await?;
    Ok(asked.filter(|c| owner(c, live).is_some() && c.serves(act.now)).map(|c| c.options))
}

/// Adds the passkey that was made.
pub async fn add_passkey(
    harp: &Harp,
    live: &Live,
    answer: &PasskeyAnswer<'_>,
    act: &Act,
) -> Result<PasskeyOutcome, Trouble> {
    let asked = harp.store.read(&Find(answer.challenge)).await?.filter(|c| c.serves(act.now));
    let Some((asked, handle)) = asked.and_then(|c| Some((owner(&c, live)?, c))).map(|(h, c)| (c, h)) else {
        return Ok(PasskeyOutcome::Over);
    };
    let made = harp.passkeys.created(&asked.state, answer.response);
    if let Err(why) = &made {
        tracing::info!(%why, "no new passkey");
    }
    let made = made.ok().zip(answer.name.name());
    let id = FactorId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Add { harp, live, asked: asked.id, made, handle, id, act }).await?)
}

/// The handle of a challenge that was made in this session for a new passkey.
fn owner(asked: &Ceremony, live: &Live) -> Option<UserHandle> {
    match asked.purpose {
        CeremonyPurpose::Enrolment { account, session, handle }
            if account == live.account.id && session == live.session.id =>
        {
            Some(handle)
        }
        _ => None,
    }
}

struct Find(ChallengeId);

#[async_trait]
impl Work for Find {
    type Out = Option<Ceremony>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        tx.ceremony(self.0).await
    }
}

struct Begin<'a> {
    harp: &'a Harp,
    live: &'a Live,
    challenge: ChallengeId,
    /// For an account without a passkey.
    handle: UserHandle,
    act: &'a Act,
}

#[async_trait]
impl Work for Begin<'_> {
    type Out = PasskeyBegun;

    async fn run(&self, tx: &mut dyn Tx) -> Result<PasskeyBegun, Fault> {
        let Begin { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(PasskeyBegun::Denied(denied)),
        };
        if gate.factors.len() >= harp.profile.factors.most {
            return Ok(PasskeyBegun::Denied(Denied::TooMany));
        }
        let passkeys: Vec<&Passkey> = gate.factors.iter().filter_map(Factor::passkey).collect();
        let handle = passkeys.first().map_or(self.handle, |p| p.about.handle);
        let owner = Owner {
            handle,
            user_id: gate.account.username.as_str(),
            have: passkeys.iter().map(|p| &p.credential).collect(),
        };
        let asked = harp.passkeys.create(&owner).map_err(|e| Fault::Defect(e.to_string()))?;
        let purpose =
            CeremonyPurpose::Enrolment { account: gate.account.id, session: gate.session.id, handle };
        tx.add_ceremony(&passkey::ceremony(harp, (purpose, asked), self.challenge, act.now)).await?;
        Ok(PasskeyBegun::Begun { challenge: self.challenge })
    }
}

struct Add<'a> {
    harp: &'a Harp,
    live: &'a Live,
    asked: ChallengeId,
    made: Option<(Created, PasskeyName)>,
    handle: UserHandle,
    id: FactorId,
    act: &'a Act,
}

#[async_trait]
impl Work for Add<'_> {
    type Out = PasskeyOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<PasskeyOutcome, Fault> {
        let Add { harp, live, act, .. } = self;
        take_turn(tx, live).await?;
        let gate = match Gate::pass(tx, harp, live, act).await? {
            Ok(gate) => gate,
            Err(denied) => return Ok(PasskeyOutcome::Denied(denied)),
        };
        if !tx.spend_ceremony(self.asked, act.now).await? {
            return Ok(PasskeyOutcome::Over);
        }
        let Some((made, name)) = self.made.clone() else { return Ok(PasskeyOutcome::Refused) };
        if gate.factors.len() >= harp.profile.factors.most {
            return Ok(PasskeyOutcome::Denied(Denied::TooMany));
        }
        let proof = Proof { method: Method::Passkey, at: act.now, user_verified: made.user_verified };
        let about = About { name, handle: self.handle, backup: made.backup, record: made.record };
        let passkey = Passkey { credential: made.credential, about, sign_count: made.sign_count };
        let factor = Factor {
            id: self.id,
            account: gate.account.id,
            binding: Binding::Passkey(passkey),
            status: FactorStatus::Active,
            created_at: act.now,
            activated_at: Some(act.now),
            last_used_at: None,
        };
        if !tx.add_passkey(&factor).await? {
            return Ok(PasskeyOutcome::Known);
        }
        let deed = Deed::FactorAdded { factor: factor.id, method: factor.method() };
        tx.record(&harp.event(act, factor.account, deed)).await?;
        activated(tx, harp, (&factor, proof, &gate), act).await?;
        Ok(PasskeyOutcome::Active { factor: factor.id })
    }
}
