//! A forgotten password: two proofs, and everything that others may try instead.

use std::sync::Arc;

use crate::stage::{PASSWORD, Stage, synthetic};
use harp_core::audit::Deed;
use harp_core::factor::Factor;
use harp_core::factor::totp::TotpSecret;
use harp_core::flow::confirm_email::{self, Confirmed};
use harp_core::flow::lock::{self, NotMe};
use harp_core::flow::profile::{self, PasswordForm};
use harp_core::flow::recover::{self, At, Begun, NewPassword, Proved, Recovered};
use harp_core::flow::sessions::{Live, authenticate};
use harp_core::flow::sign_in::{CodeOutcome, Gone, PasswordOutcome, SendOutcome, Sent};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::steps::*;
use super::{dump, eight, execute};

const MAILBOX: &str = "ana@hospital.example";
const FRESH: &str = "Tidal9!quartzLantern";

pub async fn confirm_address(stage: &Stage, username: &str, mailbox: &str) {
    let id = stage.account_of(username).await.unwrap();
    let code = stage.code(mailbox).await;
    let confirmed = confirm_email::confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
    assert!(matches!(confirmed, Confirmed::Confirmed(_)), "{confirmed:?}");
    deliver(stage).await;
}

/// Ana has a phone, an authenticator app and a confirmed address; and she is signed in.
async fn reachable(db: Db) -> (Stage, Live, TotpSecret) {
    let (stage, live, app) = with_phone_and_app(db).await;
    confirm_address(&stage, ANA, MAILBOX).await;
    // The step of the code that confirmed the app is spent.
    stage.later(std::time::Duration::from_secs(30));
    (stage, live, app)
}

async fn begun(stage: &Stage, username: &str) -> Begun {
    recover::begin(&stage.harp, username, &stage.act()).await.unwrap()
}

pub async fn recovery(stage: &Stage, username: &str) -> Plain {
    match begun(stage, username).await {
        Begun::Begun { token, .. } => token,
        other => panic!("{other:?}"),
    }
}

async fn mail(stage: &Stage, token: &Plain, code: &str) -> Proved {
    recover::mail(&stage.harp, token, code, &stage.act()).await.unwrap()
}

async fn pick(stage: &Stage, token: &Plain, device: &Factor) -> SendOutcome {
    recover::choose(&stage.harp, token, device.id, &stage.act()).await.unwrap()
}

async fn prove(stage: &Stage, token: &Plain, code: &str) -> Proved {
    recover::device(&stage.harp, token, code, &stage.act()).await.unwrap()
}

async fn set(stage: &Stage, token: &Plain, password: &str) -> Recovered {
    let secret = || Secret::new(password.to_owned());
    let form = NewPassword { password: secret(), confirm: secret() };
    recover::complete(&stage.harp, token, &form, &stage.act()).await.unwrap()
}

async fn at(stage: &Stage, token: &Plain) -> Result<&'static str, Gone> {
    recover::standing(&stage.harp, token, &stage.act()).await.unwrap().map(|at| match at {
        At::Mail => "mail",
        At::Device(_) => "device",
        At::Password => "password",
    })
}

/// A recovery that lacks nothing but the new password.
async fn proved(stage: &Stage, live: &Live, app: &TotpSecret) -> Plain {
    let token = recovery(stage, ANA).await;
    let code = stage.code(MAILBOX).await;
    assert_eq!(mail(stage, &token, &code).await, Proved::Proved);
    assert_eq!(
        pick(stage, &token, &device(stage, live, Method::Totp).await).await,
        SendOutcome::Sent(Sent::ByApp)
    );
    assert_eq!(prove(stage, &token, &code_now(stage, app)).await, Proved::Proved);
    token
}

async fn count(stage: &Stage, deed: &Deed) -> usize {
    stage.events().await.iter().filter(|e| e.deed == *deed).count()
}

