//! [`Harp`]: the one client type. It holds what lives as long as the application.

mod present;

use std::sync::Arc;
use std::time::Duration;

use harp_core::access::decide::{Decision, HeldRole};
use harp_core::kernel::random::Random;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::time::{Clock, Timestamp};
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeySet};
use url::Url;

use crate::config::{Config, Freshness, Place};
use crate::cookie::{self, Lives, SetCookie};
use crate::discovery::{self, Metadata};
use crate::error::{ConfigError, Declined, ProviderError, SealError, SignInError, TokenFault};
use crate::guard::{Refusal, Rule};
use crate::identity::{Identity, Roles};
use crate::kept::{Kept, RETRY};
use crate::login::{self, Answer, Ask, Begun, Finished, Pending, Unfinished};
use crate::once::Once;
use crate::paths;
use crate::proof::{Level, Shortfall};
use crate::redeem::{Client, Credentials, Redeemed};
use crate::renewal::{Renewals, Verdict};
use crate::seal::Sealer;
use crate::session::{Access, Arrival, Session, Sessions, Tools};
use crate::signed_out::{SignOut, SignedOut, SignedOutUnavailable};
use crate::userinfo::{self, Told};
use crate::verify::{self, Expected, Header, Verified};
use crate::wire::Wire;

pub(crate) use present::Presence;
pub use present::{Purpose, SessionUnknown};

/// The provider's metadata and keys are looked at again after this long.
const FRESH: Duration = Duration::from_secs(60 * 60);
/// More keys than any provider has; each one costs work.
const MOST_KEYS: usize = 64;

/// Sign-in, sessions and guards for one application at one provider. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Harp(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Place,
    client_secret: Secret<String>,
    scopes: Vec<String>,
    redirect_uri: String,
    wire: Wire,
    metadata: Arc<Kept<Metadata>>,
    keys: Arc<Kept<CoreJsonWebKeySet>>,
    sealer: Sealer,
    sessions: Sessions,
    freshness: Freshness,
    renewals: Arc<Renewals>,
    answered: Once,
    signed_out: Arc<dyn SignedOut>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

/// Signed out here; the provider's page ends the rest.
#[derive(Debug)]
pub struct SignedOutHere {
    /// The provider's end-session page, or this application's own page when the provider has none.
    pub url: String,
    /// To be set, whatever the URL.
    pub cookies: Vec<SetCookie>,
}

impl Harp {
    /// Checks the configuration. Asks nobody: a provider that is down does not keep an application from starting.
    pub fn new(config: Config) -> Result<Harp, ConfigError> {
        let place = Place::parse(&config)?;
        Ok(Harp(Arc::new(Inner {
            wire: Wire::new(&config)?,
            sealer: Sealer::new(&config.registration.cookie_secrets, &place)?,
            sessions: Sessions::new(&place, config.lifetime),
            freshness: config.freshness,
            renewals: Renewals::new(Arc::clone(&config.clock)),
            redirect_uri: place.url(paths::CALLBACK),
            place,
            client_secret: config.registration.client_secret,
            scopes: config.scopes,
            metadata: Kept::empty(),
            keys: Kept::empty(),
            answered: Once::default(),
            signed_out: config.signed_out,
            clock: config.clock,
            random: config.random,
        })))
    }

    /// The provider, as it names itself.
    pub fn issuer(&self) -> &str {
        &self.0.place.issuer
    }

    /// To be registered at the provider, exactly so.
    pub fn redirect_uri(&self) -> &str {
        &self.0.redirect_uri
    }

    /// To be registered at the provider, exactly so.
    pub fn post_logout_redirect_uri(&self) -> String {
        self.0.place.url(self.0.place.after_sign_out.as_str())
    }

    /// The time by the configured clock.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Begins a sign-in. `cookies` is the request's `Cookie` header, or empty.
    pub async fn begin(&self, ask: &Ask, cookies: &str) -> Result<Begun, SignInError> {
        let client = self.client(&*self.metadata().await?)?;
        let now = self.now();
        let pending = Pending::new(ask, &*self.0.random, now);
        let url = client.authorize_url(&pending, ask, &self.0.scopes);
        Ok(Begun { url, cookies: pending.cookies(cookies, self.tools(), now)? })
    }

    /// Finishes a sign-in with the query of the request to [`paths::CALLBACK`] and its `Cookie` header.
    pub async fn finish(&self, query: &str, cookies: &str) -> Result<Finished, Unfinished> {
        let unfinished = |error| Unfinished { error, return_to: None, proof: None, cookies: Vec::new() };
        let answer = Answer::parse(query).map_err(unfinished)?;
        let now = self.now();
        let pending = Pending::find(cookies, &answer.state, self.tools(), now)
            .ok_or_else(|| unfinished(SignInError::NotBegun))?;
        let done = login::removal_of(&pending.state, &self.0.place);
        match self.conclude(answer, &pending, now).await {
            Ok((session, mut cookies)) => {
                cookies.push(done);
                Ok(Finished { session, return_to: pending.return_to(), cookies })
            }
            Err(error) => {
                let error = self.in_full(error, &pending, cookies, now);
                tracing::warn!(%error, "a sign-in did not come to its end");
                let (return_to, proof) = (Some(pending.return_to()), pending.proof);
                Err(Unfinished { error, return_to, proof, cookies: vec![done] })
            }
        }
    }

