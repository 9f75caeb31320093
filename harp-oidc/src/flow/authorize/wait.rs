//! Requests that wait: looked at, resumed, declined.

use async_trait::async_trait;
use harp_core::account::username::Username;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::kernel::text::EmailAddress;
use harp_core::kernel::time::Timestamp;
use harp_core::session::Session;
use harp_core::store::Fault;

use super::check::Checked;
use super::decide::{Context, Need, Seen, Verdict, decide};
use super::{Answer, checked, issue, refused};
use crate::flow::provider::Oidc;
use crate::grant::client::Terms;
use crate::grant::interaction::Interaction;
use crate::grant::terms::InForce;
use crate::protocol::authorize::AuthorizeRequest;
use crate::protocol::{ErrorCode, ProtocolError};
use crate::store::{OidcTx, OidcWork};

/// What a page may say and ask for on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The application's name, for people (F08).
    pub application: String,
    /// F01, F12: when its terms are asked, and which.
    pub asks: Terms,
    pub terms: InForce,
    /// The user ID or e-mail address that the application expects, to be filled in. It proves nothing.
    pub login_hint: Option<String>,
    /// What it waits for now. `None`: for nothing more.
    pub need: Option<Need>,
}

/// The request that waits under this token, if it still does, as the person in this session finds it.
pub async fn waiting(
    oidc: &Oidc,
    token: &Plain,
    session: Option<&Session>,
    act: &Act,
) -> Result<Option<Pending>, Trouble> {
    struct See<'a> {
        oidc: &'a Oidc,
        checked: &'a Checked,
        session: Option<&'a Session>,
    }
    #[async_trait]
    impl OidcWork for See<'_> {
        type Out = Option<Seen>;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Option<Seen>, Fault> {
            issue::see(tx, (self.oidc, self.checked), self.session.cloned()).await
        }
    }
    let Taken::Up(taken) = take_up(oidc, token, act).await? else { return Ok(None) };
    let (it, checked) = *taken;
    let seen = oidc.store.read(&See { oidc, checked: &checked, session }).await?;
    let methods = oidc.harp.methods();
    let context = Context::of(&it, (oidc.harp.profile, &methods), act.now);
    Ok(Some(Pending {
        need: match decide(&checked, seen.as_ref(), context) {
            Verdict::First(need) => Some(need),
            Verdict::Issue { .. } | Verdict::Refuse(_) => None,
        },
        application: checked.client.name.clone(),
        asks: checked.client.terms,
        terms: InForce::of(&checked.client, &oidc.terms),
        login_hint: checked.login_hint.as_deref().and_then(|hint| fill_in(oidc, hint)),
    }))
}

/// What may stand in the field of the user ID, whoever wrote it: a user ID or an e-mail address, in visible ASCII. A text
/// that says something, or is written from right to left, does not get onto a page of ours.
fn fill_in(oidc: &Oidc, hint: &str) -> Option<String> {
    let username = Username::parse(hint, oidc.harp.profile.username).ok();
    let address = || EmailAddress::parse(hint).ok().map(|address| address.as_str().to_owned());
    username.map(|name| name.as_str().to_owned()).or_else(address)
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

/// The person does not want to prove more: the application is told what was reached, or, where it asked for more as essential,
/// that it was not (OpenID Connect Core §3.1.2.1, §5.5.1.1).
pub async fn decline_step_up(
    oidc: &Oidc,
    token: &Plain,
    session: Option<&Plain>,
    act: &Act,
) -> Result<Answer, Trouble> {
    struct Decline(Hashed, Timestamp);
    #[async_trait]
    impl OidcWork for Decline {
        type Out = bool;
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<bool, Fault> {
            tx.decline_step_up(&self.0, self.1).await
        }
    }
    if !oidc.store.write(&Decline(token.hashed(), act.now)).await? {
        return Ok(Answer::Gone);
    }
    resume(oidc, token, session, act).await
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
