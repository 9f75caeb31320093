//! Wrong attempts in a row at one password or device (SP 800-63B-4 §3.2.2), and what an attacker can do with that.

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{PASSWORD, Stage};
use async_trait::async_trait;
use harp_core::audit::Deed;
use harp_core::factor::Factor;
use harp_core::factor::budget::Off;
use harp_core::flow::deliver::Delivered;
use harp_core::flow::recover::{self, Begun, NewPassword, Proved, Recovered};
use harp_core::flow::sign_in::{self, CodeOutcome, PasswordOutcome, SendOutcome};
use harp_core::flow::{confirm_email, factors, lock};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::policy::HARP;
use harp_core::store::{Fault, Tx, Work};
use harp_tests::both;

use super::browser::Browser;
use super::eight;
use super::steps::*;

const HOUR: Duration = Duration::from_hours(1);

/// Strangers guess at the password, each from a network of its own, for as long as that is looked at.
async fn guess_passwords(stage: &Stage, most: u32) {
    let mut judged = 0;
    for n in 0.. {
        if judged == most {
            break;
        }
        match Browser::new(20_000 + n).miss(stage, ANA).await {
            PasswordOutcome::Refused { .. } => judged += 1,
            PasswordOutcome::Locked { .. } => {
                judged += 1;
                stage.later(HOUR);
            }
            other => panic!("{other:?}"),
        }
    }
    stage.later(2 * HOUR);
}

/// Somebody who knows the password guesses at the codes of a device.
pub async fn guess_codes(stage: &Stage, device: &Factor, most: u32) {
    let mut judged = 0;
    for n in 0.. {
        if judged == most {
            break;
        }
        let thief = Browser::new(30_000 + n);
        let token = thief.token(stage, ANA).await;
        thief.choose(stage, &token, device).await;
        deliver(stage).await;
        while judged < most {
            judged += 1;
            match thief.verify(stage, &token, "000000").await {
                CodeOutcome::Wrong { .. } => {}
                CodeOutcome::Locked { .. } => break,
                other => panic!("{judged}: {other:?}"),
            }
        }
        stage.later(HOUR);
    }
    stage.later(2 * HOUR);
}

struct Counted(String);

#[async_trait]
impl Work for Counted {
    type Out = String;
    async fn run(&self, tx: &mut dyn Tx) -> Result<String, Fault> {
        Ok(tx.budget(&self.0).await?.unwrap().json)
    }
}

