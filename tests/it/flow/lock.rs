//! *This was not me*: the link in each security letter, the account that it locks, and unlocking.

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{PASSWORD, Stage, ana, synthetic};
use harp_core::account::Standing;
use harp_core::account::lock::LockReason;
use harp_core::adapter::courier::memory::Arrived;
use harp_core::audit::{Deed, Event};
use harp_core::factor::Factor;
use harp_core::flow::confirm_email::{self, Confirmed};
use harp_core::flow::factors;
use harp_core::flow::lock::{self, Link, NotMe, Unlocked};
use harp_core::flow::profile::{self, PasswordForm, QuestionForm};
use harp_core::flow::sessions::{Live, authenticate};
use harp_core::flow::sign_in::{CodeOutcome, Gone, PasswordOutcome};
use harp_core::kernel::act::{Act, Actor};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::steps::*;
use super::{dump, eight};

const MINUTE: Duration = Duration::from_secs(60);
const MAILBOX: &str = "ana@hospital.example";

fn shown(outcome: &impl std::fmt::Debug) -> String {
    format!("{outcome:?}")
}

async fn confirm_address(stage: &Stage, account: AccountId, mailbox: &str) {
    let code = stage.code(mailbox).await;
    let confirmed = confirm_email::confirm(&stage.harp, account, &code, &stage.act()).await.unwrap();
    assert!(matches!(confirmed, Confirmed::Confirmed(_)), "{confirmed:?}");
}

/// Ana is signed in, and reads her mail at an address that she confirmed.
async fn reachable(db: Db) -> (Stage, Live) {
    let (stage, live) = with_phone(db).await;
    // Her phone is older than any letter that bears a link.
    stage.later(MINUTE);
    confirm_address(&stage, live.account.id, MAILBOX).await;
    // What is delivered together arrives in any order.
    deliver(&stage).await;
    (stage, live)
}

fn token_of(letter: &Arrived) -> Plain {
    let link = letter.not_me().expect("the letter bears a link");
    Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap())
}

async fn last(stage: &Stage, mailbox: &str) -> Arrived {
    stage.letters(mailbox).await.pop().unwrap()
}

async fn link(stage: &Stage) -> Plain {
    token_of(&last(stage, MAILBOX).await)
}

async fn look(stage: &Stage, token: &Plain) -> Link {
    lock::look(&stage.harp, token, &stage.act()).await.unwrap()
}

async fn not_me(stage: &Stage, token: &Plain) -> NotMe {
    lock::not_me(&stage.harp, token, &stage.act()).await.unwrap()
}

async fn unlock(stage: &Stage, username: &str, reason: &str) -> Unlocked {
    lock::unlock(&stage.harp, (username, reason), &operator(stage)).await.unwrap()
}

