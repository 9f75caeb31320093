//! Things to store: each call gives another one.

use std::time::Duration;

use harp_core::access::{Assignment, Organization, Program, Role, RoleKind};
use harp_core::account::username::Username;
use harp_core::account::{
    Account, BirthDate, Email, PasswordHash, Person, PostalAddress, Proofed, SecondAddress, Standing,
};
use harp_core::kernel::id::{AccountId, AssignmentId, OrgId, ProgramId, RoleId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::kernel::text::{EmailAddress, PersonName, Phone};
use harp_core::kernel::time::Timestamp;
use harp_core::store::account::Added;
use harp_tests::cluster::Db;

use super::change;

pub const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_123_456);

pub fn after(secs: u64) -> Timestamp {
    NOW + Duration::from_secs(secs)
}

/// The hash of a cookie that nobody has.
pub fn token() -> Hashed {
    Plain::mint(&SystemRandom).hashed()
}

pub fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

pub fn account() -> Account {
    let id = AccountId::mint(NOW, &SystemRandom);
    Account {
        id,
        username: Username::stored(format!("Ana.{id}")),
        person: Person {
            name: PersonName { first: "Ana".into(), middle: None, last: "Müller-O'Neil".into() },
            birth: BirthDate("1980-02-29".parse().unwrap()),
            phone: Phone::parse("+12024561111").unwrap(),
            address: PostalAddress {
                country: "US".into(),
                line1: "1 Main St".into(),
                line2: Some("Apt \"2\"".into()),
                city: "Baltimore".into(),
                state: "MD".into(),
                zip: "21201".into(),
            },
        },
        email: Email { address: email("Ana@hospital.example"), verified_at: None },
        password: PasswordHash("$argon2id$1".into()),
        challenge: None,
        second: SecondAddress::default(),
        standing: Standing::PendingSetup,
        proofed: Proofed::No,
        epoch: 0,
        locale: "en-US".into(),
        created_at: NOW,
    }
}

/// An account that is in the database.
pub async fn stored_account(db: &Db) -> Account {
    let account = account();
    assert_eq!(change!(db, [account], |tx| tx.add_account(&account).await).await, Ok(Added::Added));
    account
}

/// The same of somebody who may ask for roles, and be given some.
pub async fn active_account(db: &Db) -> Account {
    let account =
        Account { standing: Standing::Active, proofed: Proofed::Questions { at: NOW }, ..account() };
    assert_eq!(change!(db, [account], |tx| tx.add_account(&account).await).await, Ok(Added::Added));
    account
}

/// A role that is held from now on.
pub fn assignment(account: AccountId, role: &Role, org: &Organization, end: Option<Timestamp>) -> Assignment {
    Assignment {
        id: AssignmentId::mint(NOW, &SystemRandom),
        account,
        role: role.id,
        org: org.id,
        start: NOW,
        end,
        request: None,
    }
}

/// A Security Official of the hospital.
pub async fn official(db: &Db, hospital: &Hospital) -> Assignment {
    let sol = active_account(db).await.id;
    let held = assignment(sol, &hospital.official, &hospital.org, None);
    assert_eq!(change!(db, [held], |tx| tx.add_assignment(&held).await).await, Ok(true));
    held
}

/// A program with an organization and two roles, all in the database.
#[derive(Clone)]
pub struct Hospital {
    pub program: Program,
    pub org: Organization,
    pub user: Role,
    pub official: Role,
}

pub async fn hospital(db: &Db) -> Hospital {
    let program = Program {
        id: ProgramId::mint(NOW, &SystemRandom),
        slug: "mft".into(),
        name: "Managed File Transfer".into(),
    };
    let org = Organization {
        id: OrgId::mint(NOW, &SystemRandom),
        name: "Analytics-Hospital Measures and CJR-Yale".into(),
    };
    let role = |key: &str, name: &str, kind| Role {
        id: RoleId::mint(NOW, &SystemRandom),
        program: program.id,
        key: key.into(),
        name: name.into(),
        kind,
        permissions: vec!["files:list".into(), "files:upload".into()],
    };
    let user = role("mft_web_user", "Web User", RoleKind::Ordinary);
    let official = role("mft_so", "Security Official", RoleKind::SecurityOfficial);
    let hospital = Hospital { program, org, user, official };
    change!(db, [hospital], |tx| {
        tx.put_program(&hospital.program).await?;
        tx.put_org(&hospital.org).await?;
        tx.join_program(hospital.org.id, hospital.program.id).await?;
        tx.join_program(hospital.org.id, hospital.program.id).await?;
        tx.put_role(&hospital.user).await?;
        tx.put_role(&hospital.official).await
    })
    .await
    .unwrap();
    hospital
}
