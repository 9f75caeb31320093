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
use crate::notice::letter::Letter;
use crate::notice::{Message, Notice};
use crate::port::{CourierFault, Enclosed};
use crate::store::outbox::{Leased, Unreadable};
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

impl Delivered {
    fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Sent => self.sent += 1,
            Fate::GivenUp => self.given_up += 1,
            Fate::Dropped => self.dropped += 1,
            Fate::Failed { due_at } => {
                self.failed += 1;
                self.next_due = Some(self.next_due.map_or(due_at, |first| first.min(due_at)));
            }
        }
    }
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
    let (messages, mut report) = harp.store.write(&Lease { harp, until, act }).await?;
    let mut tasks = JoinSet::new();
    for message in messages {
        let (harp, act) = (harp.clone(), act.clone());
        tasks.spawn(async move {
            let id = message.id;
            deliver_one(&harp, message, &act).await.map_err(|trouble| (id, trouble))
        });
    }
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(Ok(fate)) => report.count(fate),
            // The message stays leased, and is due again when the lease ends.
            Ok(Err((message, trouble))) => tracing::error!(%message, %trouble, "a message is stuck"),
            Err(panic) => tracing::error!(%panic, "a delivery broke down"),
        }
    }
    Ok(report)
}

async fn deliver_one(harp: &Harp, message: Message, act: &Act) -> Result<Fate, Trouble> {
    let (letter, awaited) = match compose(harp, &message, act).await? {
        Composed::Letter(letter, awaited) => (letter, awaited),
        Composed::Not(how) => {
            harp.store.write(&End { harp, message: &message, how, act }).await?;
            return Ok(Fate::Dropped);
        }
    };
    let deliver = harp.courier.deliver(message.id, &message.to, &letter);
    let delivered = match tokio::time::timeout(harp.profile.outbox.deliver_within, deliver).await {
        Ok(delivered) => delivered,
        Err(_) => Err(CourierFault::TryLater("the courier took too long".to_owned())),
    };
    let tried = Tried { attempts: message.attempts, created_at: message.created_at };
    let again = |why, after| match tried.again_at(harp, awaited, (act.now, after)) {
        Some(due_at) => (How::Again(due_at, why), Fate::Failed { due_at }),
        None => (How::GivenUp(why), Fate::GivenUp),
    };
    let (how, fate) = match delivered {
        Ok(()) => (How::Sent, Fate::Sent),
        Err(CourierFault::Never(why)) => (How::GivenUp(why), Fate::GivenUp),
        Err(CourierFault::TryLater(why)) => again(why, Duration::ZERO),
        Err(CourierFault::Busy { why, after }) => again(why, after),
    };
    harp.store.write(&End { harp, message: &message, how, act }).await?;
    Ok(fate)
}

/// A message in words, or why it is not worth any.
pub(super) enum Composed {
    Letter(Letter, Option<Awaited>),
    Not(How),
}

impl Composed {
    pub(super) fn worded(self) -> Option<Letter> {
        match self {
            Composed::Letter(letter, _) => Some(letter),
            Composed::Not(_) => None,
        }
    }
}

/// Puts a message into words, with the code that counts now.
pub(super) async fn compose(harp: &Harp, message: &Message, act: &Act) -> Result<Composed, Trouble> {
    let Some(context) = harp.store.read(&Look { harp, message, act }).await? else {
        return Ok(Composed::Not(How::Nobodys));
    };
    let Context { locale, awaited, not_me } = context;
    let code = message.notice.code();
    if code.is_some() && awaited.is_none_or(|a| a.is == Is::Over) {
        return Ok(Composed::Not(How::Dropped));
    }
    let code = code.map(|c| harp.vault.code(c.challenge, c.resend, harp.profile.code.digits));
    let enclosed = Enclosed { code, not_me };
    let letter = harp.composer.compose(&message.to, &message.notice, &enclosed, &locale);
    Ok(Composed::Letter(letter, awaited))
}

/// How often a message was tried, and since when.
struct Tried {
    attempts: u32,
    created_at: Timestamp,
}

impl Tried {
    /// When to try again: after twice the time at each failure and not before the courier wants it, while it still makes sense.
    fn again_at(
        &self,
        harp: &Harp,
        awaited: Option<Awaited>,
        (now, after): (Timestamp, Duration),
    ) -> Option<Timestamp> {
        let rules = &harp.profile.outbox;
        let doublings = self.attempts.saturating_sub(1).min(20);
        let wait = rules.first_retry.saturating_mul(1 << doublings).max(after).min(rules.longest_retry);
        let last = self.created_at + rules.give_up;
        let last = awaited.map_or(last, |a| last.min(a.expires_at));
        Some(now + wait).filter(|&at| at < last)
    }
}

struct Lease<'a> {
    harp: &'a Harp,
    until: Timestamp,
    act: &'a Act,
}

#[async_trait]
impl Work for Lease<'_> {
    /// With them, what became of those that cannot be read.
    type Out = (Vec<Message>, Delivered);
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let Leased { messages, unreadable } = tx.lease_messages(self.act.now, self.until, BATCH).await?;
        let taken = messages.len() + unreadable.len();
        let more = u32::try_from(taken).is_ok_and(|n| n >= BATCH);
        let mut report = Delivered { more, ..Delivered::default() };
        for row in unreadable {
            report.count(self.put_back(tx, &row).await?);
        }
        Ok((messages, report))
    }
}

impl Lease<'_> {
    /// It waits, as if its courier had failed, for a HARP that can read it.
    async fn put_back(&self, tx: &mut dyn Tx, row: &Unreadable) -> Result<Fate, Fault> {
        let Unreadable { id, account, created_at, attempts, ref fault } = *row;
        let due_at = Tried { attempts, created_at }.again_at(self.harp, None, (self.act.now, Duration::ZERO));
        tx.message_failed(id, due_at, "it cannot be read").await?;
        tracing::error!(message = %id, %fault, given_up = due_at.is_none(), "a message cannot be read");
        if let Some(due_at) = due_at {
            return Ok(Fate::Failed { due_at });
        }
        tx.record(&self.harp.event(self.act, account, Deed::MessageGivenUp { message: id })).await?;
        Ok(Fate::GivenUp)
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
pub(super) struct Awaited {
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

pub(super) enum How {
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
            How::Sent => tx.message_sent(id).await,
            How::Nobodys => tx.message_done(id).await,
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