fn operator(stage: &Stage) -> Act {
    let act = stage.act();
    Act { actor: Actor::Operator, origin: harp_core::kernel::act::Origin::default(), ..act }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// How often this stands in the audit trail.
async fn count(stage: &Stage, deed: &Deed) -> usize {
    stage.events().await.iter().filter(|e| e.deed == *deed).count()
}

async fn fail_five_times(stage: &Stage, username: &str) {
    for _ in 0..5 {
        password(stage, username, "wrong password").await;
    }
}

const LOCKED: Deed = Deed::AccountLocked { why: LockReason::NotMe };

both! {
    /// P14: whatever a thief has begun is over: sessions, a sign-in with its code, further letters.
    async fn the_link_of_a_letter_locks_the_account_and_ends_everything(db: Db) {
        let (stage, live) = reachable(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let thief = sign_in_by_phone(&stage, &phone).await;
        let waiting = token(&stage, ANA).await;
        choose(&stage, &waiting, &phone).await;
        let code = text(&stage, PHONE).await;
        add_app(&stage, &live).await;
        let letters = stage.letters(MAILBOX).await;
        let (other, link) = (token_of(&letters[letters.len() - 2]), link(&stage).await);

        assert_eq!(not_me(&stage, &link).await, NotMe::Locked);
        assert_eq!(stage.account(live.account.id).await.standing, Standing::Locked);
        assert!(authenticate(&stage.harp, &thief.secret, &stage.act()).await.unwrap().is_err());
        let completed = verify(&stage, &waiting, &code).await;
        assert!(matches!(completed, CodeOutcome::Gone(Gone::Changed)), "{completed:?}");
        assert_eq!((look(&stage, &other).await, not_me(&stage, &other).await), (Link::Dead, NotMe::Dead));
        assert_eq!(count(&stage, &LOCKED).await, 1);
        assert!(stage.events().await.iter().any(|e| matches!(e.deed, Deed::SessionsEnded { count } if count >= 2)));
        let told = last(&stage, MAILBOX).await;
        assert!(told.letter.subject.contains("is locked") && told.not_me().is_none(), "{}", told.letter.subject);
    }

    /// P14: the device that the letter tells of and one that came after it are gone when the help desk unlocks; hers stays.
    async fn devices_added_since_the_letter_go_with_the_lock(db: Db) {
        let (stage, live) = reachable(db).await;
        stage.later(MINUTE);
        add_app(&stage, &live).await;
        let link = link(&stage).await;
        stage.later(MINUTE);
        let late = add_phone(&stage, &live, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &live, late).await, "active");
        assert_eq!(not_me(&stage, &link).await, NotMe::Locked);
        let left = factors::devices(&stage.harp, &live).await.unwrap().factors;
        assert_eq!(left.iter().map(Factor::method).collect::<Vec<_>>(), [Method::Sms]);
        assert!(left.iter().all(|f| f.id != late));
        let removed = |e: &Event| matches!(e.deed, Deed::FactorRemoved { .. });
        assert_eq!(stage.events().await.into_iter().filter(removed).count(), 2);
        assert_eq!(unlock(&stage, ANA, "called back").await, Unlocked::Unlocked);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// E02: nothing is left to sign in with.
    async fn an_account_whose_only_device_was_a_thiefs_is_set_up_again(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        confirm_address(&stage, live.account.id, MAILBOX).await;
        deliver(&stage).await;
        stage.later(MINUTE);
        let phone = add_phone(&stage, &live, PHONE).await;
        assert_eq!(confirm(&stage, &live, phone).await, "active");
        complete(&stage, &live).await;
        assert_eq!(not_me(&stage, &link(&stage).await).await, NotMe::Locked);
        assert_eq!(unlock(&stage, ANA, "called back").await, Unlocked::Unlocked);
        assert_eq!(stage.account(live.account.id).await.standing, Standing::PendingSetup);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::SetUp(_)));
    }

    /// Whoever waits at *enter the code* at that moment has no device afterwards, whichever comes first.
    async fn a_device_that_is_confirmed_during_the_lock_is_not_there_after_it(db: Db) {
        let (stage, live) = reachable(db).await;
        let link = link(&stage).await;
        let device = add_phone(&stage, &live, OTHER_PHONE).await;
        let (live, code) = (again(&stage, &live).await, text(&stage, OTHER_PHONE).await);
        let stage = Arc::new(stage);
        let outcomes = eight(|i| {
            let (stage, live, link, code) = (stage.clone(), live.clone(), link.clone(), code.clone());
            async move {
                if i % 2 == 0 {
                    return shown(&not_me(&stage, &link).await);
                }
                shown(&factors::confirm(&stage.harp, &live, (device, &code), &stage.act()).await.unwrap())
            }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|o| *o == "Locked").count(), 1, "{outcomes:?}");
        let left = factors::devices(&stage.harp, &live).await.unwrap().factors;
        assert!(left.iter().all(|f| f.id != device), "{outcomes:?}: {left:?}");
    }

    /// Both at once: each finds the account locked or unlocked, and nothing is damaged.
    async fn to_sign_in_while_the_help_desk_unlocks_is_no_trouble(db: Db) {
        let (stage, _) = reachable(db).await;
        assert_eq!(not_me(&stage, &link(&stage).await).await, NotMe::Locked);
        let stage = Arc::new(stage);
        let outcomes = eight(|i| {
            let stage = stage.clone();
            async move {
                match i {
                    0 => shown(&unlock(&stage, ANA, "called back").await),
                    _ => shown(&password(&stage, ANA, PASSWORD).await),
                }
            }
        })
        .await;
        let fine = |o: &&String| ["Unlocked", "AccountLocked", "NeedsCode"].iter().any(|word| o.starts_with(word));
        assert_eq!(outcomes.iter().filter(fine).count(), 8, "{outcomes:?}");
    }

    /// Mail scanners open links, again and again: nothing comes of it.
    async fn looking_at_a_link_changes_nothing(db: Db) {
        let (stage, live) = reachable(db).await;
        let link = link(&stage).await;
        let before = (stage.events().await.len(), stage.account(live.account.id).await);
        for _ in 0..20 {
            assert_eq!(look(&stage, &link).await, Link::Serves);
        }
        assert_eq!((stage.events().await.len(), stage.account(live.account.id).await), before);
        assert_eq!(not_me(&stage, &link).await, NotMe::Locked, "and it still works");
    }

    async fn a_link_works_once_until_its_time_and_no_other_does(db: Db) {
        let (stage, live) = reachable(db).await;
        let first = link(&stage).await;
        add_app(&stage, &live).await;
        let second = link(&stage).await;
        assert_ne!(first.expose(), second.expose());
        for guess in ["", "x", &"x".repeat(4096), live.account.id.to_string().as_str(), "\0"] {
            let guess = Plain::presented(guess);
            assert_eq!((look(&stage, &guess).await, not_me(&stage, &guess).await), (Link::Dead, NotMe::Dead));
        }
        stage.later(HARP.repudiation.life - Duration::from_secs(1));
        assert_eq!(look(&stage, &second).await, Link::Serves);
        stage.later(Duration::from_secs(1));
        assert_eq!((look(&stage, &second).await, not_me(&stage, &second).await), (Link::Dead, NotMe::Dead));
        assert_eq!(stage.account(live.account.id).await.standing, Standing::Active);

        fail_five_times(&stage, ANA).await;
        let fresh = link(&stage).await;
        assert_eq!(not_me(&stage, &fresh).await, NotMe::Locked);
        assert_eq!((look(&stage, &fresh).await, not_me(&stage, &fresh).await), (Link::Dead, NotMe::Dead));
        assert_eq!(count(&stage, &LOCKED).await, 1, "a replay does nothing");
    }

    async fn of_eight_at_once_one_locks(db: Db) {
        let (stage, live) = reachable(db).await;
        let first = link(&stage).await;
        add_app(&stage, &live).await;
        let links = [first, link(&stage).await];
        let before = stage.letters(MAILBOX).await.len();
        let stage = Arc::new(stage);
        // Two letters, four times each.
        let outcomes = eight(|i| {
            let (stage, link) = (stage.clone(), links[i % 2].clone());
            async move { not_me(&stage, &link).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|o| **o == NotMe::Locked).count(), 1, "{outcomes:?}");
        assert_eq!(count(&stage, &LOCKED).await, 1);
        assert_eq!(stage.letters(MAILBOX).await.len() - before, 1);
    }

    /// Mallory has a letter of his own: it locks him and nobody else.
    async fn a_link_locks_the_account_of_its_letter_and_no_other(db: Db) {
        let (stage, live) = reachable(db).await;
        let (form, _) = synthetic("Ben");
        let mallory = stage.registered(&form, "mallory.m").await;
        let mailbox = form.email.clone();
        confirm_address(&stage, mallory, &mailbox).await;
        let his = token_of(&last(&stage, &mailbox).await);
        // Signed in as Ana or not: the letter says whom.
        let act = stage.act().by_person(live.account.id);
        assert_eq!(lock::not_me(&stage.harp, &his, &act).await.unwrap(), NotMe::Locked);
        assert_eq!(stage.account(mallory).await.standing, Standing::Locked);
        assert_eq!(stage.account(live.account.id).await.standing, Standing::Active);
        assert_eq!(look(&stage, &link(&stage).await).await, Link::Serves, "nor does it touch her links");
    }

    /// neither while the letter waits nor afterwards.
    async fn nothing_readable_of_a_link_rests_anywhere(db: Db) {
        let place = db.place.clone();
        let (stage, live) = with_phone(db).await;
        confirm_address(&stage, live.account.id, MAILBOX).await;
        let mut rested = String::new();
        for table in ["outbox", "repudiation", "audit_event"] {
            rested.push_str(&dump(&place, table).await);
        }
        let link = link(&stage).await;
        for table in ["outbox", "repudiation", "audit_event"] {
            rested.push_str(&dump(&place, table).await);
        }
        assert!(rested.contains("repu_") && rested.contains(link.hashed().as_str()));
        assert!(!rested.contains(link.expose()));
    }

    /// The root key changes while a letter waits in the outbox: its link is the one whose hash was kept.
    async fn a_letter_written_under_a_newer_root_key_bears_a_link_that_works(db: Db) {
        let (mut stage, live) = with_phone(db).await;
        confirm_address(&stage, live.account.id, MAILBOX).await;
        stage.restart_with(&[8, 7]);
        assert_eq!(not_me(&stage, &link(&stage).await).await, NotMe::Locked);
    }

    /// whoever does not know the password finds a locked account like any other, at the same cost.
    async fn a_stranger_cannot_tell_a_locked_account(db: Db) {
        let (stage, _) = reachable(db).await;
        assert_eq!(not_me(&stage, &link(&stage).await).await, NotMe::Locked);
        let mut seen = Vec::new();
        for username in [ANA, "nobody.here"] {
            let before = stage.hasher.computed();
            let mut outcomes = Vec::new();
            for _ in 0..4 {
                outcomes.push(shown(&password(&stage, username, "wrong password").await));
            }
            assert_eq!(stage.hasher.computed() - before, 4);
            seen.push(outcomes);
        }
        assert_eq!(seen[0], seen[1]);
        let since = stage.act().now;
        let told = password(&stage, ANA, PASSWORD).await;
        assert!(matches!(told, PasswordOutcome::AccountLocked { since: at } if at == since), "{told:?}");
        assert_eq!(count(&stage, &Deed::LockedAccountRefused).await, 1);
        password(&stage, ANA, "wrong password").await;
        let locked = password(&stage, ANA, PASSWORD).await;
        assert!(matches!(locked, PasswordOutcome::Locked { .. }), "a right password resets nothing: {locked:?}");
    }

    /// AC-7: one letter for each lock, whatever was tried; not one for each attempt.
    async fn the_owner_is_told_once_when_too_many_attempts_lock_sign_in(db: Db) {
        let (stage, live) = reachable(db).await;
        let before = stage.letters(MAILBOX).await.len();
        for _ in 0..9 {
            password(&stage, ANA, "wrong password").await;
        }
        let letters = stage.letters(MAILBOX).await;
        assert_eq!(letters.len() - before, 1);
        let text = letters.last().unwrap().letter.text.expose().clone();
        assert!(text.contains(" UTC, but not in a browser where you have signed in before"), "{text}");
        assert!(text.contains("begins with 192.0.2\n"), "{text}");

        stage.later(60 * MINUTE);
        let phone = device(&stage, &live, Method::Sms).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let code = text_of(&stage).await;
        for _ in 0..6 {
            verify(&stage, &token, &wrong(&code)).await;
        }
        assert_eq!(stage.letters(MAILBOX).await.len() - before, 2, "wrong codes close it, too");
        let link = link(&stage).await;
        assert_eq!(not_me(&stage, &link).await, NotMe::Locked);
    }

    async fn guesses_at_the_current_password_are_told_too(db: Db) {
        let (stage, live) = reachable(db).await;
        let live = again(&stage, &live).await;
        let before = stage.letters(MAILBOX).await.len();
        let form = PasswordForm {
            current: secret("wrong"),
            password: secret("Another9*quarryLantern"),
            confirm: secret("Another9*quarryLantern"),
        };
        for _ in 0..6 {
            profile::change_password(&stage.harp, &live, &form, &stage.act()).await.unwrap();
        }
        assert_eq!(stage.letters(MAILBOX).await.len() - before, 1);
        let events = stage.events().await;
        let locks = events.iter().filter(|e| matches!(e.deed, Deed::SignInLocked { .. })).count();
        assert_eq!(locks, 1, "AC-7: the trail says why the letter was written");
    }

    /// for a user ID that is nobody's, or whose owner has confirmed no address, the same is written and thrown away.
    async fn a_lock_of_nobody_costs_the_same_and_tells_nobody(db: Db) {
        let place = db.place.clone();
        let (stage, _) = reachable(db).await;
        let (form, _) = synthetic("Ben");
        stage.registered(&form, "un.confirmed").await;
        deliver(&stage).await;
        let mut written = Vec::new();
        for username in [ANA, "nobody.here", "un.confirmed"] {
            let mut rows = (dump(&place, "repudiation").await.lines().count(), dump(&place, "outbox").await.lines().count());
            fail_five_times(&stage, username).await;
            rows.0 = dump(&place, "repudiation").await.lines().count() - rows.0;
            rows.1 = dump(&place, "outbox").await.lines().count() - rows.1;
            let report = deliver(&stage).await;
            assert_eq!(report.sent + report.dropped, 2, "{report:?}");
            assert_eq!(report.sent, u32::from(username == ANA), "{username}: {report:?}");
            let rows_of = dump(&place, "outbox").await;
            assert!(rows_of.lines().all(|row| row.ends_with("sent")), "what is to nobody leaves no row: {rows_of}");
            written.push(rows);
        }
        // One for each address that somebody may have.
        assert_eq!(written, [(1, 2); 3]);
        assert!(stage.mail.all().iter().all(|l| !shown(&l.to).contains("invalid")));
        assert!(!stage.letters(&form.email).await.iter().any(|l| l.not_me().is_some()));
    }

    /// Every change of what protects an account is told, with a link that works.
    async fn each_change_is_told_with_a_link_that_works(db: Db) {
        let (stage, live) = reachable(db).await;
        let live = again(&stage, &live).await;
        let question =
            QuestionForm { current: secret(PASSWORD), question: "first_car".into(), answer: secret("Beetle") };
        profile::change_question(&stage.harp, &live, &question, &stage.act()).await.unwrap();
        let told = last(&stage, MAILBOX).await;
        assert!(told.letter.subject.contains("question"), "{}", told.letter.subject);
        assert_eq!(look(&stage, &token_of(&told)).await, Link::Serves);
        let form = PasswordForm {
            current: secret(PASSWORD),
            password: secret("Another9*quarryLantern"),
            confirm: secret("Another9*quarryLantern"),
        };
        profile::change_password(&stage.harp, &live, &form, &stage.act()).await.unwrap();
        let told = last(&stage, MAILBOX).await;
        assert!(told.letter.subject.contains("password"), "{}", told.letter.subject);
        assert_eq!(look(&stage, &token_of(&told)).await, Link::Serves);
        assert_eq!(not_me(&stage, &token_of(&told)).await, NotMe::Locked);
    }

    /// The help desk's way back: as it was, but for what the lock ended.
    async fn an_operator_unlocks_with_a_reason_and_the_owner_is_told(db: Db) {
        let (stage, live) = reachable(db).await;
        assert_eq!(unlock(&stage, ANA, "called").await, Unlocked::NotLocked);
        assert_eq!(unlock(&stage, "nobody.here", "called").await, Unlocked::Unknown);
        not_me(&stage, &link(&stage).await).await;
        deliver(&stage).await;
        for reason in ["", " \n ", &"x".repeat(201)] {
            assert!(matches!(unlock(&stage, ANA, reason).await, Unlocked::Refused(_)), "{reason:?}");
        }
        let stage = Arc::new(stage);
        let outcomes = eight(|_| {
            let stage = stage.clone();
            async move { unlock(&stage, "ANA.Rivera", "she called,\nand answered") .await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|o| **o == Unlocked::Unlocked).count(), 1, "{outcomes:?}");
        let deed = Deed::AccountUnlocked { reason: "she called, and answered".to_owned() };
        assert_eq!(count(&stage, &deed).await, 1);
        assert_eq!(stage.account(live.account.id).await.standing, Standing::Active);
        let told = last(&stage, MAILBOX).await;
        assert!(told.letter.subject.contains("unlocked"), "{}", told.letter.subject);
        assert!(!told.letter.text.expose().contains("internet address"), "an operator has no place");
        assert_eq!(look(&stage, &token_of(&told)).await, Link::Serves);
        let ended = harp_core::flow::sessions::list(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(ended.is_empty(), "what was ended stays ended");
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// AC-7: *or until an administrator releases*; and somebody who had not set up is where they were.
    async fn an_operator_releases_a_lock_of_attempts(db: Db) {
        let stage = Stage::on(db, &HARP);
        let id = stage.registered(&ana(), ANA).await;
        confirm_address(&stage, id, MAILBOX).await;
        fail_five_times(&stage, ANA).await;
        assert_eq!(unlock(&stage, ANA, "wrong keyboard").await, Unlocked::Unlocked);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::SetUp(_)));
        not_me(&stage, &link(&stage).await).await;
        assert_eq!(unlock(&stage, ANA, "it was her after all").await, Unlocked::Unlocked);
        assert_eq!(stage.account(id).await.standing, Standing::PendingSetup);
    }
}

/// The code in the last text message to Ana.
async fn text_of(stage: &Stage) -> String {
    text(stage, PHONE).await
}
