//! The first step: user ID and password (F01, F02).

use async_trait::async_trait;

use super::{Entry, SignedIn, is_bare};
use crate::account::field::{Complaint, Complaints, Field, Problem};
use crate::account::username::{Username, fold};
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::factor::Proof;
use crate::flow::attempts::{self, Attempt, Counted, Keys, Refusal};
use crate::flow::in_a_row::{self, Authenticator, Judged};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{AccountId, SessionId, SignInId};
use crate::kernel::secret::{Plain, Secret};
use crate::kernel::time::Timestamp;
use crate::policy::Length;
use crate::port::Checked;
use crate::session::{SessionScope, SignIn};
use crate::store::{Fault, Tx, Work};

/// More than this is no user ID and no password, whatever the profile.
pub(in crate::flow) const MOST_TYPED: usize = 1024;

/// What was typed.
#[derive(Debug, Clone)]
pub struct PasswordForm {
    pub username: String,
    pub password: Secret<String>,
    pub terms: Terms,
}

/// The box *I agree to the Terms & Conditions* (F01).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Terms {
    /// This application has its terms accepted after the code (F12).
    NotAsked,
    NotTicked,
    /// Ticked: which terms, in which version.
    Ticked {
        terms: String,
    },
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum PasswordOutcome {
    /// Nothing was looked up: a field is empty, or the box is not ticked.
    Incomplete(Vec<Complaint>),
    /// Unknown user ID, wrong password or disabled account: one text for all. A locked account, too, unless the
    /// password is right.
    Refused { left: u32 },
    /// Too many failures with this user ID, or from this source. Right passwords end here, too.
    Locked { until: Timestamp },
    /// The password is right, and the account is locked until somebody unlocks it.
    AccountLocked { since: Timestamp },
    /// F02: right, and no session yet. The token leads through the second step.
    NeedsCode { token: Plain, expires_at: Timestamp },
    /// E02, E12: no device yet; a session that is good for set-up alone.
    SetUp(Box<SignedIn>),
}

impl PasswordForm {
    fn complaints(&self) -> Vec<Complaint> {
        let mut bad = Complaints::default();
        if self.username.trim().is_empty() {
            bad.add(Field::Username, Problem::Missing);
        }
        if self.password.expose().is_empty() {
            bad.add(Field::Password, Problem::Missing);
        }
        if self.terms == Terms::NotTicked {
            bad.add(Field::Terms, Problem::NotAccepted);
        }
        bad.into_vec()
    }

    fn too_long(&self) -> bool {
        self.username.len() > MOST_TYPED || self.password.expose().len() > MOST_TYPED
    }
}

/// Checks a user ID and a password. `had` is the session that the browser already has: a complete sign-in of the
/// same person raises it (`prompt=login`, `max_age`, `acr`), one of another person ends it.
pub async fn password(
    harp: &Harp,
    form: &PasswordForm,
    had: Option<SessionId>,
    act: &Act,
) -> Result<PasswordOutcome, Trouble> {
    let complaints = form.complaints();
    if !complaints.is_empty() {
        return Ok(PasswordOutcome::Incomplete(complaints));
    }
    let folded = if form.too_long() { String::new() } else { fold(&form.username) };
    // What cannot be a user ID is nobody's, and never reaches the database (PostgreSQL takes no NUL).
    let possible = Username::parse(&folded, Length { min: 1, max: MOST_TYPED }).is_ok();
    let nobody = AccountId::mint(act.now, &*harp.random);
    let Found { account, keys, locked, password, serves } =
        harp.store.read(&Look { harp, folded: &folded, possible, nobody, act }).await?;
    if let Some(until) = locked {
        // Nothing is hashed: whether a key is locked hangs on what was typed alone, so this tells nobody apart.
        let refused = Refused { harp, subject: account.map(|a| a.id), act };
        harp.store.write(&refused).await?;
        return Ok(PasswordOutcome::Locked { until });
    }
    // An unknown user ID costs the same hash, and so does a password that is switched off: whether it is right stays unknown.
    let nothing = Secret::default();
    let typed = if form.too_long() { &nothing } else { &form.password };
    let checked = harp.hasher.check(typed, account.as_ref().filter(|_| serves).map(|a| &a.password)).await?;
    let random = &*harp.random;
    let conclude = Conclude {
        harp,
        form,
        account: account.as_ref(),
        checked: &checked,
        password,
        keys: &keys,
        had,
        sign_in: SignInId::mint(act.now, random),
        session: SessionId::mint(act.now, random),
        token: Plain::mint(random),
        act,
    };
    Ok(harp.store.write(&conclude).await?)
}

struct Look<'a> {
    harp: &'a Harp,
    folded: &'a str,
    possible: bool,
    nobody: AccountId,
    act: &'a Act,
}

struct Found {
    account: Option<Account>,
    keys: Keys,
    locked: Option<Timestamp>,
    password: Authenticator,
    /// Whether the password is looked at for this visitor, or is switched off.
    serves: bool,
}

#[async_trait]
impl Work for Look<'_> {
    type Out = Found;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Found, Fault> {
        let Look { harp, folded, act, .. } = self;
        let account = match self.possible {
            true => tx.account_by_username(folded).await?,
            false => None,
        };
        let keys = Keys::sign_in(tx, harp, (folded, account.as_ref()), act).await?;
        let locked = attempts::locked(tx, harp, &keys, act.now).await?;
        let password =
            account.as_ref().map_or(Authenticator::Nobody(self.nobody), |a| Authenticator::Password(a.id));
        let serves = in_a_row::serves(tx, harp, (password, keys.visitor)).await?;
        Ok(Found { account, keys, locked, password, serves })
    }
}

