//! Organizations, and the programs in which they take part (H04). People choose one by its name, so no two of one program
//! have the same.

use async_trait::async_trait;

use crate::access::named::{self, Unnamed};
use crate::access::{Organization, Program};
use crate::audit::{Deed, Event};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{OrgId, ProgramId};
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    Added(Organization),
    /// One of this name is there; these are the slugs of its programs.
    SameName(Listed),
    NoSuchProgram,
    Unnamed(Unnamed),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joined {
    Joined,
    Already,
    /// Another organization of the program has the same name.
    SameName(OrgId),
    NoSuchOrg,
    NoSuchProgram,
}

/// An organization, and the slugs of the programs in which it takes part.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub org: Organization,
    pub programs: Vec<String>,
}

/// Adds an organization that takes part in the program of this slug.
pub async fn add(harp: &Harp, name: &str, program: &str, act: &Act) -> Result<Added, Trouble> {
    let name = match named::name(name) {
        Ok(name) => name,
        Err(why) => return Ok(Added::Unnamed(why)),
    };
    let org = Organization { id: OrgId::mint(act.now, &*harp.random), name };
    let event = harp.event(act, None, Deed::OrganizationAdded { org: org.id });
    Ok(harp.store.write(&Add { harp, org, program, event, act }).await?)
}

/// Lets an organization take part in one more program.
pub async fn join(harp: &Harp, org: OrgId, program: &str, act: &Act) -> Result<Joined, Trouble> {
    Ok(harp.store.write(&Join { harp, org, program, act }).await?)
}

/// By name; of one program, or of all.
pub async fn list(harp: &Harp, program: Option<&str>) -> Result<Vec<Listed>, Trouble> {
    struct List<'a>(Option<&'a str>);
    #[async_trait]
    impl Work for List<'_> {
        type Out = Vec<Listed>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Vec<Listed>, Fault> {
            let mut all = called(tx, "").await?;
            all.retain(|listed| self.0.is_none_or(|slug| listed.programs.iter().any(|one| one == slug)));
            Ok(all)
        }
    }
    Ok(harp.store.read(&List(program)).await?)
}

struct Add<'a> {
    harp: &'a Harp,
    org: Organization,
    program: &'a str,
    event: Event,
    act: &'a Act,
}

#[async_trait]
impl Work for Add<'_> {
    type Out = Added;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Added, Fault> {
        let Some(program) = turn(tx, self.program).await? else { return Ok(Added::NoSuchProgram) };
        let folded = self.org.name.to_lowercase();
        let mut alike = called(tx, &self.org.name).await?.into_iter();
        if let Some(same) = alike.find(|one| one.org.name.to_lowercase() == folded) {
            return Ok(Added::SameName(same));
        }
        tx.put_org(&self.org).await?;
        tx.record(&self.event).await?;
        joined(self.harp, tx, (self.org.id, program.id), self.act).await?;
        Ok(Added::Added(self.org.clone()))
    }
}

struct Join<'a> {
    harp: &'a Harp,
    org: OrgId,
    program: &'a str,
    act: &'a Act,
}

#[async_trait]
impl Work for Join<'_> {
    type Out = Joined;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Joined, Fault> {
        let Some(program) = turn(tx, self.program).await? else { return Ok(Joined::NoSuchProgram) };
        let Some(org) = tx.org(self.org).await? else { return Ok(Joined::NoSuchOrg) };
        if tx.org_in_program(org.id, program.id).await? {
            return Ok(Joined::Already);
        }
        let there = tx.search_orgs(program.id, &org.name, u32::MAX).await?;
        let folded = org.name.to_lowercase();
        if let Some(same) = there.iter().find(|one| one.name.to_lowercase() == folded) {
            return Ok(Joined::SameName(same.id));
        }
        joined(self.harp, tx, (org.id, program.id), self.act).await?;
        Ok(Joined::Joined)
    }
}

async fn joined(
    harp: &Harp,
    tx: &mut dyn Tx,
    (org, program): (OrgId, ProgramId),
    act: &Act,
) -> Result<(), Fault> {
    tx.join_program(org, program).await?;
    tx.record(&harp.event(act, None, Deed::ProgramJoined { org, program })).await
}

/// The program of this slug, which nobody else sets up until the transaction ends.
pub(super) async fn turn(tx: &mut dyn Tx, slug: &str) -> Result<Option<Program>, Fault> {
    let Some(program) = tx.program_by_slug(slug).await? else { return Ok(None) };
    Ok(tx.program_turn(program.id).await?.then_some(program))
}

/// Organizations with this text in their name, by name.
async fn called(tx: &mut dyn Tx, text: &str) -> Result<Vec<Listed>, Fault> {
    let mut all: Vec<Listed> = Vec::new();
    for program in tx.programs().await? {
        for org in tx.search_orgs(program.id, text, u32::MAX).await? {
            match all.iter_mut().find(|listed| listed.org.id == org.id) {
                Some(listed) => listed.programs.push(program.slug.clone()),
                None => all.push(Listed { org, programs: vec![program.slug.clone()] }),
            }
        }
    }
    all.sort_by_key(|listed| (listed.org.name.to_lowercase(), listed.org.id));
    Ok(all)
}
