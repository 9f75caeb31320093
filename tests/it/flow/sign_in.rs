//! Signing in: locks, codes, races, and what nobody may learn.

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{PASSWORD, Stage, ana, credentials};
use async_trait::async_trait;
use harp_core::account::person::ProfileForm;
use harp_core::account::username::Username;
use harp_core::account::{Account, Email, PasswordHash, Standing};
use harp_core::adapter::argon2::{Argon2Hasher, PoolSize};
use harp_core::audit::Deed;
use harp_core::factor::{Binding, Factor};
use harp_core::flow::factors::{self, RemoveOutcome};
use harp_core::flow::sign_in::{self, CodeOutcome, Gone, How, PasswordOutcome, SendOutcome, Sent, Terms};
use harp_core::flow::sign_up::{self, CredentialsForm, Saved};
use harp_core::flow::{request_role, sessions};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::id::{AccountId, FactorId};
use harp_core::kernel::secret::Plain;
use harp_core::kernel::text::Phone;
use harp_core::policy::{Argon2Rules, AttemptRules, HARP, Profile};
use harp_core::session::{Ended, SessionScope};
use harp_core::store::{Fault, Tx, Work};
use harp_tests::both;

use super::steps::*;
use crate::contract::at_once;
use crate::contract::fixture::hospital;

const MINUTE: Duration = Duration::from_secs(60);

/// Only for outcomes that carry no secret.
fn shown(outcome: &impl std::fmt::Debug) -> String {
    format!("{outcome:?}")
}