struct Refused<'a> {
    harp: &'a Harp,
    subject: Option<AccountId>,
    act: &'a Act,
}

#[async_trait]
impl Work for Refused<'_> {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        tx.record(&self.harp.event(self.act, self.subject, Deed::PasswordRefused)).await
    }
}

struct Conclude<'a> {
    harp: &'a Harp,
    form: &'a PasswordForm,
    account: Option<&'a Account>,
    checked: &'a Checked,
    password: Authenticator,
    keys: &'a Keys,
    had: Option<SessionId>,
    sign_in: SignInId,
    session: SessionId,
    token: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Conclude<'_> {
    type Out = PasswordOutcome;

    async fn run(&self, tx: &mut dyn Tx) -> Result<PasswordOutcome, Fault> {
        let Conclude { harp, keys, act, .. } = self;
        // Switched off, it is refused in the same words, right or wrong: the letter says why.
        let password = (self.password, keys.visitor);
        let serves = in_a_row::serves(tx, harp, password).await?;
        let right = self.right(tx).await?.filter(|_| serves);
        let attempt = if right.is_some() { Attempt::Right } else { Attempt::Wrong };
        let counted = attempts::count(tx, harp, keys, (attempt, act.now)).await?;
        let judged = match counted {
            Counted::Locked { .. } => Judged::No,
            _ => in_a_row::count(tx, harp, password, (attempt, act.now)).await?,
        };
        if let (Judged::Last(off), Some(account)) = (judged, self.account) {
            in_a_row::switched_off(tx, harp, (account, None, off), act).await?;
        }
        let right = right.filter(|_| judged != Judged::No);
        match (right, counted) {
            (Some(account), Counted::Open { .. }) if account.standing == Standing::Locked => {
                self.tell_locked(tx, account.id).await
            }
            (Some(account), Counted::Open { .. }) => self.go_on(tx, account).await,
            (_, counted) => self.refuse(tx, counted).await,
        }
    }
}

impl Conclude<'_> {
    /// The account, if the password is right and nothing changed while it was hashed.
    async fn right(&self, tx: &mut dyn Tx) -> Result<Option<Account>, Fault> {
        let (Some(before), Checked::Right | Checked::RightUpgrade(_)) = (self.account, self.checked) else {
            return Ok(None);
        };
        let now = tx.account(before.id).await?;
        // The epoch, not the hash: another sign-in may have hashed the same password anew meanwhile.
        Ok(now.filter(|a| a.epoch == before.epoch && a.standing != Standing::Disabled))
    }

    async fn refuse(&self, tx: &mut dyn Tx, counted: Counted) -> Result<PasswordOutcome, Fault> {
        let subject = self.account.map(|a| a.id);
        tx.record(&self.harp.event(self.act, subject, Deed::PasswordRefused)).await?;
        Ok(match attempts::refused(tx, self.harp, (self.account, counted), self.act).await? {
            Refusal::Wrong { left } => PasswordOutcome::Refused { left },
            Refusal::Locked { until } => PasswordOutcome::Locked { until },
        })
    }

    /// Whoever gets here knows the password: to them it may be said.
    async fn tell_locked(&self, tx: &mut dyn Tx, account: AccountId) -> Result<PasswordOutcome, Fault> {
        // Unlocked at this moment: once more, and it is found so.
        let Some(lock) = tx.account_lock(account).await? else {
            return Err(Fault::Conflict(format!("{account} was unlocked meanwhile")));
        };
        tx.record(&self.harp.event(self.act, account, Deed::LockedAccountRefused)).await?;
        Ok(PasswordOutcome::AccountLocked { since: lock.at })
    }

    async fn go_on(&self, tx: &mut dyn Tx, account: Account) -> Result<PasswordOutcome, Fault> {
        let Conclude { harp, .. } = self;
        let act = &self.act.by_person(account.id);
        // Of several at once one upgrades: the hash that was checked may be gone by now.
        if let (Checked::RightUpgrade(better), Some(before)) = (self.checked, self.account)
            && tx.upgrade_password_hash(account.id, &before.password, better).await?
        {
            tx.record(&harp.event(act, account.id, Deed::PasswordHashUpgraded)).await?;
        }
        if let Terms::Ticked { terms } = &self.form.terms {
            let deed = Deed::TermsAccepted { terms: terms.clone() };
            tx.record(&harp.event(act, account.id, deed)).await?;
        }
        tx.record(&harp.event(act, account.id, Deed::PasswordAccepted)).await?;
        let proofs = vec![Proof::by(Method::Password, act.now)];
        if is_bare(tx, &account).await? {
            // There is nothing more to prove: for such an account this is all of the sign-in.
            in_a_row::reset(tx, Authenticator::Password(account.id), act.now).await?;
            let entry = Entry {
                id: self.session,
                secret: &self.token,
                account: &account,
                proofs,
                scope: SessionScope::SetUp,
                had: self.had,
            };
            return Ok(PasswordOutcome::SetUp(Box::new(entry.enter(tx, harp, act).await?)));
        }
        let expires_at = act.now + harp.profile.session.sign_in;
        let sign_in = SignIn {
            id: self.sign_in,
            secret: self.token.hashed(),
            account: account.id,
            epoch: account.epoch,
            session: self.had,
            proofs,
            chosen: None,
            budget: self.keys.key.clone(),
            created_at: act.now,
            expires_at,
        };
        tx.add_sign_in(&sign_in).await?;
        Ok(PasswordOutcome::NeedsCode { token: self.token.clone(), expires_at })
    }
}
