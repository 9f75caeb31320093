//! Who is signed in: the cookie is opened, sign-outs are heard, and what is older than the bound is renewed.

use std::time::Duration;

use harp_core::kernel::time::Timestamp;
use tokio::time::timeout;

use super::Harp;
use crate::config::WhenAway;
use crate::cookie::SetCookie;
use crate::error::ProviderError;
use crate::proof::SKEW;
use crate::renewal::Verdict;
use crate::session::{Open, Seal, Session};
use crate::signed_out::{SignOut, SignedOutUnavailable};
use crate::userinfo::{self, Told};

/// A question that a person waits for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Who asks.
#[derive(Debug)]
pub(crate) enum Presence {
    Somebody(Box<Open>),
    Nobody,
    /// Nobody, by a cookie of a session that the provider has ended: the browser need not keep it.
    Ended(SetCookie),
}

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
        match self.presence(cookies, purpose).await? {
            Presence::Somebody(open) => Ok(Some(*open)),
            Presence::Nobody | Presence::Ended(_) => Ok(None),
        }
    }

    pub(crate) async fn presence(&self, cookies: &str, purpose: Purpose) -> Result<Presence, SessionUnknown> {
        let now = self.now();
        let Some(found) = self.0.sessions.open(cookies, self.tools(), now) else {
            return Ok(Presence::Nobody);
        };
        if self.0.signed_out.has_ended(found.session.sid(), found.session.began()).await? {
            return Ok(Presence::Nobody);
        }
        let before = found.session.confirmed();
        let Some(session) = self.present(found.session, purpose, now).await? else {
            return Ok(Presence::Ended(self.0.sessions.gone(&self.0.place)));
        };
        let seal = if session.confirmed() == before { found.seal } else { Seal::Due };
        let renewed = match seal {
            Seal::Due => self.sealed(&session).ok(),
            Seal::NotYet => None,
        };
        Ok(Presence::Somebody(Box::new(Open { session, renewed })))
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
            Some(Verdict::Counts { who, confirmed })
                if confirmed > session.confirmed() || !session.knows_roles() =>
            {
                session.renewed(*who, confirmed)
            }
            _ => session,
        };
        let age = now.since(session.confirmed());
        // Another node may have renewed it by a clock that is ahead, but not by much.
        let is_fresh = age < self.0.freshness.fresh_for && session.confirmed() <= now + SKEW;
        if is_fresh && session.knows_roles() || purpose == Purpose::SignInOrOut {
            return Ok(Some(session));
        }
        match self.renew(&session, now).await {
            Verdict::Counts { who, confirmed } => Ok(Some(session.renewed(*who, confirmed))),
            Verdict::Over => Ok(None),
            Verdict::Away(error) => match self.0.freshness.when_away {
                WhenAway::ReadFor(span)
                    if purpose == Purpose::Read && age < span && session.knows_roles() =>
                {
                    Ok(Some(session))
                }
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
            let (Some(url), Some(access)) = (&metadata.userinfo_endpoint, session.access()) else {
                return Ok(None);
            };
            userinfo::ask(&self.0.wire, url, access.expose()).await.map(Some)
        };
        let told = timeout(PATIENCE, told).await.unwrap_or_else(|_| {
            let why = format!("no answer in {} seconds", PATIENCE.as_secs());
            Err(ProviderError::Unreachable { url: self.issuer().to_owned(), why })
        });
        match told {
            // Where nothing can be asked, a session lasts as long as what it knows; the next sign-in is silent.
            Ok(None) => Verdict::Over,
            Ok(Some(Told::About(info))) if info.is_of(session.who()) => {
                let mut who = Box::new(session.who().clone());
                info.renew(&mut who);
                Verdict::Counts { who, confirmed }
            }
            Ok(Some(Told::About(_))) => {
                tracing::error!("the userinfo endpoint describes another person: the session is ended");
                self.end(&session).await
            }
            Ok(Some(Told::Over)) => {
                tracing::info!("the provider has ended a session");
                self.end(&session).await
            }
            Err(error) => {
                tracing::warn!(%error, "a session could not be renewed");
                Verdict::Away(error)
            }
        }
    }

    /// Writes it down where every node reads it, and where no crowd of other sessions takes its place: a provider that
    /// is away afterwards makes nobody forget.
    async fn end(&self, session: &Session) -> Verdict {
        let (sid, at) = (session.sid().to_owned(), session.began());
        let written = self.0.signed_out.add(SignOut { sid, at, until: session.ends() + SKEW }).await;
        if let Err(error) = written {
            tracing::error!(%error, "a session that has ended is remembered in this process only");
        }
        Verdict::Over
    }
}
