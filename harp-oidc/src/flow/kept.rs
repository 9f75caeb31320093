//! P17: what was typed survives the end of a session, for the same person on the same page.

use async_trait::async_trait;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::kernel::time::Timestamp;
use harp_core::session::Ended;
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::grant::kept::{KeptForm, LIFE, MOST_BYTES, MOST_FORMS, Typed, place};
use crate::store::{OidcTx, OidcWork};

/// A form on its way: what was typed where, and the token that will lead back to it.
#[derive(Debug, Clone)]
pub struct Form {
    pub typed: Typed,
    /// The page's path, without its query.
    pub path: String,
    pub token: Plain,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Kept,
    /// Too long; nothing is cut.
    TooLong,
    /// The cookie names no session whose person may come back to it: only one that lasts, or ran out of time, does.
    Nobodys,
}

/// Keeps the form for the person of this session, which may just have run out.
pub async fn keep(oidc: &Oidc, form: &Form, session: &Plain, act: &Act) -> Result<Kept, Trouble> {
    let Some(account) = whose(oidc, session, act).await? else { return Ok(Kept::Nobodys) };
    let json = serde_json::to_vec(&form.typed).map_err(|e| Trouble::Corrupt { private: e.to_string() })?;
    if json.len() > MOST_BYTES {
        return Ok(Kept::TooLong);
    }
    let secret = form.token.hashed();
    let sealed = oidc.harp.vault.seal(&json, place(&row(account, &secret)), &*oidc.harp.random);
    let sealed = sealed.map_err(|e| Trouble::Corrupt { private: e.to_string() })?;
    let kept = KeptForm { secret, account, path: form.path.clone(), sealed, expires_at: act.now + LIFE };
    oidc.store.write(&Keep(kept)).await?;
    Ok(Kept::Kept)
}

/// What the token leads to: for the person who typed it, on the page where they did.
pub async fn find(
    oidc: &Oidc,
    token: &Plain,
    (account, path): (AccountId, &str),
    act: &Act,
) -> Result<Option<Typed>, Trouble> {
    let found = oidc.store.read(&Find { secret: token.hashed(), account, at: act.now }).await?;
    let Some(form) = found.filter(|form| form.path == path) else { return Ok(None) };
    // Sealed under a root key that is gone: it is lost, and the form is empty.
    let Ok(json) = oidc.harp.vault.open(&form.sealed, place(&row(account, &form.secret))) else {
        return Ok(None);
    };
    Ok(serde_json::from_slice(json.expose()).ok())
}

/// The form was sent after all.
pub async fn forget(oidc: &Oidc, token: &Plain, account: AccountId) -> Result<(), Trouble> {
    Ok(oidc.store.write(&Forget { secret: token.hashed(), account }).await?)
}

/// Sign-out and a change of credentials are meant: whoever sits there next is owed nothing.
async fn whose(oidc: &Oidc, session: &Plain, act: &Act) -> Result<Option<AccountId>, Trouble> {
    let rules = &oidc.harp.profile.session;
    Ok(oidc.store.read(&Whose(session.hashed())).await?.and_then(|(session, account)| {
        let over = session.check(account.epoch, rules, act.now);
        let returns = matches!(over, Ok(()) | Err(Ended::Idle | Ended::Absolute));
        (returns && account.standing.is_usable()).then_some(account.id)
    }))
}

fn row(account: AccountId, secret: &Hashed) -> String {
    format!("{account} {}", secret.as_str())
}

struct Keep(KeptForm);

#[async_trait]
impl OidcWork for Keep {
    type Out = ();
    async fn run(&self, tx: &mut dyn OidcTx) -> Result<(), Fault> {
        tx.keep_form(&self.0, MOST_FORMS).await
    }
}

struct Find {
    secret: Hashed,
    account: AccountId,
    at: Timestamp,
}

#[async_trait]
impl OidcWork for Find {
    type Out = Option<KeptForm>;
    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault> {
        tx.kept_form(&self.secret, self.account, self.at).await
    }
}

struct Forget {
    secret: Hashed,
    account: AccountId,
}

#[async_trait]
impl OidcWork for Forget {
    type Out = ();
    async fn run(&self, tx: &mut dyn OidcTx) -> Result<(), Fault> {
        tx.forget_form(&self.secret, self.account).await
    }
}

struct Whose(Hashed);

#[async_trait]
impl OidcWork for Whose {
    type Out = Option<(harp_core::session::Session, harp_core::account::Account)>;
    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault> {
        let Some(session) = tx.session(&self.0).await? else { return Ok(None) };
        Ok(tx.account(session.account).await?.map(|account| (session, account)))
    }
}
