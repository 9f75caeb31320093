//! Programs: what roles belong to (H03).

use async_trait::async_trait;

use crate::access::Program;
use crate::access::named::{self, Unnamed};
use crate::audit::{Deed, Event};
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::ProgramId;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    Added(Program),
    /// A program has this slug.
    Taken,
    Unnamed(Unnamed),
}

/// Adds a program under a slug that no other has.
pub async fn add(harp: &Harp, slug: &str, name: &str, act: &Act) -> Result<Added, Trouble> {
    struct Add {
        program: Program,
        event: Event,
    }
    #[async_trait]
    impl Work for Add {
        type Out = Added;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Added, Fault> {
            if !tx.add_program(&self.program).await? {
                return Ok(Added::Taken);
            }
            tx.record(&self.event).await?;
            Ok(Added::Added(self.program.clone()))
        }
    }
    let (slug, name) = match (named::slug(slug), named::name(name)) {
        (Ok(slug), Ok(name)) => (slug, name),
        (Err(why), _) | (_, Err(why)) => return Ok(Added::Unnamed(why)),
    };
    let program = Program { id: ProgramId::mint(act.now, &*harp.random), slug, name };
    let event = harp.event(act, None, Deed::ProgramAdded { program: program.id });
    Ok(harp.store.write(&Add { program, event }).await?)
}

/// By name.
pub async fn list(harp: &Harp) -> Result<Vec<Program>, Trouble> {
    struct List;
    #[async_trait]
    impl Work for List {
        type Out = Vec<Program>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Vec<Program>, Fault> {
            tx.programs().await
        }
    }
    Ok(harp.store.read(&List).await?)
}
