//! Sessions of a signed-in browser: found by the hash of their cookie, checked against time and credentials.

use async_trait::async_trait;

use super::{Harp, Trouble};
use crate::account::{Account, Standing};
use crate::kernel::act::Act;
use crate::kernel::secret::{Hashed, Plain};
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
    if live.account.standing == Standing::Disabled {
        return Ok(Err(Ended::CredentialsChanged));
    }
    Ok(live.session.check(live.account.epoch, &harp.profile.session, act.now).map(|()| live))
}
