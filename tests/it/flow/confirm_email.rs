//! Confirming an e-mail address (B09, X-4, X-7).

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{Stage, ana};
use harp_core::account::field::{Field, Problem};
use harp_core::account::person::ProfileForm;
use harp_core::audit::Deed;
use harp_core::flow::confirm_email::{Confirmed, Sent, awaited, change_address, confirm, resend};
use harp_core::policy::HARP;
use harp_tests::both;

use super::eight;

const ANA: &str = "ana@hospital.example";
const A_WHILE: Duration = Duration::from_secs(60);

/// A code that is not this one.
fn other_than(code: &str, n: usize) -> String {
    let number: usize = code.parse().unwrap();
    format!("{:06}", (number + 1 + n) % 1_000_000)
}

both! {
    /// B09: an address counts once its code was entered, spaces and dashes ignored, and once only.
    async fn the_code_from_the_letter_confirms_the_address(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        assert_eq!(awaited(&stage.harp, id).await.unwrap().unwrap().address.as_str(), ANA);
        let code = stage.code(ANA).await;
        let typed = format!(" {}-{} ", &code[..3], &code[3..]);
        let outcome = confirm(&stage.harp, id, &typed, &stage.act()).await.unwrap();
        assert!(matches!(outcome, Confirmed::Confirmed(address) if address.as_str() == ANA));
        assert!(stage.account(id).await.email.verified().is_some());
        assert_eq!(awaited(&stage.harp, id).await.unwrap(), None);
        assert_eq!(resend(&stage.harp, id, &stage.act()).await.unwrap(), Sent::AlreadyConfirmed);
    }

    /// of eight clicks on Send at once, to the address or to another one, one sends a letter.
    async fn eight_clicks_send_one_letter(db: Db) {
        const OTHER: &str = "ana@home.example";
        let stage = Arc::new(Stage::on(db, &HARP));
        let id = stage.registered(&ana(), "AnaRivera").await;
        let before = stage.letters(ANA).await.len();
        stage.later(A_WHILE);
        let sent = eight(|_| {
            let stage = Arc::clone(&stage);
            async move { resend(&stage.harp, id, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(sent, vec![Sent::OnItsWay; 8]);
        assert_eq!(stage.letters(ANA).await.len() - before, 1);
        let sent = eight(|_| {
            let stage = Arc::clone(&stage);
            async move { change_address(&stage.harp, id, (OTHER, OTHER), &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(sent, vec![Sent::OnItsWay; 8]);
        assert_eq!(stage.letters(OTHER).await.len(), 1);
    }

    /// a code lives for its time and no longer; another letter helps after it has expired, too (P4).
    async fn an_expired_code_is_wrong_and_a_new_letter_helps(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let old = stage.code(ANA).await;
        stage.later(HARP.code.email_life);
        assert_eq!(confirm(&stage.harp, id, &old, &stage.act()).await.unwrap(), Confirmed::Wrong);
        assert_eq!(resend(&stage.harp, id, &stage.act()).await.unwrap(), Sent::OnItsWay);
        let new = stage.code(ANA).await;
        assert_ne!(new, old);
        assert!(matches!(confirm(&stage.harp, id, &new, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
    }

    /// HQR-2: another letter makes the earlier code worthless; a second click sends one letter.
    async fn a_new_letter_makes_the_earlier_code_worthless(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let old = stage.code(ANA).await;
        assert_eq!(resend(&stage.harp, id, &stage.act()).await.unwrap(), Sent::OnItsWay);
        assert_eq!(stage.letters(ANA).await.len(), 1, "within seconds it is a second click");
        stage.later(A_WHILE);
        assert_eq!(resend(&stage.harp, id, &stage.act()).await.unwrap(), Sent::OnItsWay);
        assert_eq!(stage.letters(ANA).await.len(), 2);
        assert_eq!(confirm(&stage.harp, id, &old, &stage.act()).await.unwrap(), Confirmed::Wrong);
    }

    /// five wrong codes lock, and another letter does not open the lock.
    async fn five_wrong_codes_lock_and_a_new_letter_resets_nothing(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        for n in 0..4 {
            let wrong = confirm(&stage.harp, id, &other_than(&code, n), &stage.act()).await.unwrap();
            assert_eq!(wrong, Confirmed::Wrong);
        }
        stage.later(A_WHILE);
        resend(&stage.harp, id, &stage.act()).await.unwrap();
        let code = stage.code(ANA).await;
        confirm(&stage.harp, id, &other_than(&code, 0), &stage.act()).await.unwrap();
        let locked = confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
        assert!(matches!(locked, Confirmed::Locked { .. }), "{locked:?}");
        stage.later(HARP.attempts.lock);
        assert!(matches!(confirm(&stage.harp, id, &code, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
    }

    /// A burst of guesses is judged one by one: the sixth is not looked at, be it right.
    async fn eight_guesses_at_once_are_five(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let id = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        let answers = eight(|n| {
            let (stage, guess) = (Arc::clone(&stage), other_than(&code, n));
            async move { confirm(&stage.harp, id, &guess, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|a| **a == Confirmed::Wrong).count(), 4, "the fifth locks: {answers:?}");
        let noted = stage.events().await.into_iter().filter(|e| e.deed == Deed::EmailCodeRefused).count();
        assert_eq!(noted, 8, "each refusal is in the audit trail");
    }

    /// Eight right ones at once: the address is confirmed once, and everybody is told so.
    async fn a_right_code_counts_once(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let id = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        let answers = eight(|_| {
            let (stage, code) = (Arc::clone(&stage), code.clone());
            async move { confirm(&stage.harp, id, &code, &stage.act()).await.unwrap() }
        })
        .await;
        assert!(answers.iter().all(|a| matches!(a, Confirmed::Confirmed(_))), "{answers:?}");
        let confirmed = stage.events().await.into_iter().filter(|e| e.deed == Deed::EmailConfirmed).count();
        assert_eq!(confirmed, 1);
    }

    /// Until it is confirmed an address can be changed, and the code to the old one is then worthless.
    async fn an_unconfirmed_address_can_be_changed(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let old = stage.code(ANA).await;
        let new = "ana.rivera@clinic.example";
        let refused = change_address(&stage.harp, id, (new, "other@clinic.example"), &stage.act()).await.unwrap();
        let Sent::Refused(complaints) = refused else { panic!("{refused:?}") };
        assert_eq!((complaints[0].field, complaints[0].problem), (Field::ConfirmEmail, Problem::Mismatch));
        let sent = change_address(&stage.harp, id, (new, new), &stage.act()).await.unwrap();
        assert_eq!(sent, Sent::OnItsWay);
        assert_eq!(confirm(&stage.harp, id, &old, &stage.act()).await.unwrap(), Confirmed::Wrong);
        let code = stage.code(new).await;
        assert!(matches!(confirm(&stage.harp, id, &code, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
        let late = change_address(&stage.harp, id, (ANA, ANA), &stage.act()).await.unwrap();
        assert_eq!(late, Sent::AlreadyConfirmed);
    }

    /// somebody else's confirmed address can be typed and never confirmed; the page says what it always says.
    async fn somebody_elses_address_can_never_be_confirmed(db: Db) {
        let stage = Stage::on(db, &HARP);
        let owner = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        confirm(&stage.harp, owner, &code, &stage.act()).await.unwrap();
        let mallory = stage.registered(&ProfileForm { first_name: "Mallory".into(), ..ana() }, "MalloryM").await;
        assert_eq!(awaited(&stage.harp, mallory).await.unwrap().unwrap().address.as_str(), ANA);
        stage.later(A_WHILE);
        assert_eq!(resend(&stage.harp, mallory, &stage.act()).await.unwrap(), Sent::OnItsWay);
        let letters = stage.letters(ANA).await;
        assert!(letters.iter().skip(1).all(|l| l.code().is_none()) && letters.len() == 4);
        assert_eq!(confirm(&stage.harp, mallory, &code, &stage.act()).await.unwrap(), Confirmed::Wrong);
    }

    /// Two accounts had a code to one mailbox: the second that enters it has read the mailbox, and is told.
    async fn of_two_who_read_one_mailbox_the_first_has_it(db: Db) {
        let stage = Stage::on(db, &HARP);
        let one = stage.registered(&ana(), "AnaRivera").await;
        let first = stage.code(ANA).await;
        let two = stage.registered(&ana(), "AnaSecond").await;
        let second = stage.code(ANA).await;
        assert!(matches!(confirm(&stage.harp, one, &first, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
        assert_eq!(confirm(&stage.harp, two, &second, &stage.act()).await.unwrap(), Confirmed::Taken);
        assert!(stage.account(two).await.email.verified().is_none());
    }

    /// many accounts that typed one address buy no more guesses at its codes than the address has.
    async fn many_accounts_with_one_address_share_its_guesses(db: Db) {
        let stage = Stage::on(db, &HARP);
        let mut guesses = 0;
        for n in 0..=HARP.addresses.limit / HARP.attempts.limit {
            let id = stage.registered(&ana(), &format!("Mallory{n}")).await;
            let code = stage.code(ANA).await;
            loop {
                match confirm(&stage.harp, id, &other_than(&code, 0), &stage.act()).await.unwrap() {
                    Confirmed::Wrong => guesses += 1,
                    Confirmed::Locked { .. } => break,
                    other => panic!("{other:?}"),
                }
            }
        }
        let accounts = HARP.addresses.limit / HARP.attempts.limit;
        assert_eq!(guesses, accounts * (HARP.attempts.limit - 1), "a fresh account finds the address locked");
        let id = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        let locked = confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
        assert!(matches!(locked, Confirmed::Locked { .. }), "{locked:?}");
        stage.later(HARP.addresses.lock);
        assert!(matches!(confirm(&stage.harp, id, &code, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
    }

    /// Whoever registers with somebody's address again and again does not keep its owner from getting a letter.
    async fn strangers_who_use_an_address_up_leave_its_owner_the_first_letter(db: Db) {
        let stage = Stage::on(db, &HARP);
        let mut strangers = 0;
        loop {
            let id = stage.registered(&ana(), &format!("Mallory{strangers}")).await;
            strangers += 1;
            stage.later(Duration::from_secs(16));
            if resend(&stage.harp, id, &stage.act()).await.unwrap() == Sent::NoMore {
                break;
            }
            while resend(&stage.harp, id, &stage.act()).await.unwrap() == Sent::OnItsWay {
                stage.later(Duration::from_secs(16));
            }
        }
        let mut arrived = 0;
        while stage.letters(ANA).await.len() > arrived {
            arrived = stage.letters(ANA).await.len();
        }
        let most = usize::try_from(HARP.sends.per_address + strangers).unwrap();
        assert!(arrived <= most, "the flood ends: {arrived}");
        let id = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code(ANA).await;
        assert!(matches!(confirm(&stage.harp, id, &code, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
    }

    /// A flood of letters to one mailbox ends, and what is not sent changes nothing.
    async fn letters_are_limited_and_what_is_not_sent_changes_nothing(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), "AnaRivera").await;
        let mut sent = 1;
        loop {
            stage.letters(ANA).await;
            stage.later(A_WHILE);
            match resend(&stage.harp, id, &stage.act()).await.unwrap() {
                Sent::OnItsWay => sent += 1,
                Sent::NoMore => break,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(sent, 1 + HARP.code.resends);
        let code = stage.code(ANA).await;
        assert_eq!(stage.letters(ANA).await.len(), usize::try_from(sent).unwrap());
        assert!(matches!(confirm(&stage.harp, id, &code, &stage.act()).await.unwrap(), Confirmed::Confirmed(_)));
    }
}
