//! [`AccountStore`] in SQL.

use async_trait::async_trait;

use super::row::args;
use super::{Arg, Row, SqlTx};
use crate::account::challenge::Question;
use crate::account::ssn::PersonPrints;
use crate::account::username::Username;
use crate::account::{
    Account, BirthDate, Challenge, Email, PasswordHash, Person, PostalAddress, Proofed, SecondAddress,
    Standing,
};
use crate::kernel::id::AccountId;
use crate::kernel::secret::Hashed;
use crate::kernel::text::{EmailAddress, PersonName};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::account::{AccountStore, Added, Draft, Verified};

macro_rules! select_account {
    ($of:literal) => {
        concat!(
            "SELECT id, username, first_name, middle_name, last_name, birth_date, phone, country, address_line1, \
             address_line2, city, state, zip, email, email_verified_at, second_email, second_email_at, \
             second_email_awaited, password, challenge_question, challenge_answer, standing, proofed, epoch, locale, \
             created_at FROM account ",
            $of
        )
    };
}

#[async_trait]
impl AccountStore for SqlTx {
    async fn add_account(&mut self, account: &Account) -> Result<Added, Fault> {
        let Account { id, username, person, email, challenge, .. } = account;
        let Person { name, birth, phone, address } = person;
        let added = self
            .optional(
                "INSERT INTO account (id, username, username_folded, first_name, middle_name, last_name, birth_date, \
                 phone, country, address_line1, address_line2, city, state, zip, email, email_verified_at, password, \
                 challenge_question, challenge_answer, standing, proofed, epoch, locale, created_at, second_email, \
                 second_email_at, second_email_awaited) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
                 $21, $22, $23, $24, $25, $26, $27) \
                 ON CONFLICT (username_folded) DO NOTHING RETURNING id",
                args![
                    *id,
                    username.as_str(),
                    username.folded(),
                    &name.first,
                    name.middle.as_deref(),
                    &name.last,
                    birth.0.to_string(),
                    phone,
                    &address.country,
                    &address.line1,
                    address.line2.as_deref(),
                    &address.city,
                    &address.state,
                    &address.zip,
                    &email.address,
                    email.verified_at,
                    &account.password.0,
                    challenge.as_ref().map(|c| c.question.as_str()),
                    challenge.as_ref().map(|c| c.answer.0.as_str()),
                    account.standing.as_str(),
                    Arg::json(&account.proofed)?,
                    account.epoch,
                    &account.locale,
                    account.created_at,
                    account.second.confirmed.as_ref().map(EmailAddress::as_str),
                    account.second.confirmed_at,
                    account.second.awaited.as_ref().map(EmailAddress::as_str),
                ],
            )
            .await?;
        if added.is_none() {
            return Ok(Added::UsernameTaken);
        }
        if let Some(address) = email.verified() {
            // Seeded accounts only; whoever registers verifies afterwards.
            self.execute(
                "INSERT INTO verified_email (folded, account) VALUES ($1, $2)",
                args![address.folded(), *id],
            )
            .await?;
        }
        Ok(Added::Added)
    }

    async fn account(&mut self, id: AccountId) -> Result<Option<Account>, Fault> {
        self.optional(select_account!("WHERE id = $1"), args![id]).await?.map(account).transpose()
    }

    async fn account_by_username(&mut self, folded: &str) -> Result<Option<Account>, Fault> {
        let row = self.optional(select_account!("WHERE username_folded = $1"), args![folded]).await?;
        row.map(account).transpose()
    }

    async fn verified_owner(&mut self, folded: &str) -> Result<Option<AccountId>, Fault> {
        let row =
            self.optional("SELECT account FROM verified_email WHERE folded = $1", args![folded]).await?;
        row.map(|r| r.get("account")).transpose()
    }

    async fn verify_email(
        &mut self,
        id: AccountId,
        address: &EmailAddress,
        at: Timestamp,
    ) -> Result<Verified, Fault> {
        // Holds the account's row, so that the address does not change from here on.
        let same = self
            .optional(
                "UPDATE account SET email = email WHERE id = $1 AND email = $2 RETURNING id",
                args![id, address],
            )
            .await?;
        if same.is_none() {
            return Ok(Verified::Changed);
        }
        // Whoever comes first owns it; the others are told who does.
        let owner = self
            .optional(
                "INSERT INTO verified_email (folded, account) VALUES ($1, $2) \
                 ON CONFLICT (folded) DO UPDATE SET folded = excluded.folded RETURNING account",
                args![address.folded(), id],
            )
            .await?;
        if owner.map(|r| r.get::<AccountId>("account")).transpose()? != Some(id) {
            return Ok(Verified::Taken);
        }
        self.execute(
            "UPDATE account SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL",
            args![id, at],
        )
        .await?;
        Ok(Verified::Verified)
    }

    async fn account_turn(&mut self, id: AccountId) -> Result<bool, Fault> {
        let sql = "UPDATE account SET epoch = epoch WHERE id = $1 RETURNING id";
        Ok(self.optional(sql, args![id]).await?.is_some())
    }

    async fn set_email(&mut self, id: AccountId, address: &EmailAddress) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE account SET email = $2 WHERE id = $1 AND email_verified_at IS NULL RETURNING id",
                args![id, address],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn await_second_address(&mut self, id: AccountId, address: &EmailAddress) -> Result<(), Fault> {
        self.execute("UPDATE account SET second_email_awaited = $2 WHERE id = $1", args![id, address]).await
    }

    async fn confirm_second_address(
        &mut self,
        id: AccountId,
        address: &EmailAddress,
        at: Timestamp,
    ) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE account SET second_email = $2, second_email_at = $3, second_email_awaited = NULL \
                 WHERE id = $1 AND second_email_awaited = $2 RETURNING id",
                args![id, address, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn remove_second_address(&mut self, id: AccountId, address: &EmailAddress) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE account SET second_email = NULL, second_email_at = NULL, second_email_awaited = NULL \
                 WHERE id = $1 AND second_email = $2 RETURNING id",
                args![id, address],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn set_password(
        &mut self,
        id: AccountId,
        hash: &PasswordHash,
        epoch: u32,
    ) -> Result<Option<u32>, Fault> {
        let row = self
            .optional(
                "UPDATE account SET password = $2, epoch = epoch + 1 WHERE id = $1 AND epoch = $3 RETURNING epoch",
                args![id, &hash.0, epoch],
            )
            .await?;
        row.map(|r| r.get("epoch")).transpose()
    }

    async fn upgrade_password_hash(
        &mut self,
        id: AccountId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE account SET password = $3 WHERE id = $1 AND password = $2 RETURNING id",
                args![id, &old.0, &new.0],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn set_challenge(&mut self, id: AccountId, challenge: &Challenge) -> Result<(), Fault> {
        self.execute(
            "UPDATE account SET challenge_question = $2, challenge_answer = $3 WHERE id = $1",
            args![id, challenge.question.as_str(), &challenge.answer.0],
        )
        .await
    }

    async fn set_standing(&mut self, id: AccountId, from: Standing, to: Standing) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE account SET standing = $3 WHERE id = $1 AND standing = $2 RETURNING id",
                args![id, from.as_str(), to.as_str()],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn set_proofed(&mut self, id: AccountId, proofed: Proofed) -> Result<(), Fault> {
        self.execute("UPDATE account SET proofed = $2 WHERE id = $1", args![id, Arg::json(&proofed)?]).await
    }

    async fn claim_person(
        &mut self,
        person: &PersonPrints,
        id: AccountId,
    ) -> Result<Option<AccountId>, Fault> {
        // In one order for everybody, so that two claims do not wait for each other.
        let mut prints = person.all().to_vec();
        prints.sort_unstable();
        for (n, print) in prints.iter().enumerate() {
            let row = self
                .optional(
                    "INSERT INTO person_claim (fingerprint, account) VALUES ($1, $2) \
                     ON CONFLICT (fingerprint) DO UPDATE SET fingerprint = excluded.fingerprint RETURNING account",
                    args![print, id],
                )
                .await?;
            let holder = row.map(|r| r.get::<AccountId>("account")).transpose()?;
            if let Some(other) = holder.filter(|&holder| holder != id) {
                // The refusal is committed: nothing of the claim may stay.
                for ours in prints.iter().take(n) {
                    let sql = "DELETE FROM person_claim WHERE fingerprint = $1 AND account = $2";
                    self.execute(sql, args![ours, id]).await?;
                }
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    async fn person_owner(&mut self, person: &PersonPrints) -> Result<Option<AccountId>, Fault> {
        for print in person.all() {
            let sql = "SELECT account FROM person_claim WHERE fingerprint = $1";
            if let Some(row) = self.optional(sql, args![print]).await? {
                return row.get("account").map(Some);
            }
        }
        Ok(None)
    }

    async fn add_draft(&mut self, draft: &Draft) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO draft (id, secret, account, data, version, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            args![
                draft.id,
                &draft.secret,
                draft.account,
                Arg::json(&draft.data)?,
                draft.version,
                draft.created_at,
                draft.expires_at,
            ],
        )
        .await
    }

    async fn draft(&mut self, secret: &Hashed) -> Result<Option<Draft>, Fault> {
        let row = self
            .optional(
                "SELECT id, secret, account, data, version, created_at, expires_at FROM draft WHERE secret = $1",
                args![secret],
            )
            .await?;
        row.map(draft).transpose()
    }

    async fn save_draft(&mut self, draft: &Draft) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE draft SET secret = $3, data = $4, expires_at = $5, version = version + 1 \
                 WHERE id = $1 AND version = $2 RETURNING version",
                args![draft.id, draft.version, &draft.secret, Arg::json(&draft.data)?, draft.expires_at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn spend_draft(&mut self, draft: &Draft) -> Result<bool, Fault> {
        let sql = "DELETE FROM draft WHERE id = $1 AND version = $2 RETURNING id";
        Ok(self.optional(sql, args![draft.id, draft.version]).await?.is_some())
    }

    async fn sweep_drafts(&mut self, now: Timestamp) -> Result<u32, Fault> {
        // The cases of registrations that nobody completed go with them: they are about no account.
        self.execute(
            "DELETE FROM proofing_case WHERE account IN \
             (SELECT account FROM draft WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) \
             AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = proofing_case.account)",
            args![now],
        )
        .await?;
        self.swept(
            "DELETE FROM draft WHERE id IN \
             (SELECT id FROM draft WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) RETURNING id",
            now,
        )
        .await
    }
}

fn account(row: Row) -> Result<Account, Fault> {
    let question: Option<String> = row.get("challenge_question")?;
    let challenge = match question {
        None => None,
        Some(_) => Some(Challenge {
            question: row.word("challenge_question", Question::parse)?,
            answer: PasswordHash(row.get("challenge_answer")?),
        }),
    };
    Ok(Account {
        id: row.get("id")?,
        username: Username::stored(row.get("username")?),
        person: person(&row)?,
        email: Email { address: row.get("email")?, verified_at: row.get("email_verified_at")? },
        second: SecondAddress {
            confirmed: row.get("second_email")?,
            confirmed_at: row.get("second_email_at")?,
            awaited: row.get("second_email_awaited")?,
        },
        password: PasswordHash(row.get("password")?),
        challenge,
        standing: row.word("standing", Standing::parse)?,
        proofed: row.json("proofed")?,
        epoch: row.get("epoch")?,
        locale: row.get("locale")?,
        created_at: row.get("created_at")?,
    })
}

fn person(row: &Row) -> Result<Person, Fault> {
    Ok(Person {
        name: PersonName {
            first: row.get("first_name")?,
            middle: row.get("middle_name")?,
            last: row.get("last_name")?,
        },
        birth: BirthDate(row.parse("birth_date")?),
        phone: row.get("phone")?,
        address: PostalAddress {
            country: row.get("country")?,
            line1: row.get("address_line1")?,
            line2: row.get("address_line2")?,
            city: row.get("city")?,
            state: row.get("state")?,
            zip: row.get("zip")?,
        },
    })
}

fn draft(row: Row) -> Result<Draft, Fault> {
    Ok(Draft {
        id: row.get("id")?,
        secret: row.get("secret")?,
        account: row.get("account")?,
        data: row.json("data")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
    })
}
