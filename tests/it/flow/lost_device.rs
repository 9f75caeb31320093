//! Devices that are suspended, and the way back in of somebody who has none any more (P4, X-6).

use std::sync::Arc;
use std::time::Duration;

use harp_core::account::Standing;
use harp_core::adapter::courier::memory::Arrived;
use harp_core::audit::Deed;
use harp_core::factor::FactorStatus;
use harp_core::flow::factors::{self, BeginOutcome, RemoveOutcome, SuspendOutcome};
use harp_core::flow::lock::{self, NotMe};
use harp_core::flow::lost_device::{self, Entered, Letters, Proved, Way};
use harp_core::flow::sessions::{Live, authenticate};
use harp_core::flow::sign_in::{CodeOutcome, Gone, PasswordOutcome, SendOutcome};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Plain;
use harp_core::policy::HARP;
use harp_core::session::SessionScope;
use harp_tests::both;

use super::eight;
use super::second_address::{HOME, with_both_addresses};
use super::steps::*;
use crate::stage::{PASSWORD, Stage};

const MINUTE: Duration = Duration::from_secs(60);

async fn way(stage: &Stage, token: &Plain) -> Way {
    lost_device::way(&stage.harp, token, &stage.act()).await.unwrap().unwrap()
}

async fn send(stage: &Stage, token: &Plain) -> Letters {
    lost_device::send_letters(&stage.harp, token, &stage.act()).await.unwrap()
}

async fn prove(stage: &Stage, token: &Plain, codes: (&str, &str)) -> Proved {
    lost_device::prove(&stage.harp, token, codes, &stage.act()).await.unwrap()
}

async fn enter(stage: &Stage, token: &Plain, code: &str) -> Entered {
    lost_device::enter(&stage.harp, token, code, &stage.act()).await.unwrap()
}

/// The codes of both letters.
async fn codes(stage: &Stage, token: &Plain) -> (String, String) {
    assert_eq!(send(stage, token).await, Letters::OnTheirWay);
    (stage.code(EMAIL).await, stage.code(HOME).await)
}

/// Both codes are entered; until when Ana waits.
async fn begun(stage: &Stage) {
    let token = token(stage, ANA).await;
    let (first, second) = codes(stage, &token).await;
    let proved = prove(stage, &token, (&first, &second)).await;
    let until = stage.act().now + HARP.recovery.lost_wait;
    assert_eq!(proved, Proved::Waiting { until });
}

/// The reset from its beginning to the session that is good for set-up.
async fn reset_to_set_up(stage: &Stage) -> Live {
    begun(stage).await;
    stage.later(HARP.recovery.lost_wait);
    let token = token(stage, ANA).await;
    assert_eq!(lost_device::send_code(&stage.harp, &token, &stage.act()).await.unwrap(), Letters::OnTheirWay);
    let code = stage.code(EMAIL).await;
    let Entered::SetUp(signed_in) = enter(stage, &token, &code).await else { panic!("not set-up") };
    live(stage, &signed_in).await
}

fn link(letter: &Arrived) -> Plain {
    let link = letter.not_me().expect("the letter bears a link");
    Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap())
}

async fn status(stage: &Stage, live: &Live) -> Vec<FactorStatus> {
    factors::devices(&stage.harp, live).await.unwrap().factors.iter().map(|f| f.status).collect()
}

async fn told(stage: &Stage, address: &str, words: &str) -> Option<Arrived> {
    stage.letters(address).await.into_iter().rfind(|l| l.letter.subject.contains(words))
}

async fn count(stage: &Stage, deed: impl Fn(&Deed) -> bool) -> usize {
    stage.events().await.iter().filter(|e| deed(&e.deed)).count()
}

