//! Requests that wait: looked at, resumed, declined; and the terms that one may wait for (F12).

use async_trait::async_trait;
use harp_core::account::Standing;
use harp_core::audit::Deed;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;

use super::check::Checked;
use super::{Answer, checked, issue, refused};
use crate::flow::provider::Oidc;
use crate::grant::interaction::Interaction;
use crate::grant::terms::Acceptance;
use crate::protocol::authorize::AuthorizeRequest;
use crate::protocol::{ErrorCode, ProtocolError};
use crate::store::{OidcTx, OidcWork};

/// What a page may say of a request that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The application's name, for people (F08).
    pub application: String,
    /// For `form-action`.
    pub form_action: String,
    /// F12: whether this application asks for its terms after the security code.
    pub asks_for_terms: crate::grant::client::Terms,
    pub login_hint: Option<String>,
}

/// The request that waits under this token, if it still does.
pub async fn waiting(oidc: &Oidc, token: &Plain, act: &Act) -> Result<Option<Pending>, Trouble> {
    Ok(match take_up(oidc, token, act).await? {
        Taken::Up(taken) => Some(Pending {
            application: taken.1.client.name.clone(),
            form_action: taken.1.redirect.csp_source(),
            asks_for_terms: taken.1.client.terms,
            login_hint: taken.1.login_hint,
        }),
        Taken::Not(_) => None,
    })
}

/// Goes on with a request, once something was done about what it waits for.
pub async fn resume(
    oidc: &Oidc,
    token: &Plain,
    session: Option<&Plain>,
    act: &Act,
) -> Result<Answer, Trouble> {
    match take_up(oidc, token, act).await? {
        Taken::Up(taken) => {
            let (it, checked) = *taken;
            issue::judge_again(oidc, &checked, (session, token, it), act).await
        }
        Taken::Not(answer) => Ok(answer),
    }
}

/// The person does not want to: the application is told `access_denied`.
pub async fn decline(oidc: &Oidc, token: &Plain, act: &Act) -> Result<Answer, Trouble> {
    struct Spend(Hashed, Timestamp);
    #[async_trait]
    impl OidcWork for Spend {
        type Out = bool;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<bool, Fault> {
            tx.spend_interaction(&self.0, self.1).await
        }
    }
    match take_up(oidc, token, act).await? {
        Taken::Not(answer) => Ok(answer),
        Taken::Up(taken) => {
            let (it, checked) = *taken;
            if !oidc.store.write(&Spend(it.secret, act.now)).await? {
                return Ok(Answer::Gone);
            }
            let error = ProtocolError::new(ErrorCode::AccessDenied, "the person declined");
            Ok(refused(oidc, &checked.refuse(error)))
        }
    }
}

/// F12: the person of this session accepts the terms in force on the way to the application. False: nobody is signed
/// in, or the request does not wait any more.
pub async fn accept_terms(oidc: &Oidc, token: &Plain, session: &Plain, act: &Act) -> Result<bool, Trouble> {
    let Taken::Up(taken) = take_up(oidc, token, act).await? else { return Ok(false) };
    Ok(oidc.store.write(&Accept { oidc, it: &taken.0, session: session.hashed(), act }).await?)
}

struct Accept<'a> {
    oidc: &'a Oidc,
    it: &'a Interaction,
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
        if !lives || account.standing == Standing::Disabled {
            return Ok(false);
        }
        let (client, version) = (self.it.client.clone(), self.oidc.terms.clone());
        let deed = Deed::TermsAccepted { terms: format!("{client} {version}") };
        let by = self.act.by_person(account.id);
        tx.accept_terms(&Acceptance { account: account.id, client, version, session: session.id, at: now })
            .await?;
        tx.record(&harp.event(&by, account.id, deed)).await?;
        Ok(true)
    }
}

enum Taken {
    Up(Box<(Interaction, Checked)>),
    Not(Answer),
}

/// Finds the request and checks it as if it had just come: its client may be gone meanwhile.
async fn take_up(oidc: &Oidc, token: &Plain, act: &Act) -> Result<Taken, Trouble> {
    struct Find(Hashed, Timestamp);
    #[async_trait]
    impl OidcWork for Find {
        type Out = Option<Interaction>;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Option<Interaction>, Fault> {
            tx.interaction(&self.0, self.1).await
        }
    }
    let Some(it) = oidc.store.read(&Find(token.hashed(), act.now)).await? else {
        return Ok(Taken::Not(Answer::Gone));
    };
    let request = AuthorizeRequest::parse(it.request.as_bytes())
        .map_err(|e| Trouble::Corrupt { private: format!("a waiting request: {e}") })?;
    Ok(match checked(oidc, &request, act).await? {
        Ok(checked) => Taken::Up(Box::new((it, checked))),
        Err(refusal) => Taken::Not(refused(oidc, &refusal)),
    })
}
