//! What signed-in people change about their account themselves: the password (A03), the challenge question (A04).
//! Both ask for the current password, and guesses at it count as guesses at signing in.

use async_trait::async_trait;

use super::alert::{alert, sign_in_locked};
use super::attempts::{self, Attempt, Counted, Keys};
use super::in_a_row::{self, Authenticator, Judged};
use super::sessions::{Live, end_all_but};
use super::sign_up::{new_challenge, new_password};
use super::{Harp, Trouble, known};
use crate::account::field::{Complaint, Complaints, Field, Problem};
use crate::account::{Challenge, PasswordHash};
use crate::audit::Deed;
use crate::factor::password::OwnWords;
use crate::kernel::act::Act;
use crate::kernel::secret::{Plain, Secret};
use crate::kernel::time::Timestamp;
use crate::notice::Happened;
use crate::port::Checked;
use crate::store::session::Raised;
use crate::store::{Fault, Tx, Work};

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct PasswordForm {
    pub current: Secret<String>,
    pub password: Secret<String>,
    pub confirm: Secret<String>,
}

#[derive(Debug, Clone, Default)]
pub struct QuestionForm {
    pub current: Secret<String>,
    pub question: String,
    pub answer: Secret<String>,
}

#[derive(Debug)]
pub enum PasswordChanged {
    /// Every other session has ended. `secret` is this one's new cookie, `browser` that of a browser that the account knew and
    /// knows on (P15): all others are forgotten.
    Changed {
        secret: Plain,
        browser: Option<Plain>,
    },
    Refused(Vec<Complaint>),
    /// Too many wrong passwords.
    Locked {
        until: Timestamp,
    },
    /// The credentials changed elsewhere, or the session ended, at this moment: sign in again.
    SignInAgain,
}

#[derive(Debug, Clone, PartialEq)]
pub enum QuestionChanged {
    Changed,
    Refused(Vec<Complaint>),
    Locked {
        until: Timestamp,
    },
    /// The profile in force has no challenge question (`nist-63-4`).
    NotOffered,
    SignInAgain,
}

/// A03
pub async fn change_password(
    harp: &Harp,
    live: &Live,
    form: &PasswordForm,
    act: &Act,
) -> Result<PasswordChanged, Trouble> {
    let account = &live.account;
    let mut bad = Complaints::default();
    require(&form.current, &mut bad);
    let own = OwnWords {
        username: account.username.as_str(),
        name: &account.person.name,
        email: &account.email.address,
    };
    new_password((&form.password, &form.confirm), harp.profile, own, &mut bad);
    if !bad.is_empty() {
        return Ok(PasswordChanged::Refused(bad.into_vec()));
    }
    match current(harp, live, &form.current, act).await? {
        Current::Right => {}
        Current::Wrong => return Ok(PasswordChanged::Refused(wrong_current())),
        Current::Locked { until } => return Ok(PasswordChanged::Locked { until }),
    }
    let hash = harp.hasher.hash(&form.password).await?;
    let secret = Plain::mint(&*harp.random);
    let changed = harp.store.write(&SetPassword { harp, live, hash, secret: &secret, act }).await?;
    Ok(match changed {
        Set::Here { browser } => PasswordChanged::Changed { secret, browser },
        Set::SessionOver | Set::Stale => PasswordChanged::SignInAgain,
    })
}

/// What became of the new password.
enum Set {
    /// It is set, and the session goes on.
    Here { browser: Option<Plain> },
    /// It is set, as its owner wished; the session had ended meanwhile.
    SessionOver,
    /// The credentials have changed since the current password was checked.
    Stale,
}

struct SetPassword<'a> {
    harp: &'a Harp,
    live: &'a Live,
    hash: PasswordHash,
    secret: &'a Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for SetPassword<'_> {
    type Out = Set;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Set, Fault> {
        let SetPassword { harp, live, act, .. } = self;
        let (session, account) = (&live.session, &live.account);
        let Some(epoch) = tx.set_password(account.id, &self.hash, account.epoch).await? else {
            return Ok(Set::Stale);
        };
        let raised = Raised {
            secret: self.secret.hashed(),
            proofs: session.proofs.clone(),
            auth_time: session.auth_time,
            scope: session.scope,
            epoch,
            at: act.now,
        };
        in_a_row::reset(tx, Authenticator::Password(account.id), act.now).await?;
        let stays = tx.raise_session(session.id, &session.secret, &raised).await?;
        end_all_but(tx, harp, live, act).await?;
        tx.record(&harp.event(act, account.id, Deed::PasswordChanged)).await?;
        alert(tx, harp, (account, Happened::PasswordChanged), act).await?;
        Ok(match stays {
            true => Set::Here { browser: known::keep(tx, harp, (account, epoch), act).await? },
            false => Set::SessionOver,
        })
    }
}

