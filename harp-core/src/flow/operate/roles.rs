//! Roles of a program (H05).

use async_trait::async_trait;

use crate::access::named::{self, Unnamed};
use crate::access::{Role, RoleKind};
use crate::audit::{Deed, Event};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::RoleId;
use crate::store::{Fault, Tx, Work};

/// A role as an operator writes it down.
#[derive(Debug, Clone)]
pub struct NewRole {
    /// Slug of its program.
    pub program: String,
    pub key: String,
    pub name: String,
    pub kind: RoleKind,
    pub permissions: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    Added(Role),
    /// A role of the program has this key.
    Taken,
    NoSuchProgram,
    Unnamed(Unnamed),
}

/// Adds a role under a key that no other of its program has.
pub async fn add(harp: &Harp, new: &NewRole, act: &Act) -> Result<Added, Trouble> {
    let words =
        (|| Ok((named::slug(&new.key)?, named::name(&new.name)?, named::permissions(&new.permissions)?)))();
    let (key, name, permissions) = match words {
        Ok(words) => words,
        Err(why) => return Ok(Added::Unnamed(why)),
    };
    let id = RoleId::mint(act.now, &*harp.random);
    let event = harp.event(act, None, Deed::RoleAdded { role: id });
    let add = Add { program: &new.program, id, key, name, kind: new.kind, permissions, event };
    Ok(harp.store.write(&add).await?)
}

/// Of the program of this slug, by name; `None`: there is no such program.
pub async fn list(harp: &Harp, program: &str) -> Result<Option<Vec<Role>>, Trouble> {
    struct List<'a>(&'a str);
    #[async_trait]
    impl Work for List<'_> {
        type Out = Option<Vec<Role>>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let Some(program) = tx.program_by_slug(self.0).await? else { return Ok(None) };
            Ok(Some(tx.roles(program.id).await?))
        }
    }
    Ok(harp.store.read(&List(program)).await?)
}

struct Add<'a> {
    program: &'a str,
    id: RoleId,
    key: String,
    name: String,
    kind: RoleKind,
    permissions: Vec<String>,
    event: Event,
}

#[async_trait]
impl Work for Add<'_> {
    type Out = Added;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Added, Fault> {
        let Some(program) = tx.program_by_slug(self.program).await? else { return Ok(Added::NoSuchProgram) };
        let role = Role {
            id: self.id,
            program: program.id,
            key: self.key.clone(),
            name: self.name.clone(),
            kind: self.kind,
            permissions: self.permissions.clone(),
        };
        if !tx.add_role(&role).await? {
            return Ok(Added::Taken);
        }
        tx.record(&self.event).await?;
        Ok(Added::Added(role))
    }
}
