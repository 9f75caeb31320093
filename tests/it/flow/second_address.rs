//! A second address for security letters (B02, P4).

use std::sync::Arc;
use std::time::Duration;

use harp_core::account::field::{Field, Problem};
use harp_core::adapter::courier::memory::Arrived;
use harp_core::audit::Deed;
use harp_core::flow::confirm_email;
use harp_core::flow::factors;
use harp_core::flow::lock::{self, NotMe};
use harp_core::flow::recover;
use harp_core::flow::second_address::{Asked, Confirmed, Removed, ask, confirm, remove, resend};
use harp_core::flow::sessions::Live;
use harp_core::kernel::secret::Plain;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::eight;
use super::steps::*;
use crate::stage::{Stage, synthetic};

pub const HOME: &str = "ana@home.example";
const OTHER: &str = "ana@sister.example";
const MINUTE: Duration = Duration::from_secs(60);

/// Ana is signed in, and her first address is confirmed.
async fn reachable(db: Db) -> (Stage, Live) {
    let (stage, live) = with_phone(db).await;
    stage.later(MINUTE);
    let code = stage.code(EMAIL).await;
    confirm_email::confirm(&stage.harp, live.account.id, &code, &stage.act()).await.unwrap();
    (stage, live)
}

/// With a second address.
pub async fn with_both_addresses(db: Db) -> (Stage, Live) {
    let (stage, live) = reachable(db).await;
    add(&stage, &live, HOME).await;
    (stage, live)
}

async fn add(stage: &Stage, live: &Live, address: &str) {
    assert_eq!(asked(stage, live, address).await, Asked::OnItsWay);
    assert_eq!(entered(stage, live, address).await, Confirmed::Confirmed);
    stage.later(MINUTE);
}

async fn asked(stage: &Stage, live: &Live, address: &str) -> Asked {
    ask(&stage.harp, &again(stage, live).await, address, &stage.act()).await.unwrap()
}

async fn entered(stage: &Stage, live: &Live, address: &str) -> Confirmed {
    let code = stage.code(address).await;
    confirm(&stage.harp, live, &code, &stage.act()).await.unwrap()
}

async fn subjects(stage: &Stage, address: &str) -> Vec<String> {
    stage.letters(address).await.into_iter().map(|a| a.letter.subject).collect()
}

fn link(letter: &Arrived) -> Plain {
    let link = letter.not_me().expect("the letter bears a link");
    Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap())
}

