//! Browsers that an account knows (P15): what nobody can lock, and what they do not open.

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{PASSWORD, Stage, synthetic};
use async_trait::async_trait;
use harp_core::factor::Factor;
use harp_core::flow::confirm_email;
use harp_core::flow::factors::{MadeOutcome, make_recovery_codes};
use harp_core::flow::lock;
use harp_core::flow::profile::{self, PasswordChanged, PasswordForm};
use harp_core::flow::recover::{self, Begun, NewPassword, Proved, Recovered};
use harp_core::flow::sessions;
use harp_core::flow::sign_in::{CodeOutcome, PasswordOutcome, SendOutcome, Sent};
use harp_core::flow::sweep::sweep;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;
use harp_core::session::known::KnownBrowser;
use harp_core::store::{Fault, Tx, Work};
use harp_tests::both;
use harp_tests::cluster::Db;

use super::browser::{Browser, lock_out};
use super::eight;
use super::steps::*;

const HOUR: Duration = Duration::from_hours(1);
const SOL: &str = "ben.okafor";
const SOLS_PHONE: &str = "+12024561212";

/// Ana has a phone and a browser that she has signed in with.
async fn at_home(db: Db) -> (Stage, Factor, Browser) {
    let (stage, live) = with_phone(db).await;
    let phone = device(&stage, &live, Method::Sms).await;
    let mut home = Browser::new(1);
    home.sign_in(&stage, (ANA, &phone)).await;
    stage.later(HOUR);
    (stage, phone, home)
}

/// Sol has a phone, too.
async fn with_sol(stage: &Stage) -> Factor {
    let (profile, _) = synthetic("Ben");
    stage.registered(&profile, SOL).await;
    let live = set_up(stage, SOL).await;
    let phone = add_phone(stage, &live, SOLS_PHONE).await;
    assert_eq!(confirm(stage, &live, phone).await, "active");
    let live = complete(stage, &live).await;
    device(stage, &live, Method::Sms).await
}

async fn known(stage: &Stage, username: &str) -> Vec<KnownBrowser> {
    struct Read(harp_core::kernel::id::AccountId);
    #[async_trait]
    impl Work for Read {
        type Out = Vec<KnownBrowser>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            tx.known_browsers(self.0).await
        }
    }
    let id = stage.account_of(username).await.unwrap();
    stage.harp.store.read(&Read(id)).await.unwrap()
}

/// Whether a browser is not locked when strangers are.
async fn has_its_own_budget(stage: &Stage, browser: &Browser, password: &str) -> bool {
    lock_out(stage, ANA).await;
    !matches!(browser.password(stage, ANA, password).await, PasswordOutcome::Locked { .. })
}

