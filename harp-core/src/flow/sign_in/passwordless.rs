//! Signing in without user ID and password, where the profile has it on: by a passkey that verifies its owner, which is two
//! factors by itself (SP 800-63B-4 §3.1.7). Whose passkey it is, its id tells; everything else is as with a password: the terms
//! (F01), the budget of the user ID, one answer for whatever is wrong.

use async_trait::async_trait;

use super::{Entry, SignedIn, Terms};
use crate::account::field::{Complaint, Field, Problem};
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::factor::passkey::{Asserted, Ceremony, CeremonyPurpose};
use crate::factor::{Factor, FactorStatus, Proof, UserVerified};
use crate::flow::attempts::{self, Attempt, Keys, Refusal};
use crate::flow::limits::{self, Limit};
use crate::flow::{Harp, Trouble, passkey};
use crate::kernel::act::Act;
use crate::kernel::assurance::Method;
use crate::kernel::id::{ChallengeId, SessionId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::policy::Passwordless;
use crate::port::{Claimed, NotProven};
use crate::session::SessionScope;
use crate::store::{Fault, Tx, Work};

/// A challenge for whoever is at this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedAnybody {
    pub challenge: ChallengeId,
    /// For the browser, as JSON.
    pub options: String,
}

/// What a browser answered.
#[derive(Debug)]
pub struct PasskeyForm<'a> {
    pub challenge: ChallengeId,
    /// The browser's `PublicKeyCredential`, as JSON.
    pub response: &'a str,
    pub terms: Terms,
    /// The browser that was asked.
    pub browser: Hashed,
}

#[derive(Debug, Clone)]
pub enum PasskeySignIn {
    SignedIn(Box<SignedIn>),
    /// Nothing was looked at: the box is not ticked.
    Incomplete(Vec<Complaint>),
    /// Unknown, wrong, somebody else's, removed, without user verification, of a disabled account: one text for all.
    Refused,
    /// The challenge was answered already, or its time is up.
    Over,
    Locked {
        until: Timestamp,
    },
    /// The passkey is right, and the account is locked until somebody unlocks it.
    AccountLocked {
        since: Timestamp,
    },
}

/// Whether this deployment signs people in by a passkey alone.
pub fn passwordless(harp: &Harp) -> bool {
    harp.profile.passkeys.passwordless == Passwordless::On && harp.offers(Method::Passkey)
}

/// Makes a challenge; `None`: it is off, or too many were made for this network lately.
pub async fn ask_anybody(harp: &Harp, browser: Hashed, act: &Act) -> Result<Option<AskedAnybody>, Trouble> {
    if !passwordless(harp) {
        return Ok(None);
    }
    let id = ChallengeId::mint(act.now, &*harp.random);
    let purpose = CeremonyPurpose::Passwordless { browser };
    let ceremony = passkey::ceremony(harp, (purpose, harp.passkeys.ask_anybody()?), id, act.now);
    Ok(harp
        .store
        .write(&Ask { harp, ceremony: &ceremony, act })
        .await?
        .then(|| AskedAnybody { challenge: ceremony.id, options: ceremony.options.clone() }))
}

struct Ask<'a> {
    harp: &'a Harp,
    ceremony: &'a Ceremony,
    act: &'a Act,
}

#[async_trait]
impl Work for Ask<'_> {
    type Out = bool;
    async fn run(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        let most = self.harp.profile.per_source.passkeys;
        if let Some(limit) = Limit::per_source(self.harp, ("passkey", most), self.act)
            && !limits::take(tx, &limit, self.act.now).await?
        {
            return Ok(false);
        }
        tx.add_ceremony(self.ceremony).await?;
        Ok(true)
    }
}

/// Checks what a browser answered. `had` is the session that it has, as with a password.
pub async fn by_passkey(
    harp: &Harp,
    form: &PasskeyForm<'_>,
    had: Option<SessionId>,
    act: &Act,
) -> Result<PasskeySignIn, Trouble> {
    if form.terms == Terms::NotTicked {
        let complaint = Complaint { field: Field::Terms, problem: Problem::NotAccepted };
        return Ok(PasskeySignIn::Incomplete(vec![complaint]));
    }
    let claimed = harp.passkeys.claimed(form.response);
    let Found { asked, factor } = harp.store.read(&Look { form, claimed: claimed.as_ref() }).await?;
    let Some(asked) = asked.filter(|c| passwordless(harp) && c.serves(act.now)) else {
        return Ok(PasskeySignIn::Over);
    };
    let proven = prove(harp, (&asked, factor.as_ref(), claimed.as_ref()), form.response);
    if let Err(why) = &proven {
        tracing::info!(%why, "a passkey's answer proves nothing");
    }
    let conclude = Conclude {
        harp,
        form,
        asked: asked.id,
        // What names nobody counts for itself, so that whoever tries it again and again is locked like anybody.
        stranger: harp.vault.fingerprint("passkey", claimed.as_ref().map_or("", |c| c.credential.as_str())),
        factor: factor.as_ref(),
        proven: &proven,
        had,
        session: SessionId::mint(act.now, &*harp.random),
        secret: Plain::mint(&*harp.random),
        act,
    };
    Ok(harp.store.write(&conclude).await?)
}

