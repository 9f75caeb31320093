//! The last step: a new password by the profile's rules. Whatever the old one had opened ends (credential epoch).

use async_trait::async_trait;

use super::Here;
use crate::account::PasswordHash;
use crate::account::field::{Complaint, Complaints};
use crate::audit::Deed;
use crate::factor::password::OwnWords;
use crate::flow::alert::alert;
use crate::flow::attempts;
use crate::flow::in_a_row::{self, Authenticator};
use crate::flow::sign_in::Gone;
use crate::flow::sign_up::new_password;
use crate::flow::{Harp, Trouble, known};
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain, Secret};
use crate::notice::Happened;
use crate::store::{Fault, Tx, Work};

/// What was typed.
#[derive(Debug, Clone, Default)]
pub struct NewPassword {
    pub password: Secret<String>,
    pub confirm: Secret<String>,
}

#[derive(Debug, Clone)]
pub enum Recovered {
    /// The password is set and every session has ended. Signing in comes next, with a device as ever. `browser` is the new cookie of a browser that
    /// the account knew and knows on (P15): all others are forgotten.
    Recovered {
        browser: Option<Plain>,
    },
    Refused(Vec<Complaint>),
    Gone(Gone),
}

/// Sets the password, once, after both proofs.
pub async fn complete(
    harp: &Harp,
    token: &Plain,
    form: &NewPassword,
    act: &Act,
) -> Result<Recovered, Trouble> {
    let token = token.hashed();
    let here = match harp.store.read(&Ready { harp, token: &token, act }).await? {
        Ok(here) => here,
        Err(gone) => return Ok(Recovered::Gone(gone)),
    };
    let account = &here.account;
    let own = OwnWords {
        username: account.username.as_str(),
        name: &account.person.name,
        email: &account.email.address,
    };
    let mut bad = Complaints::default();
    new_password((&form.password, &form.confirm), harp.profile, own, &mut bad);
    if !bad.is_empty() {
        return Ok(Recovered::Refused(bad.into_vec()));
    }
    let hash = harp.hasher.hash(&form.password).await?;
    Ok(harp.store.write(&Set { harp, token: &token, hash, act }).await?)
}

struct Ready<'a> {
    harp: &'a Harp,
    token: &'a Hashed,
    act: &'a Act,
}

#[async_trait]
impl Work for Ready<'_> {
    type Out = Result<Here, Gone>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        Ok(Here::load(tx, self.harp, (self.token, self.act.now)).await?.and_then(Here::proved))
    }
}

struct Set<'a> {
    harp: &'a Harp,
    token: &'a Hashed,
    hash: PasswordHash,
    act: &'a Act,
}

#[async_trait]
impl Work for Set<'_> {
    type Out = Recovered;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Recovered, Fault> {
        let Set { harp, act, .. } = self;
        // Of several at once one comes first, and what the others read after their turn tells them so.
        if let Some(recovery) = tx.recovery(self.token).await? {
            tx.account_turn(recovery.account).await?;
        }
        let here = match Here::load(tx, harp, (self.token, act.now)).await?.and_then(Here::proved) {
            Ok(here) => here,
            Err(gone) => return Ok(Recovered::Gone(gone)),
        };
        let account = &here.account;
        // Two proofs were given: its owner may sign in at once. Before the recovery is spent: the order of [`super::mail`].
        attempts::forgive(tx, harp, account, act.now).await?;
        in_a_row::reset(tx, Authenticator::Password(account.id), act.now).await?;
        let changed = || Fault::Conflict("the account changed while its password was set".to_owned());
        if !tx.spend_recovery(here.recovery.id).await? {
            return Err(changed());
        }
        let epoch = tx.set_password(account.id, &self.hash, account.epoch).await?.ok_or_else(changed)?;
        let ended = tx.end_sessions(account.id, None, act.now).await?;
        tx.record(&harp.event(act, account.id, Deed::PasswordRecovered)).await?;
        if !ended.is_empty() {
            let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
            tx.record(&harp.event(act, account.id, Deed::SessionsEnded { count })).await?;
        }
        alert(tx, harp, (account, Happened::PasswordRecovered), act).await?;
        let browser = known::keep(tx, harp, (account, epoch), act).await?;
        Ok(Recovered::Recovered { browser })
    }
}
