//! A session that exists proves more, and what nobody gets by that.

use std::time::Duration;

use harp_core::audit::Deed;
use harp_core::factor::Factor;
use harp_core::factor::level::Level;
use harp_core::flow::factors::{self, BeginOutcome, Denied, RemoveOutcome};
use harp_core::flow::sessions::{self, Live};
use harp_core::flow::sign_in::{CodeOutcome, Gone, How, PasswordOutcome, SendOutcome, Sent};
use harp_core::flow::step_up::{self, Offer, Outcome, Step};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::secret::Plain;
use harp_core::policy::{HARP, Profile};
use harp_core::session::Ended;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::eight;
use super::steps::*;
use crate::stage::{PASSWORD, Stage, synthetic};

const MINUTE: Duration = Duration::from_secs(60);
const BEN: &str = "ben.okafor";

/// Ana has a phone, an app and a mailbox, and signed in by the mailbox (AAL1).
struct Mailed {
    stage: Stage,
    live: Live,
    phone: Factor,
    app: Factor,
    mailbox: Factor,
}

async fn by_email(db: Db) -> Mailed {
    let (stage, first, _) = with_phone_and_app(db).await;
    let email = add(&stage, &first, (Method::Email, EMAIL)).await;
    assert_eq!(confirm_with(&stage, &first, (email, &stage.code(EMAIL).await)).await, "active");
    let phone = device(&stage, &first, Method::Sms).await;
    let app = device(&stage, &first, Method::Totp).await;
    let mailbox = device(&stage, &first, Method::Email).await;
    // A while ago: no code of then serves, and a sign-in of then is not fresh.
    stage.later(61 * MINUTE);
    let live = sign_in_by(&stage, &mailbox).await;
    assert_eq!(live.session.assurance().unwrap().aal, Aal::One);
    Mailed { stage, live, phone, app, mailbox }
}

async fn sign_in_by(stage: &Stage, mailbox: &Factor) -> Live {
    let token = token(stage, ANA).await;
    choose(stage, &token, mailbox).await;
    match verify(stage, &token, &stage.code(EMAIL).await).await {
        CodeOutcome::SignedIn(signed_in) => live(stage, &signed_in).await,
        other => panic!("{other:?}"),
    }
}

async fn begin(stage: &Stage, live: &Live, (level, device): (Level, &Factor)) -> Step {
    step_up::choose(&stage.harp, (live, None), (level, device.id), &stage.act()).await.unwrap()
}

/// A step-up to AAL2 whose code is on its way to the phone: its token, and the code.
async fn on_its_way(stage: &Stage, live: &Live, phone: &Factor) -> (Plain, String) {
    let Step { token, sent } = begin(stage, live, (Level::Aal2, phone)).await;
    assert!(matches!(sent, SendOutcome::Sent(Sent::OnItsWay(_))), "{sent:?}");
    (token, text(stage, PHONE).await)
}

async fn prove(stage: &Stage, who: (&Live, &Plain), code: &str) -> Outcome {
    step_up::verify(&stage.harp, who, code, &stage.act()).await.unwrap()
}

fn methods(factors: &[Factor]) -> Vec<Method> {
    factors.iter().map(Factor::method).collect()
}

/// Somebody else, with a phone, signed in.
async fn ben(stage: &Stage) -> (Live, Factor) {
    let (form, _) = synthetic("Ben");
    stage.registered(&form, BEN).await;
    let live = set_up(stage, BEN).await;
    let phone = add_phone(stage, &live, OTHER_PHONE).await;
    assert_eq!(confirm(stage, &live, phone).await, "active");
    let live = complete(stage, &live).await;
    let phone = device(stage, &live, Method::Sms).await;
    (live, phone)
}

