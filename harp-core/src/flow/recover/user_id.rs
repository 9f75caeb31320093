//! A forgotten user ID (F06): a letter to the confirmed address tells it, and nothing else does.

use async_trait::async_trait;

use super::may_recover;
use crate::account::field::{Complaint, Complaints, Field};
use crate::account::{Account, Standing};
use crate::audit::Deed;
use crate::flow::alert::alert_or_nobody;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::AccountId;
use crate::kernel::text::EmailAddress;
use crate::notice::Happened;
use crate::store::{Fault, Tx, Work};

/// What became of it: the same for an address that is known and one that is not.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked {
    /// If somebody has confirmed the address, a letter is on its way to it.
    OnItsWay,
    /// What was typed is no e-mail address.
    Refused(Vec<Complaint>),
    /// Too often lately, with this address or from this network.
    TooMany,
}

/// Writes the user ID to whoever has confirmed this address; to nobody if nobody has.
pub async fn forgotten_user_id(harp: &Harp, typed: &str, act: &Act) -> Result<Asked, Trouble> {
    let mut bad = Complaints::default();
    match bad.take(Field::Email, EmailAddress::parse(typed)) {
        Some(address) => Ok(harp.store.write(&Ask { harp, address, act }).await?),
        None => Ok(Asked::Refused(bad.into_vec())),
    }
}

struct Ask<'a> {
    harp: &'a Harp,
    address: EmailAddress,
    act: &'a Act,
}

#[async_trait]
impl Work for Ask<'_> {
    type Out = Asked;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Asked, Fault> {
        let Ask { harp, address, act } = self;
        let folded = address.folded();
        if !may_recover(tx, harp, ("user-id", &folded), act).await? {
            tx.record(&harp.event(act, None, Deed::RecoveryLimited)).await?;
            return Ok(Asked::TooMany);
        }
        let owner = self.owner(tx, &folded).await?;
        let subject = owner.as_ref().map(|a| a.id);
        tx.record(&harp.event(act, subject, Deed::UserIdAsked)).await?;
        let username = owner.as_ref().map_or("nobody", |a| a.username.as_str()).to_owned();
        alert_or_nobody(tx, harp, (owner.as_ref(), Happened::UserIdAsked { username }), act).await?;
        Ok(Asked::OnItsWay)
    }
}

impl Ask<'_> {
    /// Who has confirmed the address. Whose account is locked may know its name, too: the help desk asks for it.
    async fn owner(&self, tx: &mut dyn Tx, folded: &str) -> Result<Option<Account>, Fault> {
        let nobody = AccountId::mint(self.act.now, &*self.harp.random);
        let id = tx.verified_owner(folded).await?.unwrap_or(nobody);
        Ok(tx.account(id).await?.filter(|a| a.standing != Standing::Disabled))
    }
}