    /// Ends the session here, on every copy of its cookie, and says where the provider ends its own
    /// (OpenID Connect RP-Initiated Logout 1.0 §2).
    pub async fn sign_out(
        &self,
        session: &Session,
        cookies: &str,
    ) -> Result<SignedOutHere, SignedOutUnavailable> {
        // The session may have begun on a node whose clock is ahead: it ends all the same.
        let at = self.now().max(session.began());
        let until = at + self.0.sessions.life().absolute;
        self.0.signed_out.add(SignOut { sid: session.sid().to_owned(), at, until }).await?;
        let place = &self.0.place;
        let name = hint_name(place);
        // A hint is of its session: one that a neighbouring host planted is of another.
        let opened = cookie::values(cookies, &name).filter_map(|v| self.0.sealer.open(v, &name));
        let hint =
            opened.into_iter().find(|(id, _): &(String, String)| id == session.id()).map(|(_, hint)| hint);
        let gone = SetCookie::new(name, String::new(), Lives::Gone, place).at(paths::SIGN_OUT);
        let metadata = self.metadata().await.ok();
        let end = metadata.as_ref().and_then(|metadata| metadata.end_session_endpoint.clone());
        let url = match end {
            Some(mut url) => {
                let mut query = url.query_pairs_mut();
                if let Some(hint) = hint {
                    query.append_pair("id_token_hint", &hint);
                }
                query.append_pair("client_id", &place.client_id);
                query.append_pair("post_logout_redirect_uri", &self.post_logout_redirect_uri());
                drop(query);
                url.into()
            }
            None => place.after_sign_out.as_str().to_owned(),
        };
        Ok(SignedOutHere { url, cookies: vec![self.0.sessions.gone(place), gone] })
    }

    /// Whether the rule lets them; if not, why, and where to ask for the role.
    pub fn require(&self, who: &Identity, rule: &Rule) -> Result<HeldRole, Box<Refusal>> {
        match rule.decide(who, self.now()) {
            Decision::Allow { because } => Ok(because),
            Decision::Deny { because } => {
                Err(Box::new(Refusal::new(because, rule.question().clone(), self.issuer())))
            }
        }
    }

    /// The hidden field of this session's forms: a request that brings it was made by a page of ours.
    pub fn form_token(&self, session: &Session) -> String {
        self.0.sealer.form_token(session.id())
    }

    /// Compares in constant time.
    pub fn is_form_token(&self, token: &str, session: &Session) -> bool {
        self.0.sealer.is_form_token(token, session.id())
    }

    /// A step-up that the provider declined: what the person has reached is known from the session that they have.
    fn in_full(&self, error: SignInError, pending: &Pending, cookies: &str, now: Timestamp) -> SignInError {
        match (error, pending.proof) {
            (SignInError::Declined(Declined::Unmet), Some(needed)) => {
                let found = self.0.sessions.open(cookies, self.tools(), now);
                let who = found.as_ref().map(|found| found.session.who());
                let age = who.and_then(|who| who.auth_time).map(|at| now.since(at));
                SignInError::NotProven(Shortfall { needed, reached: who.and_then(Level::reached), age })
            }
            (error, _) => error,
        }
    }

    async fn conclude(
        &self,
        answer: Answer,
        pending: &Pending,
        now: Timestamp,
    ) -> Result<(Session, Vec<SetCookie>), SignInError> {
        if !self.0.answered.spend(&pending.state, login::LIFE, now) {
            return Err(SignInError::NotBegun);
        }
        let metadata = self.metadata().await?;
        answer.is_from(self.issuer(), metadata.authorization_response_iss_parameter_supported)?;
        let code = answer.code()?;
        let redeemed = self.client(&metadata)?.redeem(code, pending, &self.0.wire).await?;
        let Verified { mut who, mut roles } = self.verified(&redeemed, pending, &metadata).await?;
        if !self.0.scopes.iter().any(|scope| scope == "roles") {
            roles = Roles::Known;
        }
        if pending.person.as_ref().is_some_and(|person| *person != who.sub) {
            return Err(SignInError::OtherPerson);
        }
        if let Some(proof) = pending.proof {
            proof.check(&who, self.now()).map_err(SignInError::NotProven)?;
        }
        if (who.name.is_none() || !roles.are_known())
            && let Some(url) = &metadata.userinfo_endpoint
        {
            let told = userinfo::ask(&self.0.wire, url, &redeemed.access_token).await;
            complete(&mut who, roles, told, url)?;
        }
        let arrival = Arrival { who, access: Some(Access::new(redeemed.access_token)) };
        let session = Session::begin(arrival, self.0.sessions.life(), &*self.0.random, self.now());
        let mut cookies = vec![self.sealed(&session)?];
        let name = hint_name(&self.0.place);
        // A token too big for a cookie is no hint then: the provider asks the person before it signs them out.
        if let Ok(hint) = self.0.sealer.seal(&(session.id(), &redeemed.id_token), &name, &*self.0.random) {
            cookies.push(SetCookie::new(name, hint, Lives::Session, &self.0.place).at(paths::SIGN_OUT));
        }
        Ok((session, cookies))
    }