/// A recovery in this browser whose letter has been answered.
async fn letter_proved(stage: &Stage, browser: &Browser) -> Plain {
    let act = browser.act(stage);
    let id = stage.account_of(ANA).await.unwrap();
    if stage.account(id).await.email.verified().is_none() {
        let code = stage.code(EMAIL).await;
        confirm_email::confirm(&stage.harp, id, &code, &act).await.unwrap();
    }
    let begun = recover::begin(&stage.harp, ANA, &act).await.unwrap();
    let Begun::Begun { token, .. } = begun else { panic!("{begun:?}") };
    // Behind all the letters about the attack.
    while deliver(stage).await != Delivered::default() {}
    let code = stage.code(EMAIL).await;
    assert_eq!(recover::mail(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Proved);
    token
}

async fn recover(stage: &Stage, (browser, phone): (&mut Browser, &Factor), password: &str) {
    let token = letter_proved(stage, browser).await;
    let act = browser.act(stage);
    recover::choose(&stage.harp, &token, phone.id, &act).await.unwrap();
    let code = text(stage, PHONE).await;
    assert_eq!(recover::device(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Proved);
    let secret = || Secret::new(password.to_owned());
    let form = NewPassword { password: secret(), confirm: secret() };
    match recover::complete(&stage.harp, &token, &form, &act).await.unwrap() {
        Recovered::Recovered { browser: cookie } => browser.cookie = cookie,
        other => panic!("{other:?}"),
    }
}

async fn switched_off(stage: &Stage) -> Vec<(Method, Off)> {
    let of = |deed| match deed {
        Deed::SwitchedOff { method, off, .. } => Some((method, off)),
        _ => None,
    };
    stage.events().await.into_iter().filter_map(|e| of(e.deed)).collect()
}

both! {
    /// X-3, P15: eighty wrong passwords in a row switch the password off for strangers: the right one is refused in the same
    /// words. In a known browser its owner signs in, and with that it works everywhere again.
    async fn eighty_wrong_passwords_switch_it_off_for_strangers_alone(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let mut home = Browser::new(1);
        home.sign_in(&stage, (ANA, &phone)).await;
        guess_passwords(&stage, 79).await;
        assert!(matches!(Browser::new(2).password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
        assert!(switched_off(&stage).await.is_empty(), "a right password alone resets nothing, and neither does it harm");
        guess_passwords(&stage, 1).await;
        assert_eq!(switched_off(&stage).await, [(Method::Password, Off::Strangers)]);
        let (right, wrong) = (Browser::new(2).password(&stage, ANA, PASSWORD).await, Browser::new(3).miss(&stage, ANA).await);
        assert!(matches!(right, PasswordOutcome::Refused { left: 4 }), "{right:?}");
        assert!(matches!(wrong, PasswordOutcome::Refused { left: 3 }), "{wrong:?}");
        home.sign_in(&stage, (ANA, &phone)).await;
        let right = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::NeedsCode { .. }), "{right:?}");
    }

    /// SP 800-63B-4 §3.2.2: at a hundred it works nowhere; a new password does.
    async fn a_hundred_wrong_passwords_switch_it_off_everywhere(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let mut home = Browser::new(1);
        home.sign_in(&stage, (ANA, &phone)).await;
        guess_passwords(&stage, 80).await;
        for _ in 0..4 {
            for _ in 0..5 {
                home.miss(&stage, ANA).await;
            }
            stage.later(HOUR);
        }
        assert_eq!(switched_off(&stage).await, [(Method::Password, Off::Strangers), (Method::Password, Off::All)]);
        let right = home.password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::Refused { .. }), "{right:?}");
        let fresh = "Tidal9!quartzLantern";
        recover(&stage, (&mut home, &phone), fresh).await;
        for browser in [&home, &Browser::new(2)] {
            let right = browser.password(&stage, ANA, fresh).await;
            assert!(matches!(right, PasswordOutcome::NeedsCode { .. }), "{right:?}");
        }
    }

    /// SP 800-63B-4 §3.2.2, E09: a device that works nowhere any more is taken away and added anew; meanwhile it proves no recovery.
    async fn a_hundred_wrong_codes_switch_a_device_off_everywhere(db: Db) {
        let (stage, live, _) = with_phone_and_app(db).await;
        let (phone, totp) = (device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await);
        let mut home = Browser::new(1);
        home.sign_in(&stage, (ANA, &phone)).await;
        guess_codes(&stage, &totp, 80).await;
        for _ in 0..4 {
            let token = home.token(&stage, ANA).await;
            home.choose(&stage, &token, &totp).await;
            for _ in 0..5 {
                home.verify(&stage, &token, "000000").await;
            }
            stage.later(HOUR);
        }
        assert_eq!(switched_off(&stage).await, [(Method::Totp, Off::Strangers), (Method::Totp, Off::All)]);
        let token = home.token(&stage, ANA).await;
        assert_eq!(home.choose(&stage, &token, &totp).await, SendOutcome::NotAChoice);
        let recovery = letter_proved(&stage, &home).await;
        let chosen = recover::choose(&stage.harp, &recovery, totp.id, &home.act(&stage)).await.unwrap();
        assert_eq!(chosen, SendOutcome::NotAChoice);
        let live = crate::flow::steps::live(&stage, &home.sign_in(&stage, (ANA, &phone)).await).await;
        let removed = factors::remove(&stage.harp, &live, totp.id, &home.act(&stage)).await.unwrap();
        assert_eq!(removed, factors::RemoveOutcome::Removed);
        stage.later(HOUR);
        let live = crate::flow::steps::live(&stage, &home.sign_in(&stage, (ANA, &phone)).await).await;
        let app = add_app(&stage, &live).await;
        stage.later(HOUR);
        let totp = device(&stage, &live, Method::Totp).await;
        let stranger = Browser::new(2);
        let token = stranger.token(&stage, ANA).await;
        stranger.choose(&stage, &token, &totp).await;
        let outcome = stranger.verify(&stage, &token, &code_now(&stage, &app)).await;
        assert!(matches!(outcome, CodeOutcome::SignedIn(_)), "{outcome:?}");
    }

    /// AC-7: an account that is not set up has nothing but its password; the help desk puts it back.
    async fn an_unlock_puts_a_switched_off_password_back(db: Db) {
        let stage = registered(db).await;
        guess_passwords(&stage, 40).await;
        assert!(matches!(Browser::new(2).password(&stage, ANA, PASSWORD).await, PasswordOutcome::SetUp(_)));
        guess_passwords(&stage, 79).await;
        let right = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::SetUp(_)), "its own success has reset the forty: {right:?}");
        guess_passwords(&stage, 80).await;
        let right = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::Refused { .. }), "{right:?}");
        let unlocked = lock::unlock(&stage.harp, (ANA, "called back"), &stage.act()).await.unwrap();
        assert_eq!(unlocked, lock::Unlocked::Unlocked);
        let right = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::SetUp(_)), "{right:?}");
    }

    /// P15: whoever knows the password guesses at a device. It is switched off for strangers, shown so, lowers nothing, and
    /// works where its owner has signed in before.
    async fn a_device_that_is_guessed_at_is_switched_off_and_shown_so(db: Db) {
        let (stage, live, app) = with_phone_and_app(db).await;
        let (phone, totp) = (device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await);
        let mut home = Browser::new(1);
        home.sign_in(&stage, (ANA, &phone)).await;
        guess_codes(&stage, &totp, 80).await;
        assert_eq!(switched_off(&stage).await, [(Method::Totp, Off::Strangers)]);
        let stranger = Browser::new(2);
        let token = stranger.token(&stage, ANA).await;
        assert_eq!(stranger.choose(&stage, &token, &totp).await, SendOutcome::NotAChoice);
        let pending = sign_in::pending(&stage.harp, &token, &stranger.act(&stage)).await.unwrap().unwrap();
        assert_eq!((pending.factors.len(), pending.off.len()), (1, 1));
        let signed_in = home.sign_in(&stage, (ANA, &phone)).await;
        let live = crate::flow::steps::live(&stage, &signed_in).await;
        let table = factors::devices(&stage.harp, &live).await.unwrap();
        assert_eq!(table.off, [(totp.id, Off::Strangers)], "another device's success is not its own");
        stage.later(HOUR);
        let token = home.token(&stage, ANA).await;
        home.choose(&stage, &token, &totp).await;
        let outcome = home.verify(&stage, &token, &code_now(&stage, &app)).await;
        assert!(matches!(outcome, CodeOutcome::SignedIn(_)), "{outcome:?}");
        assert!(factors::devices(&stage.harp, &live).await.unwrap().off.is_empty());
    }

    /// Eight at once at the last attempts: eighty are counted, and not one more.
    async fn of_eight_at_once_none_is_looked_at_beyond_the_last(db: Db) {
        let (stage, _) = with_phone(db).await;
        guess_passwords(&stage, 77).await;
        let stage = Arc::new(stage);
        eight(|n| {
            let stage = stage.clone();
            async move { Browser::new(40_000 + u32::try_from(n).unwrap()).miss(&stage, ANA).await }
        })
        .await;
        assert_eq!(switched_off(&stage).await, [(Method::Password, Off::Strangers)]);
        stage.later(2 * HOUR);
        let right = Browser::new(2).password(&stage, ANA, PASSWORD).await;
        assert!(matches!(right, PasswordOutcome::Refused { .. }), "{right:?}");
        let id = stage.account_of(ANA).await.unwrap();
        let counted = stage.harp.store.read(&Counted(format!("in-a-row/{id}"))).await.unwrap();
        assert_eq!(counted, format!("{{\"wrong\":{}}}", HARP.in_a_row.strangers));
    }
}
