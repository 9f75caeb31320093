//! A forgotten user ID: who is told it, and what a stranger learns.

use std::sync::Arc;

use crate::stage::{Stage, synthetic};
use harp_core::audit::Deed;
use harp_core::flow::confirm_email::{self, Confirmed};
use harp_core::flow::recover::{Asked, forgotten_user_id};
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::steps::*;
use super::{dump, eight};

const MAILBOX: &str = "ana@hospital.example";

async fn ask(stage: &Stage, address: &str) -> Asked {
    forgotten_user_id(&stage.harp, address, &stage.act()).await.unwrap()
}

/// Ana has confirmed her address.
async fn reachable(db: Db) -> Stage {
    let stage = registered(db).await;
    let id = stage.account_of(ANA).await.unwrap();
    let code = stage.code(MAILBOX).await;
    let confirmed = confirm_email::confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
    assert!(matches!(confirmed, Confirmed::Confirmed(_)), "{confirmed:?}");
    deliver(&stage).await;
    stage
}

fn rows(table: &str) -> usize {
    table.lines().filter(|line| !line.trim().is_empty()).count()
}

both! {
    /// F06, X-6: the letter tells it, when and from where it was asked, and bears *This was not me*.
    async fn a_letter_to_the_confirmed_address_tells_the_user_id(db: Db) {
        let stage = reachable(db).await;
        assert_eq!(ask(&stage, " ANA@Hospital.example ").await, Asked::OnItsWay);
        let letter = stage.letters(MAILBOX).await.pop().unwrap();
        let text = letter.letter.text.expose();
        assert!(text.contains(&format!("Your user ID is: {ANA}")) && text.contains("192.0.2"), "{text}");
        assert!(letter.not_me().is_some() && !letter.letter.subject.contains(ANA));
        let id = stage.account_of(ANA).await;
        let asked = stage.events().await.into_iter().filter(|e| e.deed == Deed::UserIdAsked);
        assert_eq!(asked.map(|e| e.subject).collect::<Vec<_>>(), [id]);
    }

    /// nobody's address, one that is not confirmed and a known one: one answer, the same rows; the worker throws
    /// away what is to nobody.
    async fn nobody_learns_whether_an_address_is_known(db: Db) {
        let place = db.place.clone();
        let stage = reachable(db).await;
        let (form, _) = synthetic("Ben");
        stage.registered(&form, "ben.b").await;
        deliver(&stage).await;
        let mut seen = Vec::new();
        for address in [MAILBOX, &form.email, "nobody@elsewhere.example"] {
            let before = [rows(&dump(&place, "outbox").await), rows(&dump(&place, "repudiation").await),
                rows(&dump(&place, "audit_event").await), rows(&dump(&place, "counter").await)];
            let answer = ask(&stage, address).await;
            let after = [rows(&dump(&place, "outbox").await), rows(&dump(&place, "repudiation").await),
                rows(&dump(&place, "audit_event").await), rows(&dump(&place, "counter").await)];
            let written: Vec<usize> = after.iter().zip(before).map(|(a, b)| a - b).collect();
            seen.push((answer, written));
            deliver(&stage).await;
        }
        assert!(seen.windows(2).all(|w| w[0].0 == w[1].0 && w[0].1[..3] == w[1].1[..3]), "{seen:?}");
        let told = |letters: Vec<harp_core::adapter::courier::memory::Arrived>| {
            letters.iter().filter(|l| l.letter.text.expose().contains("Your user ID is")).count()
        };
        assert_eq!(told(stage.letters(MAILBOX).await), 1);
        assert_eq!(told(stage.letters(&form.email).await), 0, "an address that was merely typed is nobody's");
        assert_eq!(told(stage.letters("nobody@elsewhere.example").await), 0);
    }

    /// Eight at once from one network: no more letters than the limit; whoever asks from elsewhere still gets one.
    async fn a_mailbox_is_not_flooded(db: Db) {
        let stage = Arc::new(reachable(db).await);
        let before = stage.letters(MAILBOX).await.len();
        let answers = eight(|_| {
            let stage = stage.clone();
            async move { ask(&stage, MAILBOX).await }
        })
        .await;
        let most = HARP.recovery.from_one_source as usize;
        assert_eq!(answers.iter().filter(|a| **a == Asked::OnItsWay).count(), most, "{answers:?}");
        assert_eq!(stage.letters(MAILBOX).await.len() - before, most);
        let elsewhere = stage.act_from([198, 51, 100, 9]);
        let asked = forgotten_user_id(&stage.harp, MAILBOX, &elsewhere).await.unwrap();
        assert_eq!(asked, Asked::OnItsWay);
        for n in 1..60_u8 {
            forgotten_user_id(&stage.harp, MAILBOX, &stage.act_from([198, 51, 101, n])).await.unwrap();
        }
        assert!(stage.letters(MAILBOX).await.len() - before <= HARP.recovery.from_all as usize);
        stage.later(HARP.per_source.window);
        assert_eq!(ask(&stage, MAILBOX).await, Asked::OnItsWay);
    }

    async fn what_is_no_address_is_said_to_be_none(db: Db) {
        let stage = reachable(db).await;
        let long = "a".repeat(4096);
        for typed in ["", "ana", "a\0b@c.example", long.as_str()] {
            let asked = ask(&stage, typed).await;
            assert!(matches!(asked, Asked::Refused(_)), "{typed:?}: {asked:?}");
        }
    }
}