both! {
    /// five wrong passwords lock for 60 minutes, minute by minute; an unknown user ID has the same
    /// outcomes and costs the same number of hashes; a right password while locked is refused in the same words.
    async fn a_locked_user_id_looks_the_same_whether_it_exists_or_not(db: Db) {
        let (stage, _) = with_phone(db).await;
        let start = stage.act().now;
        let mut seen = Vec::new();
        for username in [ANA, "nobody.here"] {
            let before = stage.hasher.computed();
            let mut outcomes = Vec::new();
            for _ in 0..5 {
                outcomes.push(shown(&password(&stage, username, "wrong password").await));
            }
            assert_eq!(stage.hasher.computed() - before, 5);
            outcomes.push(shown(&password(&stage, username, "wrong password").await));
            outcomes.push(shown(&password(&stage, username, PASSWORD).await));
            assert_eq!(stage.hasher.computed() - before, 5, "nothing is hashed for a locked user ID");
            seen.push(outcomes);
        }
        assert_eq!(seen[0], seen[1]);
        let locked = shown(&PasswordOutcome::Locked { until: start + 60 * MINUTE });
        assert_eq!(seen[0][..4], [4, 3, 2, 1].map(|left| shown(&PasswordOutcome::Refused { left })));
        assert!(seen[0][4..].iter().all(|o| *o == locked), "{seen:?}");
        let lines = stage.events().await;
        assert!(lines.iter().any(|e| e.deed == Deed::SignInLocked { until: start + 60 * MINUTE }));

        stage.later(59 * MINUTE);
        assert_eq!(shown(&password(&stage, ANA, PASSWORD).await), locked);
        assert_eq!(shown(&password(&stage, "ANA.Rivera ", PASSWORD).await), locked, "case hides nothing");
        stage.later(MINUTE);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
    }

    /// of eight clicks on Send code at once one sends a code, and that one works.
    async fn eight_clicks_on_send_code_send_one_code(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let token = token(&stage, ANA).await;
        let before = texts(&stage, PHONE).await.len();
        let stage = std::sync::Arc::new(stage);
        let sent = at_once(8, |_| {
            let (stage, token, phone) = (stage.clone(), token.clone(), phone.clone());
            async move { choose(&stage, &token, &phone).await }
        })
        .await;
        assert!(sent.iter().all(|s| *s == sent[0] && matches!(s, Sent::OnItsWay(_))), "{sent:?}");
        assert_eq!(texts(&stage, PHONE).await.len() - before, 1);
        let code = text(&stage, PHONE).await;
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::SignedIn(_)));
    }

    /// to go to another device and back does not begin the count of resends anew.
    async fn switching_devices_sends_no_more_codes_than_resending(db: Db) {
        let (stage, live) = with_phone(db).await;
        let first = device(&stage, &live, Method::Sms).await;
        let other = add_phone(&stage, &live, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &live, other).await, "active");
        let factors = factors::devices(&stage.harp, &again(&stage, &live).await).await.unwrap().factors;
        let other = factors.into_iter().find(|f| f.id == other).unwrap();
        stage.later(HARP.sends.window);
        let token = token(&stage, ANA).await;
        for left in (0..=HARP.code.resends).rev() {
            for phone in [&first, &other] {
                let sent = choose(&stage, &token, phone).await;
                assert!(matches!(sent, Sent::OnItsWay(code) if code.resends_left == left), "{left}: {sent:?}");
                stage.later(MINUTE);
            }
        }
        let sent = texts(&stage, PHONE).await.len();
        for phone in [&other, &first] {
            let back = choose(&stage, &token, phone).await;
            assert!(matches!(back, Sent::OnItsWay(code) if code.resends_left == 0), "{back:?}");
        }
        assert_eq!(texts(&stage, PHONE).await.len(), sent, "none is sent: the last one still serves");
        let code = text(&stage, PHONE).await;
        stage.later(HARP.code.life);
        for phone in [&first, &other] {
            assert_eq!(choose(&stage, &token, phone).await, Sent::NoMore);
        }
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::Wrong { .. }));
    }

    /// A person goes to another device and back to the one that no more codes are sent to: its last one signs them in.
    async fn the_last_code_of_a_device_serves_after_going_to_another_and_back(db: Db) {
        let (stage, live, _) = with_phone_and_app(db).await;
        let (phone, app) = (device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await);
        stage.later(HARP.sends.window);
        let token = token(&stage, ANA).await;
        for _ in 0..=HARP.code.resends {
            choose(&stage, &token, &phone).await;
            stage.later(MINUTE);
        }
        let code = text(&stage, PHONE).await;
        assert_eq!(choose(&stage, &token, &app).await, Sent::ByApp);
        assert!(matches!(choose(&stage, &token, &phone).await, Sent::OnItsWay(_)));
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::SignedIn(_)));
    }

    /// failures leave the window of 120 minutes.
    async fn four_failures_are_forgotten_after_two_hours(db: Db) {
        let (stage, _) = with_phone(db).await;
        for _ in 0..4 {
            password(&stage, ANA, "wrong password").await;
        }
        stage.later(120 * MINUTE);
        let fifth = password(&stage, ANA, "wrong password").await;
        assert_eq!(shown(&fifth), shown(&PasswordOutcome::Refused { left: 4 }));
    }

    /// F01: an unticked box is refused before anything is looked up.
    async fn without_the_terms_nothing_is_looked_up(db: Db) {
        let stage = registered(db).await;
        let (hashes, events) = (stage.hasher.computed(), stage.events().await.len());
        for typed in [form(ANA, PASSWORD), form(ANA, "wrong password"), form("nobody.here", PASSWORD)] {
            let typed = sign_in::PasswordForm { terms: Terms::NotTicked, ..typed };
            let outcome = sign_in::password(&stage.harp, &typed, None, &stage.act()).await.unwrap();
            assert!(matches!(outcome, PasswordOutcome::Incomplete(_)), "{outcome:?}");
        }
        assert_eq!((stage.hasher.computed(), stage.events().await.len()), (hashes, events));
    }

    /// a right password resets nothing before the sign-in is complete; codes count in the same budget.
    async fn wrong_passwords_and_wrong_codes_count_together(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        for _ in 0..3 {
            password(&stage, ANA, "wrong password").await;
        }
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        let until = stage.act().now + 60 * MINUTE;
        assert!(matches!(verify(&stage, &token, &wrong(&code)).await, CodeOutcome::Wrong { left: 1 }));
        let fifth = verify(&stage, &token, &wrong(&code)).await;
        assert!(matches!(fifth, CodeOutcome::Locked { until: at } if at == until), "{fifth:?}");
        let right = verify(&stage, &token, &code).await;
        assert!(matches!(right, CodeOutcome::Locked { until: at } if at == until), "{right:?}");
        assert!(matches!(
            sign_in::resend(&stage.harp, &token, 0, &stage.act()).await.unwrap(),
            SendOutcome::Locked { .. }
        ));
        let chosen = sign_in::choose(&stage.harp, &token, phone.id, &stage.act()).await.unwrap();
        assert!(matches!(chosen, SendOutcome::Locked { .. }));
        let refused = Deed::CodeSendRefused { method: Method::Sms };
        let events = stage.events().await;
        assert_eq!(events.iter().filter(|e| e.deed == refused).count(), 2, "asking while locked is on record");
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
    }

    /// only a complete sign-in clears the count.
    async fn a_complete_sign_in_clears_the_count(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        for _ in 0..4 {
            password(&stage, ANA, "wrong password").await;
        }
        sign_in_by_phone(&stage, &phone).await;
        let next = password(&stage, ANA, "wrong password").await;
        assert_eq!(shown(&next), shown(&PasswordOutcome::Refused { left: 4 }));
    }

    /// X-4, F04: a code dies after ten minutes, and works once.
    async fn a_code_works_once_and_for_ten_minutes(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let first = token(&stage, ANA).await;
        choose(&stage, &first, &phone).await;
        let code = text(&stage, PHONE).await;
        assert!(code.len() == 6);
        stage.later(10 * MINUTE);
        assert!(matches!(verify(&stage, &first, &code).await, CodeOutcome::Wrong { .. }));

        let second = token(&stage, ANA).await;
        choose(&stage, &second, &phone).await;
        let code = text(&stage, PHONE).await;
        stage.later(10 * MINUTE - Duration::from_secs(1));
        assert!(matches!(verify(&stage, &second, &code).await, CodeOutcome::SignedIn(_)));
        assert!(matches!(verify(&stage, &second, &code).await, CodeOutcome::Gone(Gone::Unknown)));
    }

    /// HQR-2, X-4, P4: the earlier code is worthless after a resend, which resets no count, works after expiry, and
    /// happens five times at most. A second click sends nothing.
    async fn a_resend_changes_the_code_and_nothing_else(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let old = text(&stage, PHONE).await;
        assert!(matches!(verify(&stage, &token, &wrong(&old)).await, CodeOutcome::Wrong { left: 4 }));
        let texts_before = texts(&stage, PHONE).await.len();
        for _ in 0..2 {
            let sent = sign_in::resend(&stage.harp, &token, 0, &stage.act()).await.unwrap();
            assert!(matches!(sent, SendOutcome::Sent(Sent::OnItsWay(code)) if code.resend == 1), "{sent:?}");
        }
        assert_eq!(texts(&stage, PHONE).await.len(), texts_before + 1, "the second click sends nothing");
        let new = text(&stage, PHONE).await;
        assert_ne!(new, old);
        assert!(matches!(verify(&stage, &token, &old).await, CodeOutcome::Wrong { left: 3 }));
        stage.later(11 * MINUTE);
        assert!(matches!(verify(&stage, &token, &new).await, CodeOutcome::Wrong { left: 2 }));
        for from in 1..5 {
            let sent = sign_in::resend(&stage.harp, &token, from, &stage.act()).await.unwrap();
            assert!(matches!(sent, SendOutcome::Sent(Sent::OnItsWay(_))), "{sent:?}");
        }
        let sixth = sign_in::resend(&stage.harp, &token, 5, &stage.act()).await.unwrap();
        assert_eq!(sixth, SendOutcome::Sent(Sent::NoMore));
        let last = text(&stage, PHONE).await;
        assert!(matches!(verify(&stage, &token, &last).await, CodeOutcome::SignedIn(_)));
    }

    /// F11: another device in the middle of it; the code of the first is worthless then.
    async fn the_method_can_be_changed_in_the_middle(db: Db) {
        let (stage, live, app) = with_phone_and_app(db).await;
        let (phone, totp) =
            (device(&stage, &live, Method::Sms).await, device(&stage, &live, Method::Totp).await);
        stage.later(MINUTE);
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        assert_eq!(choose(&stage, &token, &totp).await, Sent::ByApp);
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::Wrong { .. }));
        let signed_in = verify(&stage, &token, &code_now(&stage, &app)).await;
        let CodeOutcome::SignedIn(signed_in) = signed_in else { panic!("{signed_in:?}") };
        let assurance = signed_in.session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.amr), (Aal::Two, vec!["mfa", "otp", "pwd"]));
    }

    /// MFT-1, RFC 6238 §5.2: an app's code is refused the second time, in the same sign-in or another one.
    async fn an_apps_code_is_refused_the_second_time(db: Db) {
        let (stage, live, app) = with_phone_and_app(db).await;
        let totp = device(&stage, &live, Method::Totp).await;
        let used = code_now(&stage, &app);
        let first = token(&stage, ANA).await;
        choose(&stage, &first, &totp).await;
        assert!(matches!(verify(&stage, &first, &used).await, CodeOutcome::Wrong { .. }), "used to confirm");
        stage.later(MINUTE);
        let code = code_now(&stage, &app);
        let second = token(&stage, ANA).await;
        choose(&stage, &second, &totp).await;
        assert!(matches!(verify(&stage, &first, &code).await, CodeOutcome::SignedIn(_)));
        assert!(matches!(verify(&stage, &second, &code).await, CodeOutcome::Wrong { .. }));
    }

    /// F02, F04: the same form eight times at once signs in once, and locks nobody out.
    async fn eight_at_once_sign_in_once(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        let outcomes = at_once(8, |_| {
            let (harp, token, code, act) = (stage.harp.clone(), token.clone(), code.clone(), stage.act());
            async move { sign_in::verify(&harp, &token, &code, &act).await.unwrap() }
        })
        .await;
        let won = outcomes.iter().filter(|o| matches!(o, CodeOutcome::SignedIn(_))).count();
        let gone = outcomes.iter().filter(|o| matches!(o, CodeOutcome::Gone(Gone::Unknown))).count();
        assert_eq!((won, gone), (1, 7), "{outcomes:?}");
        let next = password(&stage, ANA, "wrong password").await;
        assert_eq!(shown(&next), shown(&PasswordOutcome::Refused { left: 4 }));
    }

    /// One code of an app, in eight sign-ins at once: one of them.
    async fn eight_sign_ins_share_no_step(db: Db) {
        let (stage, live, app) = with_phone_and_app(db).await;
        let totp = device(&stage, &live, Method::Totp).await;
        stage.later(MINUTE);
        let mut tokens: Vec<Plain> = Vec::new();
        for _ in 0..8 {
            let token = token(&stage, ANA).await;
            choose(&stage, &token, &totp).await;
            tokens.push(token);
        }
        let code = code_now(&stage, &app);
        let outcomes = at_once(8, |i| {
            let (harp, token, code, act) =
                (stage.harp.clone(), tokens[i].clone(), code.clone(), stage.act());
            async move { sign_in::verify(&harp, &token, &code, &act).await.unwrap() }
        })
        .await;
        let won = outcomes.iter().filter(|o| matches!(o, CodeOutcome::SignedIn(_))).count();
        assert_eq!(won, 1, "{outcomes:?}");
    }

    /// a burst of guesses is judged one by one; the sixth is never looked at.
    async fn a_burst_of_guesses_gets_five(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        let outcomes = at_once(16, |_| {
            let (harp, token, act) = (stage.harp.clone(), token.clone(), stage.act());
            let code = wrong(&code);
            async move { sign_in::verify(&harp, &token, &code, &act).await.unwrap() }
        })
        .await;
        let wrong = outcomes.iter().filter(|o| matches!(o, CodeOutcome::Wrong { .. })).count();
        let locked = outcomes.iter().filter(|o| matches!(o, CodeOutcome::Locked { .. })).count();
        assert_eq!((wrong, locked), (4, 12), "{outcomes:?}");
        assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::Locked { .. }));
    }

    /// One source that tries many user IDs is slowed; another source is not.
    async fn one_source_that_tries_many_user_ids_is_slowed(db: Db) {
        let sources = AttemptRules { limit: 10, window: 60 * MINUTE, lock: 10 * MINUTE };
        let profile: &'static Profile = Box::leak(Box::new(Profile { sources, ..HARP.clone() }));
        let stage = Stage::on(db, profile);
        stage.registered(&ana(), ANA).await;
        for n in 0..10 {
            let outcome = password(&stage, &format!("somebody{n}"), PASSWORD).await;
            assert!(matches!(outcome, PasswordOutcome::Refused { .. }), "{outcome:?}");
        }
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::Locked { .. }));
        let elsewhere = stage.act_from([198, 51, 100, 7]);
        let outcome = sign_in::password(&stage.harp, &form(ANA, PASSWORD), None, &elsewhere).await.unwrap();
        assert!(matches!(outcome, PasswordOutcome::SetUp(_)), "{outcome:?}");
        stage.later(10 * MINUTE);
        assert!(matches!(password(&stage, ANA, PASSWORD).await, PasswordOutcome::SetUp(_)));
    }

    /// A sign-in lasts 30 minutes, and not beyond a change of the password.
    async fn a_sign_in_ends_with_its_time_and_with_a_new_password(db: Db) {
        let (stage, live) = with_phone(db).await;
        let old = token(&stage, ANA).await;
        stage.later(30 * MINUTE);
        let pending = sign_in::pending(&stage.harp, &old, &stage.act()).await.unwrap();
        assert_eq!(pending.err(), Some(Gone::Expired));
        let new = token(&stage, ANA).await;
        stage.harp.store.write(&NewPassword(live.account.id, live.account.epoch)).await.unwrap();
        let pending = sign_in::pending(&stage.harp, &new, &stage.act()).await.unwrap();
        assert_eq!(pending.err(), Some(Gone::Changed));
        assert!(matches!(verify(&stage, &new, "123456").await, CodeOutcome::Gone(Gone::Changed)));
    }

    /// A disabled account answers like a wrong password.
    async fn a_disabled_account_answers_like_a_wrong_password(db: Db) {
        let (stage, live) = with_phone(db).await;
        stage.harp.store.write(&Disable(live.account.id)).await.unwrap();
        let outcome = password(&stage, ANA, PASSWORD).await;
        assert_eq!(shown(&outcome), shown(&PasswordOutcome::Refused { left: 4 }));
    }

    /// F03: a device of another account never completes a sign-in.
    async fn a_device_of_another_account_is_no_choice(db: Db) {
        let (stage, _) = with_phone(db).await;
        let other = harp_core::account::person::ProfileForm {
            email: "mal@hospital.example".to_owned(),
            confirm_email: "mal@hospital.example".to_owned(),
            ..ana()
        };
        stage.registered(&other, "mallory").await;
        let theirs = set_up(&stage, "mallory").await;
        let phone = add_phone(&stage, &theirs, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &theirs, phone).await, "active");
        let token = token(&stage, ANA).await;
        let outcome = sign_in::choose(&stage.harp, &token, phone, &stage.act()).await.unwrap();
        assert_eq!(outcome, SendOutcome::NotAChoice);
        assert!(matches!(verify(&stage, &token, "123456").await, CodeOutcome::NotChosen));
        let nothing = FactorId::mint(stage.act().now, &*stage.harp.random);
        let outcome = sign_in::choose(&stage.harp, &token, nothing, &stage.act()).await.unwrap();
        assert_eq!(outcome, SendOutcome::NotAChoice);
    }

    /// A step-up raises the same session, with a new secret, fresh proofs and a new `auth_time`.
    async fn signing_in_again_raises_the_session(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let old = sign_in_by_phone(&stage, &phone).await;
        stage.later(5 * MINUTE);
        let typed = form(ANA, PASSWORD);
        let had = Some(old.session.id);
        let PasswordOutcome::NeedsCode { token, .. } =
            sign_in::password(&stage.harp, &typed, had, &stage.act()).await.unwrap()
        else {
            panic!("no second step")
        };
        choose(&stage, &token, &phone).await;
        let code = text(&stage, PHONE).await;
        let CodeOutcome::SignedIn(new) = verify(&stage, &token, &code).await else { panic!("not signed in") };
        assert_eq!((new.how, new.session.id), (How::Raised, old.session.id));
        assert_eq!(new.session.auth_time, stage.act().now);
        assert_eq!(new.session.scope, SessionScope::Full);
        let dead = sessions::authenticate(&stage.harp, &old.secret, &stage.act()).await.unwrap();
        assert_eq!(dead.err(), Some(Ended::SignedOut));
        assert!(sessions::authenticate(&stage.harp, &new.secret, &stage.act()).await.unwrap().is_ok());
    }

    /// F03: a hospital is one address to us, and its shift begins at one time.
    async fn a_hundred_people_behind_one_address_sign_in_within_the_hour(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let mut people = Vec::new();
        for n in 0..100 {
            let person = Colleague { stage: &stage, of: &live.account, phone: &phone, n };
            people.push(stage.harp.store.write(&person).await.unwrap());
        }
        for (username, phone) in people {
            let token = token(&stage, &username).await;
            let sent = choose(&stage, &token, &phone).await;
            assert!(matches!(sent, Sent::OnItsWay(_)), "{username}: {sent:?}");
        }
    }

    /// PostgreSQL takes no NUL: whatever is typed is answered, and in the words that everybody reads.
    async fn hostile_text_is_refused_like_any_other(db: Db) {
        let hospital = hospital(&db).await;
        let (stage, _) = with_phone(db).await;
        let draft = stage.begin().await;
        let endless = "a".repeat(5000);
        for text in ["\0", "ana.rivera\0", "\u{202e}ana", "' OR 1=1 --", "💥💥💥💥💥", "%\0_", "\\u0000", &endless] {
            let outcome = password(&stage, text, PASSWORD).await;
            assert!(matches!(outcome, PasswordOutcome::Refused { .. }), "{text:?}: {outcome:?}");
            let found = request_role::search(&stage.harp, hospital.program.id, text).await.unwrap().unwrap();
            assert_eq!(found.orgs.is_empty(), text != "\0", "{text:?}");
            let profile = ProfileForm { first_name: text.into(), city: text.into(), ..ana() };
            let saved = sign_up::save_profile(&stage.harp, &draft, &profile, &stage.act()).await.unwrap();
            assert!(matches!(saved, Saved::Refused(_)), "{text:?}");
            sign_up::save_profile(&stage.harp, &draft, &ana(), &stage.act()).await.unwrap();
            let form = CredentialsForm { question: text.into(), ..credentials(text) };
            let saved = sign_up::save_credentials(&stage.harp, &draft, &form, &stage.act()).await.unwrap();
            assert!(matches!(saved, Saved::Refused(_)), "{text:?}");
            password(&stage, "nobody.here", text).await;
        }
    }

    /// C14: the password is hashed anew where the cost has risen, and nobody who signs in at that moment is refused.
    async fn eight_sign_ins_while_the_hash_is_upgraded_are_all_right(db: Db) {
        let mut stage = registered(db).await;
        let heavier = Argon2Rules { memory_kib: 128, passes: 1, lanes: 1 };
        let size = PoolSize { workers: 8, queue: 64 };
        let hasher = Argon2Hasher::new(heavier, &stage.harp.vault, stage.harp.random.clone(), size);
        stage.harp.hasher = Arc::new(hasher);
        let stage = Arc::new(stage);
        let outcomes = at_once(8, |_| {
            let stage = Arc::clone(&stage);
            async move { password(&stage, ANA, PASSWORD).await }
        })
        .await;
        assert!(outcomes.iter().all(|o| matches!(o, PasswordOutcome::SetUp(_))), "{outcomes:?}");
        let upgraded = |d: &Deed| *d == Deed::PasswordHashUpgraded;
        assert_eq!(stage.events().await.iter().filter(|e| upgraded(&e.deed)).count(), 1);
    }

    /// E09: whoever removes a device ends every session; no session that this device proves comes after.
    async fn a_device_that_is_removed_at_this_moment_lets_nobody_in(db: Db) {
        let (stage, live, _) = with_phone_and_app(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let mut tries = Vec::new();
        for _ in 0..7 {
            let token = token(&stage, ANA).await;
            assert!(matches!(choose(&stage, &token, &phone).await, Sent::OnItsWay(_)));
            tries.push((token, text(&stage, PHONE).await));
        }
        let live = Arc::new(again(&stage, &live).await);
        let stage = Arc::new(stage);
        let secrets = at_once(8, |n| {
            let (stage, live, guess) = (Arc::clone(&stage), Arc::clone(&live), tries.get(n).cloned());
            async move {
                let Some((token, code)) = guess else {
                    let removed = factors::remove(&stage.harp, &live, phone.id, &stage.act()).await.unwrap();
                    assert_eq!(removed, RemoveOutcome::Removed);
                    return None;
                };
                match verify(&stage, &token, &code).await {
                    CodeOutcome::SignedIn(signed_in) => Some(signed_in.secret),
                    _ => None,
                }
            }
        })
        .await;
        for secret in secrets.into_iter().flatten() {
            let session = sessions::authenticate(&stage.harp, &secret, &stage.act()).await.unwrap();
            assert!(session.is_err(), "a session outlived the device that proved it");
        }
    }

    /// no password and no code in any line of the audit trail.
    async fn the_audit_trail_tells_the_story_without_secrets(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        password(&stage, ANA, "wrong password").await;
        sign_in_by_phone(&stage, &phone).await;
        let events = stage.events().await;
        let told = format!("{events:?}");
        let code = text(&stage, PHONE).await;
        for secret in [PASSWORD, "wrong password", &code, PHONE] {
            assert!(!told.contains(secret), "{told}");
        }
        for deed in ["PasswordRefused", "PasswordAccepted", "CodeSent", "SignedIn", "TermsAccepted"] {
            assert!(told.contains(deed), "{deed}");
        }
    }
}

