//! A device is chosen, and its code checked (F03, F04, F10, F11); a right one raises the session, once.

use async_trait::async_trait;

use super::{Here, Offer, counting, serving};
use crate::account::Account;
use crate::account::field::{Complaint, Field, Problem};
use crate::audit::Deed;
use crate::factor::level::{Level, with};
use crate::factor::lookup::LookUpCode;
use crate::factor::passkey::Ceremony;
use crate::factor::{Factor, Proof};
use crate::flow::attempts::{Attempt, Keys, Refusal};
use crate::flow::codes::Typed;
use crate::flow::device::{Answer, Ask, SendOutcome, Sought, Verified, look_up};
use crate::flow::sessions::Live;
use crate::flow::sign_in::{Gone, How, SignedIn};
use crate::flow::{Harp, Trouble, passkey};
use crate::kernel::act::Act;
use crate::kernel::id::{ChallengeId, FactorId, StepUpId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::Session;
use crate::session::step_up::StepUp;
use crate::store::session::Raised;
use crate::store::{Fault, Tx, Work};

/// What became of choosing a device. The token leads on; it is kept nowhere else.
#[derive(Debug, Clone)]
pub struct Step {
    pub token: Plain,
    pub sent: SendOutcome,
}

/// What became of a code.
#[derive(Debug, Clone)]
pub enum Outcome {
    SteppedUp(Box<SignedIn>),
    /// Nothing was checked: the field is empty.
    Incomplete(Vec<Complaint>),
    /// Wrong, used or out of date: one text for all three.
    Wrong {
        left: u32,
    },
    Locked {
        until: Timestamp,
    },
    /// No device is chosen, or it was removed meanwhile: choose one.
    NotChosen,
    Gone(Gone),
}

/// Chooses a device that reaches `level`, and sends a code to it if it is one that codes are sent to. `token` is of the step-up
/// that is under way in this tab, if one is: it goes on.
pub async fn choose(
    harp: &Harp,
    (live, token): (&Live, Option<&Plain>),
    (level, device): (Level, FactorId),
    act: &Act,
) -> Result<Step, Trouble> {
    let begin = Choose {
        harp,
        live,
        had: token.map(|token| (token.clone(), token.hashed())),
        level,
        device,
        id: StepUpId::mint(act.now, &*harp.random),
        fresh: Plain::mint(&*harp.random),
        challenge: ChallengeId::mint(act.now, &*harp.random),
        act,
    };
    Ok(harp.store.write(&begin).await?)
}

/// Another code instead of the one numbered `instead_of`, which is worthless from now on. Asked twice, it sends once.
pub async fn resend(
    harp: &Harp,
    (live, token): (&Live, &Plain),
    instead_of: u32,
    act: &Act,
) -> Result<SendOutcome, Trouble> {
    let challenge = ChallengeId::mint(act.now, &*harp.random);
    let ask = Ask::Resend { instead_of };
    Ok(harp.store.write(&Resend { harp, live, token: token.hashed(), ask, challenge, act }).await?)
}

/// Checks the code of the chosen device; a right one raises the session, once.
pub async fn verify(
    harp: &Harp,
    (live, token): (&Live, &Plain),
    typed: &str,
    act: &Act,
) -> Result<Outcome, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Code, problem: Problem::Missing };
        return Ok(Outcome::Incomplete(vec![complaint]));
    }
    let hashed = token.hashed();
    let looked_up = match LookUpCode::parse(typed) {
        Some(code) => {
            let sought = harp.store.read(&Seek { harp, live, token: &hashed, code: &code, act }).await?;
            look_up(harp, (&code, sought)).await?
        }
        None => None,
    };
    let answer = Answer::Code(Typed { text: typed, looked_up });
    complete(harp, (live, token), answer, act).await
}

struct Seek<'a> {
    harp: &'a Harp,
    live: &'a Live,
    token: &'a Hashed,
    code: &'a LookUpCode,
    act: &'a Act,
}

