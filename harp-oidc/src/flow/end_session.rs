//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): the session ends, and with it whatever hangs on it. A copied
//! cookie is dead, and so are access tokens.

use async_trait::async_trait;
use harp_core::audit::Deed;
use harp_core::flow::Trouble;
use harp_core::kernel::act::Act;
use harp_core::kernel::id::SessionId;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::store::Fault;

use super::provider::{Location, Oidc};
use super::{client_auth, keys};
use crate::grant::client::Client;
use crate::jose::alg::Typ;
use crate::jose::check::{Expected, Lifetime};
use crate::protocol::ProtocolError;
use crate::protocol::client::ClientId;
use crate::protocol::logout::LogoutRequest;
use crate::protocol::redirect::ProvenRedirect;
use crate::store::{OidcTx, OidcWork};

/// Whether the person has said that they want to sign out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed {
    NotYet,
    Yes,
}

/// What the browser is told.
#[derive(Debug)]
pub enum Answer {
    /// Nobody is signed in here any more; back to the application.
    Redirect(Location),
    /// Nobody is signed in here any more; a page says so.
    SignedOut,
    /// Ask the person first: anybody can make a link.
    Ask,
    /// The request cannot be what an application meant: an error page, and nothing was changed.
    Page(ProtocolError),
}

/// Answers a logout request. `session` is the secret of the browser's session cookie.
pub async fn end_session(
    oidc: &Oidc,
    request: &LogoutRequest,
    (session, confirmed): (Option<&Plain>, Confirmed),
    act: &Act,
) -> Result<Answer, Trouble> {
    let asked = match read(oidc, request, act).await? {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Page(error)),
    };
    let end = End { oidc, asked: &asked, session: session.map(Plain::hashed), confirmed, act };
    Ok(match (oidc.store.write(&end).await?, &asked.back) {
        (Ended::No, _) => Answer::Ask,
        (Ended::Yes, Some(back)) => {
            let state = asked.state.as_deref().map(|state| ("state", state));
            Answer::Redirect(Location(back.with(state)))
        }
        (Ended::Yes, None) => Answer::SignedOut,
    })
}

/// A logout request, understood.
struct Asked {
    /// Who and which session the hint names, if it is ours.
    hint: Option<Hint>,
    back: Option<ProvenRedirect>,
    state: Option<String>,
}

struct Hint {
    client: Client,
    subject: String,
    session: Option<SessionId>,
}

/// The origin that the way back would lead to, if it is registered for the application that asks.
pub async fn back(oidc: &Oidc, request: &LogoutRequest, act: &Act) -> Result<Option<String>, Trouble> {
    let asked = read(oidc, request, act).await?.ok();
    Ok(asked.and_then(|asked| asked.back).map(|back| back.csp_source()))
}

async fn read(
    oidc: &Oidc,
    request: &LogoutRequest,
    act: &Act,
) -> Result<Result<Asked, ProtocolError>, Trouble> {
    let parameters = (|| {
        let id = request.client_id()?;
        Ok((request.id_token_hint()?, id, request.post_logout_redirect_uri()?, request.state()?))
    })();
    let (token, id, asked, state) = match parameters {
        Ok(parameters) => parameters,
        Err(error) => return Ok(Err(error)),
    };
    let refused = |why: &'static str| Ok(Err(ProtocolError::invalid_request(why)));
    let hint = match token {
        Some(token) => hint(oidc, token, act).await?,
        None => None,
    };
    // §2: when both are there, they must name the same client.
    if let (Some(hint), Some(id)) = (&hint, &id)
        && hint.client.id != *id
    {
        return refused("`client_id` is not the one that `id_token_hint` was issued to");
    }
    let Some(asked) = asked else { return Ok(Ok(Asked { hint, back: None, state: None })) };
    let client = match (&hint, id, token) {
        (Some(hint), _, _) => Some(hint.client.clone()),
        // A hint that is not ours vouches for nothing, and makes what stands beside it doubtful too.
        (None, Some(id), None) => client_auth::find(oidc, &id).await?.filter(|c| c.disabled_at.is_none()),
        (None, _, _) => return Ok(Ok(Asked { hint, back: None, state: None })),
    };
    match client.and_then(|client| client.after_logout(asked)) {
        Some(back) => Ok(Ok(Asked { hint, back: Some(back), state: state.map(str::to_owned) })),
        None => refused("`post_logout_redirect_uri` is not registered for this application"),
    }
}

/// An ID token that we issued to a client that still exists. §2: it may have expired.
async fn hint(oidc: &Oidc, token: &str, act: &Act) -> Result<Option<Hint>, Trouble> {
    let ring = keys::ring(oidc, act.now).await?;
    let Ok(verified) = ring.verify(token, Typ::Jwt) else { return Ok(None) };
    let Some(Ok(id)) = verified.audience().next().map(ClientId::parse) else { return Ok(None) };
    let (issuer, audience) = (oidc.issuer.as_str(), id.as_str());
    if verified.check(&Expected { issuer, audience, lifetime: Lifetime::MayBeOver }).is_err() {
        return Ok(None);
    }
    let client = client_auth::find(oidc, &id).await?.filter(|client| client.disabled_at.is_none());
    let (Some(client), Some(subject)) = (client, verified.text("sub")) else { return Ok(None) };
    let session = verified.text("sid").and_then(|sid| sid.parse().ok());
    Ok(Some(Hint { client, subject: subject.to_owned(), session }))
}

struct End<'a> {
    oidc: &'a Oidc,
    asked: &'a Asked,
    session: Option<Hashed>,
    confirmed: Confirmed,
    act: &'a Act,
}

enum Ended {
    Yes,
    /// The person must be asked.
    No,
}

#[async_trait]
impl OidcWork for End<'_> {
    type Out = Ended;

    async fn run(&self, tx: &mut dyn OidcTx) -> Result<Ended, Fault> {
        let here = match &self.session {
            Some(secret) => tx.session(secret).await?.filter(|session| session.ended_at.is_none()),
            None => None,
        };
        let hint = self.asked.hint.as_ref();
        // Nobody is asked when the hint is about whoever is here: their application speaks for them.
        if let Some(here) = &here
            && self.confirmed == Confirmed::NotYet
        {
            let Some(hint) = hint else { return Ok(Ended::No) };
            let subject = tx.subject(here.account, hint.client.sector()).await?;
            // §2: an old token, or another session's, is no proof that the person wants out of this one.
            if hint.session != Some(here.id) || subject.is_none_or(|subject| subject.as_str() != hint.subject)
            {
                return Ok(Ended::No);
            }
        }
        // The session of the hint too: a browser that posts from elsewhere sends no cookie.
        let hinted = hint.and_then(|hint| hint.session);
        for id in here.map(|session| session.id).into_iter().chain(hinted) {
            self.end(tx, id).await?;
        }
        Ok(Ended::Yes)
    }
}

impl End<'_> {
    async fn end(&self, tx: &mut dyn OidcTx, id: SessionId) -> Result<(), Fault> {
        if tx.end_session(id, self.act.now).await?
            && let Some(session) = tx.session_by_id(id).await?
        {
            let deed = Deed::SignedOut { session: id };
            let by = self.act.by_person(session.account);
            tx.record(&self.oidc.harp.event(&by, session.account, deed)).await?;
        }
        Ok(())
    }
}
