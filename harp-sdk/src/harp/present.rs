//! Who is signed in: the cookie is opened, sign-outs are heard, and what is older than the bound is renewed.

use std::time::Duration;

use harp_core::kernel::time::Timestamp;

use super::Harp;
use crate::config::WhenAway;
use crate::error::ProviderError;
use crate::proof::SKEW;
use crate::renewal::Verdict;
use crate::session::{Open, Seal, Session};
use crate::signed_out::SignedOutUnavailable;
use crate::userinfo::{self, Told};

/// What the request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A safe method (RFC 9110 §9.2.1).
    Read,
    /// Anything that may change something.
    Change,
    /// Signing in or out: both must work while the provider is away, so nothing is renewed. Never for anything else.
    SignInOrOut,
}

/// Whether somebody is signed in cannot be known now. Nobody counts as signed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionUnknown {
    /// The memory of signed-out sessions.
    #[error(transparent)]
    SignedOut(#[from] SignedOutUnavailable),
    /// What is known of the session is too old, and the provider does not answer.
    #[error("the session cannot be renewed: {0}")]
    Provider(ProviderError),
}

impl Harp {
    /// Who is signed in, by the request's `Cookie` header. What the provider last said of them is renewed when it is
    /// older than [`crate::Config::fresh_for`]; `None` is nobody, somebody whose session has ended here or at the provider,
    /// and somebody whose account was locked.
    ///
    /// # Errors
    /// It cannot be known now: the memory of signed-out sessions, or the provider, does not answer. Nobody counts as
    /// signed in then.
    pub async fn session(&self, cookies: &str, purpose: Purpose) -> Result<Option<Open>, SessionUnknown> {
        let now = self.now();
        let Some(found) = self.0.sessions.open(cookies, self.tools(), now) else { return Ok(None) };
        if self.0.signed_out.has_ended(found.session.sid(), found.session.began()).await? {
            return Ok(None);
        }
        let before = found.session.confirmed();
        let Some(session) = self.present(found.session, purpose, now).await? else { return Ok(None) };
        let seal = if session.confirmed() == before { found.seal } else { Seal::Due };
        let renewed = match seal {
            Seal::Due => self.0.sessions.cookie(&session, self.tools()).ok(),
            Seal::NotYet => None,
        };
        Ok(Some(Open { session, renewed }))
    }

    /// The session with the person as of at most the bound ago.
    async fn present(
        &self,
        session: Session,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<Option<Session>, SessionUnknown> {
        // Another tab or an older copy of the cookie may have learnt more.
        let session = match self.0.renewals.known(session.id()) {
            Some(Verdict::Over) => return Ok(None),
            Some(Verdict::Counts { who, confirmed }) if confirmed > session.confirmed() => {
                session.renewed(*who, confirmed)
            }
            _ => session,
        };
        let age = now.since(session.confirmed());
        // Another node may have renewed it by a clock that is ahead, but not by much.
        let is_fresh = age < self.0.freshness.fresh_for && session.confirmed() <= now + SKEW;
        if is_fresh || purpose == Purpose::SignInOrOut {
            return Ok(Some(session));
        }
        match self.renew(&session, now).await {
            Verdict::Counts { who, confirmed } => Ok(Some(session.renewed(*who, confirmed))),
            Verdict::Over => Ok(None),
            Verdict::Away(error) => match self.0.freshness.when_away {
                WhenAway::ReadFor(span) if purpose == Purpose::Read && age < span => Ok(Some(session)),
                _ => Err(SessionUnknown::Provider(error)),
            },
        }
    }

    async fn renew(&self, session: &Session, now: Timestamp) -> Verdict {
        let (harp, asking) = (self.clone(), session.clone());
        let since = now - self.0.freshness.fresh_for.saturating_sub(Duration::from_micros(1));
        let ask = async move { harp.ask(asking).await };
        self.0.renewals.verdict(session.id(), since, ask).await
    }

    async fn ask(&self, session: Session) -> Verdict {
        let confirmed = self.now();
        let told = async {
            let metadata = self.metadata().await?;
            // Where nothing can be asked, a session lasts as long as what it knows; the next sign-in is silent.
            let (Some(url), Some(access)) = (&metadata.userinfo_endpoint, session.access()) else {
                return Ok(Told::Over);
            };
            userinfo::ask(&self.0.wire, url, access.expose()).await
        };
        match told.await {
            Ok(Told::About(info)) if info.is_of(session.who()) => {
                let mut who = Box::new(session.who().clone());
                info.renew(&mut who);
                Verdict::Counts { who, confirmed }
            }
            Ok(Told::About(_)) => {
                tracing::error!("the userinfo endpoint describes another person: the session is ended");
                Verdict::Over
            }
            Ok(Told::Over) => {
                tracing::info!("the provider has ended a session");
                Verdict::Over
            }
            Err(error) => {
                tracing::warn!(%error, "a session could not be renewed");
                Verdict::Away(error)
            }
        }
    }
}