both! {
    /// P15, X-3: strangers lock the user ID; its owner signs in all the same where they have signed in before, and the lock of
    /// the others stays.
    async fn strangers_cannot_lock_the_owner_out_of_a_known_browser(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        lock_out(&stage, ANA).await;
        let elsewhere = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(elsewhere, PasswordOutcome::Locked { .. }), "{elsewhere:?}");
        home.sign_in(&stage, (ANA, &phone)).await;
        let elsewhere = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(elsewhere, PasswordOutcome::Locked { .. }), "it buys strangers no guesses: {elsewhere:?}");
    }

    /// F05: a known browser is asked for a code like any other.
    async fn a_known_browser_is_asked_for_a_code_each_time(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        for _ in 0..3 {
            let asked = home.password(&stage, ANA, PASSWORD).await;
            assert!(matches!(asked, PasswordOutcome::NeedsCode { .. }), "{asked:?}");
            let token = home.token(&stage, ANA).await;
            let unproved = home.verify(&stage, &token, "000000").await;
            assert!(matches!(unproved, CodeOutcome::NotChosen), "{unproved:?}");
            let signed_in = home.sign_in(&stage, (ANA, &phone)).await;
            assert_eq!(signed_in.session.proofs.len(), 2);
            stage.later(HOUR);
        }
    }

    /// five attempts there, too, codes and passwords together; strangers are counted apart, and so is another known browser.
    async fn a_known_browser_has_five_attempts_of_its_own(db: Db) {
        let (stage, phone, home) = at_home(db).await;
        let mut work = Browser::new(2);
        work.sign_in(&stage, (ANA, &phone)).await;
        stage.later(HOUR);
        let token = home.token(&stage, ANA).await;
        home.choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        for left in [4, 3] {
            let outcome = home.miss(&stage, ANA).await;
            assert!(matches!(outcome, PasswordOutcome::Refused { left: n } if n == left), "{outcome:?}");
        }
        for left in [2, 1] {
            let outcome = home.verify(&stage, &token, &wrong(&code)).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { left: n } if n == left), "{outcome:?}");
        }
        let outcome = home.verify(&stage, &token, &wrong(&code)).await;
        assert!(matches!(outcome, CodeOutcome::Locked { .. }), "{outcome:?}");
        let outcome = home.verify(&stage, &token, &code).await;
        assert!(matches!(outcome, CodeOutcome::Locked { .. }), "{outcome:?}");
        assert!(matches!(home.password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
        for free in [&work, &Browser::new(3)] {
            let outcome = free.miss(&stage, ANA).await;
            assert!(matches!(outcome, PasswordOutcome::Refused { left: 4 }), "{outcome:?}");
        }
    }

    /// P15: a browser that one person has signed in with counts for nothing when another's user ID is typed there; once both
    /// have, signing in as one buys no guesses at the other, though the cookie changes.
    async fn a_browser_known_to_one_counts_for_nothing_for_another(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let sols = with_sol(&stage).await;
        lock_out(&stage, SOL).await;
        let outcome = home.password(&stage, SOL, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "{outcome:?}");
        stage.later(HOUR);
        home.sign_in(&stage, (SOL, &sols)).await;
        stage.later(HOUR);
        for n in 0..5 {
            let outcome = home.miss(&stage, SOL).await;
            assert_eq!(matches!(outcome, PasswordOutcome::Locked { .. }), n == 4, "{n}: {outcome:?}");
            if n == 2 {
                home.sign_in(&stage, (ANA, &phone)).await;
            }
        }
        let outcome = Browser::new(2).password(&stage, SOL, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::NeedsCode { .. }), "{outcome:?}");
        assert_eq!((known(&stage, SOL).await.len(), home.cookie.is_some()), (2, true));
    }

    /// A thief of the cookie: it is worthless once its owner has signed in again, and opens nothing before.
    async fn a_copied_cookie_is_worthless_after_the_next_sign_in(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let thief = Browser { cookie: home.cookie.clone(), ..Browser::new(66) };
        assert!(matches!(thief.miss(&stage, ANA).await, PasswordOutcome::Refused { left: 4 }));
        home.sign_in(&stage, (ANA, &phone)).await;
        lock_out(&stage, ANA).await;
        let outcome = thief.password(&stage, ANA, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "{outcome:?}");
        assert!(matches!(home.miss(&stage, ANA).await, PasswordOutcome::Refused { left: 4 }));
    }

    /// P15: a thief signs in to an account of their own with a copy of the cookie of a browser that others use, and so takes the
    /// browser over. Its owner's next sign-in there ends that for everybody, and leaves the owner with a browser that is known.
    async fn who_takes_a_browser_over_loses_it_to_its_owner(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let sols = with_sol(&stage).await;
        let mut thief = Browser { cookie: home.cookie.clone(), ..Browser::new(66) };
        thief.sign_in(&stage, (SOL, &sols)).await;
        stage.later(HOUR);
        home.sign_in(&stage, (ANA, &phone)).await;
        stage.later(HOUR);
        lock_out(&stage, ANA).await;
        let outcome = thief.password(&stage, ANA, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "{outcome:?}");
        assert!(matches!(home.miss(&stage, ANA).await, PasswordOutcome::Refused { left: 4 }));
        lock_out(&stage, SOL).await;
        let outcome = thief.password(&stage, SOL, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "the thief's own is gone with it: {outcome:?}");
    }

    /// P15: an owner does as the letter says and changes the password at home: that browser stays known, while strangers keep
    /// the user ID locked; every other one is forgotten, and so is the cookie from before.
    async fn a_changed_password_forgets_every_other_browser(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let mut work = Browser::new(2);
        work.sign_in(&stage, (ANA, &phone)).await;
        stage.later(HOUR);
        let fresh = "Tidal9!quartzLantern";
        let signed_in = home.sign_in(&stage, (ANA, &phone)).await;
        let live = live(&stage, &signed_in).await;
        let secret = |text: &str| Secret::new(text.to_owned());
        let form = PasswordForm { current: secret(PASSWORD), password: secret(fresh), confirm: secret(fresh) };
        let changed = profile::change_password(&stage.harp, &live, &form, &home.act(&stage)).await.unwrap();
        let PasswordChanged::Changed { browser, .. } = changed else { panic!("{changed:?}") };
        let copy = home.clone();
        home.cookie = browser;
        assert!(has_its_own_budget(&stage, &home, fresh).await);
        for stranger in [&work, &copy] {
            let outcome = stranger.password(&stage, ANA, fresh).await;
            assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "{outcome:?}");
        }
        assert_eq!(known(&stage, ANA).await.len(), 1);
        assert!(sessions::authenticate(&stage.harp, &signed_in.secret, &stage.act()).await.unwrap().is_err());
    }

    async fn a_browser_is_forgotten_after_ninety_days(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        home.sign_in(&stage, (ANA, &phone)).await;
        stage.later(HARP.known.life - HOUR);
        assert!(has_its_own_budget(&stage, &home, PASSWORD).await);
        stage.later(HOUR);
        assert!(matches!(home.password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
        assert!(!has_its_own_budget(&stage, &home, PASSWORD).await);
        stage.later(Duration::from_secs(1));
        assert!(sweep(&stage.harp, &stage.act()).await.unwrap().sessions >= 1);
        assert!(known(&stage, ANA).await.is_empty());
    }

    /// Ten browsers at most; the one that was not used for longest is forgotten.
    async fn an_account_knows_ten_browsers(db: Db) {
        let (stage, phone, home) = at_home(db).await;
        let mut last = home.clone();
        for n in 0..10 {
            last = Browser::new(100 + n);
            last.sign_in(&stage, (ANA, &phone)).await;
            stage.later(HOUR);
        }
        assert_eq!(known(&stage, ANA).await.len(), 10);
        assert!(has_its_own_budget(&stage, &last, PASSWORD).await);
        let outcome = home.password(&stage, ANA, PASSWORD).await;
        assert!(matches!(outcome, PasswordOutcome::Locked { .. }), "{outcome:?}");
    }

    /// Eight sign-ins at once in one browser, each with a code of its own: each gets in, and one cookie of theirs is known
    /// afterwards at the least, of ten browsers at the most.
    async fn of_eight_sign_ins_at_once_in_one_browser_each_gets_in(db: Db) {
        let (stage, live) = with_phone(db).await;
        let live = again(&stage, &live).await;
        let made = make_recovery_codes(&stage.harp, &live, None, &stage.act()).await.unwrap();
        let MadeOutcome::Made(mut codes) = made else { panic!("{made:?}") };
        let phone = device(&stage, &live, Method::Sms).await;
        let set = device(&stage, &live, Method::RecoveryCode).await;
        let mut home = Browser::new(1);
        home.sign_in(&stage, (ANA, &phone)).await;
        stage.later(HOUR);
        let mut sign_ins = Vec::new();
        for _ in 0..8 {
            let token = home.token(&stage, ANA).await;
            assert!(matches!(home.choose(&stage, &token, &set).await, SendOutcome::Sent(_)));
            sign_ins.push((token, codes.pop().unwrap().shown().expose().clone()));
        }
        let stage = Arc::new(stage);
        let outcomes = eight(|n| {
            let (stage, home, (token, code)) = (stage.clone(), home.clone(), sign_ins[n].clone());
            async move { home.verify(&stage, &token, &code).await }
        })
        .await;
        let cookies: Vec<_> = outcomes
            .into_iter()
            .map(|outcome| match outcome {
                CodeOutcome::SignedIn(signed_in) => signed_in.browser,
                other => panic!("{other:?}"),
            })
            .collect();
        let all = known(&stage, ANA).await.len();
        assert!((2..=10).contains(&all), "{all}");
        lock_out(&stage, ANA).await;
        let mut own_budget = 0;
        for cookie in cookies {
            let outcome = Browser { cookie, ..home.clone() }.password(&stage, ANA, PASSWORD).await;
            own_budget += u32::from(matches!(outcome, PasswordOutcome::NeedsCode { .. }));
        }
        assert!(own_budget >= 1, "one of the cookies that came back is in the browser now");
    }

    /// E12: a password alone makes no browser known; completing set-up does.
    async fn a_password_alone_makes_no_browser_known(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        assert!(known(&stage, ANA).await.is_empty());
        let phone = add_phone(&stage, &live, PHONE).await;
        assert_eq!(confirm(&stage, &live, phone).await, "active");
        assert!(known(&stage, ANA).await.is_empty());
        complete(&stage, &live).await;
        assert_eq!(known(&stage, ANA).await.len(), 1);
    }

    /// with a cookie of somebody's, an unknown user ID and a strange one look alike to the last attempt.
    async fn a_cookie_tells_nobody_who_else_has_an_account(db: Db) {
        let (stage, _, home) = at_home(db).await;
        with_sol(&stage).await;
        let mut seen = Vec::new();
        for username in [SOL, "nobody.here"] {
            let before = stage.hasher.computed();
            let mut outcomes = Vec::new();
            for _ in 0..6 {
                outcomes.push(format!("{:?}", home.miss(&stage, username).await));
            }
            seen.push((outcomes, stage.hasher.computed() - before));
        }
        assert_eq!(seen[0], seen[1]);
    }

    /// P15: whoever knows the password uses up codes and recoveries of strangers, not those of a known browser.
    async fn a_thief_of_the_password_cannot_use_up_the_owners_codes(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let mut refused = false;
        for n in 0..20 {
            let thief = Browser::new(500 + n);
            let token = thief.token(&stage, ANA).await;
            refused |= thief.choose(&stage, &token, &phone).await == SendOutcome::Sent(Sent::TooMany);
            let begun = recover::begin(&stage.harp, ANA, &thief.act(&stage)).await.unwrap();
            assert_eq!(matches!(begun, Begun::Begun { .. }), n < HARP.recovery.from_all, "{n}: {begun:?}");
        }
        assert!(refused);
        let last = recover::begin(&stage.harp, ANA, &Browser::new(600).act(&stage)).await.unwrap();
        assert!(matches!(last, Begun::TooMany), "{last:?}");
        let begun = recover::begin(&stage.harp, ANA, &home.act(&stage)).await.unwrap();
        assert!(matches!(begun, Begun::Begun { .. }), "{begun:?}");
        home.sign_in(&stage, (ANA, &phone)).await;
    }

    /// P15, F06: strangers have locked the user ID; its owner has forgotten the password, too, and gets back in at home.
    async fn a_locked_out_owner_recovers_in_a_known_browser(db: Db) {
        let (stage, phone, mut home) = at_home(db).await;
        let id = stage.account_of(ANA).await.unwrap();
        let code = stage.code(EMAIL).await;
        confirm_email::confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
        lock_out(&stage, ANA).await;
        let elsewhere = recover::begin(&stage.harp, ANA, &Browser::new(2).act(&stage)).await.unwrap();
        assert!(matches!(elsewhere, Begun::Locked { .. }), "{elsewhere:?}");
        let Begun::Begun { token, .. } = recover::begin(&stage.harp, ANA, &home.act(&stage)).await.unwrap() else {
            panic!("not begun")
        };
        let act = home.act(&stage);
        let code = stage.code(EMAIL).await;
        assert_eq!(recover::mail(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Proved);
        recover::choose(&stage.harp, &token, phone.id, &act).await.unwrap();
        let code = text(&stage, PHONE).await;
        assert_eq!(recover::device(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Proved);
        let fresh = || Secret::new("Tidal9!quartzLantern".to_owned());
        let form = NewPassword { password: fresh(), confirm: fresh() };
        let recovered = recover::complete(&stage.harp, &token, &form, &act).await.unwrap();
        let Recovered::Recovered { browser } = recovered else { panic!("{recovered:?}") };
        home.cookie = browser;
        let outcome = Browser::new(2).password(&stage, ANA, fresh().expose()).await;
        assert!(matches!(outcome, PasswordOutcome::NeedsCode { .. }), "{outcome:?}");
        // Nobody else gets in between.
        lock_out(&stage, ANA).await;
        let outcome = home.password(&stage, ANA, fresh().expose()).await;
        assert!(matches!(outcome, PasswordOutcome::NeedsCode { .. }), "{outcome:?}");
    }

    /// AC-7: the help desk's unlock opens known browsers, too.
    async fn an_unlock_opens_a_locked_known_browser(db: Db) {
        let (stage, _, home) = at_home(db).await;
        for _ in 0..5 {
            home.miss(&stage, ANA).await;
        }
        assert!(matches!(home.password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
        let unlocked = lock::unlock(&stage.harp, (ANA, "called back"), &stage.act()).await.unwrap();
        assert_eq!(unlocked, lock::Unlocked::Unlocked);
        assert!(matches!(home.password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }
}
