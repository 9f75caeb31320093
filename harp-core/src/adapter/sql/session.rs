//! [`SessionStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::kernel::id::{AccountId, ChallengeId, FactorId, SessionId, SignInId};
use crate::kernel::secret::Hashed;
use crate::kernel::time::Timestamp;
use crate::session::{Chosen, Session, SessionScope, SignIn};
use crate::store::Fault;
use crate::store::session::{Raised, SessionStore};

macro_rules! select_session {
    ($of:literal) => {
        concat!(
            "SELECT id, secret, account, epoch, proofs, auth_time, created_at, seen_at, ended_at, scope, \
             origin FROM session ",
            $of
        )
    };
}

#[async_trait]
impl SessionStore for SqlTx {
    async fn add_session(&mut self, session: &Session) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO session (id, secret, account, epoch, proofs, auth_time, created_at, seen_at, ended_at, scope, \
             origin) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                session.id,
                &session.secret,
                session.account,
                session.epoch,
                Arg::json(&session.proofs)?,
                session.auth_time,
                session.created_at,
                session.seen_at,
                session.ended_at,
                scope_word(session.scope),
                Arg::json(&session.origin)?,
            ],
        )
        .await
    }

    async fn session(&mut self, secret: &Hashed) -> Result<Option<Session>, Fault> {
        self.optional(select_session!("WHERE secret = $1"), args![secret]).await?.map(session).transpose()
    }

    async fn session_by_id(&mut self, id: SessionId) -> Result<Option<Session>, Fault> {
        self.optional(select_session!("WHERE id = $1"), args![id]).await?.map(session).transpose()
    }

    async fn sessions(&mut self, account: AccountId) -> Result<Vec<Session>, Fault> {
        let of = select_session!("WHERE account = $1 AND ended_at IS NULL ORDER BY created_at DESC, id DESC");
        self.all(of, args![account]).await?.into_iter().map(session).collect()
    }

    async fn touch_session(&mut self, id: SessionId, at: Timestamp) -> Result<(), Fault> {
        self.execute(
            "UPDATE session SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND seen_at < $2",
            args![id, at],
        )
        .await
    }

    async fn raise_session(&mut self, id: SessionId, old: &Hashed, raised: &Raised) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE session SET secret = $3, proofs = $4, auth_time = $5, scope = $6, epoch = $7, seen_at = $8 \
                 WHERE id = $1 AND secret = $2 AND ended_at IS NULL RETURNING id",
                args![
                    id,
                    old,
                    &raised.secret,
                    Arg::json(&raised.proofs)?,
                    raised.auth_time,
                    scope_word(raised.scope),
                    raised.epoch,
                    raised.at,
                ],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn end_session(&mut self, id: SessionId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn end_sessions(
        &mut self,
        account: AccountId,
        except: Option<SessionId>,
        at: Timestamp,
    ) -> Result<Vec<SessionId>, Fault> {
        let rows = self
            .all(
                "UPDATE session SET ended_at = $3 \
                 WHERE account = $1 AND ended_at IS NULL AND ($2 IS NULL OR id <> $2) RETURNING id",
                args![account, except, at],
            )
            .await?;
        rows.iter().map(|r| r.get("id")).collect()
    }

    async fn add_sign_in(&mut self, sign_in: &SignIn) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO sign_in (id, secret, account, epoch, session, proofs, factor, challenge, budget, created_at, \
             expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                sign_in.id,
                &sign_in.secret,
                sign_in.account,
                sign_in.epoch,
                sign_in.session,
                Arg::json(&sign_in.proofs)?,
                sign_in.chosen.map(|c| c.factor),
                sign_in.chosen.and_then(|c| c.challenge),
                &sign_in.budget,
                sign_in.created_at,
                sign_in.expires_at,
            ],
        )
        .await
    }

    async fn sign_in(&mut self, secret: &Hashed) -> Result<Option<SignIn>, Fault> {
        let row = self
            .optional(
                "SELECT id, secret, account, epoch, session, proofs, factor, challenge, budget, created_at, expires_at \
                 FROM sign_in WHERE secret = $1",
                args![secret],
            )
            .await?;
        row.map(sign_in).transpose()
    }

    async fn choose_factor(&mut self, id: SignInId, chosen: Chosen) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE sign_in SET factor = $2, challenge = $3 WHERE id = $1 RETURNING id",
                args![id, chosen.factor, chosen.challenge],
            )
            .await?;
        if let (Some(_), Some(challenge)) = (&row, chosen.challenge) {
            self.execute(
                "INSERT INTO sign_in_code (sign_in, factor, challenge) VALUES ($1, $2, $3) \
                 ON CONFLICT (sign_in, factor) DO UPDATE SET challenge = excluded.challenge",
                args![id, chosen.factor, challenge],
            )
            .await?;
        }
        Ok(row.is_some())
    }

    async fn challenge_sent(&mut self, id: SignInId, factor: FactorId) -> Result<Option<ChallengeId>, Fault> {
        let sql = "SELECT challenge FROM sign_in_code WHERE sign_in = $1 AND factor = $2";
        self.optional(sql, args![id, factor]).await?.map(|row| row.get("challenge")).transpose()
    }

    async fn spend_sign_in(&mut self, id: SignInId) -> Result<bool, Fault> {
        Ok(self.optional("DELETE FROM sign_in WHERE id = $1 RETURNING id", args![id]).await?.is_some())
    }

    async fn sweep_sessions(&mut self, before: Timestamp) -> Result<u32, Fault> {
        let sign_ins = self
            .swept(
                "DELETE FROM sign_in WHERE id IN \
                 (SELECT id FROM sign_in WHERE expires_at < $1 ORDER BY expires_at LIMIT 500) RETURNING id",
                before,
            )
            .await?;
        let sessions = self
            .swept(
                "DELETE FROM session WHERE seen_at < $1 AND id IN \
                 (SELECT id FROM session WHERE seen_at < $1 ORDER BY seen_at LIMIT 500) RETURNING id",
                before,
            )
            .await?;
        Ok(sign_ins.saturating_add(sessions))
    }
}

fn scope_word(scope: SessionScope) -> &'static str {
    match scope {
        SessionScope::SetUp => "set_up",
        SessionScope::Full => "full",
    }
}

fn session(row: Row) -> Result<Session, Fault> {
    let scope =
        |word: &str| [SessionScope::SetUp, SessionScope::Full].into_iter().find(|&s| scope_word(s) == word);
    Ok(Session {
        id: row.get("id")?,
        secret: row.get("secret")?,
        account: row.get("account")?,
        epoch: row.get("epoch")?,
        proofs: row.json("proofs")?,
        auth_time: row.get("auth_time")?,
        created_at: row.get("created_at")?,
        seen_at: row.get("seen_at")?,
        ended_at: row.get("ended_at")?,
        scope: row.word("scope", scope)?,
        origin: row.json("origin")?,
    })
}

fn sign_in(row: Row) -> Result<SignIn, Fault> {
    let factor: Option<FactorId> = row.get("factor")?;
    let challenge = row.get("challenge")?;
    Ok(SignIn {
        id: row.get("id")?,
        secret: row.get("secret")?,
        account: row.get("account")?,
        epoch: row.get("epoch")?,
        session: row.get("session")?,
        proofs: row.json("proofs")?,
        chosen: factor.map(|factor| Chosen { factor, challenge }),
        budget: row.get("budget")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
