//! The outbox.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use harp_core::adapter::sql::{SqlTx, SqlWork};
use harp_core::kernel::id::MessageId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::text::Phone;
use harp_core::kernel::time::Timestamp;
use harp_core::notice::delivery::Delivery;
use harp_core::notice::{Message, Notice, Recipient};
use harp_core::store::Fault;
use harp_tests::both;
use harp_tests::cluster::Db;
use tokio::sync::Notify;

use super::fixture::{NOW, account, after, email};
use super::{Node, at_once, change, spoil};

both! {
    async fn a_message_is_leased_as_it_was_pushed_and_again_when_the_lease_runs_out(db: Db) {
        let late = pushed(&db, 20).await;
        let early = pushed(&db, 10).await;
        pushed(&db, 1_000).await;
        assert_eq!(lease(&db, 9, 60, 9).await, Ok(vec![]), "none is due");
        let first = |message: &Message| Message { attempts: 1, ..message.clone() };
        assert_eq!(lease(&db, 30, 60, 9).await, Ok(vec![first(&early), first(&late)]));
        assert_eq!(lease(&db, 59, 90, 9).await, Ok(vec![]), "both are leased");
        assert_eq!(lease(&db, 60, 90, 1).await, Ok(vec![Message { attempts: 2, ..early.clone() }]));
        let id = early.id;
        change!(db, [id], |tx| tx.message_done(id).await).await.unwrap();
        assert_eq!(lease(&db, 200, 300, 9).await, Ok(vec![Message { attempts: 2, ..late }]));
    }

    /// What cannot be read, perhaps after a downgrade, is leased like the rest, and holds nothing else up.
    async fn a_message_that_cannot_be_read_does_not_hold_up_the_others(db: Db) {
        let bad = pushed(&db, 0).await;
        let good = pushed(&db, 1).await;
        let sql = format!("UPDATE outbox SET notice = '{{}}' WHERE id = '{}'", bad.id);
        spoil(&db.place, sql).await;
        for (now, until) in [(30, 60), (60, 90)] {
            let leased = change!(db, [], |tx| tx.lease_messages(after(now), after(until), 9).await).await.unwrap();
            assert_eq!(leased.messages.iter().map(|m| m.id).collect::<Vec<_>>(), [good.id]);
            assert_eq!(leased.unreadable.iter().map(|m| m.id).collect::<Vec<_>>(), [bad.id]);
        }
    }

    /// A number that no rule takes any more still is the number that somebody has.
    async fn a_recipient_is_not_judged_again_when_it_is_read(db: Db) {
        let message = pushed(&db, 0).await;
        let to = Recipient::Sms(Phone::stored("+10000000000".to_owned()));
        let recipient = serde_json::to_string(&to).unwrap();
        spoil(&db.place, format!("UPDATE outbox SET recipient = '{recipient}' WHERE id = '{}'", message.id)).await;
        assert_eq!(lease(&db, 30, 60, 9).await.unwrap().pop().map(|m| m.to), Some(to));
    }

    /// Eight workers, sixteen messages: none is sent twice, none is forgotten.
    async fn of_eight_workers_each_message_goes_to_one(db: Db) {
        let mut sent = BTreeSet::new();
        for _ in 0..16 {
            sent.insert(pushed(&db, 0).await.id);
        }
        let leased = at_once(8, |_| {
            let db = Node::of(&db);
            async move {
                let mut mine = Vec::new();
                for _ in 0..8 {
                    let some = change!(db, [], |tx| tx.lease_messages(after(1), after(60), 3).await).await.unwrap().messages;
                    mine.extend(some.into_iter().map(|m| m.id));
                }
                mine
            }
        })
        .await
        .concat();
        assert_eq!(leased.len(), 16);
        assert_eq!(leased.into_iter().collect::<BTreeSet<MessageId>>(), sent);
    }

    /// E03, P18: what was sent is there for a receipt, of which the first counts, and for whoever asks where a code is.
    async fn what_was_sent_stays_for_its_receipt_and_is_swept_later(db: Db) {
        let id = pushed(&db, 0).await.id;
        let note = |delivery| change!(db, [id], |tx| tx.note_receipt(id, delivery, Some("error 30003")).await);
        assert_eq!(note(Delivery::Arrived).await, Ok(false), "nobody has tried it yet");
        lease(&db, 0, 60, 9).await.unwrap();
        change!(db, [id], |tx| tx.message_sent(id).await).await.unwrap();
        let posted = || change!(db, [id], |tx| tx.posted(id).await);
        assert_eq!(posted().await.unwrap().unwrap().delivery, Delivery::Sent);
        assert_eq!(lease(&db, 5_000, 6_000, 9).await, Ok(vec![]), "it goes out once");
        let noted = at_once(8, |n| {
            let db = Node::of(&db);
            let delivery = if n % 2 == 0 { Delivery::Arrived } else { Delivery::NotArrived };
            async move { change!(db, [id, delivery], |tx| tx.note_receipt(id, delivery, None).await).await.unwrap() }
        })
        .await;
        assert_eq!(noted.into_iter().filter(|won| *won).count(), 1);
        // The reply that was lost comes late: what is known stays known.
        change!(db, [id], |tx| tx.message_sent(id).await).await.unwrap();
        change!(db, [id], |tx| tx.message_failed(id, Some(after(1)), "no reply").await).await.unwrap();
        assert!(matches!(posted().await.unwrap().unwrap().delivery, Delivery::Arrived | Delivery::NotArrived));
        assert_eq!(lease(&db, 5_000, 6_000, 9).await, Ok(vec![]));
        let sweep = |before: Timestamp| change!(db, [before], |tx| tx.sweep_messages(before).await);
        assert_eq!(sweep(after(1)).await, Ok(1));
        assert_eq!(posted().await, Ok(None));
    }

    async fn the_newest_messages_of_an_account_come_first(db: Db) {
        let account = account().id;
        let mut ours = Vec::new();
        for n in 0..3 {
            let at = after(n);
            let one = pushed(&db, 0).await;
            let id = MessageId::mint(at, &SystemRandom);
            let one = Message { id, account: Some(account), created_at: at, ..one };
            change!(db, [one], |tx| tx.push_message(&one).await).await.unwrap();
            ours.insert(0, one);
        }
        let found = change!(db, [account], |tx| tx.posted_to(account, 2).await).await.unwrap();
        assert!(found.iter().all(|p| p.delivery == Delivery::Waiting));
        assert_eq!(found.into_iter().map(|p| p.message).collect::<Vec<_>>(), ours[..2]);
    }

    async fn a_message_that_failed_is_due_later_or_given_up_and_swept(db: Db) {
        let id = pushed(&db, 0).await.id;
        lease(&db, 0, 60, 9).await.unwrap();
        let failed = |due: Option<Timestamp>| change!(db, [id, due], |tx| tx.message_failed(id, due, "no route").await);
        failed(Some(after(30))).await.unwrap();
        assert_eq!(lease(&db, 29, 60, 9).await, Ok(vec![]));
        assert_eq!(lease(&db, 30, 60, 9).await.unwrap().len(), 1, "the lease has ended with the failure");
        failed(None).await.unwrap();
        assert_eq!(lease(&db, 5_000, 6_000, 9).await, Ok(vec![]));
        let sweep = |before: Timestamp| change!(db, [before], |tx| tx.sweep_messages(before).await);
        pushed(&db, 0).await;
        assert_eq!(sweep(NOW).await, Ok(0));
        assert_eq!(sweep(after(1)).await, Ok(1), "what still waits is not swept");
    }
}

