//! Devices: who may add, confirm and remove them; the end of set-up.

use std::time::Duration;

use crate::stage::{PASSWORD, Stage, ana};
use harp_core::account::Standing;
use harp_core::account::field::{Field, Problem};
use harp_core::account::person::ProfileForm;
use harp_core::factor::FactorStatus;
use harp_core::flow::factors::{
    self, BeginOutcome, CompleteOutcome, ConfirmOutcome, Denied, RemoveOutcome, ResendOutcome,
};
use harp_core::flow::sign_in::{CodeOutcome, PasswordOutcome, Sent};
use harp_core::flow::{confirm_email, sessions};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::policy::{HARP, NIST_63_4, Profile};
use harp_core::session::{Ended, SessionScope};
use harp_tests::both;

use super::steps::*;
use crate::contract::{at_once, winners};

const MINUTE: Duration = Duration::from_secs(60);

both! {
    /// E02, E07, E10, E12, E13: set-up from the first sign-in to a session for everything.
    async fn set_up_leads_from_the_password_to_a_full_session(db: Db) {
        let stage = registered(db).await;
        let PasswordOutcome::SetUp(first) = password(&stage, ANA, PASSWORD).await else { panic!("no set-up") };
        let live = live(&stage, &first).await;
        assert_eq!(live.session.scope, SessionScope::SetUp);
        assert_eq!(live.session.assurance().unwrap().aal, Aal::One);
        let early = factors::complete_set_up(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(early, CompleteOutcome::NoDevice), "{early:?}");

        let phone = add_phone(&stage, &live, "(202) 456-1111").await;
        let code = text(&stage, PHONE).await;
        assert_eq!(confirm_with(&stage, &live, (phone, &wrong(&code))).await, "wrong");
        let devices = factors::devices(&stage.harp, &live).await.unwrap();
        assert!(!devices.may_complete() && devices.factors[0].status == FactorStatus::Unverified);
        assert_eq!(confirm_with(&stage, &live, (phone, &code)).await, "active");
        assert_eq!(confirm_with(&stage, &live, (phone, &code)).await, "gone");
        add_app(&stage, &live).await;
        assert_eq!(stage.account(live.account.id).await.standing, Standing::PendingSetup);

        let full = complete(&stage, &live).await;
        assert_eq!(full.session.scope, SessionScope::Full);
        assert_eq!(full.session.assurance().unwrap().aal, Aal::Two);
        assert_eq!(stage.account(live.account.id).await.standing, Standing::Active);
        let old = sessions::authenticate(&stage.harp, &first.secret, &stage.act()).await.unwrap();
        assert_eq!(old.err(), Some(Ended::SignedOut), "the cookie of set-up is dead");
    }

    /// SP 800-63B-4 §4.1.2: whoever knows the password alone adds no device to an account that has one,
    /// also when their session was there first.
    async fn a_password_alone_adds_no_device_once_there_is_one(db: Db) {
        let stage = registered(db).await;
        let mallory = set_up(&stage, ANA).await;
        let theirs = add_phone(&stage, &mallory, OTHER_PHONE).await;
        let ana = set_up(&stage, ANA).await;
        let phone = add_phone(&stage, &ana, PHONE).await;
        assert_eq!(confirm(&stage, &ana, phone).await, "active");

        let code = text(&stage, OTHER_PHONE).await;
        assert_eq!(confirm_with(&stage, &mallory, (theirs, &code)).await, "denied");
        let act = stage.act();
        let begun = factors::begin_app(&stage.harp, &mallory, &act).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::SignInAgain)), "{begun:?}");
        let sent = factors::resend(&stage.harp, &mallory, (theirs, 0), &act).await.unwrap();
        assert_eq!(sent, ResendOutcome::Denied(Denied::SignInAgain));
        let removed = factors::remove(&stage.harp, &mallory, phone, &act).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Denied(Denied::SignInAgain));
        let done = factors::complete_set_up(&stage.harp, &mallory, &act).await.unwrap();
        assert!(matches!(done, CompleteOutcome::Denied(Denied::SignInAgain)), "{done:?}");
        // Nor by signing in once more, set-up complete or not.
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
        complete(&stage, &ana).await;
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// B10: who closed the browser during set-up signs in with what is there, and goes on.
    async fn set_up_goes_on_after_the_browser_was_closed(db: Db) {
        let stage = registered(db).await;
        let first = set_up(&stage, ANA).await;
        let phone = add_phone(&stage, &first, PHONE).await;
        assert_eq!(confirm(&stage, &first, phone).await, "active");
        let phone = device(&stage, &first, Method::Sms).await;
        let later = sign_in_by_phone(&stage, &phone).await;
        assert_eq!(later.session.scope, SessionScope::SetUp);
        let later = live(&stage, &later).await;
        assert_eq!(complete(&stage, &later).await.session.scope, SessionScope::Full);
    }

    /// E07: eight right codes at once make one device ACTIVE, once.
    async fn eight_at_once_confirm_once(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        let phone = add_phone(&stage, &live, PHONE).await;
        let code = text(&stage, PHONE).await;
        let won = winners(|_| {
            let (harp, live, code, act) = (stage.harp.clone(), live.clone(), code.clone(), stage.act());
            async move {
                let outcome = factors::confirm(&harp, &live, (phone, &code), &act).await.unwrap();
                matches!(outcome, ConfirmOutcome::Active)
            }
        })
        .await;
        assert_eq!(won, 1);
        assert_eq!(device(&stage, &live, Method::Sms).await.id, phone);
    }

    /// E01: the last active device stays, also when both are removed at the same moment.
    async fn the_last_device_stays(db: Db) {
        let (stage, live, _) = with_phone_and_app(db).await;
        let both = [Method::Sms, Method::Totp];
        let mut ids = Vec::new();
        for method in both {
            ids.push(device(&stage, &live, method).await.id);
        }
        let outcomes = at_once(2, |i| {
            let (harp, live, id, act) = (stage.harp.clone(), live.clone(), ids[i], stage.act());
            async move { factors::remove(&harp, &live, id, &act).await.unwrap() }
        })
        .await;
        assert!(outcomes.contains(&RemoveOutcome::Removed), "{outcomes:?}");
        assert!(outcomes.contains(&RemoveOutcome::LastOne), "{outcomes:?}");
        let left = factors::devices(&stage.harp, &live).await.unwrap();
        assert!(left.may_complete() && !left.may_remove(left.factors[0].id));
    }

    /// Removing a lost phone ends every other session.
    async fn removing_a_device_signs_out_everywhere_else(db: Db) {
        let (stage, live, _) = with_phone_and_app(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let thief = sign_in_by_phone(&stage, &phone).await;
        let live = again(&stage, &live).await;
        let removed = factors::remove(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        let theirs = sessions::authenticate(&stage.harp, &thief.secret, &stage.act()).await.unwrap();
        assert_eq!(theirs.err(), Some(Ended::SignedOut));
        assert_eq!(again(&stage, &live).await.session.id, live.session.id);
    }

    /// The same number twice is one device; unconfirmed ones make room for new ones.
    async fn a_number_is_added_once_and_unconfirmed_ones_do_not_pile_up(db: Db) {
        let (stage, live) = with_phone(db).await;
        let twice = factors::begin_phone(&stage.harp, &live, (Method::Sms, "202.456.1111"), &stage.act()).await;
        let BeginOutcome::Invalid(found) = twice.unwrap() else { panic!("added twice") };
        assert_eq!((found[0].field, found[0].problem), (Field::Phone, Problem::AlreadyHeld));
        let first = add_phone(&stage, &live, "+12024560001").await;
        assert_eq!(add_phone(&stage, &live, "+12024560001").await, first, "still the same device");
        for n in 2..6 {
            stage.later(Duration::from_secs(1));
            add_phone(&stage, &live, &format!("+1202456000{n}")).await;
        }
        let factors = factors::devices(&stage.harp, &live).await.unwrap().factors;
        let waiting = factors.iter().filter(|f| f.status == FactorStatus::Unverified).count();
        assert_eq!(waiting, HARP.factors.most_unverified);
        assert_eq!(confirm_with(&stage, &live, (first, "123456")).await, "gone");
    }

    /// E05, E06: the list of methods is the profile's; mission 3.6: no e-mail in `nist-63-4`.
    async fn what_the_profile_does_not_offer_cannot_be_added(db: Db) {
        let profile: &'static Profile = Box::leak(Box::new(Profile { methods: NIST_63_4.methods, ..HARP.clone() }));
        let stage = Stage::on(db, profile);
        stage.registered(&ana(), ANA).await;
        let live = set_up(&stage, ANA).await;
        let begun = factors::begin_email(&stage.harp, &live, EMAIL, &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::NotOffered)), "{begun:?}");
        assert!(factors::devices(&stage.harp, &live).await.unwrap().factors.is_empty());
        let call = factors::begin_phone(&stage.harp, &live, (Method::Voice, PHONE), &stage.act()).await.unwrap();
        assert!(matches!(call, BeginOutcome::Begun { sent: Sent::OnItsWay(_), .. }), "{call:?}");
    }

    /// E03, E07: a phone that is called becomes ACTIVE by the code that is read out, and carries set-up; the same number
    /// may get texts, too.
    async fn a_call_reads_out_the_code_of_a_phone(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        let call = add(&stage, &live, (Method::Voice, PHONE)).await;
        let heard = arrived(&stage, &called(PHONE)).await;
        let said = heard.letter.text.expose();
        assert!(said.starts_with("Hello.") && !said.contains(&heard.code().unwrap()), "digit by digit: {said}");
        assert!(texts(&stage, PHONE).await.is_empty());
        let code = heard.code().unwrap();
        assert_eq!(confirm_with(&stage, &live, (call, &wrong(&code))).await, "wrong");
        assert_eq!(confirm_with(&stage, &live, (call, &code)).await, "active");
        let text = add(&stage, &live, (Method::Sms, PHONE)).await;
        assert_ne!(text, call);
        let full = complete(&stage, &live).await;
        let assurance = full.session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.amr), (Aal::Two, vec!["mfa", "pwd", "tel"]));
    }

    /// E01, E06: codes by e-mail are ACTIVE only through one, to whatever address, and carry no account: set-up is not
    /// completed with them, and the last device beside them stays.
    async fn codes_by_email_carry_no_account(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        let unread = factors::begin_email(&stage.harp, &live, "ana@", &stage.act()).await.unwrap();
        let BeginOutcome::Invalid(found) = unread else { panic!("no address") };
        // The letter of the registration goes out before.
        deliver(&stage).await;
        assert_eq!((found[0].field, found[0].problem), (Field::Email, Problem::BadForm));
        let email = add(&stage, &live, (Method::Email, EMAIL)).await;
        assert_eq!(confirm_with(&stage, &live, (email, &stage.code(EMAIL).await)).await, "active");
        let live = again(&stage, &live).await;
        assert_eq!(live.session.assurance().unwrap().aal, Aal::One);
        let twice = factors::begin_email(&stage.harp, &live, "Ana@Hospital.example", &stage.act()).await.unwrap();
        let BeginOutcome::Invalid(found) = twice else { panic!("added twice") };
        assert_eq!((found[0].field, found[0].problem), (Field::Email, Problem::AlreadyHeld));
        assert!(!factors::devices(&stage.harp, &live).await.unwrap().may_complete());
        let early = factors::complete_set_up(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(early, CompleteOutcome::NoDevice), "{early:?}");

        let phone = add_phone(&stage, &live, PHONE).await;
        assert_eq!(confirm(&stage, &live, phone).await, "active");
        let live = complete(&stage, &live).await;
        let devices = factors::devices(&stage.harp, &live).await.unwrap();
        assert!(devices.may_remove(email) && !devices.may_remove(phone));
        let removed = factors::remove(&stage.harp, &live, phone, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::LastOne);
        let removed = factors::remove(&stage.harp, &live, email, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
    }

    /// E06, SP 800-63B-4 §4.1.2: a sign-in with a code by e-mail is AAL1, and changes no device of an account that
    /// reaches more.
    async fn a_sign_in_by_email_changes_no_device(db: Db) {
        let (stage, live) = with_phone(db).await;
        let email = add(&stage, &live, (Method::Email, "ana@home.example")).await;
        let code = stage.code("ana@home.example").await;
        assert_eq!(confirm_with(&stage, &live, (email, &code)).await, "active");
        let email = device(&stage, &live, Method::Email).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &email).await;
        let code = stage.code("ana@home.example").await;
        let CodeOutcome::SignedIn(signed_in) = verify(&stage, &token, &code).await else { panic!("not signed in") };
        let assurance = signed_in.session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.amr), (Aal::One, vec!["pwd"]));
        assert_eq!(signed_in.session.scope, SessionScope::Full);
        let thief = self::live(&stage, &signed_in).await;
        let begun = factors::begin_phone(&stage.harp, &thief, (Method::Sms, OTHER_PHONE), &stage.act()).await;
        assert!(matches!(begun.unwrap(), BeginOutcome::Denied(Denied::SignInAgain)));
        let removed = factors::remove(&stage.harp, &thief, email.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Denied(Denied::SignInAgain));
    }

    /// Wrong codes for a new device lock adding, not signing in; one's own app buys no further guesses.
    async fn guessing_a_strangers_code_is_locked_and_signing_in_is_not(db: Db) {
        let (stage, live) = with_phone(db).await;
        let theirs = add_phone(&stage, &live, OTHER_PHONE).await;
        let code = text(&stage, OTHER_PHONE).await;
        for _ in 0..3 {
            assert_eq!(confirm_with(&stage, &live, (theirs, &wrong(&code))).await, "wrong");
        }
        add_app(&stage, &live).await;
        assert_eq!(confirm_with(&stage, &live, (theirs, &wrong(&code))).await, "wrong");
        assert_eq!(confirm_with(&stage, &live, (theirs, &wrong(&code))).await, "locked");
        assert_eq!(confirm_with(&stage, &live, (theirs, &code)).await, "locked");
        let phone = device(&stage, &live, Method::Sms).await;
        sign_in_by_phone(&stage, &phone).await;
    }

    /// Codes per number are budgeted, and the budget opens again.
    async fn sends_are_budgeted(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let mut sent = Vec::new();
        for _ in 0..=HARP.sends.per_contact {
            let token = token(&stage, ANA).await;
            sent.push(choose(&stage, &token, &phone).await);
        }
        assert_eq!(sent.pop(), Some(Sent::TooMany));
        assert!(sent.iter().all(|s| matches!(s, Sent::OnItsWay(_))), "{sent:?}");
        stage.later(Duration::from_secs(3600));
        let token = token(&stage, ANA).await;
        assert!(matches!(choose(&stage, &token, &phone).await, Sent::OnItsWay(_)));
    }

    /// Whoever enrols a stranger's number again and again runs into the budget, and uses up nothing of what its
    /// owner needs for signing in.
    async fn a_number_stays_usable_by_its_owner(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let other = ProfileForm {
            email: "mal@hospital.example".to_owned(),
            confirm_email: "mal@hospital.example".to_owned(),
            ..ana()
        };
        stage.registered(&other, "mallory").await;
        let mallory = set_up(&stage, "mallory").await;
        let mut codes = 0;
        loop {
            stage.later(Duration::from_secs(20));
            let wanted = (Method::Sms, PHONE);
            match factors::begin_phone(&stage.harp, &mallory, wanted, &stage.act()).await.unwrap() {
                BeginOutcome::Begun { sent: Sent::OnItsWay(_), .. } => {
                    deliver(&stage).await;
                    codes += 1;
                }
                BeginOutcome::Begun { factor, sent: Sent::NoMore } => {
                    factors::remove(&stage.harp, &mallory, factor, &stage.act()).await.unwrap();
                }
                BeginOutcome::Begun { sent: Sent::TooMany, .. } => break,
                other => panic!("{other:?}"),
            }
        }
        // One of the ten in this hour was Ana's own.
        assert_eq!(codes, HARP.sends.per_contact - 1);
        sign_in_by_phone(&stage, &phone).await;
    }

    /// A session must be fresh for a change of devices.
    async fn an_old_session_must_sign_in_again_first(db: Db) {
        let (stage, live) = with_phone(db).await;
        let mut live = live;
        for _ in 0..3 {
            stage.later(10 * MINUTE);
            live = sessions::used(&stage.harp, live, &stage.act()).await.unwrap();
        }
        let begun = factors::begin_app(&stage.harp, &live, &stage.act()).await.unwrap();
        assert!(matches!(begun, BeginOutcome::Denied(Denied::SignInAgain)), "{begun:?}");
        let phone = device(&stage, &live, Method::Sms).await;
        let signed_in = sign_in_by_phone(&stage, &phone).await;
        let live = self::live(&stage, &signed_in).await;
        add_app(&stage, &live).await;
    }

    /// E11, SP 800-63B-4 §4.6: devices are added later by signing in, and the owner is told of each, at the address that counts.
    async fn the_owner_is_told_of_a_new_device(db: Db) {
        let (stage, live) = with_phone(db).await;
        let mailbox = "ana@hospital.example";
        assert!(!stage.letters(mailbox).await.iter().any(|l| l.letter.subject.contains("was added")));
        let code = stage.code(mailbox).await;
        let confirmed = confirm_email::confirm(&stage.harp, live.account.id, &code, &stage.act()).await;
        assert!(matches!(confirmed.unwrap(), confirm_email::Confirmed::Confirmed(_)));
        assert!(stage.letters(mailbox).await.last().unwrap().letter.subject.contains("confirmed"));
        add_app(&stage, &live).await;
        let letters = stage.letters(mailbox).await;
        let last = letters.last().unwrap();
        assert!(last.letter.subject.contains("was added"), "{}", last.letter.subject);
        assert!(last.letter.text.expose().contains("authenticator app"));
    }

    /// E08: the code is sent anew, and the earlier one is worthless.
    async fn a_new_devices_code_can_be_sent_anew(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        let phone = add_phone(&stage, &live, PHONE).await;
        let old = text(&stage, PHONE).await;
        let sent = factors::resend(&stage.harp, &live, (phone, 0), &stage.act()).await.unwrap();
        assert!(matches!(sent, ResendOutcome::Sent(Sent::OnItsWay(_))), "{sent:?}");
        let new = text(&stage, PHONE).await;
        assert_eq!(confirm_with(&stage, &live, (phone, &old)).await, "wrong");
        assert_eq!(confirm_with(&stage, &live, (phone, &new)).await, "active");
        // A device that is confirmed proves a sign-in with a code of its own, never with this one.
        let token = token(&stage, ANA).await;
        assert!(matches!(verify(&stage, &token, &new).await, CodeOutcome::NotChosen));
    }
}