both! {
    /// F06, X-6: the letter and a device, then a new password; whatever the old one had opened is over.
    async fn a_letter_and_a_device_give_a_new_password(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let thief = sign_in_by_phone(&stage, &device(&stage, &live, Method::Sms).await).await;
        let waiting = self::token(&stage, ANA).await;
        let token = recovery(&stage, ANA).await;
        assert_eq!(at(&stage, &token).await, Ok("mail"));
        let code = stage.code(MAILBOX).await;
        assert_eq!(mail(&stage, &token, &code).await, Proved::Proved);
        assert_eq!(at(&stage, &token).await, Ok("device"));
        pick(&stage, &token, &device(&stage, &live, Method::Totp).await).await;
        assert_eq!(prove(&stage, &token, &code_now(&stage, &app)).await, Proved::Proved);
        assert_eq!(at(&stage, &token).await, Ok("password"));
        assert!(matches!(set(&stage, &token, "short").await, Recovered::Refused(_)));
        assert!(matches!(set(&stage, &token, FRESH).await, Recovered::Recovered { .. }));

        assert!(authenticate(&stage.harp, &thief.secret, &stage.act()).await.unwrap().is_err());
        let completed = verify(&stage, &waiting, "000000").await;
        assert!(matches!(completed, CodeOutcome::Gone(Gone::Changed)), "{completed:?}");
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::Refused { .. }));
        assert!(matches!(password(&stage, ANA, FRESH).await, PasswordOutcome::NeedsCode { .. }), "a device as ever");
        let letter = stage.letters(MAILBOX).await.pop().unwrap();
        assert!(letter.letter.subject.contains("set anew"), "{}", letter.letter.subject);
        let link = letter.not_me().unwrap();
        let link = Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap());
        assert_eq!(lock::not_me(&stage.harp, &link, &stage.act()).await.unwrap(), NotMe::Locked);
        // Replay.
        assert!(matches!(set(&stage, &token, PASSWORD).await, Recovered::Gone(Gone::Unknown)));
        assert_eq!(at(&stage, &token).await, Err(Gone::Unknown));
    }

    /// P4: a text message serves as well as an app; the letter's code and the message's are not the same.
    async fn a_text_message_is_the_second_proof_too(db: Db) {
        let (stage, live, _) = reachable(db).await;
        let token = recovery(&stage, ANA).await;
        let letter = stage.code(MAILBOX).await;
        mail(&stage, &token, &letter).await;
        let phone = device(&stage, &live, Method::Sms).await;
        assert!(matches!(pick(&stage, &token, &phone).await, SendOutcome::Sent(Sent::OnItsWay(_))));
        let old = text(&stage, PHONE).await;
        stage.later(HARP.code.life);
        assert!(matches!(prove(&stage, &token, &old).await, Proved::Wrong { .. }), "out of date");
        recover::resend(&stage.harp, &token, 0, &stage.act()).await.unwrap();
        let new = text(&stage, PHONE).await;
        assert!(letter == new || matches!(prove(&stage, &token, &letter).await, Proved::Wrong { .. }));
        assert_eq!(prove(&stage, &token, &new).await, Proved::Proved);
        assert!(matches!(set(&stage, &token, FRESH).await, Recovered::Recovered { .. }));
    }

    /// to go to another device and back does not begin the count of resends anew.
    async fn switching_devices_in_a_recovery_sends_no_more_codes_than_resending(db: Db) {
        let (stage, live, _) = reachable(db).await;
        let (phone, app) = (device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await);
        stage.later(HARP.sends.window);
        let token = recovery(&stage, ANA).await;
        let letter = stage.code(MAILBOX).await;
        mail(&stage, &token, &letter).await;
        for left in (0..=HARP.code.resends).rev() {
            let sent = pick(&stage, &token, &phone).await;
            let counts = matches!(sent, SendOutcome::Sent(Sent::OnItsWay(code)) if code.resends_left == left);
            assert!(counts, "{left}: {sent:?}");
            assert_eq!(pick(&stage, &token, &app).await, SendOutcome::Sent(Sent::ByApp));
            stage.later(std::time::Duration::from_secs(60));
        }
        let sent = texts(&stage, PHONE).await.len();
        pick(&stage, &token, &phone).await;
        assert_eq!(texts(&stage, PHONE).await.len(), sent, "none is sent: the last one still serves");
        stage.later(HARP.code.life);
        assert_eq!(pick(&stage, &token, &phone).await, SendOutcome::Sent(Sent::NoMore));
    }

    /// no step can be left out, and a token is good for its own recovery.
    async fn no_step_can_be_left_out(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let token = recovery(&stage, ANA).await;
        let phone = device(&stage, &live, Method::Sms).await;
        assert!(matches!(set(&stage, &token, FRESH).await, Recovered::Gone(Gone::Unknown)));
        assert_eq!(pick(&stage, &token, &phone).await, SendOutcome::Gone(Gone::Unknown));
        assert_eq!(prove(&stage, &token, &code_now(&stage, &app)).await, Proved::Gone(Gone::Unknown));
        let code = stage.code(MAILBOX).await;
        mail(&stage, &token, &code).await;
        let unproved = set(&stage, &token, FRESH).await;
        assert!(matches!(unproved, Recovered::Gone(Gone::Unknown)), "one proof is not enough: {unproved:?}");
        assert_eq!(prove(&stage, &token, &code_now(&stage, &app)).await, Proved::NotChosen);
        for guess in ["", "x", "\0"] {
            assert!(matches!(set(&stage, &Plain::presented(guess), FRESH).await, Recovered::Gone(Gone::Unknown)));
        }
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// Mallory reads Ana's mail, and has devices of his own.
    async fn another_persons_device_proves_nothing(db: Db) {
        let (stage, live, _) = reachable(db).await;
        let (form, _) = synthetic("Ben");
        stage.registered(&form, "mallory.m").await;
        let his = set_up(&stage, "mallory.m").await;
        let app = add_app(&stage, &his).await;
        let his_app = device(&stage, &his, Method::Totp).await;
        stage.later(std::time::Duration::from_secs(30));
        let token = recovery(&stage, ANA).await;
        let code = stage.code(MAILBOX).await;
        mail(&stage, &token, &code).await;
        assert_eq!(pick(&stage, &token, &his_app).await, SendOutcome::NotAChoice);
        pick(&stage, &token, &device(&stage, &live, Method::Totp).await).await;
        assert!(matches!(prove(&stage, &token, &code_now(&stage, &app)).await, Proved::Wrong { .. }));
    }

    /// wrong codes here and wrong passwords there are one count, whichever of many recoveries they are entered in.
    async fn a_recovery_buys_no_more_guesses(db: Db) {
        let (stage, _, _) = reachable(db).await;
        for n in 0..5 {
            if n % 2 == 0 {
                password(&stage, ANA, "wrong password").await;
            } else {
                let token = recovery(&stage, ANA).await;
                let code = stage.code(MAILBOX).await;
                mail(&stage, &token, &wrong(&code)).await;
            }
        }
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
        assert!(matches!(begun(&stage, ANA).await, Begun::Locked { .. }));
    }

    /// Eight guesses at once at the letter's code: no more than the budget is looked at.
    async fn of_eight_guesses_at_once_five_count(db: Db) {
        let (stage, _, _) = reachable(db).await;
        let token = recovery(&stage, ANA).await;
        let code = stage.code(MAILBOX).await;
        let stage = Arc::new(stage);
        let outcomes = eight(|_| {
            let (stage, token, guess) = (stage.clone(), token.clone(), wrong(&code));
            async move { mail(&stage, &token, &guess).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|o| matches!(o, Proved::Wrong { .. })).count(), 4, "{outcomes:?}");
        assert!(matches!(mail(&stage, &token, &code).await, Proved::Locked { .. }), "the right one comes too late");
    }

    async fn of_eight_new_passwords_at_once_one_is_set(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let token = proved(&stage, &live, &app).await;
        let epoch = stage.account(live.account.id).await.epoch;
        let stage = Arc::new(stage);
        let outcomes = eight(|_| {
            let (stage, token) = (stage.clone(), token.clone());
            async move { set(&stage, &token, FRESH).await }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|o| matches!(o, Recovered::Recovered { .. })).count(), 1, "{outcomes:?}");
        assert_eq!(stage.account(live.account.id).await.epoch, epoch + 1);
        assert_eq!(count(&stage, &Deed::PasswordRecovered).await, 1);
    }

    /// Two tabs, eight clicks: every right code goes on, and is spent once.
    async fn eight_right_codes_at_once_go_on(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let token = recovery(&stage, ANA).await;
        let code = stage.code(MAILBOX).await;
        let stage = Arc::new(stage);
        let outcomes = eight(|_| {
            let (stage, token, code) = (stage.clone(), token.clone(), code.clone());
            async move { mail(&stage, &token, &code).await }
        })
        .await;
        assert!(outcomes.iter().all(|o| *o == Proved::Proved), "{outcomes:?}");
        assert_eq!(count(&stage, &Deed::RecoveryCodeAccepted).await, 1);
        pick(&stage, &token, &device(&stage, &live, Method::Totp).await).await;
        let code = code_now(&stage, &app);
        assert_eq!(prove(&stage, &token, &code).await, Proved::Proved);
        let other = recovery(&stage, ANA).await;
        let letter = stage.code(MAILBOX).await;
        mail(&stage, &other, &letter).await;
        pick(&stage, &other, &device(&stage, &live, Method::Totp).await).await;
        assert!(matches!(prove(&stage, &other, &code).await, Proved::Wrong { .. }), "a step is spent once");
    }

    /// The code of another recovery's letter, one that is out of date, one after the password was changed.
    async fn a_recovery_ends_with_its_time_and_with_any_change(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let (first, code) = (recovery(&stage, ANA).await, stage.code(MAILBOX).await);
        let second = recovery(&stage, ANA).await;
        assert!(matches!(mail(&stage, &second, &code).await, Proved::Wrong { .. }));
        stage.later(HARP.recovery.life);
        assert_eq!(mail(&stage, &first, &code).await, Proved::Gone(Gone::Expired));
        assert_eq!(at(&stage, &first).await, Err(Gone::Expired));

        let (early, code) = (recovery(&stage, ANA).await, stage.code(MAILBOX).await);
        let ready = proved(&stage, &live, &app).await;
        let signed_in = sign_in_by_phone(&stage, &device(&stage, &live, Method::Sms).await).await;
        let live = self::live(&stage, &signed_in).await;
        let secret = |text: &str| Secret::new(text.to_owned());
        let form = PasswordForm { current: secret(PASSWORD), password: secret(FRESH), confirm: secret(FRESH) };
        profile::change_password(&stage.harp, &live, &form, &stage.act()).await.unwrap();
        assert!(matches!(set(&stage, &ready, PASSWORD).await, Recovered::Gone(Gone::Changed)));
        let late = mail(&stage, &early, &code).await;
        assert!(matches!(late, Proved::Wrong { .. }), "its own code; a stranger is told no more: {late:?}");
    }

    /// The address changes between the steps, as by an operator's hand: what went to the old one proves nothing any more.
    async fn another_address_since_then_ends_it(db: Db) {
        let place = db.place.clone();
        let (stage, live, app) = reachable(db).await;
        let early = recovery(&stage, ANA).await;
        let code = stage.code(MAILBOX).await;
        let ready = proved(&stage, &live, &app).await;
        execute(&place, "UPDATE account SET email = 'new@hospital.example'").await;
        assert!(matches!(mail(&stage, &early, &code).await, Proved::Wrong { .. }));
        assert!(matches!(set(&stage, &ready, FRESH).await, Recovered::Gone(Gone::Changed)));
        execute(&place, "UPDATE account SET email = 'ana@hospital.example', email_verified_at = NULL").await;
        assert!(matches!(set(&stage, &ready, FRESH).await, Recovered::Gone(Gone::Changed)));
    }

    /// P14: who locked the account said that somebody else may have the mailbox or the phone.
    async fn a_locked_account_cannot_be_recovered_by_itself(db: Db) {
        let (stage, live, app) = reachable(db).await;
        let ready = proved(&stage, &live, &app).await;
        lock_account(&stage, &live).await;
        assert!(matches!(set(&stage, &ready, FRESH).await, Recovered::Gone(Gone::Changed)));
        let before = stage.letters(MAILBOX).await.len();
        let token = recovery(&stage, ANA).await;
        assert_eq!(stage.letters(MAILBOX).await.len(), before, "no code goes out");
        assert!(matches!(mail(&stage, &token, "000000").await, Proved::Wrong { .. }));
    }

    /// an unknown user ID, one without a confirmed address and a known one: the same answers, the same rows.
    async fn nobody_learns_whether_a_user_id_exists(db: Db) {
        let place = db.place.clone();
        let (stage, _, _) = reachable(db).await;
        let (form, _) = synthetic("Ben");
        stage.registered(&form, "ben.b").await;
        deliver(&stage).await;
        let mut seen = Vec::new();
        for username in [ANA, "ben.b", "nobody.here", "nul\0"] {
            let mut written = Vec::new();
            for table in ["outbox", "recovery", "audit_event", "code_challenge"] {
                written.push(dump(&place, table).await.lines().count());
            }
            let token = recovery(&stage, username).await;
            for (n, table) in ["outbox", "recovery", "audit_event", "code_challenge"].into_iter().enumerate() {
                written[n] = dump(&place, table).await.lines().count() - written[n];
            }
            deliver(&stage).await;
            let step = at(&stage, &token).await;
            let mut answers = Vec::new();
            for _ in 0..5 {
                answers.push(format!("{:?}", mail(&stage, &token, "1").await));
            }
            seen.push((written, step, answers, format!("{:?}", begun(&stage, username).await)));
        }
        assert!(seen.windows(2).all(|w| w[0] == w[1]), "{seen:#?}");
        assert_eq!(seen[0].0, [1, 1, 1, 0]);
    }

    /// not even the right code of a letter that was never sent.
    async fn nobodys_code_is_always_wrong(db: Db) {
        let place = db.place.clone();
        let (stage, _, _) = reachable(db).await;
        let token = recovery(&stage, "nobody.here").await;
        let rows = dump(&place, "recovery").await;
        let id = rows.split_whitespace().find(|word| word.starts_with("chal_")).unwrap().parse().unwrap();
        let code = stage.harp.vault.code(id, 0, HARP.code.digits);
        assert!(matches!(mail(&stage, &token, code.expose()).await, Proved::Wrong { .. }));
        assert!(!rows.contains(code.expose().as_str()) && !rows.contains(token.expose()), "X-8");
    }
}

async fn lock_account(stage: &Stage, live: &Live) {
    let live = again(stage, live).await;
    let secret = |text: &str| Secret::new(text.to_owned());
    let form = profile::QuestionForm {
        current: secret(PASSWORD),
        question: "first_pet".to_owned(),
        answer: secret("Rex The Dog"),
    };
    profile::change_question(&stage.harp, &live, &form, &stage.act()).await.unwrap();
    let link = stage.letters(MAILBOX).await.pop().unwrap().not_me().unwrap();
    let link = Plain::presented(link.strip_prefix("https://harp.example/not-me?token=").unwrap());
    assert_eq!(lock::not_me(&stage.harp, &link, &stage.act()).await.unwrap(), NotMe::Locked);
}
