//! Who works at the help desk (P18): an operator gives the right and takes it away, nobody else.

use async_trait::async_trait;

use crate::account::username::fold;
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    Changed,
    /// They are one already, or are none.
    Already,
    NoSuchAccount,
    /// An agent's account is set up and active.
    NotActive {
        standing: Standing,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Add,
    Remove,
}

/// Makes somebody an agent.
pub async fn add(harp: &Harp, username: &str, act: &Act) -> Result<Changed, Trouble> {
    Ok(harp.store.write(&Change { harp, folded: fold(username), wish: Wish::Add, act }).await?)
}

/// From now on they are none; what they have asked for nobody approves any more.
pub async fn remove(harp: &Harp, username: &str, act: &Act) -> Result<Changed, Trouble> {
    Ok(harp.store.write(&Change { harp, folded: fold(username), wish: Wish::Remove, act }).await?)
}

/// Their user IDs.
pub async fn list(harp: &Harp) -> Result<Vec<String>, Trouble> {
    struct Read;
    #[async_trait]
    impl Work for Read {
        type Out = Vec<String>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let mut names = Vec::new();
            for id in tx.agents().await? {
                names.extend(tx.account(id).await?.map(|a| a.username.as_str().to_owned()));
            }
            Ok(names)
        }
    }
    Ok(harp.store.read(&Read).await?)
}

struct Change<'a> {
    harp: &'a Harp,
    folded: String,
    wish: Wish,
    act: &'a Act,
}

#[async_trait]
impl Work for Change<'_> {
    type Out = Changed;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Changed, Fault> {
        let Change { harp, act, .. } = self;
        let Some(account) = tx.account_by_username(&self.folded).await? else {
            return Ok(Changed::NoSuchAccount);
        };
        let Account { id, standing, .. } = account;
        let (done, deed) = match self.wish {
            Wish::Add if standing != Standing::Active => return Ok(Changed::NotActive { standing }),
            Wish::Add => (tx.add_agent(id, act.now).await?, Deed::AgentAdded),
            Wish::Remove => (tx.remove_agent(id).await?, Deed::AgentRemoved),
        };
        if !done {
            return Ok(Changed::Already);
        }
        tx.record(&harp.event(act, id, deed)).await?;
        Ok(Changed::Changed)
    }
}
