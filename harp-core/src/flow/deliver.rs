//! Messages leave the outbox: leased, put into words, handed to the courier; again later when that fails.
//! The code of a message is computed here and now, so a retry after a lost reply repeats it, and a message whose code
//! was resent, used or has expired is not sent at all. No transaction is open while a courier is at work.

use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;

use super::{Harp, Trouble};
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::MessageId;
use crate::kernel::secret::Plain;
use crate::kernel::time::Timestamp;
use crate::notice::{Message, Notice};
use crate::port::{CourierFault, Enclosed};
use crate::store::{Fault, Tx, Work};

/// How many messages one round takes. They are delivered side by side.
const BATCH: u32 = 16;
/// A worker that dies keeps its messages for this long beyond what a courier may take.
const LEASE_MARGIN: Duration = Duration::from_secs(10);
/// How much of a courier's words is kept.
const WHY: usize = 300;

/// What one round did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    pub sent: u32,
    /// To be tried again.
    pub failed: u32,
    /// Will never be delivered, and are not tried again.
    pub given_up: u32,
    /// Their codes no longer counted, or they were to nobody.
    pub dropped: u32,
    /// When the first of the failed ones is due.
    pub next_due: Option<Timestamp>,
    /// There may be more that are due already: go on at once.
    pub more: bool,
}

enum Fate {
    Sent,
    Failed { due_at: Timestamp },
    GivenUp,
    Dropped,
}

/// Delivers what is due, one batch of it. For a worker's loop; several may run at once.
pub async fn deliver_due(harp: &Harp, act: &Act) -> Result<Delivered, Trouble> {
    let until = act.now + harp.profile.outbox.deliver_within + LEASE_MARGIN;
    let messages = harp.store.write(&Lease { now: act.now, until }).await?;
    let more = u32::try_from(messages.len()).is_ok_and(|n| n >= BATCH);
    let mut tasks = JoinSet::new();
    for message in messages {
        let (harp, act) = (harp.clone(), act.clone());
        tasks.spawn(async move {
            let id = message.id;
            deliver_one(&harp, message, &act).await.map_err(|trouble| (id, trouble))
        });
    }
    let mut report = Delivered { more, ..Delivered::default() };
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(Ok(Fate::Sent)) => report.sent += 1,
            Ok(Ok(Fate::GivenUp)) => report.given_up += 1,
            Ok(Ok(Fate::Dropped)) => report.dropped += 1,
            Ok(Ok(Fate::Failed { due_at })) => {
                report.failed += 1;
                report.next_due = Some(report.next_due.map_or(due_at, |first| first.min(due_at)));
            }
            // The message stays leased, and is due again when the lease ends.
            Ok(Err((message, trouble))) => tracing::error!(%message, %trouble, "a message is stuck"),
            Err(panic) => tracing::error!(%panic, "a delivery broke down"),
        }
    }
    Ok(report)
}

async fn deliver_one(harp: &Harp, message: Message, act: &Act) -> Result<Fate, Trouble> {
    let Some(context) = harp.store.read(&Look { harp, message: &message, act }).await? else {
        harp.store.write(&End { harp, message: &message, how: How::Nobodys, act }).await?;
        return Ok(Fate::Dropped);
    };
    let Context { locale, awaited, not_me } = context;
    let code = message.notice.code();
    if code.is_some() && awaited.is_none_or(|a| a.is == Is::Over) {
        let end = End { harp, message: &message, how: How::Dropped, act };
        harp.store.write(&end).await?;
        return Ok(Fate::Dropped);
    }
    let code = code.map(|c| harp.vault.code(c.challenge, c.resend, harp.profile.code.digits));
    let enclosed = Enclosed { code, not_me };
    let letter = harp.composer.compose(&message.to, &message.notice, &enclosed, &locale);
    let deliver = harp.courier.deliver(message.id, &message.to, &letter);
    let delivered = match tokio::time::timeout(harp.profile.outbox.deliver_within, deliver).await {
        Ok(delivered) => delivered,
        Err(_) => Err(CourierFault::TryLater("the courier took too long".to_owned())),
    };
    let (how, fate) = match delivered {
        Ok(()) => (How::Sent, Fate::Sent),
        Err(CourierFault::Never(why)) => (How::GivenUp(why), Fate::GivenUp),
        Err(CourierFault::TryLater(why)) => match retry_at(harp, (&message, awaited), act.now) {
            Some(due_at) => (How::Again(due_at, why), Fate::Failed { due_at }),
            None => (How::GivenUp(why), Fate::GivenUp),
        },
    };
    harp.store.write(&End { harp, message: &message, how, act }).await?;
    Ok(fate)
}

