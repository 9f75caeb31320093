//! Signing in by a passkey alone: where it is on, what it asks, and what nobody learns from it.

use std::sync::Arc;

use harp_core::audit::Deed;
use harp_core::factor::{Factor, Phishing};
use harp_core::flow::sign_in::{self, AskedAnybody, PasskeyForm, PasskeySignIn, PasswordOutcome, Terms};
use harp_core::kernel::assurance::Aal;
use harp_core::kernel::secret::{Hashed, Plain};
use harp_core::policy::{HARP, NIST_63_4};
use harp_core::session::SessionScope;
use harp_tests::both;
use harp_tests::cluster::Db;
use harp_tests::passkey::Authenticator;

use super::passkey::{HERE, add, deeds};
use super::steps::*;
use crate::contract::at_once;
use crate::stage::{PASSWORD, Stage, ana};

fn browser() -> Hashed {
    Plain::presented("a browser").hashed()
}

/// Ana has a passkey in `nist-63-4`, and has completed set-up with it.
async fn with_passkey(db: Db) -> (Stage, Authenticator, Factor) {
    let stage = Stage::on(db, &NIST_63_4);
    stage.registered(&ana(), ANA).await;
    let live = set_up(&stage, ANA).await;
    let mut device = Authenticator::at(HERE);
    let factor = add(&stage, &live, &mut device).await;
    complete(&stage, &live).await;
    (stage, device, factor)
}

async fn asked(stage: &Stage) -> AskedAnybody {
    sign_in::ask_anybody(&stage.harp, browser(), &stage.act()).await.unwrap().unwrap()
}

async fn give(stage: &Stage, asked: &AskedAnybody, response: &str) -> PasskeySignIn {
    let terms = Terms::Ticked { terms: "terms 1".to_owned() };
    let form = PasskeyForm { challenge: asked.challenge, response, terms, browser: browser() };
    sign_in::by_passkey(&stage.harp, &form, None, &stage.act()).await.unwrap()
}

