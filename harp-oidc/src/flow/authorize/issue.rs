//! The person is seen, judged, and answered, in one transaction: a session that ends at the same moment gets no code.

use async_trait::async_trait;
use harp_core::flow::{Trouble, network};
use harp_core::kernel::act::Act;
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::session::Session;
use harp_core::store::Fault;

use super::check::Checked;
use super::decide::{Context, Need, Seen, StepUp, Verdict, decide, silent};
use super::{Answer, Interact, refused};
use crate::flow::provider::{Location, Oidc};
use crate::grant::FamilyId;
use crate::grant::code::{AuthorizationCode, Bound};
use crate::grant::family::{Family, Grant, SignInFacts};
use crate::grant::interaction::Interaction;
use crate::grant::subject::Subject;
use crate::grant::terms::InForce;
use crate::protocol::claims::Acr;
use crate::protocol::response::{AuthorizeResponse, Outcome};
use crate::protocol::{ErrorCode, ProtocolError};
use crate::store::{OidcTx, OidcWork};

/// Judges a request that has just come.
pub(super) async fn judge(
    oidc: &Oidc,
    checked: &Checked,
    session: Option<&Plain>,
    act: &Act,
) -> Result<Answer, Trouble> {
    let token = Plain::mint(&*oidc.harp.random);
    let wait = Interaction {
        secret: token.hashed(),
        client: checked.client.id.clone(),
        request: checked.query.clone(),
        source: network(&oidc.harp, act).unwrap_or_default(),
        created_at: act.now,
        step_up_declined_at: None,
        expires_at: act.now + Interaction::LIFE,
    };
    run(oidc, checked, (session, token, Waiting::New(wait)), act).await
}

/// Judges a request that waited.
pub(super) async fn judge_again(
    oidc: &Oidc,
    checked: &Checked,
    (session, token, it): (Option<&Plain>, &Plain, Interaction),
    act: &Act,
) -> Result<Answer, Trouble> {
    run(oidc, checked, (session, token.clone(), Waiting::Resumed(it)), act).await
}

/// The request's own place among those that wait.
enum Waiting {
    New(Interaction),
    Resumed(Interaction),
}

async fn run(
    oidc: &Oidc,
    checked: &Checked,
    (session, token, waiting): (Option<&Plain>, Plain, Waiting),
    act: &Act,
) -> Result<Answer, Trouble> {
    let random = &*oidc.harp.random;
    let code = Plain::mint(random);
    let outcome = oidc
        .store
        .write(&Judge {
            oidc,
            checked,
            session: session.map(Plain::hashed),
            waiting: &waiting,
            family: FamilyId::mint(act.now, random),
            code: code.hashed(),
            subject: Subject::mint(random),
            act,
        })
        .await?;
    Ok(match outcome {
        Judged::Issued => {
            let state = checked.state.as_deref();
            let outcome = Outcome::Granted { code: &code };
            let response = AuthorizeResponse { outcome, state, issuer: &oidc.issuer };
            Answer::Redirect(Location(response.location(&checked.redirect)))
        }
        Judged::Waits(need) => Answer::Interact(Interact {
            token,
            need,
            client: checked.client.id.clone(),
            application: checked.client.name.clone(),
            form_action: checked.redirect.csp_source(),
        }),
        Judged::Refused(error) => refused(oidc, &checked.refuse(error)),
        Judged::Gone => Answer::Gone,
    })
}

struct Judge<'a> {
    oidc: &'a Oidc,
    checked: &'a Checked,
    session: Option<Hashed>,
    waiting: &'a Waiting,
    /// Minted before, used if a code is issued.
    family: FamilyId,
    code: Hashed,
    subject: Subject,
    act: &'a Act,
}

enum Judged {
    Issued,
    Waits(Need),
    Refused(ProtocolError),
    Gone,
}