#[async_trait]
impl Work for Seek<'_> {
    type Out = Option<Sought>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Option<Sought>, Fault> {
        match Here::load(tx, self.harp, (self.live, self.token, self.act.now)).await? {
            Ok(here) => here.waiting().seek(tx, self.harp, self.code, self.act).await,
            Err(_) => Ok(None),
        }
    }
}

/// The same by a passkey: checks what it signed (the browser's `PublicKeyCredential` as JSON).
pub async fn verify_passkey(
    harp: &Harp,
    (live, token): (&Live, &Plain),
    response: &str,
    act: &Act,
) -> Result<Outcome, Trouble> {
    let (asked, devices) = match harp.store.read(&Asked { harp, live, token: token.hashed(), act }).await? {
        Ok(found) => found,
        Err(gone) => return Ok(Outcome::Gone(gone)),
    };
    let answered = passkey::check(harp, (asked.as_ref(), &devices), response, act.now);
    complete(harp, (live, token), Answer::Passkey(&answered), act).await
}

async fn complete(
    harp: &Harp,
    (live, token): (&Live, &Plain),
    answer: Answer<'_>,
    act: &Act,
) -> Result<Outcome, Trouble> {
    let secret = Plain::mint(&*harp.random);
    Ok(harp.store.write(&Verify { harp, live, token: token.hashed(), answer, secret, act }).await?)
}

/// What the passkeys were asked, and which there are.
struct Asked<'a> {
    harp: &'a Harp,
    live: &'a Live,
    token: Hashed,
    act: &'a Act,
}

#[async_trait]
impl Work for Asked<'_> {
    type Out = Result<(Option<Ceremony>, Vec<Factor>), Gone>;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let here = match Here::load(tx, self.harp, (self.live, &self.token, self.act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Err(gone)),
        };
        let asked = here.waiting().ceremony(tx).await?;
        Ok(Ok((asked, here.devices)))
    }
}

struct Choose<'a> {
    harp: &'a Harp,
    live: &'a Live,
    had: Option<(Plain, Hashed)>,
    level: Level,
    device: FactorId,
    id: StepUpId,
    fresh: Plain,
    challenge: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Choose<'_> {
    type Out = Step;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Step, Fault> {
        let Choose { harp, live, act, .. } = self;
        // Two clicks at once take turns: the second finds the first's code.
        tx.account_turn(live.account.id).await?;
        let token = match &self.had {
            Some((token, hashed)) if self.goes_on(tx, hashed).await? => token,
            _ => match self.begin(tx).await? {
                Some(sent) => return Ok(Step { token: self.fresh.clone(), sent }),
                None => &self.fresh,
            },
        };
        let sent = match Here::load(tx, harp, (live, &token.hashed(), act.now)).await? {
            Ok(here) => {
                let ask = (Ask::Choose(self.device), self.challenge);
                here.waiting().send(tx, harp, ask, act).await?
            }
            Err(gone) => SendOutcome::Gone(gone),
        };
        Ok(Step { token: token.clone(), sent })
    }
}

impl Choose<'_> {
    /// Whether the step-up of this token is of this session, for this level.
    async fn goes_on(&self, tx: &mut dyn Tx, token: &Hashed) -> Result<bool, Fault> {
        let own = |step_up: StepUp| {
            step_up.session == self.live.session.id
                && step_up.level == self.level
                && self.act.now < step_up.expires_at
        };
        Ok(tx.step_up(token).await?.is_some_and(own))
    }

    /// Begins one, unless there is nothing to begin.
    async fn begin(&self, tx: &mut dyn Tx) -> Result<Option<SendOutcome>, Fault> {
        let Choose { harp, live, act, .. } = self;
        let Some((session, account)) = serving(tx, harp, live, act.now).await? else {
            return Ok(Some(SendOutcome::Gone(Gone::Changed)));
        };
        let factors = tx.factors(account.id).await?;
        let offer = Offer::of(harp, (&session, factors), self.level, act.now);
        if offer.devices.iter().all(|device| device.id != self.device) {
            return Ok(Some(SendOutcome::NotAChoice));
        }
        let username = account.username.folded();
        let keys = Keys::sign_in(tx, harp, (&username, Some(&account)), act).await?;
        tx.add_step_up(&StepUp {
            id: self.id,
            secret: self.fresh.hashed(),
            session: session.id,
            level: self.level,
            chosen: None,
            budget: keys.key,
            created_at: act.now,
            expires_at: act.now + harp.profile.session.sign_in,
        })
        .await?;
        Ok(None)
    }
}

