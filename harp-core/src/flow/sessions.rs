//! Sessions of a signed-in browser: found by the hash of their cookie, checked against time and credentials.

use std::time::Duration;

use async_trait::async_trait;

use super::{Harp, Trouble};
use crate::account::Account;
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, SessionId};
use crate::kernel::secret::{Hashed, Plain};
use crate::kernel::time::Timestamp;
use crate::session::{Ended, Session};
use crate::store::{Fault, Tx, Work};

/// A session that serves, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    pub session: Session,
    pub account: Account,
}

/// The live session of a cookie. A cookie that names none is as good as a signed-out one.
pub async fn authenticate(harp: &Harp, secret: &Plain, act: &Act) -> Result<Result<Live, Ended>, Trouble> {
    struct Read(Hashed);
    #[async_trait]
    impl Work for Read {
        type Out = Option<Live>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Some(session) = tx.session(&self.0).await? else { return Ok(None) };
            let account = tx.account(session.account).await?;
            Ok(account.map(|account| Live { session, account }))
        }
    }
    let Some(live) = harp.store.read(&Read(secret.hashed())).await? else { return Ok(Err(Ended::SignedOut)) };
    if !live.account.standing.is_usable() {
        return Ok(Err(Ended::CredentialsChanged));
    }
    Ok(live.session.check(live.account.epoch, &harp.profile.session, act.now).map(|()| live))
}

/// How exactly use is noted: a session is written to once in this time at most.
const NOTED_EVERY: Duration = Duration::from_secs(60);

/// A page was asked for: that counts as use, which `prompt=none` and token refresh do not. Idle life is exact to a minute.
pub async fn used(harp: &Harp, live: Live, act: &Act) -> Result<Live, Trouble> {
    struct Touch(SessionId, Timestamp);
    #[async_trait]
    impl Work for Touch {
        type Out = ();
        async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
            tx.touch_session(self.0, self.1).await
        }
    }
    if act.now.since(live.session.seen_at) < NOTED_EVERY {
        return Ok(live);
    }
    harp.store.write(&Touch(live.session.id, act.now)).await?;
    Ok(Live { session: Session { seen_at: act.now, ..live.session }, ..live })
}

/// The person's sessions that serve, newest first.
pub async fn list(harp: &Harp, live: &Live, act: &Act) -> Result<Vec<Session>, Trouble> {
    struct Read(AccountId);
    #[async_trait]
    impl Work for Read {
        type Out = Vec<Session>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.sessions(self.0).await
        }
    }
    let mut sessions = harp.store.read(&Read(live.account.id)).await?;
    sessions.retain(|s| s.check(live.account.epoch, &harp.profile.session, act.now).is_ok());
    Ok(sessions)
}

/// Signs out: the session ends for every copy of its cookie. False: it had ended before.
pub async fn sign_out(harp: &Harp, live: &Live, act: &Act) -> Result<bool, Trouble> {
    end(harp, live, live.session.id, act).await
}

/// Ends one of the person's own sessions. False: it had ended before, or is not theirs.
pub async fn end(harp: &Harp, live: &Live, id: SessionId, act: &Act) -> Result<bool, Trouble> {
    struct End<'a> {
        harp: &'a Harp,
        account: AccountId,
        id: SessionId,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for End<'_> {
        type Out = bool;
        async fn run(&self, tx: &mut dyn Tx) -> Result<bool, Fault> {
            let session = tx.session_by_id(self.id).await?;
            if session.is_none_or(|s| s.account != self.account)
                || !tx.end_session(self.id, self.act.now).await?
            {
                return Ok(false);
            }
            let deed = Deed::SignedOut { session: self.id };
            tx.record(&self.harp.event(self.act, self.account, deed)).await?;
            Ok(true)
        }
    }
    Ok(harp.store.write(&End { harp, account: live.account.id, id, act }).await?)
}

/// Ends every session of the person's but this one; how many.
pub async fn end_others(harp: &Harp, live: &Live, act: &Act) -> Result<u32, Trouble> {
    struct End<'a> {
        harp: &'a Harp,
        live: &'a Live,
        act: &'a Act,
    }
    #[async_trait]
    impl Work for End<'_> {
        type Out = u32;
        async fn run(&self, tx: &mut dyn Tx) -> Result<u32, Fault> {
            end_all_but(tx, self.harp, self.live, self.act).await
        }
    }
    Ok(harp.store.write(&End { harp, live, act }).await?)
}

/// The same as a step of another work.
pub(super) async fn end_all_but(tx: &mut dyn Tx, harp: &Harp, live: &Live, act: &Act) -> Result<u32, Fault> {
    let ended = tx.end_sessions(live.account.id, Some(live.session.id), act.now).await?;
    let count = u32::try_from(ended.len()).unwrap_or(u32::MAX);
    if count > 0 {
        tx.record(&harp.event(act, live.account.id, Deed::SessionsEnded { count })).await?;
    }
    Ok(count)
}