both! {
    /// P4: suspended in the profile, a device works nowhere at once, other sessions end, and it is told; then it is found.
    async fn a_suspended_device_works_nowhere_until_its_owner_takes_it_back(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let thief = sign_in_by_phone(&stage, &phone).await;
        let waiting = token(&stage, ANA).await;
        stage.later(MINUTE);
        choose(&stage, &waiting, &phone).await;
        let code = text(&stage, PHONE).await;
        let live = again(&stage, &live).await;
        let done = factors::suspend(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(done, SuspendOutcome::Done);
        assert!(matches!(verify(&stage, &waiting, &code).await, CodeOutcome::NotChosen));
        let chosen = harp_core::flow::sign_in::choose(&stage.harp, &waiting, phone.id, &stage.act()).await.unwrap();
        assert_eq!(chosen, SendOutcome::NotAChoice);
        assert!(authenticate(&stage.harp, &thief.secret, &stage.act()).await.unwrap().is_err());
        // The password alone leads past it nowhere: no set-up, no new device.
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
        for address in [EMAIL, HOME] {
            assert!(told(&stage, address, "is suspended").await.is_some(), "{address}");
        }
        let live = again(&stage, &live).await;
        assert_eq!(factors::resume(&stage.harp, &live, phone.id, &stage.act()).await.unwrap(), SuspendOutcome::Done);
        assert!(told(&stage, HOME, "works again").await.is_some());
        stage.later(MINUTE);
        sign_in_by_phone(&stage, &phone).await;
    }

    /// P4: of eight clicks one suspends.
    async fn eight_at_once_suspend_once(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let phone = device(&stage, &live, Method::Sms).await.id;
        let (live, stage) = (again(&stage, &live).await, Arc::new(stage));
        let answers = eight(|_| {
            let (stage, live) = (stage.clone(), live.clone());
            async move { factors::suspend(&stage.harp, &live, phone, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|a| **a == SuspendOutcome::Done).count(), 1, "{answers:?}");
        assert_eq!(count(&stage, |d| matches!(d, Deed::FactorSuspended { .. })).await, 1);
    }

    /// SP 800-63B-4 §4.1.2: a suspended phone protects still: a session by an e-mail code changes nothing.
    async fn a_weaker_session_changes_nothing_while_the_phone_is_suspended(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let mail = add(&stage, &live, (Method::Email, "codes@home.example")).await;
        let code = stage.code("codes@home.example").await;
        assert_eq!(confirm_with(&stage, &live, (mail, &code)).await, "active");
        let phone = device(&stage, &live, Method::Sms).await;
        let by_mail = device(&stage, &live, Method::Email).await;
        let live = again(&stage, &live).await;
        factors::suspend(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        stage.later(MINUTE);
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &by_mail).await;
        let code = stage.code("codes@home.example").await;
        let CodeOutcome::SignedIn(weak) = verify(&stage, &token, &code).await else { panic!() };
        let weak = self::live(&stage, &weak).await;
        let begun = factors::begin_phone(&stage.harp, &weak, (Method::Sms, OTHER_PHONE), &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(factors::Denied::SignInAgain)), "{begun:?}");
        let resumed = factors::resume(&stage.harp, &weak, phone.id, &stage.act()).await.unwrap();
        assert!(matches!(resumed, SuspendOutcome::Denied(_)));
    }

    /// X-6, P4: password, two letters, the waiting time, one more letter: a session for set-up alone, and a new phone.
    async fn two_letters_and_a_wait_lead_to_set_up_and_nowhere_else(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        begun(&stage).await;
        assert_eq!(status(&stage, &live).await, [FactorStatus::Suspended]);
        assert!(stage.account(live.account.id).await.epoch > live.account.epoch, "every session and token is over");
        for address in [EMAIL, HOME] {
            let letter = told(&stage, address, "can soon be set up").await.unwrap();
            assert!(letter.not_me().is_some(), "{address}");
        }
        let early = token(&stage, ANA).await;
        assert!(matches!(way(&stage, &early).await, Way::Waiting { .. }));
        assert_eq!(send(&stage, &early).await, Letters::NotThisWay);
        assert_eq!(lost_device::send_code(&stage.harp, &early, &stage.act()).await.unwrap(), Letters::NotThisWay);
        assert!(matches!(enter(&stage, &early, "000000").await, Entered::NotThisWay));

        stage.later(HARP.recovery.lost_wait);
        let token = token(&stage, ANA).await;
        assert!(matches!(way(&stage, &token).await, Way::Ready { address } if address.as_str() == EMAIL));
        assert_eq!(lost_device::send_code(&stage.harp, &token, &stage.act()).await.unwrap(), Letters::OnTheirWay);
        let code = stage.code(EMAIL).await;
        assert!(matches!(enter(&stage, &token, &wrong(&code)).await, Entered::Wrong { .. }));
        let Entered::SetUp(signed_in) = enter(&stage, &token, &code).await else { panic!("not set-up") };
        let set_up = self::live(&stage, &signed_in).await;
        assert_eq!(set_up.session.scope, SessionScope::SetUp);
        assert!(told(&stage, HOME, "is being set up").await.is_some());
        let old = factors::devices(&stage.harp, &set_up).await.unwrap().factors[0].id;
        let resumed = factors::resume(&stage.harp, &set_up, old, &stage.act()).await.unwrap();
        assert!(matches!(resumed, SuspendOutcome::Denied(_)), "set-up gives no old device back");
        let phone = add_phone(&stage, &set_up, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &set_up, phone).await, "active");
        let full = complete(&stage, &set_up).await;
        assert_eq!((full.session.scope, full.account.standing), (SessionScope::Full, Standing::Active));
        assert_eq!(status(&stage, &full).await, [FactorStatus::Suspended, FactorStatus::Active]);
        stage.later(MINUTE);
        let PasswordOutcome::NeedsCode { token, .. } = password(&stage, ANA, PASSWORD).await else { panic!() };
        assert!(matches!(way(&stage, &token).await, Way::Letters { .. }), "a reset serves once");
    }

    /// one mailbox is not enough, whichever it is, nor a code of one in the other's place; guesses are counted.
    async fn one_letter_alone_opens_nothing(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let token = token(&stage, ANA).await;
        let (first, second) = codes(&stage, &token).await;
        assert!(matches!(prove(&stage, &token, (&first, "")).await, Proved::Incomplete(_)));
        for guess in [(&first, &first), (&second, &second), (&second, &first), (&first, &wrong(&second))] {
            let answer = prove(&stage, &token, (guess.0, guess.1)).await;
            assert!(matches!(answer, Proved::Wrong { .. }), "{answer:?}");
        }
        let fifth = prove(&stage, &token, (&wrong(&first), &second)).await;
        assert!(matches!(fifth, Proved::Locked { .. }), "{fifth:?}");
        let right = prove(&stage, &token, (&first, &second)).await;
        assert!(matches!(right, Proved::Locked { .. }), "{right:?}");
        assert_eq!(status(&stage, &live).await, [FactorStatus::Active]);
    }

    /// without a second address there is no second route.
    async fn without_a_second_address_only_the_help_desk_is_left(db: Db) {
        let (stage, _) = with_phone(db).await;
        stage.later(MINUTE);
        let token = token(&stage, ANA).await;
        assert_eq!(way(&stage, &token).await, Way::HelpDesk);
        assert_eq!(send(&stage, &token).await, Letters::NotThisWay);
        assert_eq!(prove(&stage, &token, ("000000", "111111")).await, Proved::NotThisWay);
        let nobody = lost_device::way(&stage.harp, &Plain::presented("nonsense"), &stage.act()).await.unwrap();
        assert_eq!(nobody, Err(Gone::Unknown));
    }

    /// P14: the owner reads the letter, and says that it was not them. A link gives no device back: who clicks may hold it.
    async fn the_link_in_the_letter_stops_the_reset_and_gives_nothing_back(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        begun(&stage).await;
        let letter = told(&stage, HOME, "can soon be set up").await.unwrap();
        assert_eq!(lock::not_me(&stage.harp, &link(&letter), &stage.act()).await.unwrap(), NotMe::Locked);
        assert_eq!(status(&stage, &live).await, [FactorStatus::Suspended]);
        assert_eq!(count(&stage, |d| *d == Deed::ResetStopped).await, 1);
        stage.later(HARP.recovery.lost_wait);
        let operator = stage.act().by(harp_core::kernel::act::Actor::Operator);
        lock::unlock(&stage.harp, (ANA, "she called"), &operator).await.unwrap();
        let token = token(&stage, ANA).await;
        assert!(matches!(way(&stage, &token).await, Way::Letters { .. }));
        assert!(matches!(enter(&stage, &token, "000000").await, Entered::NotThisWay));
    }

    /// Eight at once begin one reset, and eight at once use it once.
    async fn eight_at_once_begin_one_and_use_one(db: Db) {
        let (stage, _) = with_both_addresses(db).await;
        let first = token(&stage, ANA).await;
        let codes = codes(&stage, &first).await;
        let stage = Arc::new(stage);
        let answers = eight(|_| {
            let (stage, token, codes) = (stage.clone(), first.clone(), codes.clone());
            async move { prove(&stage, &token, (&codes.0, &codes.1)).await }
        })
        .await;
        let waiting = |a: &&Proved| matches!(a, Proved::Waiting { .. });
        assert_eq!(answers.iter().filter(waiting).count(), 1, "{answers:?}");
        assert_eq!(count(&stage, |d| matches!(d, Deed::ResetBegun { .. })).await, 1);
        stage.later(HARP.recovery.lost_wait);
        let second = token(&stage, ANA).await;
        lost_device::send_code(&stage.harp, &second, &stage.act()).await.unwrap();
        let code = stage.code(EMAIL).await;
        let answers = eight(|_| {
            let (stage, token, code) = (stage.clone(), second.clone(), code.clone());
            async move { enter(&stage, &token, &code).await }
        })
        .await;
        let in_set_up = |a: &&Entered| matches!(a, Entered::SetUp(_));
        assert_eq!(answers.iter().filter(in_set_up).count(), 1, "{answers:?}");
    }

    /// A reset that nobody used is good for nothing after its days, and keeps nobody from another.
    async fn a_reset_that_was_not_used_in_time_is_over(db: Db) {
        let (stage, _) = with_both_addresses(db).await;
        begun(&stage).await;
        stage.later(HARP.recovery.lost_wait + HARP.recovery.ready_for);
        let token = token(&stage, ANA).await;
        assert!(matches!(way(&stage, &token).await, Way::Letters { .. }));
        assert!(matches!(enter(&stage, &token, "000000").await, Entered::NotThisWay));
        begun(&stage).await;
    }

    /// E01: the last device that an account rests on stays, also when it is suspended first; a suspended one that goes is told.
    async fn suspending_a_device_first_does_not_take_the_last_one_away(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let live = again(&stage, &live).await;
        let done = factors::suspend(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(done, SuspendOutcome::Done);
        let live = again(&stage, &live).await;
        let removed = factors::remove(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::LastOne);
        let other = add_phone(&stage, &live, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &live, other).await, "active");
        let live = again(&stage, &live).await;
        let removed = factors::remove(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        for address in [EMAIL, HOME] {
            assert!(told(&stage, address, "removed").await.is_some(), "{address}");
        }
    }

    /// who is at set-up after a reset removes nothing of before; the password alone leads to no set-up afterwards.
    async fn after_a_reset_the_password_still_needs_more(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let set_up = reset_to_set_up(&stage).await;
        let old = factors::devices(&stage.harp, &live).await.unwrap().factors[0].id;
        let removed = factors::remove(&stage.harp, &set_up, old, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::LastOne);
        stage.later(MINUTE);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// P14, P4: the letter about the suspension lies on the stolen phone. Its link brings that phone back neither before nor after
    /// the unlock, and takes the owner's new device away from nobody's account for good.
    async fn not_me_on_a_stolen_phone_does_not_bring_it_back(db: Db) {
        let (stage, live) = with_both_addresses(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let live = again(&stage, &live).await;
        let done = factors::suspend(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(done, SuspendOutcome::Done);
        let letter = told(&stage, EMAIL, "is suspended").await.unwrap();
        stage.later(MINUTE);
        let new = add_phone(&stage, &live, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &live, new).await, "active");
        assert_eq!(lock::not_me(&stage.harp, &link(&letter), &stage.act()).await.unwrap(), NotMe::Locked);
        let both = [FactorStatus::Suspended, FactorStatus::Suspended];
        assert_eq!(status(&stage, &live).await, both, "hers is kept, the stolen one works nowhere");
        let operator = stage.act().by(harp_core::kernel::act::Actor::Operator);
        lock::unlock(&stage.harp, (ANA, "she called"), &operator).await.unwrap();
        assert_eq!(status(&stage, &live).await, both);
        let token = token(&stage, ANA).await;
        let chosen = harp_core::flow::sign_in::choose(&stage.harp, &token, phone.id, &stage.act()).await.unwrap();
        assert_eq!(chosen, SendOutcome::NotAChoice);
    }

    /// P4: a new SIM with the number of before is set up after a reset; the suspended one gets no code of it.
    async fn the_same_number_is_set_up_again_after_a_reset(db: Db) {
        let (stage, _) = with_both_addresses(db).await;
        let set_up = reset_to_set_up(&stage).await;
        let phone = add_phone(&stage, &set_up, PHONE).await;
        assert_eq!(confirm(&stage, &set_up, phone).await, "active");
        let full = complete(&stage, &set_up).await;
        assert_eq!(status(&stage, &full).await, [FactorStatus::Suspended, FactorStatus::Active]);
    }
}