struct Resend<'a> {
    harp: &'a Harp,
    live: &'a Live,
    token: Hashed,
    ask: Ask,
    challenge: ChallengeId,
    act: &'a Act,
}

#[async_trait]
impl Work for Resend<'_> {
    type Out = SendOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<SendOutcome, Fault> {
        let Resend { harp, live, act, .. } = self;
        tx.account_turn(live.account.id).await?;
        match Here::load(tx, harp, (live, &self.token, act.now)).await? {
            Ok(here) => here.waiting().send(tx, harp, (self.ask, self.challenge), act).await,
            Err(gone) => Ok(SendOutcome::Gone(gone)),
        }
    }
}

struct Verify<'a> {
    harp: &'a Harp,
    live: &'a Live,
    token: Hashed,
    answer: Answer<'a>,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Verify<'_> {
    type Out = Outcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Outcome, Fault> {
        let Verify { harp, live, act, .. } = self;
        let here = match Here::load(tx, harp, (live, &self.token, act.now)).await? {
            Ok(here) => here,
            Err(gone) => return Ok(Outcome::Gone(gone)),
        };
        let proof = match here.waiting().verify(tx, harp, (self.answer, Attempt::Right), act).await? {
            Verified::Right(_, proof) => proof,
            Verified::Refused(Refusal::Wrong { left }) => return Ok(Outcome::Wrong { left }),
            Verified::Refused(Refusal::Locked { until }) => return Ok(Outcome::Locked { until }),
            Verified::NotChosen => return Ok(Outcome::NotChosen),
            Verified::Over => return Ok(Outcome::Gone(Gone::Unknown)),
        };
        if !tx.spend_step_up(here.step_up.id).await? {
            return Ok(Outcome::Gone(Gone::Unknown));
        }
        Ok(match raise(tx, harp, (&here.session, &here.account), (proof, &self.secret), act).await? {
            Some(signed_in) => Outcome::SteppedUp(Box::new(signed_in)),
            None => Outcome::Gone(Gone::Changed),
        })
    }
}

/// The same session with one proof more and a new secret: a copy of the old cookie is dead. `None`: it ended meanwhile.
pub(super) async fn raise(
    tx: &mut dyn Tx,
    harp: &Harp,
    (session, account): (&Session, &Account),
    (proof, secret): (Proof, &Plain),
    act: &Act,
) -> Result<Option<SignedIn>, Fault> {
    let proofs = with(&counting(harp, session, act.now), proof);
    if Level::of(&proofs) < Level::of(&session.proofs) {
        return Err(Fault::Defect("a step-up would take away what the session has reached".to_owned()));
    }
    let methods = proofs.iter().map(|proof| proof.method).collect();
    let raised = Raised {
        secret: secret.hashed(),
        proofs,
        auth_time: session.auth_time,
        scope: session.scope,
        epoch: account.epoch,
        at: act.now,
    };
    if !tx.raise_session(session.id, &session.secret, &raised).await? {
        return Ok(None);
    }
    let deed = Deed::SteppedUp { session: session.id, methods };
    tx.record(&harp.event(act, account.id, deed)).await?;
    let session = raised.on(session.clone());
    // A browser is known by a complete sign-in, password and all: nothing changes there.
    Ok(Some(SignedIn { secret: secret.clone(), session, how: How::Raised, browser: None }))
}