/// WebAuthn Level 3 §7.2 step 6: nobody was identified before, so the handle must be there and be this passkey's owner's.
fn prove(
    harp: &Harp,
    (asked, factor, claimed): (&Ceremony, Option<&Factor>, Option<&Claimed>),
    response: &str,
) -> Result<Asserted, NotProven> {
    let wrong = |private: &str| NotProven::Wrong { private: private.to_owned() };
    let claimed = claimed.ok_or(NotProven::Unreadable)?;
    let passkey = factor.and_then(Factor::passkey).ok_or_else(|| wrong("nobody's passkey"))?;
    if claimed.handle != Some(passkey.about.handle) {
        return Err(wrong("the handle is another person's"));
    }
    let asserted = harp.passkeys.asserted(&asked.state, passkey, response)?;
    match asserted.user_verified {
        UserVerified::Yes => Ok(asserted),
        UserVerified::No => Err(wrong("one factor alone: the user was not verified")),
    }
}

struct Look<'a> {
    form: &'a PasskeyForm<'a>,
    claimed: Option<&'a Claimed>,
}

struct Found {
    asked: Option<Ceremony>,
    factor: Option<Factor>,
}

#[async_trait]
impl Work for Look<'_> {
    type Out = Found;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Found, Fault> {
        let ours = CeremonyPurpose::Passwordless { browser: self.form.browser.clone() };
        let asked = tx.ceremony(self.form.challenge).await?.filter(|c| c.purpose == ours);
        let factor = match self.claimed {
            Some(claimed) => tx.passkey(&claimed.credential).await?,
            None => None,
        };
        Ok(Found { asked, factor: factor.filter(|f| f.status == FactorStatus::Active) })
    }
}

struct Conclude<'a> {
    harp: &'a Harp,
    form: &'a PasskeyForm<'a>,
    asked: ChallengeId,
    stranger: String,
    factor: Option<&'a Factor>,
    proven: &'a Result<Asserted, NotProven>,
    had: Option<SessionId>,
    session: SessionId,
    secret: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Conclude<'_> {
    type Out = PasskeySignIn;

    async fn run(&self, tx: &mut dyn Tx) -> Result<PasskeySignIn, Fault> {
        let Conclude { harp, act, .. } = self;
        if !tx.spend_ceremony(self.asked, act.now).await? {
            return Ok(PasskeySignIn::Over);
        }
        let account = match self.factor {
            Some(factor) => tx.account(factor.account).await?,
            None => None,
        };
        let keys = match &account {
            Some(account) => {
                let username = account.username.folded();
                Keys::sign_in(tx, harp, (&username, Some(account)), act).await?
            }
            None => Keys::again(harp, &format!("sign-in/{}", self.stranger), act),
        };
        let usable = account.as_ref().filter(|a| a.standing != Standing::Disabled);
        let right = match usable {
            Some(account) if self.uses(tx).await? => Some(account),
            _ => None,
        };
        if let Some(account) = right {
            // Nobody guesses a signature: what strangers' guesses have locked does not keep its owner out (P15).
            if account.standing != Standing::Locked {
                attempts::count(tx, harp, &keys, (Attempt::Complete, act.now)).await?;
            }
            return self.enter(tx, account).await;
        }
        let counted = attempts::count(tx, harp, &keys, (Attempt::Wrong, act.now)).await?;
        self.note(tx, account.as_ref()).await?;
        Ok(match attempts::refused(tx, harp, (account.as_ref(), counted), act).await? {
            Refusal::Wrong { .. } => PasskeySignIn::Refused,
            Refusal::Locked { until } => PasskeySignIn::Locked { until },
        })
    }
}

impl Conclude<'_> {
    /// Whether the passkey proves its owner, here and now: its counter rises, and nobody has removed it meanwhile.
    async fn uses(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
        let (Some(factor), Ok(asserted)) = (self.factor, self.proven) else {
            if let (Some(factor), Err(NotProven::CounterWentBack)) = (self.factor, self.proven) {
                passkey::note_copy(tx, self.harp, factor.id, self.act).await?;
            }
            return Ok(false);
        };
        let Some(passkey) = factor.passkey() else { return Ok(false) };
        let used = tx.passkey_used(factor.id, &passkey.after(asserted), self.act.now).await?;
        if !used {
            passkey::note_copy(tx, self.harp, factor.id, self.act).await?;
        }
        Ok(used)
    }

    async fn note(&self, tx: &mut dyn Tx, account: Option<&Account>) -> Result<(), Fault> {
        tx.record(&self.harp.event(self.act, account.map(|a| a.id), Deed::PasskeyRefused)).await
    }

    async fn enter(&self, tx: &mut dyn Tx, account: &Account) -> Result<PasskeySignIn, Fault> {
        let Conclude { harp, .. } = self;
        let act = &self.act.by_person(account.id);
        if account.standing == Standing::Locked {
            tx.record(&harp.event(act, account.id, Deed::LockedAccountRefused)).await?;
            // Unlocked at this moment: once more, and it is found so.
            let Some(lock) = tx.account_lock(account.id).await? else {
                return Err(Fault::Conflict(format!("{} was unlocked meanwhile", account.id)));
            };
            return Ok(PasskeySignIn::AccountLocked { since: lock.at });
        }
        if let Terms::Ticked { terms } = &self.form.terms {
            let deed = Deed::TermsAccepted { terms: terms.clone() };
            tx.record(&harp.event(act, account.id, deed)).await?;
        }
        let proof = Proof { method: Method::Passkey, at: act.now, user_verified: UserVerified::Yes };
        let entry = Entry {
            id: self.session,
            secret: &self.secret,
            account,
            proofs: vec![proof],
            // E12
            scope: match account.standing {
                Standing::PendingSetup => SessionScope::SetUp,
                _ => SessionScope::Full,
            },
            had: self.had,
        };
        Ok(PasskeySignIn::SignedIn(Box::new(entry.enter(tx, harp, act).await?)))
    }
}
