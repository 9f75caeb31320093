//! What a telephone service tells later: that a message arrived or did not, and that somebody on a call wants to hear it again.
//! Whoever calls these has checked that it is the service that speaks.

use async_trait::async_trait;

use super::deliver::compose;
use super::{Harp, Trouble};
use crate::audit::Deed;
use crate::kernel::act::Act;
use crate::kernel::id::MessageId;
use crate::notice::delivery::{Delivery, Posted, Receipt};
use crate::notice::letter::Letter;
use crate::notice::{Message, Recipient};
use crate::store::{Fault, Tx, Work};

/// Notes a receipt. The first counts; of a message that nobody knows (any more) nothing is noted.
pub async fn received(harp: &Harp, id: MessageId, receipt: &Receipt, act: &Act) -> Result<(), Trouble> {
    Ok(harp.store.write(&Note { harp, id, receipt, act }).await?)
}

struct Note<'a> {
    harp: &'a Harp,
    id: MessageId,
    receipt: &'a Receipt,
    act: &'a Act,
}

#[async_trait]
impl Work for Note<'_> {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let Note { harp, id, receipt, act } = self;
        let (delivery, why) = match receipt {
            Receipt::Arrived => (Delivery::Arrived, None),
            Receipt::NotArrived { code: None } => (Delivery::NotArrived, None),
            Receipt::NotArrived { code: Some(code) } => (Delivery::NotArrived, Some(format!("error {code}"))),
        };
        if !tx.note_receipt(*id, delivery, why.as_deref()).await? || delivery == Delivery::Arrived {
            return Ok(());
        }
        let Some(Posted { message, .. }) = tx.posted(*id).await? else { return Ok(()) };
        tx.record(&harp.event(act, message.account, Deed::MessageNotArrived { message: *id })).await
    }
}

/// What a call says when it is asked to say it again: the same, while the code still works. `None`: nothing (any more).
pub async fn said_again(harp: &Harp, id: MessageId, act: &Act) -> Result<Option<Letter>, Trouble> {
    struct Find(MessageId);
    #[async_trait]
    impl Work for Find {
        type Out = Option<Message>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            Ok(tx.posted(self.0).await?.map(|posted| posted.message))
        }
    }
    let called = |m: &Message| matches!(m.to, Recipient::Voice(_));
    match harp.store.read(&Find(id)).await?.filter(called) {
        Some(message) => Ok(compose(harp, &message, act).await?.worded()),
        None => Ok(None),
    }
}
