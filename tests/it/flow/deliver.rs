//! The outbox: every message once or, after a lost reply, the same again; no code that no longer counts.

use std::time::Duration;

use crate::stage::Stage;
use harp_core::adapter::courier::memory::{Arrived, Mishap};
use harp_core::audit::Deed;
use harp_core::flow::deliver::Delivered;
use harp_core::flow::sign_in;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Plain;
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::steps::*;
use crate::contract::{at_once, spoil};

const MINUTE: Duration = Duration::from_secs(60);

/// A sign-in whose code is in the outbox; how many text messages had arrived before.
async fn code_waits(db: Db) -> (Stage, Plain, usize) {
    let (stage, live) = with_phone(db).await;
    let phone = device(&stage, &live, Method::Sms).await;
    let before = texts(&stage, PHONE).await.len();
    let token = token(&stage, ANA).await;
    choose(&stage, &token, &phone).await;
    (stage, token, before)
}

async fn codes_since(stage: &Stage, before: usize) -> Vec<Option<String>> {
    texts(stage, PHONE).await[before..].iter().map(Arrived::code).collect()
}

both! {
    /// X-4: a retry after a lost reply repeats the same code, and the wait doubles.
    async fn a_retry_repeats_the_same_code(db: Db) {
        let (stage, token, before) = code_waits(db).await;
        stage.mail.next([Mishap::LostReply, Mishap::TryLater]);
        let first = deliver(&stage).await;
        let due = stage.act().now + HARP.outbox.first_retry;
        assert_eq!(first, Delivered { failed: 1, next_due: Some(due), ..Delivered::default() });
        assert_eq!(deliver(&stage).await, Delivered::default(), "not before it is due");
        stage.later(HARP.outbox.first_retry);
        let due = stage.act().now + 2 * HARP.outbox.first_retry;
        assert_eq!(deliver(&stage).await.next_due, Some(due));
        stage.later(2 * HARP.outbox.first_retry);
        assert_eq!(deliver(&stage).await.sent, 1);
        let codes = codes_since(&stage, before).await;
        assert!(codes.len() == 2 && codes[0] == codes[1] && codes[0].is_some(), "{codes:?}");
        let code = codes[0].clone().unwrap();
        assert!(matches!(verify(&stage, &token, &code).await, sign_in::CodeOutcome::SignedIn(_)));
    }

    /// Letters about devices and passwords had kinds of their own: those that wait while HARP is brought up to date are sent.
    async fn a_security_letter_of_an_earlier_harp_is_sent(db: Db) {
        let place = db.place.clone();
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        deliver(&stage).await;
        for former in [r#"{"notice":"factor_added","method":"sms"}"#, r#"{"notice":"password_changed"}"#] {
            let token = token(&stage, ANA).await;
            choose(&stage, &token, &phone).await;
            let to = r#"{"by":"email","to":"ana@hospital.example"}"#;
            spoil(&place, format!("UPDATE outbox SET notice = '{former}', recipient = '{to}'")).await;
            assert_eq!(deliver(&stage).await.sent, 1, "{former}");
            let letter = stage.letters("ana@hospital.example").await.pop().unwrap();
            assert!(letter.letter.text.expose().contains("When: ") && letter.not_me().is_none());
        }
    }

    /// Perhaps a newer HARP wrote it, which will send it: an older one leaves it, and says so when its time is up.
    async fn a_message_that_cannot_be_read_waits_and_is_on_record_when_given_up(db: Db) {
        let place = db.place.clone();
        let (stage, ..) = code_waits(db).await;
        spoil(&place, r#"UPDATE outbox SET notice = '{"notice":"of_tomorrow"}'"#.to_owned()).await;
        let due = stage.act().now + HARP.outbox.first_retry;
        assert_eq!(deliver(&stage).await, Delivered { failed: 1, next_due: Some(due), ..Delivered::default() });
        let given_up = || async {
            stage.events().await.iter().filter(|e| matches!(e.deed, Deed::MessageGivenUp { .. })).count()
        };
        assert_eq!(given_up().await, 0);
        stage.later(HARP.outbox.give_up);
        assert_eq!(deliver(&stage).await, Delivered { given_up: 1, ..Delivered::default() });
        assert_eq!(given_up().await, 1);
        assert_eq!(deliver(&stage).await, Delivered::default());
    }

    /// HQR-2: a message that waits while its code is resent is not sent any more.
    async fn a_message_whose_code_was_resent_is_dropped(db: Db) {
        let (stage, token, before) = code_waits(db).await;
        sign_in::resend(&stage.harp, &token, 0, &stage.act()).await.unwrap();
        let report = deliver(&stage).await;
        assert_eq!((report.sent, report.dropped), (1, 1), "{report:?}");
        assert_eq!(codes_since(&stage, before).await.len(), 1);
    }

    /// A code is not sent after its time; a courier that fails until then is given up, and that is recorded.
    async fn a_code_is_not_sent_after_its_time(db: Db) {
        let (stage, _, before) = code_waits(db).await;
        stage.later(10 * MINUTE);
        assert_eq!(deliver(&stage).await.dropped, 1);
        assert_eq!(codes_since(&stage, before).await.len(), 0);
    }

    async fn what_will_never_arrive_is_given_up_and_recorded(db: Db) {
        let (stage, _, _) = code_waits(db).await;
        stage.mail.next([Mishap::Never]);
        assert_eq!(deliver(&stage).await.given_up, 1);
        assert_eq!(deliver(&stage).await, Delivered::default());
        let given_up = |e: &harp_core::audit::Event| matches!(e.deed, Deed::MessageGivenUp { .. });
        assert_eq!(stage.events().await.iter().filter(|e| given_up(e)).count(), 1);
    }

    /// A failing courier is given up when the code dies, not before.
    async fn a_code_is_tried_until_it_dies(db: Db) {
        let (stage, _, _) = code_waits(db).await;
        stage.mail.next([Mishap::TryLater; 64]);
        let start = stage.act().now;
        let mut rounds = 0;
        loop {
            let report = deliver(&stage).await;
            rounds += 1;
            match report.next_due {
                Some(due) => stage.later(due.since(stage.act().now)),
                None => break assert_eq!(report.given_up, 1, "{report:?}"),
            }
        }
        assert!(stage.act().now.since(start) < HARP.code.life && rounds >= 6, "{rounds}");
    }

    /// Several workers at once send each message once.
    async fn workers_do_not_send_twice(db: Db) {
        let (stage, _, before) = code_waits(db).await;
        let reports = at_once(8, |_| {
            let (harp, act) = (stage.harp.clone(), stage.act());
            async move { harp_core::flow::deliver::deliver_due(&harp, &act).await.unwrap().sent }
        })
        .await;
        assert_eq!(reports.iter().sum::<u32>(), 1);
        assert_eq!(codes_since(&stage, before).await.len(), 1);
    }
}
