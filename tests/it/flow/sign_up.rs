//! Registration (B01–B10, C01–C13, X-7).

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{PASSWORD, Stage, ana, credentials, synthetic};
use harp_core::account::Standing;
use harp_core::account::field::{Field, Problem};
use harp_core::account::person::ProfileForm;
use harp_core::audit::Deed;
use harp_core::flow::sign_up::{
    Completed, CredentialsForm, Ending, Saved, Started, Step, complete, resume, save_credentials,
    save_profile, start,
};
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::policy::{HARP, NIST_63_4};
use harp_core::proofing::Identity;
use harp_tests::both;

use super::{dump, eight};

fn problems(saved: &Saved) -> Vec<(Field, Problem)> {
    match saved {
        Saved::Refused(complaints) => complaints.iter().map(|c| (c.field, c.problem)).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

both! {
    /// B01, B09, B10: the steps in order lead to an account that waits for its first sign-in, and to a letter.
    async fn the_steps_in_order_lead_to_an_account_and_a_letter(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let done = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        let Completed::Done(receipt) = done else { panic!("{done:?}") };
        assert_eq!((receipt.username.as_str(), receipt.identity), ("AnaRivera", Identity::NotYet));
        let account = stage.account(stage.account_of("anarivera").await.unwrap()).await;
        assert_eq!(account.standing, Standing::PendingSetup);
        assert!(account.email.verified().is_none() && !account.proofed.is_proofed());
        let letters = stage.letters("ana@hospital.example").await;
        assert_eq!(letters.len(), 1);
        assert!(letters[0].code().is_some(), "{}", letters[0].letter.subject);
        let deeds: Vec<Deed> = stage.events().await.into_iter().map(|e| e.deed).collect();
        for deed in [Deed::RegistrationStarted, Deed::DetailsConfirmed, Deed::AccountCreated, Deed::EmailCodeSent] {
            assert_eq!(deeds.iter().filter(|d| **d == deed).count(), 1, "{deed:?}");
        }
    }

    /// B01: the wizard cannot be completed out of order.
    async fn no_step_can_be_skipped(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.begin().await;
        let early = complete(harp, &token, Ending::Later, &act).await.unwrap();
        assert_eq!(early, Completed::OutOfOrder(Step::Profile));
        let early = save_credentials(harp, &token, &credentials("AnaRivera"), &act).await.unwrap();
        assert_eq!(early, Saved::OutOfOrder(Step::Profile));
        save_profile(harp, &token, &ana(), &act).await.unwrap();
        for ending in [Ending::Later, Ending::Answered] {
            let early = complete(harp, &token, ending, &act).await.unwrap();
            assert_eq!(early, Completed::OutOfOrder(Step::Credentials));
        }
        save_credentials(harp, &token, &credentials("AnaRivera"), &act).await.unwrap();
        let unasked = complete(harp, &token, Ending::Answered, &act).await.unwrap();
        assert_eq!(unasked, Completed::OutOfOrder(Step::Identity), "nobody was asked anything");
        assert_eq!(stage.account_of("anarivera").await, None);
    }

    /// B01: Back keeps everything typed, right or wrong; secrets are not among it.
    async fn what_was_typed_is_kept_and_secrets_are_not(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.begin().await;
        let wrong = ProfileForm { city: String::new(), zip: "1".into(), ..ana() };
        let saved = save_profile(harp, &token, &wrong, &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::City, Problem::Missing), (Field::Zip, Problem::BadForm)]);
        let resumed = resume(harp, &token, &act).await.unwrap().unwrap();
        assert_eq!((resumed.profile, resumed.reached), (wrong, Step::Profile));
        save_profile(harp, &token, &ana(), &act).await.unwrap();
        let form = CredentialsForm { confirm: secret("another"), ..credentials("AnaRivera") };
        let saved = save_credentials(harp, &token, &form, &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::ConfirmPassword, Problem::Mismatch)]); // B08
        let resumed = resume(harp, &token, &act).await.unwrap().unwrap();
        assert_eq!((resumed.username.as_str(), resumed.reached), ("AnaRivera", Step::Credentials));
        assert_eq!(resumed.question.map(|q| q.as_str()), Some("first_pet"));
        let shown = format!("{resumed:?}");
        assert!(!shown.contains(PASSWORD) && !shown.contains("Fluffy"));
    }

    /// B07: each missing field of step 2 is named, all at once; B13: so is the box of step 1.
    async fn every_missing_field_is_named(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.begin().await;
        let unticked = ProfileForm { reviewed: String::new(), ..ana() };
        let saved = save_profile(harp, &token, &unticked, &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Reviewed, Problem::NotAccepted)]);
        save_profile(harp, &token, &ana(), &act).await.unwrap();
        let saved = save_credentials(harp, &token, &CredentialsForm::default(), &act).await.unwrap();
        let named = [Field::Username, Field::Password, Field::ConfirmPassword, Field::Question, Field::Answer];
        assert_eq!(problems(&saved), named.map(|field| (field, Problem::Missing)));
    }

    /// C08, C09: the person's own words, from the profile and from this step.
    async fn the_password_holds_neither_user_id_nor_name(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.begin().await;
        save_profile(harp, &token, &ana(), &act).await.unwrap();
        let with = |password: &str| CredentialsForm {
            password: secret(password),
            confirm: secret(password),
            ..credentials("Quarry7")
        };
        let saved = save_credentials(harp, &token, &with("xxQUARRY7yyy!aB"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Password, Problem::ContainsUsername)]);
        let saved = save_credentials(harp, &token, &with("xxrIvErA77!aBcd"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Password, Problem::ContainsName)]);
    }

    /// C09: another name makes the password be chosen anew, because only its hash is known.
    async fn another_name_makes_the_password_be_chosen_again(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let moved = ProfileForm { city: "Chicago".into(), ..ana() };
        assert_eq!(save_profile(harp, &token, &moved, &act).await.unwrap(), Saved::Next(Step::Identity));
        let married = ProfileForm { last_name: "Vellum".into(), ..ana() };
        assert_eq!(save_profile(harp, &token, &married, &act).await.unwrap(), Saved::Next(Step::Credentials));
        let saved = save_credentials(harp, &token, &credentials("AnaRivera"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Password, Problem::ContainsName)]);
    }

    /// 3.6: `nist-63-4` has no challenge question and no composition, and asks for fifteen characters.
    async fn nist_63_4_asks_for_a_long_password_alone(db: Db) {
        let stage = Stage::on(db, &NIST_63_4);
        let (harp, act) = (&stage.harp, stage.act());
        let token = stage.begin().await;
        save_profile(harp, &token, &ana(), &act).await.unwrap();
        let with = |password: &str| CredentialsForm {
            username: "AnaRivera".into(),
            password: secret(password),
            confirm: secret(password),
            ..CredentialsForm::default()
        };
        let saved = save_credentials(harp, &token, &with("fourteen chars"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Password, Problem::TooShort { min: 15 })]);
        let saved = save_credentials(harp, &token, &with("rivera rivera rivera"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Password, Problem::TooCommon)]);
        let saved = save_credentials(harp, &token, &with("seven brown geese"), &act).await.unwrap();
        assert_eq!(saved, Saved::Next(Step::Identity));
    }

    /// C01: a user ID is one person's, in any case; whoever is too late keeps everything but the password.
    async fn a_user_id_that_is_taken_is_refused_at_step_2_and_at_the_end(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (harp, act) = (&stage.harp, stage.act());
        let late = stage.at_identity(&synthetic("Ben").0, "quarryBird").await;
        stage.registered(&ana(), "QuarryBird").await;
        let raced = complete(harp, &late, Ending::Later, &act).await.unwrap();
        assert_eq!(raced, Completed::UsernameTaken);
        let resumed = resume(harp, &late, &act).await.unwrap().unwrap();
        assert_eq!((resumed.reached, resumed.username.as_str()), (Step::Credentials, "quarryBird"));
        assert_eq!(resumed.profile.first_name, "Ben");
        let saved = save_credentials(harp, &late, &credentials("QUARRYBIRD"), &act).await.unwrap();
        assert_eq!(problems(&saved), [(Field::Username, Problem::Taken)]);
        let saved = save_credentials(harp, &late, &credentials("quarryBird2"), &act).await.unwrap();
        assert_eq!(saved, Saved::Next(Step::Identity));
        assert!(matches!(complete(harp, &late, Ending::Later, &act).await.unwrap(), Completed::Done(_)));
    }

    /// nobody asks one address after another for a list of user IDs.
    async fn asking_which_user_ids_exist_is_limited_per_source(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.begin().await;
        save_profile(&stage.harp, &token, &ana(), &stage.act()).await.unwrap();
        stage.registered(&ana(), "SomeBody").await;
        let form = CredentialsForm { password: secret("x"), ..credentials("SomeBody") };
        for n in 0..2 * HARP.per_source.user_ids_found {
            let free = CredentialsForm { password: secret("x"), ..credentials(&format!("FreeUserId{n}")) };
            let saved = save_credentials(&stage.harp, &token, &free, &stage.act()).await.unwrap();
            assert!(matches!(saved, Saved::Refused(_)), "free ones use nothing up");
        }
        for _ in 0..HARP.per_source.user_ids_found {
            let saved = save_credentials(&stage.harp, &token, &form, &stage.act()).await.unwrap();
            assert!(matches!(saved, Saved::Refused(_)));
        }
        let saved = save_credentials(&stage.harp, &token, &form, &stage.act()).await.unwrap();
        assert_eq!(saved, Saved::TooMany);
        let free = CredentialsForm { password: secret("x"), ..credentials("FreeUserId") };
        let saved = save_credentials(&stage.harp, &token, &free, &stage.act()).await.unwrap();
        assert_eq!(saved, Saved::TooMany, "silence about the free ones, too");
        let elsewhere = stage.act_from([198, 51, 100, 7]);
        assert!(matches!(save_credentials(&stage.harp, &token, &form, &elsewhere).await.unwrap(), Saved::Refused(_)));
        stage.later(HARP.per_source.window);
        assert!(matches!(
            save_credentials(&stage.harp, &token, &form, &stage.act()).await.unwrap(),
            Saved::Refused(_)
        ));
    }

    async fn beginning_registrations_is_limited_per_source(db: Db) {
        let stage = Stage::on(db, &HARP);
        for _ in 0..HARP.per_source.registrations {
            stage.begin().await;
        }
        let more = start(&stage.harp, None, &stage.act()).await.unwrap();
        assert!(matches!(more, Started::TooMany));
    }

    /// X-7, A07: whoever registers with an address that somebody has verified sees what everybody sees; the letter tells.
    async fn an_address_of_somebody_else_is_told_by_letter_and_never_on_a_page(db: Db) {
        let stage = Stage::on(db, &HARP);
        let owner = stage.registered(&ana(), "AnaRivera").await;
        let code = stage.code("ana@hospital.example").await;
        harp_core::flow::confirm_email::confirm(&stage.harp, owner, &code, &stage.act()).await.unwrap();
        let before = stage.letters("ana@hospital.example").await.len();
        let squatter = ProfileForm { first_name: "Mallory".into(), ..ana() };
        let hashes = stage.hasher.computed();
        let token = stage.at_identity(&squatter, "MalloryM").await;
        assert_eq!(stage.hasher.computed() - hashes, 2, "as many as for anybody");
        let done = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        let Completed::Done(receipt) = done else { panic!("{done:?}") };
        assert_eq!(receipt.email.as_str(), "ana@hospital.example");
        let letters = stage.letters("ana@hospital.example").await;
        assert_eq!((letters.len(), letters[before].code()), (before + 1, None));
        assert!(letters[before].letter.subject.contains("already"));
        assert!(stage.account_of("malloryM").await.is_some());
    }

    /// An address that nobody has verified blocks nobody, its owner least of all.
    async fn an_unverified_address_keeps_nobody_out(db: Db) {
        let stage = Stage::on(db, &HARP);
        stage.registered(&ProfileForm { first_name: "Mallory".into(), ..ana() }, "MalloryM").await;
        stage.registered(&ana(), "AnaRivera").await;
        let letters = stage.letters("ana@hospital.example").await;
        assert!(letters.iter().all(|l| l.code().is_some()));
        assert_eq!(letters.len(), 2);
    }

    /// B01: a second click doubles nothing, and a reload shows the last page again; A12: it knows where to go on.
    async fn a_registration_is_completed_once_and_its_last_page_can_be_reloaded(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let answers = eight(|_| {
            let (stage, token) = (Arc::clone(&stage), token.clone());
            async move { complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap() }
        })
        .await;
        assert!(answers.iter().all(|a| matches!(a, Completed::Done(_))), "{answers:?}");
        assert_eq!(stage.letters("ana@hospital.example").await.len(), 1);
        let created = stage.events().await.into_iter().filter(|e| e.deed == Deed::AccountCreated).count();
        assert_eq!(created, 1);
        let resumed = resume(&stage.harp, &token, &stage.act()).await.unwrap().unwrap();
        assert_eq!(resumed.reached, Step::Done);
        assert_eq!(resumed.profile, ProfileForm::default(), "nothing of the draft is left");
        let again = save_profile(&stage.harp, &token, &ana(), &stage.act()).await.unwrap();
        assert_eq!(again, Saved::Next(Step::Done));
    }

    /// Eight people want one user ID at the same moment.
    async fn of_eight_who_want_one_user_id_one_gets_it(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let mut tokens = Vec::new();
        for n in 0..8 {
            let email = format!("person{n}@hospital.example");
            let profile = ProfileForm { email: email.clone(), confirm_email: email, ..ana() };
            tokens.push(stage.at_identity(&profile, "QuarryBird").await);
        }
        let answers = eight(|n| {
            let (stage, token) = (Arc::clone(&stage), tokens[n].clone());
            async move { complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap() }
        })
        .await;
        assert_eq!(answers.iter().filter(|a| matches!(a, Completed::Done(_))).count(), 1);
        assert_eq!(answers.iter().filter(|a| **a == Completed::UsernameTaken).count(), 7);
    }

    /// Two tabs are two registrations; two saves of one registration at once leave it whole.
    async fn tabs_do_not_disturb_each_other(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let (one, two) = (stage.begin().await, stage.begin().await);
        save_profile(&stage.harp, &one, &ana(), &stage.act()).await.unwrap();
        let other = resume(&stage.harp, &two, &stage.act()).await.unwrap().unwrap();
        assert_eq!(other.profile, ProfileForm::default());
        let saved = eight(|n| {
            let (stage, token) = (Arc::clone(&stage), one.clone());
            async move {
                if n % 2 == 0 {
                    let moved = ProfileForm { city: format!("City {n}"), ..ana() };
                    save_profile(&stage.harp, &token, &moved, &stage.act()).await.unwrap()
                } else {
                    save_credentials(&stage.harp, &token, &credentials("AnaRivera"), &stage.act()).await.unwrap()
                }
            }
        })
        .await;
        assert!(saved.iter().all(|s| matches!(s, Saved::Next(_))), "{saved:?}");
        let resumed = resume(&stage.harp, &one, &stage.act()).await.unwrap().unwrap();
        assert_eq!((resumed.reached, resumed.username.as_str()), (Step::Identity, "AnaRivera"));
        assert!(resumed.profile.city.starts_with("City "));
    }

    async fn a_draft_ends_with_its_life_and_nobody_guesses_its_token(db: Db) {
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let guess = Plain::presented("guess");
        assert_eq!(resume(&stage.harp, &guess, &stage.act()).await.unwrap(), None);
        stage.later(HARP.draft.life - Duration::from_secs(1));
        assert!(resume(&stage.harp, &token, &stage.act()).await.unwrap().is_some());
        stage.later(Duration::from_secs(1));
        assert_eq!(resume(&stage.harp, &token, &stage.act()).await.unwrap(), None);
        let late = complete(&stage.harp, &token, Ending::Later, &stage.act()).await.unwrap();
        assert_eq!(late, Completed::Gone);
        assert_eq!(save_profile(&stage.harp, &token, &ana(), &stage.act()).await.unwrap(), Saved::Gone);
    }

    /// P10, B01: nothing at rest reads as the password, the answer or the cookie's token.
    async fn no_secret_of_a_draft_rests_in_it(db: Db) {
        let place = db.place.clone();
        let stage = Stage::on(db, &HARP);
        let token = stage.at_identity(&ana(), "AnaRivera").await;
        let rows = dump(&place, "draft").await;
        assert!(rows.contains("AnaRivera") && rows.contains("argon2id"));
        for secret in [PASSWORD, "Fluffy", "fluffy", token.expose()] {
            assert!(!rows.contains(secret), "{secret}");
        }
    }
}
