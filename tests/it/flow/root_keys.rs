//! Root keys come, change places and go; nobody is locked out, and nobody gets a second account.

use std::time::Duration;

use harp_core::audit::Deed;
use harp_core::flow::prove_identity::{Applying, AskOutcome, Standing, answer, ask};
use harp_core::flow::root_keys;
use harp_core::flow::sign_in::{CodeOutcome, PasswordOutcome, Sent};
use harp_core::flow::sign_up::{Completed, Ending, complete};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Secret;
use harp_core::policy::HARP;
use harp_tests::both;

use super::steps::*;
use crate::stage::{ANA_SSN, PASSWORD, Stage, ana};

const MINUTE: Duration = Duration::from_secs(60);

async fn hashed_anew(stage: &Stage) -> usize {
    stage.events().await.iter().filter(|e| e.deed == Deed::PasswordHashUpgraded).count()
}

async fn comes_in(stage: &Stage) -> bool {
    matches!(password(stage, ANA, PASSWORD).await, PasswordOutcome::SetUp(_))
}

/// Registers and answers rightly.
async fn proves(stage: &Stage, username: &str) -> Standing {
    let token = stage.at_identity(&ana(), username).await;
    let (applying, ssn) = (Applying::Draft(&token), Secret::new(ANA_SSN.to_owned()));
    let asked = match ask(&stage.harp, applying, &ssn, &stage.act()).await.unwrap() {
        AskOutcome::Now(Standing::Questions(asked)) => asked,
        other => panic!("{other:?}"),
    };
    let truth = stage.vendor.truth(asked.case);
    answer(&stage.harp, applying, (asked.case, &truth), &stage.act()).await.unwrap();
    match complete(&stage.harp, &token, Ending::Answered, &stage.act()).await.unwrap() {
        Completed::Done(_) => Standing::Proved,
        Completed::AlreadyHasAccount => Standing::AlreadyHasAccount,
        other => panic!("{other:?}"),
    }
}

both! {
    /// C14: whatever order the root keys are in, an old password is right; it is hashed anew under the first one.
    async fn passwords_outlive_a_new_root_key_and_another_order_of_the_old_ones(db: Db) {
        let mut stage = registered(db).await;
        for (n, roots) in [&[8, 7][..], &[7, 8], &[9, 7, 8], &[9, 8, 7], &[8, 9, 7]].into_iter().enumerate() {
            stage.restart_with(roots);
            let before = hashed_anew(&stage).await;
            assert!(comes_in(&stage).await, "{roots:?}");
            assert!(comes_in(&stage).await, "{roots:?}");
            let moved = usize::from(n != 3); // [9, 7, 8] and [9, 8, 7] begin alike.
            assert_eq!(hashed_anew(&stage).await - before, moved, "once under each first key: {roots:?}");
            assert!(matches!(password(&stage, ANA, "wrong password").await, PasswordOutcome::Refused { .. }));
            stage.later(HARP.attempts.window);
        }
    }

    /// A07: a person is recognised by whatever root key they were first known under.
    async fn one_person_has_one_account_whatever_became_of_the_root_keys(db: Db) {
        let mut stage = Stage::on(db, &HARP);
        assert_eq!(proves(&stage, "AnaRivera").await, Standing::Proved);
        for roots in [&[8, 7][..], &[7, 8], &[9, 8, 7]] {
            stage.restart_with(roots);
            stage.later(HARP.proofing.window);
            let name = format!("AnaAgain{}", roots[0]);
            assert_eq!(proves(&stage, &name).await, Standing::AlreadyHasAccount, "{roots:?}");
        }
    }

    /// a code that is on its way when HARP starts with another root key is still right.
    async fn a_code_outlives_a_new_root_key(db: Db) {
        let (mut stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        for roots in [&[8, 7][..], &[7, 8]] {
            let token = token(&stage, ANA).await;
            choose(&stage, &token, &phone).await;
            let code = text(&stage, PHONE).await;
            stage.restart_with(roots);
            assert!(matches!(verify(&stage, &token, &wrong(&code)).await, CodeOutcome::Wrong { .. }));
            assert!(matches!(verify(&stage, &token, &code).await, CodeOutcome::SignedIn(_)), "{roots:?}");
        }
    }

    /// The second round of a new root key, on two nodes: one has it at the top already, the other below. Each reads what the
    /// other writes: passwords hashed anew, codes, apps sealed.
    async fn two_nodes_with_the_root_keys_in_either_order_know_each_others_work(db: Db) {
        let (mut stage, live) = with_phone(db).await;
        stage.restart_with(&[7, 8]);
        let other = stage.beside(&[8, 7]);
        let phone = device(&stage, &live, Method::Sms).await;
        for (here, there) in [(&stage, &other), (&other, &stage)] {
            let before = hashed_anew(here).await;
            let token = token(here, ANA).await;
            assert!(matches!(choose(here, &token, &phone).await, Sent::OnItsWay(_)));
            let code = text(there, PHONE).await;
            assert!(matches!(verify(there, &token, &code).await, CodeOutcome::SignedIn(_)));
            assert!(matches!(password(there, ANA, PASSWORD).await, PasswordOutcome::NeedsCode { .. }));
            assert_eq!(hashed_anew(here).await - before, 1, "under the first key of the other");
            here.later(MINUTE);
        }
        let app = add_app(&other, &live).await;
        let factor = device(&stage, &live, Method::Totp).await;
        stage.later(MINUTE);
        let token = token(&stage, ANA).await;
        assert_eq!(choose(&stage, &token, &factor).await, Sent::ByApp);
        assert!(matches!(verify(&stage, &token, &code_now(&stage, &app)).await, CodeOutcome::SignedIn(_)));
    }

    /// HARP does not start without a root key that the database was used with, and says which. Were it to run all the
    /// same, a password of that time is like one of a user ID that is nobody's, at the same cost.
    async fn a_root_key_that_is_gone_is_said_at_the_start(db: Db) {
        let mut stage = registered(db).await;
        let now = stage.act().now;
        root_keys::check(&stage.harp, now).await.unwrap();
        stage.restart_with(&[8, 7]);
        root_keys::check(&stage.harp, now).await.unwrap();
        for roots in [&[8][..], &[9, 7], &[9]] {
            stage.restart_with(roots);
            let refused = root_keys::check(&stage.harp, now).await.unwrap_err().to_string();
            let gone = if roots.contains(&7) { "test8" } else { "test7" };
            assert!(refused.contains(gone) && !refused.contains("test9"), "{refused}");
        }
        stage.restart_with(&[8]);
        for username in [ANA, "nobody.here"] {
            let tried = password(&stage, username, PASSWORD).await;
            assert!(matches!(tried, PasswordOutcome::Refused { left: 4 }), "{username}: {tried:?}");
        }
        assert_eq!(stage.hasher.computed(), 2);
        stage.restart_with(&[7, 8]);
        root_keys::check(&stage.harp, now).await.unwrap();
        assert!(comes_in(&stage).await);
    }
}