both! {
    /// exactly the devices that reach the level are offered; one of them raises the session, with a new secret.
    async fn a_session_is_raised_by_a_device_that_reaches_the_level(db: Db) {
        let Mailed { stage, live, phone, .. } = by_email(db).await;
        let offer = step_up::offer(&stage.harp, &live, Level::Aal2, &stage.act()).await.unwrap();
        let mut offered = methods(&offer.devices);
        offered.sort_unstable();
        assert_eq!(offered, [Method::Sms, Method::Totp], "and not the mailbox");
        let cookie = token_of(&live);
        stage.later(MINUTE);
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        let Outcome::SteppedUp(raised) = prove(&stage, (&live, &token), &code).await else { panic!() };
        assert_eq!((raised.session.id, raised.how), (live.session.id, How::Raised));
        assert_eq!(raised.session.assurance().unwrap().aal, Aal::Two);
        assert_ne!(raised.session.secret, live.session.secret);
        assert_eq!(raised.session.auth_time, live.session.auth_time, "F05: of the last whole sign-in");
        assert_eq!(cookie, live.session.secret);
        let deed = Deed::SteppedUp {
            session: live.session.id,
            methods: vec![Method::Password, Method::Email, Method::Sms],
        };
        assert!(stage.events().await.iter().any(|event| event.deed == deed && event.subject == Some(live.account.id)));
        // Whoever has a copy of the old cookie has nothing: neither the session nor another step-up.
        assert!(matches!(prove(&stage, (&live, &token), &code).await, Outcome::Gone(Gone::Unknown)));
        let copy = begin(&stage, &live, (Level::Aal2, &phone)).await;
        assert_eq!(copy.sent, SendOutcome::Gone(Gone::Changed));
    }

    /// neither another person's device, nor their code, nor their session completes it.
    async fn another_persons_factor_never_completes_a_step_up(db: Db) {
        let Mailed { stage, live, phone, .. } = by_email(db).await;
        let (mallory, theirs) = ben(&stage).await;
        let step = begin(&stage, &live, (Level::Aal2, &theirs)).await;
        assert_eq!(step.sent, SendOutcome::NotAChoice);
        assert!(matches!(prove(&stage, (&live, &step.token), "123456").await, Outcome::Gone(Gone::Unknown)));
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        // With Mallory's code, then with Ana's code in Mallory's session.
        let other = stage_code_of_sign_in(&stage, &theirs).await;
        if other != code {
            assert!(matches!(prove(&stage, (&live, &token), &other).await, Outcome::Wrong { .. }));
        }
        assert!(matches!(prove(&stage, (&mallory, &token), &code).await, Outcome::Gone(Gone::Unknown)));
        let pending = step_up::pending(&stage.harp, (&mallory, &token), &stage.act()).await.unwrap();
        assert!(matches!(pending, Err(Gone::Unknown)), "not even where it stands");
        assert!(matches!(prove(&stage, (&live, &token), &code).await, Outcome::SteppedUp(_)));
    }

    /// guesses count where those of signing in count, and a right code forgives none.
    async fn a_step_up_buys_no_guesses(db: Db) {
        let Mailed { stage, live, phone, .. } = by_email(db).await;
        for _ in 0..3 {
            assert!(matches!(password(&stage, ANA, "wrong password").await, PasswordOutcome::Refused { .. }));
        }
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        assert!(matches!(prove(&stage, (&live, &token), &wrong(&code)).await, Outcome::Wrong { left: 1 }));
        let Outcome::SteppedUp(raised) = prove(&stage, (&live, &token), &code).await else { panic!() };
        let live = self::live(&stage, &raised).await;
        stage.later(MINUTE);
        let Step { token, .. } = begin(&stage, &live, (Level::Aal1, &phone)).await;
        let code = text(&stage, PHONE).await;
        assert!(matches!(prove(&stage, (&live, &token), &wrong(&code)).await, Outcome::Locked { .. }));
        assert!(matches!(prove(&stage, (&live, &token), &code).await, Outcome::Locked { .. }), "right, and too late");
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
    }

    /// one code, eight times at once: one raises the session.
    async fn of_eight_right_codes_at_once_one_raises_the_session(db: Db) {
        let Mailed { stage, live, phone, .. } = by_email(db).await;
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        let stage = std::sync::Arc::new(stage);
        let outcomes = eight(|_| {
            let (stage, live, token, code) = (stage.clone(), live.clone(), token.clone(), code.clone());
            async move { matches!(prove(&stage, (&live, &token), &code).await, Outcome::SteppedUp(_)) }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|raised| **raised).count(), 1, "{outcomes:?}");
        let sms = |deed: &Deed| matches!(deed, Deed::SteppedUp { methods, .. } if methods.contains(&Method::Email));
        assert_eq!(stage.events().await.iter().filter(|event| sms(&event.deed)).count(), 1);
    }

    /// of eight clicks on Send code at once one sends; back and forth between devices begins no count anew; a resend makes
    /// the code before it worthless.
    async fn a_step_up_sends_as_sparingly_as_a_sign_in(db: Db) {
        let Mailed { stage, live, phone, app, .. } = by_email(db).await;
        let (token, first) = on_its_way(&stage, &live, &phone).await;
        let before = texts(&stage, PHONE).await.len();
        let stage = std::sync::Arc::new(stage);
        let sent = eight(|_| {
            let (stage, live, token, id) = (stage.clone(), live.clone(), token.clone(), phone.id);
            async move {
                let step = step_up::choose(&stage.harp, (&live, Some(&token)), (Level::Aal2, id), &stage.act()).await.unwrap();
                assert_eq!(step.token.expose(), token.expose(), "the step-up of this tab goes on");
                step.sent
            }
        })
        .await;
        assert!(sent.iter().all(|sent| matches!(sent, SendOutcome::Sent(Sent::OnItsWay(_)))), "{sent:?}");
        assert_eq!(texts(&stage, PHONE).await.len(), before);
        stage.later(MINUTE);
        let again = step_up::resend(&stage.harp, (&live, &token), 0, &stage.act()).await.unwrap();
        assert!(matches!(again, SendOutcome::Sent(Sent::OnItsWay(code)) if code.resend == 1), "{again:?}");
        let newer = text(&stage, PHONE).await;
        assert!(matches!(prove(&stage, (&live, &token), &first).await, Outcome::Wrong { .. }));
        stage.later(MINUTE);
        for (device, resend) in [(&app, None), (&phone, Some(2))] {
            let wanted = (Level::Aal2, device.id);
            let step = step_up::choose(&stage.harp, (&live, Some(&token)), wanted, &stage.act()).await.unwrap();
            match (step.sent, resend) {
                (SendOutcome::Sent(Sent::ByApp), None) => {}
                (SendOutcome::Sent(Sent::OnItsWay(code)), Some(resend)) => assert_eq!(code.resend, resend),
                other => panic!("{other:?}"),
            }
        }
        let last = text(&stage, PHONE).await;
        assert!(newer != last && matches!(prove(&stage, (&live, &token), &last).await, Outcome::SteppedUp(_)));
    }

    /// F05, SP 800-63B-4 §2.2.3, §4.1.2: a step-up is no sign-in. It opens nothing that asks for a fresh one, and no session lives longer by it.
    async fn a_step_up_is_no_fresh_sign_in(db: Db) {
        let Mailed { stage, live, phone, .. } = by_email(db).await;
        let begun = factors::begin_app(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::SignInAgain)), "AAL1 adds no device");
        stage.later(14 * MINUTE);
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        let Outcome::SteppedUp(raised) = prove(&stage, (&live, &token), &code).await else { panic!() };
        let live = self::live(&stage, &raised).await;
        stage.later(14 * MINUTE);
        let begun = factors::begin_app(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::SignInAgain)), "AAL2, but not by the sign-in itself");
        let live = sessions::used(&stage.harp, live, &stage.act()).await.unwrap();
        stage.later(3 * MINUTE);
        let begun = factors::begin_app(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::SignInAgain)), "17 minutes after the step-up");
        let end = live.session.auth_time + HARP.session.absolute;
        assert_eq!(live.session.check(live.account.epoch, &HARP.session, end), Err(Ended::Absolute));
    }

    /// Whatever ends the session, or takes the device away, ends the step-up; so does half an hour.
    async fn a_step_up_ends_with_its_session(db: Db) {
        let Mailed { stage, live, phone, app, mailbox } = by_email(db).await;
        let (token, code) = on_its_way(&stage, &live, &phone).await;
        let other = live_by_phone(&stage, &phone).await;
        let removed = factors::remove(&stage.harp, &other, phone.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        let outcome = prove(&stage, (&live, &token), &code).await;
        assert!(matches!(outcome, Outcome::NotChosen | Outcome::Gone(_)), "{outcome:?}");

        stage.later(2 * MINUTE);
        let live = sign_in_by(&stage, &mailbox).await;
        let Step { token, sent } = begin(&stage, &live, (Level::Aal2, &app)).await;
        assert_eq!(sent, SendOutcome::Sent(Sent::ByApp));
        let secret = secret(&stage, &live, app.id).await;
        sessions::sign_out(&stage.harp, &live, &stage.act()).await.unwrap();
        let outcome = prove(&stage, (&live, &token), &code_now(&stage, &secret)).await;
        assert!(matches!(outcome, Outcome::Gone(Gone::Changed)), "{outcome:?}");

        let live = sign_in_by(&stage, &mailbox).await;
        let Step { token, .. } = begin(&stage, &live, (Level::Aal2, &app)).await;
        for _ in 0..3 {
            stage.later(10 * MINUTE);
            sessions::used(&stage.harp, live.clone(), &stage.act()).await.unwrap();
        }
        let outcome = prove(&stage, (&live, &token), &code_now(&stage, &secret)).await;
        assert!(matches!(outcome, Outcome::Gone(Gone::Expired)), "{outcome:?}");
    }

    /// where no device reaches the level, what would is named; and none of the others can be chosen in its place.
    async fn a_level_that_no_device_reaches_names_what_to_add(db: Db) {
        let (mut stage, live) = with_phone(db).await;
        let with_passkeys: &'static [Method] = &[Method::Sms, Method::Totp, Method::Passkey];
        stage.harp.profile = Box::leak(Box::new(Profile { methods: with_passkeys, ..HARP.clone() }));
        let offer = step_up::offer(&stage.harp, &live, Level::Aal2PhishingResistant, &stage.act()).await.unwrap();
        assert_eq!(offer, Offer { devices: vec![], enrol: vec![Method::Passkey] });
        let phone = device(&stage, &live, Method::Sms).await;
        let step = begin(&stage, &live, (Level::Aal2PhishingResistant, &phone)).await;
        assert_eq!(step.sent, SendOutcome::NotAChoice);
    }
}

fn token_of(live: &Live) -> harp_core::kernel::secret::Hashed {
    live.session.secret.clone()
}

async fn live_by_phone(stage: &Stage, phone: &Factor) -> Live {
    let signed_in = sign_in_by_phone(stage, phone).await;
    live(stage, &signed_in).await
}

/// The code of another person's sign-in.
async fn stage_code_of_sign_in(stage: &Stage, theirs: &Factor) -> String {
    let token = token(stage, BEN).await;
    choose(stage, &token, theirs).await;
    text(stage, OTHER_PHONE).await
}
