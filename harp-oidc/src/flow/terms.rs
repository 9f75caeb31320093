//! F01, F12: accepting terms, by the box at the password or on a page of their own.

use async_trait::async_trait;
use harp_core::audit::Deed;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::session::{Session, SessionScope};
use harp_core::store::Fault;

use super::provider::Oidc;
use crate::grant::terms::{Acceptance, InForce, Whose};
use crate::store::{OidcTx, OidcWork};

/// The person of this session accepts these terms. False: nobody is wholly signed in there.
pub async fn accept(oidc: &Oidc, terms: &InForce, session: &Plain, act: &Act) -> Result<bool, Trouble> {
    Ok(oidc.store.write(&Accept { oidc, terms, session: session.hashed(), act }).await?)
}

/// The box at the password was ticked, and the sign-in is complete: kept, so that nobody asks again. The audit trail has
/// it since the password was right.
pub async fn ticked(oidc: &Oidc, session: &Session, version: &str, act: &Act) -> Result<(), Trouble> {
    struct Keep(Acceptance);
    #[async_trait]
    impl OidcWork for Keep {
        type Out = ();
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<(), Fault> {
            tx.accept_terms(&self.0).await
        }
    }
    let kept = Acceptance {
        account: session.account,
        whose: Whose::Site,
        version: version.to_owned(),
        session: session.id,
        at: act.now,
    };
    Ok(oidc.store.write(&Keep(kept)).await?)
}

struct Accept<'a> {
    oidc: &'a Oidc,
    terms: &'a InForce,
    session: Hashed,
    act: &'a Act,
}

#[async_trait]
impl OidcWork for Accept<'_> {
    type Out = bool;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<bool, Fault> {
        let (harp, now) = (&self.oidc.harp, self.act.now);
        let Some(session) = tx.session(&self.session).await? else { return Ok(false) };
        let Some(account) = tx.account(session.account).await? else { return Ok(false) };
        let lives = session.check(account.epoch, &harp.profile.session, now).is_ok();
        // F12: after the second factor, never before it.
        if !lives || !account.standing.is_usable() || session.scope != SessionScope::Full {
            return Ok(false);
        }
        tx.accept_terms(&Acceptance {
            account: account.id,
            whose: self.terms.whose.clone(),
            version: self.terms.text.version.clone(),
            session: session.id,
            at: now,
        })
        .await?;
        let deed = Deed::TermsAccepted { terms: self.terms.name() };
        tx.record(&harp.event(&self.act.by_person(account.id), account.id, deed)).await?;
        Ok(true)
    }
}