/// When to try again: after twice the time at each failure, while it still makes sense.
fn retry_at(
    harp: &Harp,
    (message, awaited): (&Message, Option<Awaited>),
    now: Timestamp,
) -> Option<Timestamp> {
    let rules = &harp.profile.outbox;
    let doublings = message.attempts.saturating_sub(1).min(20);
    let wait = rules.first_retry.saturating_mul(1 << doublings).min(rules.longest_retry);
    let last = message.created_at + rules.give_up;
    let last = awaited.map_or(last, |a| last.min(a.expires_at));
    Some(now + wait).filter(|&at| at < last)
}

struct Lease {
    now: Timestamp,
    until: Timestamp,
}

#[async_trait]
impl Work for Lease {
    type Out = Vec<Message>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        tx.lease_messages(self.now, self.until, BATCH).await
    }
}

struct Look<'a> {
    harp: &'a Harp,
    message: &'a Message,
    act: &'a Act,
}

struct Context {
    locale: String,
    awaited: Option<Awaited>,
    /// What the link in the letter bears.
    not_me: Option<Plain>,
}

/// The code of a message, where it will be entered.
#[derive(Debug, Clone, Copy)]
struct Awaited {
    is: Is,
    expires_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Is {
    Current,
    /// Resent, used or out of date.
    Over,
}

impl Look<'_> {
    async fn awaited(&self, tx: &mut dyn Tx) -> Result<Option<Awaited>, Fault> {
        let Some(code) = self.message.notice.code() else { return Ok(None) };
        let found = if matches!(self.message.notice, Notice::RecoveryCode { .. }) {
            let recovery = tx.recovery_mailed(code.challenge).await?;
            recovery.map(|r| (r.awaits_mail(self.act.now), r.expires_at))
        } else {
            tx.challenge(code.challenge).await?.map(|c| (c.serves(code, self.act.now), c.expires_at))
        };
        let is = |serves| if serves { Is::Current } else { Is::Over };
        Ok(found.map(|(serves, expires_at)| Awaited { is: is(serves), expires_at }))
    }
}

#[async_trait]
impl Work for Look<'_> {
    /// None: the account of the message does not exist.
    type Out = Option<Context>;
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let locale = match self.message.account {
            Some(id) => match tx.account(id).await? {
                Some(account) => account.locale,
                None => return Ok(None),
            },
            None => "en".to_owned(),
        };
        let awaited = self.awaited(tx).await?;
        let mut not_me = None;
        for token in self.message.notice.repudiation().iter().flat_map(|id| self.harp.vault.repudiations(*id))
        {
            if tx.repudiation(&token.hashed()).await?.is_some() {
                not_me = Some(token);
                break;
            }
        }
        Ok(Some(Context { locale, awaited, not_me }))
    }
}

enum How {
    Sent,
    Again(Timestamp, String),
    GivenUp(String),
    Dropped,
    /// It was written for a user ID that is nobody's, so that this costs what a letter to somebody does.
    Nobodys,
}

struct End<'a> {
    harp: &'a Harp,
    message: &'a Message,
    how: How,
    act: &'a Act,
}

#[async_trait]
impl Work for End<'_> {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let id: MessageId = self.message.id;
        match &self.how {
            How::Sent | How::Nobodys => tx.message_done(id).await,
            How::Again(due_at, why) => tx.message_failed(id, Some(*due_at), &cut(why)).await,
            How::Dropped => tx.message_failed(id, None, "its code no longer counts").await,
            How::GivenUp(why) => {
                tx.message_failed(id, None, &cut(why)).await?;
                let deed = Deed::MessageGivenUp { message: id };
                tx.record(&self.harp.event(self.act, self.message.account, deed)).await
            }
        }
    }
}

fn cut(why: &str) -> String {
    why.chars().filter(|c| !c.is_control()).take(WHY).collect()
}