#[async_trait]
impl OidcWork for Judge<'_> {
    type Out = Judged;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Judged, Fault> {
        let session = match &self.session {
            Some(secret) => tx.session(secret).await?,
            None => None,
        };
        let seen = see(tx, (self.oidc, self.checked), session).await?;
        let (profile, methods) = (self.oidc.harp.profile, self.oidc.harp.methods());
        let context = match self.waiting {
            Waiting::New(_) => {
                Context { profile, methods: &methods, since: None, step_up: StepUp::Open, now: self.act.now }
            }
            Waiting::Resumed(it) => Context::of(it, (profile, &methods), self.act.now),
        };
        match (decide(self.checked, seen.as_ref(), context), seen) {
            (Verdict::Issue { aal, acr, methods }, Some(seen)) => {
                self.issue(tx, &seen, (aal, acr, methods)).await
            }
            (Verdict::First(need), _) if self.checked.prompts.is_silent() => {
                self.refuse(tx, silent(need)).await
            }
            (Verdict::First(need), _) => {
                if let Waiting::New(it) = self.waiting {
                    let most = self.oidc.harp.profile.per_source.waiting;
                    if tx.waiting_from(&it.source, most, self.act.now).await? >= most {
                        tracing::warn!("a network has as many requests waiting for a sign-in as it may");
                        return Ok(Judged::Refused(too_many()));
                    }
                    tx.add_interaction(it).await?;
                }
                Ok(Judged::Waits(need))
            }
            (Verdict::Refuse(error), _) => self.refuse(tx, error).await,
            (Verdict::Issue { .. }, None) => Err(Fault::Defect("a code for nobody".to_owned())),
        }
    }
}

/// Nobody who has not signed in may leave more behind than so much (docs/decisions/0007). Several at one moment may be over
/// by as many as they are.
fn too_many() -> ProtocolError {
    let public = "too many sign-ins from this network are waiting: try again in a while";
    ProtocolError::new(ErrorCode::TemporarilyUnavailable, public)
}

/// The person of the session, as this application's request finds them.
pub(super) async fn see(
    tx: &mut dyn OidcTx,
    (oidc, checked): (&Oidc, &Checked),
    session: Option<Session>,
) -> Result<Option<Seen>, Fault> {
    let Some(session) = session else { return Ok(None) };
    let Some(account) = tx.account(session.account).await? else { return Ok(None) };
    let client = &checked.client;
    let subject = tx.subject(account.id, client.sector()).await?;
    let terms = tx.accepted_terms(account.id, &InForce::of(client, &oidc.terms)).await?;
    Ok(Some(Seen { session, account, subject, terms }))
}

impl Judge<'_> {
    async fn issue(
        &self,
        tx: &mut dyn OidcTx,
        seen: &Seen,
        (aal, acr, methods): (Aal, Acr, Vec<Method>),
    ) -> Result<Judged, Fault> {
        if !self.answer(tx).await? {
            return Ok(Judged::Gone);
        }
        let (checked, now) = (self.checked, self.act.now);
        let subject = tx.claim_subject(seen.account.id, checked.client.sector(), &self.subject).await?;
        let names =
            |set: std::collections::BTreeSet<&'static str>| set.into_iter().map(str::to_owned).collect();
        let grant = Grant {
            client: checked.client.id.clone(),
            account: seen.account.id,
            session: seen.session.id,
            subject,
            scopes: checked.scopes.clone(),
            id_token: names(checked.claims.for_id_token()),
            userinfo: names(checked.claims.for_userinfo(&checked.scopes)),
            sign_in: SignInFacts { auth_time: seen.session.auth_time, aal, acr, methods },
        };
        tx.add_family(&Family { id: self.family, grant, created_at: now, revoked_at: None }).await?;
        tx.add_code(&AuthorizationCode {
            secret: self.code.clone(),
            client: checked.client.id.clone(),
            family: self.family,
            bound: Bound {
                redirect_uri: checked.redirect.as_str().to_owned(),
                challenge: checked.challenge.clone(),
                nonce: checked.nonce.clone(),
            },
            expires_at: now + AuthorizationCode::LIFE,
        })
        .await?;
        // what an application asks behind the person's back is no use of the session.
        if !checked.prompts.is_silent() {
            tx.touch_session(seen.session.id, now).await?;
        }
        Ok(Judged::Issued)
    }

    async fn refuse(&self, tx: &mut dyn OidcTx, error: ProtocolError) -> Result<Judged, Fault> {
        Ok(if self.answer(tx).await? { Judged::Refused(error) } else { Judged::Gone })
    }

    /// A request that waited gets one answer.
    async fn answer(&self, tx: &mut dyn OidcTx) -> Result<bool, Fault> {
        match self.waiting {
            Waiting::New(_) => Ok(true),
            Waiting::Resumed(it) => tx.spend_interaction(&it.secret, self.act.now).await,
        }
    }
}
