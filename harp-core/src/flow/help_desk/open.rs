//! A search opens a case: exact, budgeted, with a reason, and audited whether it finds somebody or not.

use async_trait::async_trait;

use super::{Shut, agent, reason};
use crate::account::field::{Complaint, Field, Problem};
use crate::account::help_case::HelpCase;
use crate::account::username::{Username, fold};
use crate::audit::Deed;
use crate::flow::limits::{self, Limit};
use crate::flow::sessions::Live;
use crate::flow::sign_in::MOST_TYPED;
use crate::flow::{Harp, Trouble};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, HelpCaseId};
use crate::kernel::text::EmailAddress;
use crate::policy::Length;
use crate::store::{Fault, Tx, Work};

#[derive(Debug, Clone, PartialEq)]
pub enum Opened {
    Opened(HelpCaseId),
    /// Nobody has this user ID, or has confirmed this address.
    Nobody,
    /// Nobody helps themselves.
    Own,
    /// This agent has searched so often lately that they may not now.
    TooMany,
    Refused(Vec<Complaint>),
    Shut(Shut),
}

/// Looks for exactly this user ID or e-mail address.
pub async fn open(
    harp: &Harp,
    live: &Live,
    (typed, why): (&str, &str),
    act: &Act,
) -> Result<Opened, Trouble> {
    let mut bad = Vec::new();
    if typed.trim().is_empty() {
        bad.push(Complaint { field: Field::Username, problem: Problem::Missing });
    }
    let why = reason(why).map_err(|found| bad.extend(found));
    let Some(why) = why.ok().filter(|_| bad.is_empty()) else { return Ok(Opened::Refused(bad)) };
    let id = HelpCaseId::mint(act.now, &*harp.random);
    Ok(harp.store.write(&Open { harp, live, typed, why, id, act }).await?)
}

struct Open<'a> {
    harp: &'a Harp,
    live: &'a Live,
    typed: &'a str,
    why: String,
    id: HelpCaseId,
    act: &'a Act,
}

#[async_trait]
impl Work for Open<'_> {
    type Out = Opened;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Opened, Fault> {
        let Open { harp, live, act, .. } = self;
        let agent = match agent(tx, harp, live, act).await? {
            Ok(agent) => agent,
            Err(shut) => return Ok(Opened::Shut(shut)),
        };
        let rules = &harp.profile.help_desk;
        let limit = Limit {
            key: format!("help/search/{agent}"),
            most: rules.searches,
            window: rules.searches_within,
        };
        if !limits::take(tx, &limit, act.now).await? {
            tx.record(&harp.event(act, agent, Deed::HelpSearchLimited)).await?;
            return Ok(Opened::TooMany);
        }
        let Some(account) = self.find(tx).await? else {
            tx.record(&harp.event(act, None, Deed::HelpSearchMissed { reason: self.why.clone() })).await?;
            return Ok(Opened::Nobody);
        };
        if account == agent {
            tx.record(&harp.event(act, agent, Deed::HelpOwnAccountRefused)).await?;
            return Ok(Opened::Own);
        }
        let case = HelpCase {
            id: self.id,
            account,
            agent,
            reason: self.why.clone(),
            opened_at: act.now,
            expires_at: act.now + rules.case_life,
            proved_at: None,
            reset: None,
        };
        tx.add_help_case(&case).await?;
        let deed = Deed::HelpCaseOpened { case: case.id, reason: case.reason };
        tx.record(&harp.event(act, account, deed)).await?;
        Ok(Opened::Opened(case.id))
    }
}

impl Open<'_> {
    async fn find(&self, tx: &mut dyn Tx) -> Result<Option<AccountId>, Fault> {
        if let Ok(address) = EmailAddress::parse(self.typed) {
            return tx.verified_owner(&address.folded()).await;
        }
        // What cannot be a user ID is nobody's, and never reaches the database (PostgreSQL takes no NUL).
        let folded = if self.typed.len() > MOST_TYPED { String::new() } else { fold(self.typed) };
        match Username::parse(&folded, Length { min: 1, max: MOST_TYPED }) {
            Ok(_) => Ok(tx.account_by_username(&folded).await?.map(|a| a.id)),
            Err(_) => Ok(None),
        }
    }
}