/// A04: takes effect on the next recovery.
pub async fn change_question(
    harp: &Harp,
    live: &Live,
    form: &QuestionForm,
    act: &Act,
) -> Result<QuestionChanged, Trouble> {
    if harp.profile.challenge.is_none() {
        return Ok(QuestionChanged::NotOffered);
    }
    let mut bad = Complaints::default();
    require(&form.current, &mut bad);
    let challenge = new_challenge(&form.question, &form.answer, harp.profile, &mut bad);
    let Some((question, answer)) = challenge.filter(|_| bad.is_empty()) else {
        return Ok(QuestionChanged::Refused(bad.into_vec()));
    };
    match current(harp, live, &form.current, act).await? {
        Current::Right => {}
        Current::Wrong => return Ok(QuestionChanged::Refused(wrong_current())),
        Current::Locked { until } => return Ok(QuestionChanged::Locked { until }),
    }
    let challenge = Challenge { question, answer: harp.hasher.hash(&answer).await? };
    let changed = harp.store.write(&SetQuestion { harp, live, challenge, act }).await?;
    Ok(if changed { QuestionChanged::Changed } else { QuestionChanged::SignInAgain })
}

struct SetQuestion<'a> {
    harp: &'a Harp,
    live: &'a Live,
    challenge: Challenge,
    act: &'a Act,
}

#[async_trait]
impl Work for SetQuestion<'_> {
    type Out = bool;

    async fn run(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        let SetQuestion { harp, live, challenge, act } = self;
        // The password that was entered may have been changed since then.
        let account = tx.account(live.account.id).await?;
        let Some(account) = account.filter(|a| a.epoch == live.account.epoch) else { return Ok(false) };
        tx.set_challenge(live.account.id, challenge).await?;
        tx.record(&harp.event(act, live.account.id, Deed::ChallengeQuestionChanged)).await?;
        alert(tx, harp, (&account, Happened::QuestionChanged), act).await?;
        Ok(true)
    }
}

/// Whether the current password is what was typed.
enum Current {
    Right,
    Wrong,
    Locked { until: Timestamp },
}

async fn current(harp: &Harp, live: &Live, typed: &Secret<String>, act: &Act) -> Result<Current, Trouble> {
    struct Count<'a> {
        harp: &'a Harp,
        live: &'a Live,
        attempt: Attempt,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for Count<'_> {
        type Out = Current;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Current, Fault> {
            let Count { harp, live, attempt, act } = self;
            let account = &live.account;
            let keys = Keys::sign_in(tx, harp, (&account.username.folded(), Some(account)), act).await?;
            let counted = attempts::count(tx, harp, &keys, (*attempt, act.now)).await?;
            let password = (Authenticator::Password(account.id), keys.visitor);
            let judged = match counted {
                Counted::Locked { .. } => Judged::No,
                _ => in_a_row::count(tx, harp, password, (*attempt, act.now)).await?,
            };
            if let Judged::Last(off) = judged {
                in_a_row::switched_off(tx, harp, (account, None, off), act).await?;
            }
            if *attempt == Attempt::Wrong {
                tx.record(&harp.event(act, live.account.id, Deed::PasswordRefused)).await?;
            }
            if let Counted::NowLocked { until } = counted {
                tx.record(&harp.event(act, live.account.id, Deed::SignInLocked { until })).await?;
                sign_in_locked(tx, harp, (Some(&live.account), until), act).await?;
            }
            Ok(match (counted, attempt) {
                (Counted::Locked { until } | Counted::NowLocked { until }, _) => Current::Locked { until },
                (Counted::Open { .. }, _) if judged == Judged::No => Current::Wrong,
                (Counted::Open { .. }, Attempt::Wrong) => Current::Wrong,
                (Counted::Open { .. }, Attempt::Right | Attempt::Complete) => Current::Right,
            })
        }
    }
    let attempt = match harp.hasher.check(typed, Some(&live.account.password)).await? {
        Checked::Wrong => Attempt::Wrong,
        Checked::Right | Checked::RightUpgrade(_) => Attempt::Right,
    };
    Ok(harp.store.write(&Count { harp, live, attempt, act }).await?)
}

fn require(current: &Secret<String>, bad: &mut Complaints) {
    if current.expose().is_empty() {
        bad.add(Field::CurrentPassword, Problem::Missing);
    }
}

fn wrong_current() -> Vec<Complaint> {
    vec![Complaint { field: Field::CurrentPassword, problem: Problem::Mismatch }]
}
