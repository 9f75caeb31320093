//! Sessions and unfinished sign-ins, each found by the hash of its cookie.

use async_trait::async_trait;

use super::Fault;
use crate::factor::Proof;
use crate::kernel::id::{AccountId, ChallengeId, FactorId, SessionId, SignInId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::{Chosen, Session, SessionScope, SignIn};

#[async_trait]
pub trait SessionStore: Send {
    async fn add_session(&mut self, session: &Session) -> Result<(), Fault>;
    async fn session(&mut self, secret: &Hashed) -> Result<Option<Session>, Fault>;
    async fn session_by_id(&mut self, id: SessionId) -> Result<Option<Session>, Fault>;
    /// Sessions of the account that have not been ended, newest first.
    async fn sessions(&mut self, account: AccountId) -> Result<Vec<Session>, Fault>;
    /// Notes use. Never moves `seen_at` back; does nothing on an ended session.
    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), Fault>;
    /// A step-up: new secret, proofs, scope and auth_time, if the secret still is `old` and the session has not ended.
    async fn raise_session(&mut self, id: SessionId, old: &Hashed, raised: &Raised) -> Result<bool, Fault>;
    /// Ends it, once.
    async fn end_session(&mut self, id: SessionId, at: Timestamp) -> Result<bool, Fault>;
    /// Ends every session of the account but `except`; the ids of those that were live.
    async fn end_sessions(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, Fault>;

    async fn add_sign_in(&mut self, sign_in: &SignIn) -> Result<(), Fault>;
    async fn sign_in(&mut self, secret: &Hashed) -> Result<Option<SignIn>, Fault>;
    /// False: the sign-in is complete or given up.
    async fn choose_factor(&mut self, id: SignInId, chosen: Chosen) -> Result<bool, Fault>;
    /// The code that was last sent to this factor during this sign-in, whatever was chosen since.
    async fn challenge_sent(&mut self, id: SignInId, factor: FactorId) -> Result<Option<ChallengeId>, Fault>;
    /// Takes the sign-in away, once: true for the one caller who may complete it.
    async fn spend_sign_in(&mut self, id: SignInId) -> Result<bool, Fault>;
    /// Deletes sign-ins that expired, and sessions that were last seen or ended, before `before`: the caller leaves
    /// the absolute life of a session between `before` and now. How many of both.
    async fn sweep_sessions(&mut self, before: Timestamp) -> Result<u32, Fault>;
}

impl Raised {
    /// The session as it is afterwards.
    pub fn on(self, session: Session) -> Session {
        let Raised { secret, proofs, auth_time, scope, epoch, at } = self;
        Session { secret, proofs, auth_time, scope, epoch, seen_at: at, ..session }
    }
}

/// What a step-up changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub secret: Hashed,
    pub proofs: Vec<Proof>,
    pub auth_time: Timestamp,
    pub scope: SessionScope,
    pub epoch: u32,
    pub at: Timestamp,
}