    async fn verified(
        &self,
        redeemed: &Redeemed,
        pending: &Pending,
        metadata: &Metadata,
    ) -> Result<Verified, SignInError> {
        let header = Header::unverified(&redeemed.id_token)?;
        let keys = self.keys(header.kid.as_deref(), metadata).await?;
        let expected = Expected {
            issuer: self.issuer(),
            client_id: &self.0.place.client_id,
            nonce: &pending.nonce,
            max_age: pending.max_age(),
            access_token: &redeemed.access_token,
            now: self.now(),
        };
        Ok(verify::verify(&redeemed.id_token, &keys, &expected)?)
    }

    /// The keys that a token names. An unknown name makes the cache look again, at most once a minute.
    async fn keys(
        &self,
        kid: Option<&str>,
        metadata: &Metadata,
    ) -> Result<Vec<CoreJsonWebKey>, ProviderError> {
        let now = self.now();
        let fetch = || {
            let (wire, url) = (self.0.wire.clone(), metadata.jwks_uri.clone());
            async move {
                let keys: CoreJsonWebKeySet = wire.json(&url, None).await?;
                if keys.keys().len() > MOST_KEYS {
                    let why = format!("{} keys", keys.keys().len());
                    return Err(ProviderError::Malformed { url: url.into(), why });
                }
                Ok(keys)
            }
        };
        let found = verify::named(&*self.0.keys.younger_than(FRESH, now, fetch()).await?, kid);
        if !found.is_empty() {
            return Ok(found);
        }
        Ok(verify::named(&*self.0.keys.younger_than(RETRY, now, fetch()).await?, kid))
    }

    /// The cookie of a session. Roles that do not fit are remembered here; every other node asks the provider for them.
    fn sealed(&self, session: &Session) -> Result<SetCookie, SealError> {
        match self.0.sessions.cookie(session, self.tools()) {
            Err(SealError::TooBig(_)) if session.knows_roles() => {
                let (who, confirmed) = (Box::new(session.who().clone()), session.confirmed());
                self.0.renewals.remember(session.id(), Verdict::Counts { who, confirmed });
                self.0.sessions.cookie(&session.without_roles(), self.tools())
            }
            sealed => sealed,
        }
    }

    async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let fetch = discovery::fetch(self.0.wire.clone(), self.0.place.issuer.clone());
        self.0.metadata.younger_than(FRESH, self.now(), fetch).await
    }

    fn client(&self, metadata: &Metadata) -> Result<Client, ProviderError> {
        let credentials = Credentials {
            client_id: &self.0.place.client_id,
            client_secret: self.0.client_secret.expose(),
            redirect_uri: &self.0.redirect_uri,
        };
        Client::new(metadata, credentials)
    }

    fn tools(&self) -> Tools<'_> {
        Tools { place: &self.0.place, sealer: &self.0.sealer, random: &*self.0.random }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn seal_session(&self, who: Identity) -> Result<(Session, SetCookie), SealError> {
        let arrival = Arrival { who, access: None };
        let session = Session::begin(arrival, self.0.sessions.life(), &*self.0.random, self.now());
        let cookie = self.sealed(&session)?;
        Ok((session, cookie))
    }
}

/// What the userinfo endpoint adds (OpenID Connect Core 1.0 §5.3). A person without a name is signed in all the same, one
/// whose roles nobody tells is not; the claims of another person are refused (§5.3.2).
fn complete(
    who: &mut Identity,
    roles: Roles,
    told: Result<Told, ProviderError>,
    url: &Url,
) -> Result<(), SignInError> {
    let error = match told {
        Ok(Told::About(info)) if info.is_of(who) => {
            info.complete(who, roles);
            return Ok(());
        }
        Ok(Told::About(_)) => return Err(TokenFault::Subject.into()),
        Ok(Told::Over) => ProviderError::Status { url: url.to_string(), status: 401 },
        Err(error) => error,
    };
    if !roles.are_known() {
        return Err(error.into());
    }
    tracing::warn!(%error, "no name: the userinfo endpoint did not answer as it must");
    Ok(())
}

fn hint_name(place: &Place) -> String {
    cookie::narrow_name(place, "hint")
}