both! {
    /// P14, SP 800-63B-4 §3.1.7: a passkey that verifies its owner signs in alone, at AAL2, phishing-resistant; the terms are kept.
    async fn a_passkey_that_verifies_its_owner_signs_in_alone(db: Db) {
        let (stage, device, _) = with_passkey(db).await;
        let asked = asked(&stage).await;
        let PasskeySignIn::SignedIn(signed_in) = give(&stage, &asked, &device.get(&asked.options)).await else {
            panic!("not in")
        };
        let assurance = signed_in.session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.phishing), (Aal::Two, Phishing::Resistant));
        assert_eq!(assurance.amr, ["mfa", "pop"]);
        assert_eq!(signed_in.session.scope, SessionScope::Full);
        let terms = Deed::TermsAccepted { terms: "terms 1".to_owned() };
        assert!(deeds(&stage).await.contains(&terms));
    }

    /// F01, F02, F05: in `harp` user ID and password come first.
    async fn harp_signs_nobody_in_without_a_password(db: Db) {
        let (mut stage, device, _) = with_passkey(db).await;
        let asked = asked(&stage).await;
        stage.harp.profile = &HARP;
        assert_eq!(sign_in::ask_anybody(&stage.harp, browser(), &stage.act()).await.unwrap(), None);
        let outcome = give(&stage, &asked, &device.get(&asked.options)).await;
        assert!(matches!(outcome, PasskeySignIn::Over), "{outcome:?}");
    }

    /// Mission 3.1: without the flag UV a passkey is one factor, and one is not enough.
    async fn without_the_flag_uv_a_password_is_still_needed(db: Db) {
        let (stage, mut device, _) = with_passkey(db).await;
        let asked = asked(&stage).await;
        device.manner.user_verified = false;
        let outcome = give(&stage, &asked, &device.get(&asked.options)).await;
        assert!(matches!(outcome, PasskeySignIn::Refused), "{outcome:?}");
    }

    /// F01: without the terms nothing is looked at, and the same answer serves once they are ticked.
    async fn without_the_terms_no_passkey_is_looked_at(db: Db) {
        let (stage, device, _) = with_passkey(db).await;
        let asked = asked(&stage).await;
        let response = device.get(&asked.options);
        let form = PasskeyForm {
            challenge: asked.challenge,
            response: &response,
            terms: Terms::NotTicked,
            browser: browser(),
        };
        let outcome = sign_in::by_passkey(&stage.harp, &form, None, &stage.act()).await.unwrap();
        assert!(matches!(outcome, PasskeySignIn::Incomplete(_)), "{outcome:?}");
        assert!(matches!(give(&stage, &asked, &response).await, PasskeySignIn::SignedIn(_)));
    }

    /// The challenge is this browser's, serves once, and not for long; of eight at once one gets in, and nobody is locked out.
    async fn a_challenge_is_one_browsers_and_serves_once(db: Db) {
        let (stage, device, _) = with_passkey(db).await;
        let first = asked(&stage).await;
        let response = device.get(&first.options);
        let stolen = PasskeyForm {
            challenge: first.challenge,
            response: &response,
            terms: Terms::NotAsked,
            browser: Plain::presented("another browser").hashed(),
        };
        let outcome = sign_in::by_passkey(&stage.harp, &stolen, None, &stage.act()).await.unwrap();
        assert!(matches!(outcome, PasskeySignIn::Over), "{outcome:?}");
        let late = asked(&stage).await;
        let late_response = device.get(&late.options);
        stage.later(NIST_63_4.passkeys.life);
        assert!(matches!(give(&stage, &late, &late_response).await, PasskeySignIn::Over));
        assert!(matches!(give(&stage, &first, &response).await, PasskeySignIn::Over));

        let asked = asked(&stage).await;
        let response = device.get(&asked.options);
        let stage = Arc::new(stage);
        let outcomes = at_once(8, |_| {
            let (stage, asked, response) = (stage.clone(), asked.clone(), response.clone());
            async move { give(&stage, &asked, &response).await }
        })
        .await;
        let got_in = |o: &&PasskeySignIn| matches!(o, PasskeySignIn::SignedIn(_));
        assert_eq!(outcomes.iter().filter(got_in).count(), 1, "{outcomes:?}");
        assert!(outcomes.iter().all(|o| matches!(o, PasskeySignIn::SignedIn(_) | PasskeySignIn::Over)));
    }

    /// an unknown passkey and a forged one of somebody's are answered alike, up to the lock; a forged one counts against its owner's
    /// user ID as a wrong password does.
    async fn an_unknown_passkey_and_a_forged_one_are_answered_alike(db: Db) {
        let (stage, device, _) = with_passkey(db).await;
        let mut unknown = Authenticator::at(HERE);
        unknown.handle = device.handle.clone();
        let mut forged = Authenticator::at(HERE);
        (forged.id, forged.handle) = (device.id.clone(), device.handle.clone());
        let mut seen = Vec::new();
        for thief in [&unknown, &forged] {
            let mut outcomes = Vec::new();
            for _ in 0..6 {
                let asked = asked(&stage).await;
                outcomes.push(format!("{:?}", give(&stage, &asked, &thief.get(&asked.options)).await));
            }
            seen.push(outcomes);
        }
        assert_eq!(seen[0], seen[1]);
        assert!(seen[0][..4].iter().all(|o| o == "Refused") && seen[0][5].starts_with("Locked"), "{seen:?}");
        let password = password(&stage, ANA, PASSWORD).await;
        assert!(matches!(password, PasswordOutcome::Locked { .. }), "{password:?}");
        // P15: what others guessed wrong does not keep the owner's passkey out.
        let asked = asked(&stage).await;
        let owner = give(&stage, &asked, &device.get(&asked.options)).await;
        assert!(matches!(owner, PasskeySignIn::SignedIn(_)), "{owner:?}");
    }

    /// WebAuthn Level 3 §7.2 step 6: the handle must be there, and be its owner's.
    async fn a_passkey_without_its_owners_handle_is_refused(db: Db) {
        let (stage, mut device, _) = with_passkey(db).await;
        for handle in [None, Some(vec![7; 16]), Some(Vec::new())] {
            device.handle = handle;
            let asked = asked(&stage).await;
            let outcome = give(&stage, &asked, &device.get(&asked.options)).await;
            assert!(matches!(outcome, PasskeySignIn::Refused), "{outcome:?}");
        }
    }

    /// A second step's answer is no way in without a password: the challenges are of two kinds.
    async fn the_challenge_of_a_second_step_signs_nobody_in(db: Db) {
        let (stage, device, factor) = with_passkey(db).await;
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &factor).await;
        let pending = sign_in::pending(&stage.harp, &token, &stage.act()).await.unwrap().unwrap();
        let anybody = asked(&stage).await;
        let outcome = give(&stage, &anybody, &device.get(&pending.challenge.unwrap())).await;
        assert!(matches!(outcome, PasskeySignIn::Refused), "{outcome:?}");
    }
}
