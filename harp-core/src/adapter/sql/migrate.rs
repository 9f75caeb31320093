//! Migrations: each crate has its own list; what was applied stands in `schema_version`.
//!
//! Each migration is a transaction that begins by changing the one row of `schema_lock`. Whoever migrates at the same
//! time waits for that row and then finds the work done; a program that dies lets go of it. So there is neither
//! an advisory lock nor a lease that must run out.

use async_trait::async_trait;
use sha2::{Digest as _, Sha256};

use super::row::args;
use super::{SqlStore, SqlTx, SqlWork};
use crate::kernel::time::Timestamp;
use crate::store::Fault;

/// One step of a schema. Once released it never changes.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// 1, 2, 3, .. without a gap.
    pub version: u32,
    pub name: &'static str,
    /// Portable DDL, statements separated by semicolons.
    pub sql: &'static str,
}

/// The tables of harp-core, for [`SqlStore::migrate`] under the owner `harp-core`.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "account", sql: include_str!("../../../migrations/0001_account.sql") },
    Migration { version: 2, name: "factor", sql: include_str!("../../../migrations/0002_factor.sql") },
    Migration { version: 3, name: "session", sql: include_str!("../../../migrations/0003_session.sql") },
    Migration { version: 4, name: "access", sql: include_str!("../../../migrations/0004_access.sql") },
    Migration { version: 5, name: "outbox", sql: include_str!("../../../migrations/0005_outbox.sql") },
    Migration { version: 6, name: "proofing", sql: include_str!("../../../migrations/0006_proofing.sql") },
    Migration { version: 7, name: "root_key", sql: include_str!("../../../migrations/0007_root_key.sql") },
    Migration {
        version: 8,
        name: "sign_in_code",
        sql: include_str!("../../../migrations/0008_sign_in_code.sql"),
    },
    Migration {
        version: 9,
        name: "sealed_questions",
        sql: include_str!("../../../migrations/0009_sealed_questions.sql"),
    },
    Migration { version: 10, name: "lock", sql: include_str!("../../../migrations/0010_lock.sql") },
    Migration { version: 11, name: "recovery", sql: include_str!("../../../migrations/0011_recovery.sql") },
    Migration {
        version: 12,
        name: "recovery_code",
        sql: include_str!("../../../migrations/0012_recovery_code.sql"),
    },
    Migration {
        version: 13,
        name: "known_browser",
        sql: include_str!("../../../migrations/0013_known_browser.sql"),
    },
    Migration {
        version: 14,
        name: "lookup_code",
        sql: include_str!("../../../migrations/0014_lookup_code.sql"),
    },
    Migration { version: 15, name: "step_up", sql: include_str!("../../../migrations/0015_step_up.sql") },
    Migration { version: 16, name: "posted", sql: include_str!("../../../migrations/0016_posted.sql") },
    Migration { version: 17, name: "passkey", sql: include_str!("../../../migrations/0017_passkey.sql") },
    Migration {
        version: 18,
        name: "second_address",
        sql: include_str!("../../../migrations/0018_second_address.sql"),
    },
    Migration {
        version: 19,
        name: "lost_device",
        sql: include_str!("../../../migrations/0019_lost_device.sql"),
    },
    Migration { version: 20, name: "help_desk", sql: include_str!("../../../migrations/0020_help_desk.sql") },
    Migration {
        version: 21,
        name: "browser_spent",
        sql: include_str!("../../../migrations/0021_browser_spent.sql"),
    },
];

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS schema_version (
  crate TEXT NOT NULL, version BIGINT NOT NULL, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL,
  CONSTRAINT schema_version_crate_version PRIMARY KEY (crate, version));
CREATE TABLE IF NOT EXISTS schema_lock (
  id BIGINT NOT NULL, turn BIGINT NOT NULL, CONSTRAINT schema_lock_id PRIMARY KEY (id));
INSERT INTO schema_lock (id, turn) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;
";

pub(super) async fn migrate(
    store: &SqlStore,
    owner: &'static str,
    set: &[Migration],
    now: Timestamp,
) -> Result<(), Fault> {
    prepare(store).await?;
    let place = store.place();
    while store.run(&Step { owner, set, now, place: &place }).await? == Progress::Applied {}
    Ok(())
}

/// PostgreSQL lets two `CREATE TABLE IF NOT EXISTS` collide; whoever loses finds the tables there.
async fn prepare(store: &SqlStore) -> Result<(), Fault> {
    let mut tries = 0;
    loop {
        match store.run(&Prepare).await {
            Err(Fault::Constraint { .. } | Fault::Defect(_)) if tries < 10 => tries += 1,
            done => return done,
        }
    }
}

struct Prepare;

#[async_trait]
impl SqlWork for Prepare {
    type Out = ();

    async fn run(&self, tx: &mut SqlTx) -> Result<(), Fault> {
        tx.script(TABLES).await
    }
}

#[derive(PartialEq, Eq)]
enum Progress {
    Applied,
    Done,
}

/// Applies the first migration that is missing.
struct Step<'s> {
    owner: &'static str,
    set: &'s [Migration],
    now: Timestamp,
    place: &'s str,
}

#[async_trait]
impl SqlWork for Step<'_> {
    type Out = Progress;

    async fn run(&self, tx: &mut SqlTx) -> Result<Progress, Fault> {
        tx.execute("UPDATE schema_lock SET turn = turn + 1 WHERE id = 1", vec![]).await?;
        let applied = tx
            .all(
                "SELECT version, checksum FROM schema_version WHERE crate = $1 ORDER BY version",
                args![self.owner],
            )
            .await?;
        for (i, row) in applied.iter().enumerate() {
            self.check(self.set.get(i), row.get("version")?, &row.get::<String>("checksum")?)?;
        }
        let Some(next) = self.set.get(applied.len()) else { return Ok(Progress::Done) };
        tx.script(next.sql).await.map_err(|f| self.refuse(next.version, f.detail()))?;
        tx.execute(
            "INSERT INTO schema_version (crate, version, name, checksum, applied_at) VALUES ($1, $2, $3, $4, $5)",
            args![self.owner, next.version, next.name, checksum(next.sql), self.now],
        )
        .await?;
        Ok(Progress::Applied)
    }
}

impl Step<'_> {
    fn check(&self, known: Option<&Migration>, version: u32, sum: &str) -> Result<(), Fault> {
        match known {
            None => Err(Fault::Unusable(format!(
                "`{}` was migrated by a newer program ({} {version}, this one knows {}): run that program, or restore a backup",
                self.place,
                self.owner,
                self.set.len()
            ))),
            Some(known) if known.version != version => {
                Err(self.refuse(version, "its place in the list is another"))
            }
            Some(known) if checksum(known.sql) != sum => {
                Err(self.refuse(version, "its text was changed after it had been applied"))
            }
            Some(_) => Ok(()),
        }
    }

    fn refuse(&self, version: u32, why: &str) -> Fault {
        Fault::Unusable(format!(
            "migration {} {version} of `{}` cannot be used ({why}): run the program that made this database, or restore a backup",
            self.owner, self.place
        ))
    }
}

fn checksum(sql: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(sql.as_bytes()).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_no_gap() {
        for (migration, version) in MIGRATIONS.iter().zip(1..) {
            assert_eq!(migration.version, version, "{}", migration.name);
        }
    }
}
