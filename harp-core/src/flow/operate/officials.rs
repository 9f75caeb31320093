//! The first Security Official of an organization. There must be one before anybody can be approved (I05); every later one
//! asks for the role and is approved by those who are there (I12). So an operator appoints where nobody decides, and
//! nowhere else: what becomes of an organization whose official is gone or locked, but not disabled, is a case with evidence and a
//! notice to the old one (I18), not a command.

use async_trait::async_trait;

use super::orgs::turn;
use crate::access::{Assignment, Organization, Program, Role, RoleKind};
use crate::account::username::fold;
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::AssignmentId;
use crate::kernel::time::Timestamp;
use crate::store::{Fault, Tx, Work};

/// Who is to decide, where.
#[derive(Debug, Clone)]
pub struct Appointment {
    pub username: String,
    /// Slug.
    pub program: String,
    /// Id, or the name in any case.
    pub org: String,
    /// Key of the role; it may be left out where the program has one role of a Security Official.
    pub role: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Appointed {
    Appointed {
        org: Organization,
        role: Role,
    },
    /// These user IDs decide there already.
    Decided {
        by: Vec<String>,
    },
    NoSuchAccount,
    /// D01, E12: the account is not set up, not active, or not proofed.
    NotEligible {
        standing: Standing,
    },
    NoSuchProgram,
    /// None of this id or name takes part in the program.
    NoSuchOrg,
    /// The program has no role of a Security Official, or none of this key.
    NoSuchRole,
    /// The program has several; one must be named.
    WhichRole {
        keys: Vec<String>,
    },
}

/// One who decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub program: String,
    pub org: Organization,
    /// User IDs; nobody: role requests wait there for ever.
    pub officials: Vec<String>,
}

/// Gives the role of a Security Official to a person, where nobody decides yet (I11).
pub async fn appoint(harp: &Harp, appointment: &Appointment, act: &Act) -> Result<Appointed, Trouble> {
    let id = AssignmentId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Appoint { harp, appointment, id, act }).await?)
}

/// Who decides at each organization of each program.
pub async fn list(harp: &Harp, act: &Act) -> Result<Vec<Listed>, Trouble> {
    struct List(Timestamp);
    #[async_trait]
    impl Work for List {
        type Out = Vec<Listed>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Vec<Listed>, Fault> {
            let mut all = Vec::new();
            for program in tx.programs().await? {
                for org in tx.search_orgs(program.id, "", u32::MAX).await? {
                    let officials = seated(tx, &org, &program, self.0).await?;
                    all.push(Listed { program: program.slug.clone(), org, officials });
                }
            }
            Ok(all)
        }
    }
    Ok(harp.store.read(&List(act.now)).await?)
}

struct Appoint<'a> {
    harp: &'a Harp,
    appointment: &'a Appointment,
    id: AssignmentId,
    act: &'a Act,
}

#[async_trait]
impl Work for Appoint<'_> {
    type Out = Appointed;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Appointed, Fault> {
        let (wanted, act) = (self.appointment, self.act);
        let Some(program) = turn(tx, &wanted.program).await? else { return Ok(Appointed::NoSuchProgram) };
        let Some(org) = organization(tx, &program, &wanted.org).await? else {
            return Ok(Appointed::NoSuchOrg);
        };
        let role = match official_role(tx.roles(program.id).await?, wanted.role.as_deref()) {
            Ok(role) => role,
            Err(none) if none.is_empty() => return Ok(Appointed::NoSuchRole),
            Err(keys) => return Ok(Appointed::WhichRole { keys }),
        };
        let Some(account) = tx.account_by_username(&fold(&wanted.username)).await? else {
            return Ok(Appointed::NoSuchAccount);
        };
        let by = seated(tx, &org, &program, act.now).await?;
        if !by.is_empty() {
            return Ok(Appointed::Decided { by });
        }
        // A turn: the account stays as it is until the role is given.
        tx.account_turn(account.id).await?;
        let Some(account) = tx.account(account.id).await? else { return Ok(Appointed::NoSuchAccount) };
        if !eligible(&account) {
            return Ok(Appointed::NotEligible { standing: account.standing });
        }
        let assignment = Assignment {
            id: self.id,
            account: account.id,
            role: role.id,
            org: org.id,
            start: act.now,
            end: None,
            request: None,
        };
        if !tx.add_assignment(&assignment).await? {
            return Err(Fault::Defect("an official who decides nowhere holds the role".to_owned()));
        }
        let deed = Deed::RoleAssigned { assignment: self.id, org: org.id, role: role.id };
        tx.record(&self.harp.event(act, account.id, deed)).await?;
        Ok(Appointed::Appointed { org, role })
    }
}

/// D01: who is given a role is somebody whose account is active and who is proofed.
fn eligible(account: &Account) -> bool {
    account.standing == Standing::Active && account.proofed.is_proofed()
}

async fn organization(
    tx: &mut dyn Tx,
    program: &Program,
    asked: &str,
) -> Result<Option<Organization>, Fault> {
    if let Ok(id) = asked.parse() {
        let there = tx.org_in_program(id, program.id).await?;
        return if there { tx.org(id).await } else { Ok(None) };
    }
    let folded = asked.trim().to_lowercase();
    let mut found = tx.search_orgs(program.id, asked, u32::MAX).await?;
    found.retain(|org| org.name.to_lowercase() == folded);
    // Two of one name are told apart by their ids.
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// The one role that fits, or the keys of those among which one must be chosen.
fn official_role(roles: Vec<Role>, key: Option<&str>) -> Result<Role, Vec<String>> {
    let official =
        |role: &Role| role.kind == RoleKind::SecurityOfficial && key.is_none_or(|key| role.key == key);
    let mut fitting: Vec<Role> = roles.into_iter().filter(official).collect();
    match fitting.pop() {
        Some(role) if fitting.is_empty() => Ok(role),
        last => Err(fitting.into_iter().chain(last).map(|role| role.key).collect()),
    }
}

async fn seated(
    tx: &mut dyn Tx,
    org: &Organization,
    program: &Program,
    now: Timestamp,
) -> Result<Vec<String>, Fault> {
    let mut names = Vec::new();
    for id in tx.seated(org.id, program.id, now).await? {
        names.extend(tx.account(id).await?.map(|account| account.username.as_str().to_owned()));
    }
    Ok(names)
}