both! {
    /// B02, P4: it counts once its code was entered, and every security letter goes to both from then on.
    async fn security_letters_go_to_both_addresses_once_the_code_was_entered(db: Db) {
        let (stage, live) = reachable(db).await;
        assert_eq!(asked(&stage, &live, HOME).await, Asked::OnItsWay);
        assert_eq!(stage.account(live.account.id).await.addresses().len(), 1);
        assert_eq!(entered(&stage, &live, HOME).await, Confirmed::Confirmed);
        for address in [EMAIL, HOME] {
            let told = subjects(&stage, address).await;
            assert!(told.iter().any(|s| s.contains("second email address was added")), "{address}: {told:?}");
        }
        stage.later(MINUTE);
        add_app(&stage, &live).await;
        for address in [EMAIL, HOME] {
            let told = subjects(&stage, address).await;
            assert!(told.iter().any(|s| s.contains("device was added")), "{address}: {told:?}");
        }
        let deeds: Vec<Deed> = stage.events().await.into_iter().map(|e| e.deed).collect();
        assert!(deeds.contains(&Deed::SecondAddressAsked) && deeds.contains(&Deed::SecondAddressConfirmed));
    }

    /// B02: whoever changes it or takes it away is told of at the one that goes, too.
    async fn a_replaced_and_a_removed_address_are_told(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        add(&stage, &live, OTHER).await;
        let told = subjects(&stage, HOME).await;
        assert_eq!(told.iter().filter(|s| s.contains("was added")).count(), 2, "{told:?}");
        let removed = remove(&stage.harp, &again(&stage, &live).await, &stage.act()).await.unwrap();
        assert_eq!(removed, Removed::Removed);
        for address in [EMAIL, OTHER] {
            let told = subjects(&stage, address).await;
            assert!(told.iter().any(|s| s.contains("was removed")), "{address}: {told:?}");
        }
        assert!(!subjects(&stage, HOME).await.iter().any(|s| s.contains("was removed")), "it is long replaced");
        assert_eq!(stage.account(live.account.id).await.addresses().len(), 1);
    }

    /// B02: the first one twice would be one route, and one that was never typed right is none.
    async fn what_is_no_second_address_is_refused(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        for (typed, problem) in [
            ("ANA@hospital.example", Problem::AlreadyHeld),
            (HOME, Problem::AlreadyHeld),
            ("", Problem::Missing),
        ] {
            let Asked::Refused(found) = asked(&stage, &live, typed).await else { panic!("{typed}") };
            assert_eq!((found[0].field, found[0].problem), (Field::SecondEmail, problem), "{typed}");
        }
        assert!(matches!(asked(&stage, &live, "nonsense").await, Asked::Refused(_)));
    }

    /// X-4, P4: wrong codes are counted, a resent one makes the earlier one worthless, eight right ones confirm once.
    async fn the_code_is_guessed_at_no_better_than_the_first_ones(db: Db) {
        let (stage, live) = reachable(db).await;
        asked(&stage, &live, HOME).await;
        let first = stage.code(HOME).await;
        stage.later(MINUTE);
        let sent = resend(&stage.harp, &again(&stage, &live).await, &stage.act()).await.unwrap();
        assert_eq!(sent, Asked::OnItsWay);
        assert_eq!(confirm(&stage.harp, &live, &first, &stage.act()).await.unwrap(), Confirmed::Wrong);
        let code = stage.code(HOME).await;
        let stage = Arc::new(stage);
        let answers = eight(|_| {
            let (stage, live, code) = (stage.clone(), live.clone(), code.clone());
            async move { confirm(&stage.harp, &live, &code, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|a| **a == Confirmed::Confirmed).count(), 1, "{answers:?}");

        asked(&stage, &live, OTHER).await;
        let right = stage.code(OTHER).await;
        for _ in 0..5 {
            confirm(&stage.harp, &live, &wrong(&right), &stage.act()).await.unwrap();
        }
        let locked = confirm(&stage.harp, &live, &right, &stage.act()).await.unwrap();
        assert!(matches!(locked, Confirmed::Locked { .. }), "{locked:?}");
        let account = stage.account(live.account.id).await;
        assert_eq!(account.second.confirmed.map(|a| a.to_string()).as_deref(), Some(HOME));
    }

    /// P14, SP 800-63B-4 §4.1.2: an old session adds no address and takes none away.
    async fn an_old_session_changes_nothing(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        for _ in 0..3 {
            stage.later(MINUTE * 12);
            harp_core::flow::sessions::used(&stage.harp, again(&stage, &live).await, &stage.act()).await.unwrap();
        }
        assert_eq!(asked(&stage, &live, OTHER).await, Asked::SignInAgain);
        let live = again(&stage, &live).await;
        assert_eq!(remove(&stage.harp, &live, &stage.act()).await.unwrap(), Removed::SignInAgain);
        assert_eq!(stage.account(live.account.id).await.addresses().len(), 2);
    }

    /// A07, X-7: it is nobody's alone: its owner registers with it as their first, and it finds no user ID.
    async fn a_second_address_keeps_nobody_from_registering_with_it(db: Db) {
        let (stage, _) = with_both_addresses(db).await;
        let (mut form, _) = synthetic("Val");
        (form.email, form.confirm_email) = (HOME.to_owned(), HOME.to_owned());
        let val = stage.registered(&form, "val.owner").await;
        let code = stage.code(HOME).await;
        let confirmed = confirm_email::confirm(&stage.harp, val, &code, &stage.act()).await.unwrap();
        assert!(matches!(confirmed, confirm_email::Confirmed::Confirmed(_)), "{confirmed:?}");
        recover::forgotten_user_id(&stage.harp, OTHER, &stage.act()).await.unwrap();
        assert!(stage.letters(OTHER).await.is_empty());
    }

    /// P14: an address that a thief added goes with the account's lock, and reads nothing of what comes after.
    async fn an_address_added_since_the_letter_goes_with_the_lock(db: Db) {
        let (stage, live) = reachable(db).await;
        asked(&stage, &live, "mallory@evil.example").await;
        assert_eq!(entered(&stage, &live, "mallory@evil.example").await, Confirmed::Confirmed);
        let letter = stage.letters(EMAIL).await.into_iter().find(|l| l.letter.subject.contains("second")).unwrap();
        assert_eq!(lock::not_me(&stage.harp, &link(&letter), &stage.act()).await.unwrap(), NotMe::Locked);
        assert_eq!(stage.account(live.account.id).await.second, Default::default());
        assert!(!subjects(&stage, "mallory@evil.example").await.iter().any(|s| s.contains("is locked")));
        assert!(subjects(&stage, EMAIL).await.iter().any(|s| s.contains("is locked")));
        let devices = factors::devices(&stage.harp, &live).await.unwrap().factors;
        assert_eq!(devices.len(), 1, "her phone is older");
    }
}