/// The moment that chance seldom shows: a worker picks its messages while another is about to commit the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_another_worker_is_about_to_take_is_not_taken_twice() {
    let db = Db::postgres().await.unwrap();
    pushed(&db, 0).await;
    let (leased, commit) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let first = tokio::spawn({
        let (db, leased, commit) = (Node::of(&db), Arc::clone(&leased), Arc::clone(&commit));
        async move {
            change!(db, [leased, commit], |tx| {
                let mine = tx.lease_messages(NOW, after(60), 9).await?.messages;
                leased.notify_one();
                commit.notified().await;
                Ok(mine.len())
            })
            .await
        }
    });
    leased.notified().await;
    let second = tokio::spawn({
        let db = Node::of(&db);
        async move { change!(db, [], |tx| Ok(tx.lease_messages(NOW, after(60), 9).await?.messages.len())).await }
    });
    while db.store.read_guest(&Waiting).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    commit.notify_one();
    assert_eq!(first.await.unwrap(), Ok(1));
    assert_eq!(second.await.unwrap(), Ok(0));
}

/// How many wait for a lock.
struct Waiting;

#[async_trait]
impl SqlWork for Waiting {
    type Out = i64;

    async fn run(&self, tx: &mut SqlTx) -> Result<i64, Fault> {
        let sql = "SELECT COUNT(*) AS n FROM pg_stat_activity \
                   WHERE datname = current_database() AND wait_event_type = 'Lock'";
        tx.optional(sql, vec![]).await?.unwrap().get("n")
    }
}

async fn lease(db: &Db, now: u64, until: u64, most: u32) -> Result<Vec<Message>, Fault> {
    change!(db, [], |tx| Ok(tx.lease_messages(after(now), after(until), most).await?.messages)).await
}

async fn pushed(db: &Db, due: u64) -> Message {
    let to = match due {
        10 => Recipient::Sms(Phone::parse("+12024561111").unwrap()),
        _ => Recipient::Email(email("ana@home.example")),
    };
    let message = Message {
        id: MessageId::mint(NOW, &SystemRandom),
        account: (due == 20).then(|| account().id),
        to,
        notice: Notice::IdentityProved,
        created_at: NOW,
        due_at: after(due),
        attempts: 0,
    };
    change!(db, [message], |tx| tx.push_message(&message).await).await.unwrap();
    message
}
