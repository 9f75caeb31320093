//! [`FactorStore`] in SQL.

use std::time::Duration;

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::account::PasswordHash;
use crate::factor::passkey::{About, CredentialId, Passkey};
use crate::factor::{Binding, CodeChallenge, CodePurpose, Factor, FactorStatus};
use crate::kernel::assurance::Method;
use crate::kernel::id::{AccountId, ChallengeId, FactorId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::factor::{Counter, FactorStore};
use crate::vault::Sealed;

/// How long a challenge is kept after its code has expired: a person may still ask for another code.
const KEEP: Duration = Duration::from_hours(24);

macro_rules! select_factor {
    ($of:literal) => {
        concat!(
            "SELECT id, account, method, contact, secret, last_step, credential, passkey, sign_count, status, created_at, \
             activated_at, last_used_at, \
             (SELECT COUNT(*) FROM lookup_code WHERE lookup_code.factor = factor.id AND spent_at IS NULL) AS codes_left \
             FROM factor ",
            $of
        )
    };
}
pub(super) use select_factor;

macro_rules! select_challenge {
    ($of:literal) => {
        concat!(
            "SELECT id, account, purpose, resend, expires_at, created_at, spent_at FROM code_challenge ",
            $of
        )
    };
}

#[async_trait]
impl FactorStore for SqlTx {
    async fn add_factor(&mut self, factor: &Factor) -> Result<(), Fault> {
        let (contact, secret, last_step) = match &factor.binding {
            Binding::Sms { phone } | Binding::Voice { phone } => (Some(phone.as_str()), None, None),
            Binding::Email { address } => (Some(address.as_str()), None, None),
            Binding::Totp { secret, last_step } => (None, Some(secret.0.as_str()), *last_step),
            Binding::RecoveryCodes { .. } => (None, None, None),
            Binding::Passkey(_) => {
                return Err(Fault::Defect("a passkey is added by `add_passkey`".to_owned()));
            }
        };
        self.execute(
            "INSERT INTO factor (id, account, method, contact, secret, last_step, status, created_at, activated_at, \
             last_used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                factor.id,
                factor.account,
                factor.method().as_str(),
                contact,
                secret,
                last_step.map(step).transpose()?,
                factor.status.as_str(),
                factor.created_at,
                factor.activated_at,
                factor.last_used_at,
            ],
        )
        .await
    }

    async fn factor(&mut self, id: FactorId) -> Result<Option<Factor>, Fault> {
        self.optional(select_factor!("WHERE id = $1"), args![id]).await?.map(factor).transpose()
    }

    async fn factors(&mut self, account: AccountId) -> Result<Vec<Factor>, Fault> {
        let of = select_factor!("WHERE account = $1 AND status <> 'removed' ORDER BY created_at, id");
        self.all(of, args![account]).await?.into_iter().map(factor).collect()
    }

    async fn activate_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET status = 'active', activated_at = $2 \
                 WHERE id = $1 AND status = 'unverified' RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn factor_used(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET last_used_at = CASE WHEN last_used_at > $2 THEN last_used_at ELSE $2 END \
                 WHERE id = $1 AND status = 'active' RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    /// The secret of a removed factor, and what names a passkey in the world, have no use any more: they are wiped.
    async fn remove_factor(&mut self, id: FactorId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET status = 'removed', removed_at = $2, \
                 secret = CASE WHEN secret IS NULL THEN NULL ELSE '' END, credential = NULL, passkey = NULL \
                 WHERE id = $1 AND status <> 'removed' RETURNING id",
                args![id, at],
            )
            .await?;
        if row.is_some() {
            self.execute("DELETE FROM lookup_code WHERE factor = $1", args![id]).await?;
        }
        Ok(row.is_some())
    }

    async fn add_lookup_code(
        &mut self,
        set: FactorId,
        number: u32,
        hash: &PasswordHash,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO lookup_code (factor, number, hash) VALUES ($1, $2, $3)";
        self.execute(sql, args![set, number, &hash.0]).await
    }

    async fn lookup_code(&mut self, set: FactorId, number: u32) -> Result<Option<PasswordHash>, Fault> {
        let sql = "SELECT hash FROM lookup_code WHERE factor = $1 AND number = $2 AND spent_at IS NULL";
        self.optional(sql, args![set, number]).await?.map(|r| Ok(PasswordHash(r.get("hash")?))).transpose()
    }

    async fn spend_lookup_code(&mut self, set: FactorId, number: u32, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE lookup_code SET spent_at = $3 \
                 WHERE factor = $1 AND number = $2 AND spent_at IS NULL RETURNING number",
                args![set, number, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn spend_totp_step(&mut self, id: FactorId, step_used: u64) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE factor SET last_step = $2 WHERE id = $1 AND method = 'totp' AND status <> 'removed' \
                 AND (last_step IS NULL OR last_step < $2) RETURNING id",
                args![id, step(step_used)?],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn add_challenge(&mut self, challenge: &CodeChallenge) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO code_challenge (id, account, purpose, resend, expires_at, created_at, spent_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                challenge.id,
                challenge.account,
                Arg::json(&challenge.purpose)?,
                challenge.resend,
                challenge.expires_at,
                challenge.created_at,
                challenge.spent_at,
            ],
        )
        .await
    }

    async fn challenge(&mut self, id: ChallengeId) -> Result<Option<CodeChallenge>, Fault> {
        self.optional(select_challenge!("WHERE id = $1"), args![id]).await?.map(challenge).transpose()
    }

    async fn challenge_for(
        &mut self,
        account: AccountId,
        purpose: &CodePurpose,
    ) -> Result<Option<CodeChallenge>, Fault> {
        let of = select_challenge!(
            "WHERE account = $1 AND purpose = $2 AND spent_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1"
        );
        self.optional(of, args![account, Arg::json(purpose)?]).await?.map(challenge).transpose()
    }

    async fn callback_of(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Option<CodeChallenge>, Fault> {
        let of = select_challenge!(
            "WHERE account = $1 AND spent_at IS NULL AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT 50"
        );
        let open = self.all(of, args![account, now]).await?.into_iter().map(challenge);
        let mut open = open.collect::<Result<Vec<_>, _>>()?;
        open.retain(|c| matches!(c.purpose, CodePurpose::Callback { .. }));
        Ok(open.into_iter().next())
    }

    async fn resend_challenge(
        &mut self,
        id: ChallengeId,
        from: u32,
        expires_at: Timestamp,
    ) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE code_challenge SET resend = resend + 1, expires_at = $3 \
                 WHERE id = $1 AND resend = $2 AND spent_at IS NULL RETURNING id",
                args![id, from, expires_at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn spend_challenge(&mut self, id: ChallengeId, resend: u32, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE code_challenge SET spent_at = $3 \
                 WHERE id = $1 AND resend = $2 AND spent_at IS NULL AND expires_at > $3 RETURNING id",
                args![id, resend, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn budget(&mut self, key: &str) -> Result<Option<Counter>, Fault> {
        let row = self.optional("SELECT data, version FROM counter WHERE name = $1", args![key]).await?;
        row.map(|r| Ok(Counter { json: r.get("data")?, version: r.get("version")? })).transpose()
    }

    async fn save_budget(
        &mut self,
        key: &str,
        version: u32,
        json: &str,
        forget_at: Timestamp,
    ) -> Result<bool, Fault> {
        let row = if version == 0 {
            self.optional(
                "INSERT INTO counter (name, data, version, forget_at) VALUES ($1, $2, 1, $3) \
                 ON CONFLICT (name) DO NOTHING RETURNING version",
                args![key, json, forget_at],
            )
            .await?
        } else {
            self.optional(
                "UPDATE counter SET data = $3, version = version + 1, forget_at = $4 \
                 WHERE name = $1 AND version = $2 RETURNING version",
                args![key, version, json, forget_at],
            )
            .await?
        };
        Ok(row.is_some())
    }

    async fn sweep_codes(&mut self, now: Timestamp) -> Result<u32, Fault> {
        let codes = self
            .swept(
                "DELETE FROM code_challenge WHERE id IN \
                 (SELECT id FROM code_challenge WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) RETURNING id",
                now - KEEP,
            )
            .await?;
        let counters = self
            .swept(
                "DELETE FROM counter WHERE forget_at <= $1 AND name IN \
                 (SELECT name FROM counter WHERE forget_at <= $1 ORDER BY forget_at LIMIT 500) RETURNING name",
                now,
            )
            .await?;
        Ok(codes.saturating_add(counters))
    }
}

fn step(step: u64) -> Result<i64, Fault> {
    i64::try_from(step).map_err(|_| Fault::Defect("a TOTP step beyond the end of time".to_owned()))
}

pub(super) fn factor(row: Row) -> Result<Factor, Fault> {
    let binding = match row.word("method", Method::parse)? {
        Method::Sms => Binding::Sms { phone: row.get("contact")? },
        Method::Voice => Binding::Voice { phone: row.get("contact")? },
        Method::Email => Binding::Email { address: row.get("contact")? },
        Method::Totp => {
            Binding::Totp { secret: Sealed(row.get("secret")?), last_step: row.get("last_step")? }
        }
        Method::RecoveryCode => Binding::RecoveryCodes { left: row.get("codes_left")? },
        Method::Passkey => Binding::Passkey(Passkey {
            credential: CredentialId::stored(row.get::<Option<String>>("credential")?.unwrap_or_default()),
            about: match row.get::<Option<String>>("passkey")? {
                Some(_) => row.json("passkey")?,
                None => About::wiped(),
            },
            sign_count: row.get("sign_count")?,
        }),
        other => return Err(Fault::Corrupt(format!("a factor cannot be of the method {other}"))),
    };
    Ok(Factor {
        id: row.get("id")?,
        account: row.get("account")?,
        binding,
        status: row.word("status", FactorStatus::parse)?,
        created_at: row.get("created_at")?,
        activated_at: row.get("activated_at")?,
        last_used_at: row.get("last_used_at")?,
    })
}

fn challenge(row: Row) -> Result<CodeChallenge, Fault> {
    Ok(CodeChallenge {
        id: row.get("id")?,
        account: row.get("account")?,
        purpose: row.json("purpose")?,
        resend: row.get("resend")?,
        expires_at: row.get("expires_at")?,
        created_at: row.get("created_at")?,
        spent_at: row.get("spent_at")?,
    })
}
