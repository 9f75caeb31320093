//! The first step: a user ID. A letter with a code goes to the confirmed address, if there is one; nobody is told.

use async_trait::async_trait;

use super::{devices, may_recover};
use crate::account::Account;
use crate::account::field::{Complaint, Field, Problem};
use crate::account::username::{Username, fold};
use crate::audit::Deed;
use crate::factor::budget::Visitor;
use crate::flow::alert::nowhere;
use crate::flow::attempts::{self, Keys};
use crate::flow::limits::{self, Limit};
use crate::flow::sign_in::MOST_TYPED;
use crate::flow::{Harp, Trouble, confirm_email};
use crate::kernel::act::Act;
use crate::kernel::id::{AccountId, ChallengeId, RecoveryId};
use crate::kernel::secret::Plain;
use crate::kernel::text::EmailAddress;
use crate::kernel::time::Timestamp;
use crate::notice::{Notice, Recipient};
use crate::policy::Length;
use crate::session::recovery::Recovery;
use crate::store::{Fault, Tx, Work};

/// What became of it: the same for a user ID that is known and one that is not.
#[derive(Debug, Clone)]
pub enum Begun {
    /// The token leads through the next steps. It is kept nowhere else.
    Begun {
        token: Plain,
        expires_at: Timestamp,
    },
    Incomplete(Vec<Complaint>),
    /// Too many failures with this user ID, or from this network: signing in is locked, and so is this.
    Locked {
        until: Timestamp,
    },
    /// Too often lately, for this user ID or from this network.
    TooMany,
}

/// Begins a recovery for what was typed.
pub async fn begin(harp: &Harp, typed: &str, act: &Act) -> Result<Begun, Trouble> {
    if typed.trim().is_empty() {
        let complaint = Complaint { field: Field::Username, problem: Problem::Missing };
        return Ok(Begun::Incomplete(vec![complaint]));
    }
    let folded = if typed.len() > MOST_TYPED { String::new() } else { fold(typed) };
    let work = Begin {
        harp,
        folded,
        id: RecoveryId::mint(act.now, &*harp.random),
        mailed: ChallengeId::mint(act.now, &*harp.random),
        nobody: AccountId::mint(act.now, &*harp.random),
        token: Plain::mint(&*harp.random),
        act,
    };
    Ok(harp.store.write(&work).await?)
}

struct Begin<'a> {
    harp: &'a Harp,
    folded: String,
    id: RecoveryId,
    mailed: ChallengeId,
    nobody: AccountId,
    token: Plain,
    act: &'a Act,
}

#[async_trait]
impl Work for Begin<'_> {
    type Out = Begun;

    async fn run(&self, tx: &mut dyn Tx) -> Result<Begun, Fault> {
        let Begin { harp, folded, act, .. } = self;
        let account = self.account(tx).await?;
        let note = |deed| harp.event(act, account.as_ref().map(|a| a.id), deed);
        let keys = Keys::sign_in(tx, harp, (folded, account.as_ref()), act).await?;
        if let Some(until) = attempts::locked(tx, harp, &keys, act.now).await? {
            tx.record(&note(Deed::RecoveryLimited)).await?;
            return Ok(Begun::Locked { until });
        }
        // What others begin with this user ID does not keep its owner from it where the account knows them.
        let may = match keys.visitor {
            Visitor::Stranger => may_recover(tx, harp, ("password", folded), act).await?,
            Visitor::Known => {
                let most = harp.profile.recovery.from_one_source;
                let window = harp.profile.per_source.window;
                let limit = Limit { key: format!("recover/{}", keys.key), most, window };
                limits::take(tx, &limit, act.now).await?
            }
        };
        if !may {
            tx.record(&note(Deed::RecoveryLimited)).await?;
            return Ok(Begun::TooMany);
        }
        // Looked up for nobody, too.
        let id = account.as_ref().map_or(self.nobody, |a| a.id);
        let devices = devices(tx, harp, (id, keys.visitor)).await?;
        let address = account.as_ref().filter(|_| !devices.is_empty()).and_then(reached);
        let recovery = Recovery {
            id: self.id,
            secret: self.token.hashed(),
            account: account.as_ref().map_or(self.nobody, |a| a.id),
            epoch: account.as_ref().map_or(0, |a| a.epoch),
            address: address.clone().unwrap_or_else(nowhere),
            budget: keys.key,
            mailed: self.mailed,
            mail_proved_at: None,
            chosen: None,
            device_proved_at: None,
            created_at: act.now,
            expires_at: act.now + harp.profile.recovery.life,
        };
        tx.add_recovery(&recovery).await?;
        // What is to nobody the worker throws away.
        let to = if address.is_some() { recovery.account } else { self.nobody };
        let notice = Notice::RecoveryCode { code: recovery.mail_code() };
        confirm_email::push(tx, harp, (to, Recipient::Email(recovery.address), notice), act).await?;
        tx.record(&note(Deed::RecoveryBegun)).await?;
        Ok(Begun::Begun { token: self.token.clone(), expires_at: recovery.expires_at })
    }
}

impl Begin<'_> {
    /// What cannot be a user ID is nobody's, and never reaches the database (PostgreSQL takes no NUL).
    async fn account(&self, tx: &mut dyn Tx) -> Result<Option<Account>, Fault> {
        match Username::parse(&self.folded, Length { min: 1, max: MOST_TYPED }) {
            Ok(_) => tx.account_by_username(&self.folded).await,
            Err(_) => Ok(None),
        }
    }
}

/// Where the letter goes, if the account has a device: without one there is no second proof, and one alone never lets
/// anybody in.
fn reached(account: &Account) -> Option<EmailAddress> {
    account.email.verified().filter(|_| account.standing.is_usable()).cloned()
}
