//! Changing password (A03) and challenge question (A04).

use std::sync::Arc;

use crate::stage::{PASSWORD, Stage, ana};
use harp_core::account::field::{Field, Problem};
use harp_core::audit::Deed;
use harp_core::flow::confirm_email::confirm;
use harp_core::flow::profile::{
    PasswordChanged, PasswordForm, QuestionChanged, QuestionForm, change_password, change_question,
};
use harp_core::flow::sessions::{Live, authenticate};
use harp_core::flow::sign_in::{self, PasswordOutcome, Terms};
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::policy::{HARP, NIST_63_4};
use harp_tests::both;

use super::eight;

const NEW: &str = "Another9*quarryLantern";

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn form(current: &str, new: &str) -> PasswordForm {
    PasswordForm { current: secret(current), password: secret(new), confirm: secret(new) }
}

fn question(current: &str) -> QuestionForm {
    QuestionForm { current: secret(current), question: "first_car".into(), answer: secret("Beetle") }
}

/// Signs in for set-up: enough to change what is the person's own.
async fn sign_in(stage: &Stage, password: &str) -> Plain {
    let form = sign_in::PasswordForm {
        username: "AnaRivera".into(),
        password: secret(password),
        terms: Terms::Ticked { terms: "harp/1".into() },
    };
    match sign_in::password(&stage.harp, &form, None, &stage.act()).await.unwrap() {
        PasswordOutcome::SetUp(signed_in) => signed_in.secret,
        other => panic!("{other:?}"),
    }
}

async fn live(stage: &Stage, cookie: &Plain) -> Live {
    authenticate(&stage.harp, cookie, &stage.act()).await.unwrap().unwrap()
}

async fn ana_signed_in(stage: &Stage) -> (AccountId, Plain) {
    let id = stage.registered(&ana(), "AnaRivera").await;
    let code = stage.code("ana@hospital.example").await;
    confirm(&stage.harp, id, &code, &stage.act()).await.unwrap();
    stage.letters("ana@hospital.example").await;
    (id, sign_in(stage, PASSWORD).await)
}

both! {
    /// A03: the new password works, the old one does not, every other session has ended, and a letter says so.
    async fn a_new_password_ends_every_other_session(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (id, mine) = ana_signed_in(&stage).await;
        let other = sign_in(&stage, PASSWORD).await;
        let me = live(&stage, &mine).await;
        let changed = change_password(&stage.harp, &me, &form(PASSWORD, NEW), &stage.act()).await.unwrap();
        let PasswordChanged::Changed { secret: cookie, .. } = changed else { panic!("{changed:?}") };
        assert_eq!(live(&stage, &cookie).await.account.id, id);
        for ended in [&mine, &other] {
            assert!(authenticate(&stage.harp, ended, &stage.act()).await.unwrap().is_err());
        }
        sign_in(&stage, NEW).await;
        let told = stage.letters("ana@hospital.example").await;
        assert!(told.last().unwrap().letter.subject.to_lowercase().contains("password"));
        let deeds = stage.events().await;
        assert!(deeds.iter().any(|e| e.deed == Deed::PasswordChanged));
    }

    /// C03–C10 hold for a new password too; the current one is asked for, and guesses at it are guesses at signing in.
    async fn the_current_password_is_asked_for_and_guesses_are_counted(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (_, cookie) = ana_signed_in(&stage).await;
        let me = live(&stage, &cookie).await;
        let refused = change_password(&stage.harp, &me, &form("", "short"), &stage.act()).await.unwrap();
        let PasswordChanged::Refused(complaints) = refused else { panic!("{refused:?}") };
        assert!(complaints.iter().any(|c| (c.field, c.problem) == (Field::CurrentPassword, Problem::Missing)));
        assert!(complaints.iter().any(|c| (c.field, c.problem) == (Field::Password, Problem::TooShort { min: 12 })));
        for _ in 0..4 {
            let refused = change_password(&stage.harp, &me, &form("wrong", NEW), &stage.act()).await.unwrap();
            let PasswordChanged::Refused(complaints) = refused else { panic!("{refused:?}") };
            assert_eq!((complaints[0].field, complaints[0].problem), (Field::CurrentPassword, Problem::Mismatch));
        }
        let asked = change_question(&stage.harp, &me, &question("wrong"), &stage.act()).await.unwrap();
        assert!(matches!(asked, QuestionChanged::Locked { .. }), "the fifth guess, wherever it is made");
        let right = change_password(&stage.harp, &me, &form(PASSWORD, NEW), &stage.act()).await.unwrap();
        assert!(matches!(right, PasswordChanged::Locked { .. }));
    }

    /// Of eight changes at once one is made.
    async fn of_eight_changes_at_once_one_is_made(db: Db) {
        let stage = Arc::new(Stage::on(db, &HARP));
        let (_, cookie) = ana_signed_in(&stage).await;
        let me = Arc::new(live(&stage, &cookie).await);
        let answers = eight(|n| {
            let (stage, me) = (Arc::clone(&stage), Arc::clone(&me));
            async move {
                let form = form(PASSWORD, &format!("{NEW}{n}"));
                let outcome = change_password(&stage.harp, &me, &form, &stage.act()).await.unwrap();
                matches!(outcome, PasswordChanged::Changed { .. })
            }
        })
        .await;
        assert_eq!(answers.into_iter().filter(|changed| *changed).count(), 1);
    }

    /// A04, C11: one question for each account; it and its answer are replaced, the session goes on.
    async fn a_new_challenge_question_takes_the_place_of_the_old_one(db: Db) {
        let stage = Stage::on(db, &HARP);
        let (id, cookie) = ana_signed_in(&stage).await;
        let before = stage.account(id).await.challenge.unwrap();
        let me = live(&stage, &cookie).await;
        let short = QuestionForm { answer: secret("abc"), ..question(PASSWORD) };
        let refused = change_question(&stage.harp, &me, &short, &stage.act()).await.unwrap();
        let QuestionChanged::Refused(complaints) = refused else { panic!("{refused:?}") };
        assert_eq!((complaints[0].field, complaints[0].problem), (Field::Answer, Problem::TooShort { min: 4 }));
        let changed = change_question(&stage.harp, &me, &question(PASSWORD), &stage.act()).await.unwrap();
        assert_eq!(changed, QuestionChanged::Changed);
        let after = stage.account(id).await.challenge.unwrap();
        assert_eq!(after.question.as_str(), "first_car");
        assert_ne!(after.answer, before.answer);
        live(&stage, &cookie).await;
    }

    /// 3.6
    async fn nist_63_4_has_no_challenge_question_to_change(db: Db) {
        let stage = Stage::on(db, &NIST_63_4);
        let (_, cookie) = ana_signed_in(&stage).await;
        let me = live(&stage, &cookie).await;
        let outcome = change_question(&stage.harp, &me, &question(PASSWORD), &stage.act()).await.unwrap();
        assert_eq!(outcome, QuestionChanged::NotOffered);
    }
}