/// Somebody like Ana, with a phone of their own.
struct Colleague<'a> {
    stage: &'a Stage,
    of: &'a Account,
    phone: &'a Factor,
    n: u32,
}

#[async_trait]
impl Work for Colleague<'_> {
    type Out = (String, Factor);
    async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
        let (now, random) = (self.stage.act().now, &*self.stage.harp.random);
        let id = AccountId::mint(now, random);
        let username = Username::stored(format!("Colleague{}", self.n));
        let email = Email { verified_at: None, ..self.of.email.clone() };
        tx.add_account(&Account { id, username: username.clone(), email, ..self.of.clone() }).await?;
        let phone = Phone::stored(format!("+1202456{}", 2000 + self.n));
        let binding = Binding::Sms { phone };
        let factor = Factor { id: FactorId::mint(now, random), account: id, binding, ..self.phone.clone() };
        tx.add_factor(&factor).await?;
        Ok((username.as_str().to_owned(), factor))
    }
}

struct NewPassword(AccountId, u32);

#[async_trait]
impl Work for NewPassword {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        let hash = PasswordHash("$argon2id$another".to_owned());
        assert!(tx.set_password(self.0, &hash, self.1).await?.is_some());
        Ok(())
    }
}

struct Disable(AccountId);

#[async_trait]
impl Work for Disable {
    type Out = ();
    async fn run(&self, tx: &mut dyn Tx) -> Result<(), Fault> {
        assert!(tx.set_standing(self.0, Standing::Active, Standing::Disabled).await?);
        Ok(())
    }
}
