//! Recovery codes (P4): ten on paper, each good once, beside a device and never instead of one.

use std::sync::Arc;
use std::time::Duration;

use crate::stage::{Stage, synthetic};
use harp_core::audit::Deed;
use harp_core::factor::lookup::LookUpCode;
use harp_core::factor::{Binding, Factor};
use harp_core::flow::confirm_email;
use harp_core::flow::factors::{
    self, CompleteOutcome, Denied, MadeOutcome, RemoveOutcome, complete_set_up, make_recovery_codes,
};
use harp_core::flow::recover::{self, Begun, Proved};
use harp_core::flow::sessions::Live;
use harp_core::flow::sign_in::{CodeOutcome, SendOutcome, Sent, SignedIn};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::id::FactorId;
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::browser::Browser;
use super::steps::*;
use super::{dump, eight};

const MINUTE: Duration = Duration::from_mins(1);

async fn make(stage: &Stage, live: &Live, instead_of: Option<FactorId>) -> MadeOutcome {
    let live = again(stage, live).await;
    make_recovery_codes(&stage.harp, &live, instead_of, &stage.act()).await.unwrap()
}

async fn made(stage: &Stage, live: &Live, instead_of: Option<FactorId>) -> Vec<LookUpCode> {
    match make(stage, live, instead_of).await {
        MadeOutcome::Made(codes) => codes,
        other => panic!("{other:?}"),
    }
}

fn typed(code: &LookUpCode) -> String {
    code.shown().expose().clone()
}

fn left(factor: &Factor) -> u32 {
    match factor.binding {
        Binding::RecoveryCodes { left } => left,
        _ => panic!("{factor:?}"),
    }
}

async fn try_code(stage: &Stage, set: &Factor, code: &str) -> CodeOutcome {
    let token = token(stage, ANA).await;
    assert_eq!(choose(stage, &token, set).await, Sent::ByApp);
    verify(stage, &token, code).await
}

async fn signed_in(stage: &Stage, set: &Factor, code: &str) -> Box<SignedIn> {
    match try_code(stage, set, code).await {
        CodeOutcome::SignedIn(signed_in) => signed_in,
        other => panic!("{other:?}"),
    }
}

/// Ana with a phone, a confirmed address, and ten codes.
async fn with_codes(db: Db) -> (Stage, Live, Factor, Vec<LookUpCode>) {
    let (stage, live) = with_phone(db).await;
    let code = stage.code(EMAIL).await;
    confirm_email::confirm(&stage.harp, live.account.id, &code, &stage.act()).await.unwrap();
    let codes = made(&stage, &live, None).await;
    let set = device(&stage, &live, Method::RecoveryCode).await;
    (stage, live, set, codes)
}

both! {
    /// P4: a code and the password make a session at AAL2; the code works once, the others go on; each use and each set is told
    /// by letter.
    async fn each_code_signs_in_once(db: Db) {
        let (stage, live, set, codes) = with_codes(db).await;
        assert_eq!((codes.len(), left(&set)), (10, 10));
        let session = signed_in(&stage, &set, &typed(&codes[2]).to_uppercase()).await.session;
        let assurance = session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.amr), (Aal::Two, vec!["mfa", "pwd"]), "RFC 8176 has no word for it");
        assert!(matches!(try_code(&stage, &set, &typed(&codes[2])).await, CodeOutcome::Wrong { left: 4 }));
        signed_in(&stage, &set, &typed(&codes[0])).await;
        assert_eq!(left(&device(&stage, &live, Method::RecoveryCode).await), 8);
        let letters = stage.letters(EMAIL).await;
        let says = |what: &str| letters.iter().filter(|l| l.letter.text.expose().contains(what)).count();
        assert_eq!(says("Recovery codes were made"), 1);
        assert_eq!((says("So many are left: 9"), says("So many are left: 8")), (1, 1));
    }

    /// a wrong code counts with wrong passwords; another number's code, a code of an earlier set and somebody else's are
    /// wrong, and while it is locked nothing is hashed.
    async fn wrong_ones_count_and_another_sets_are_wrong(db: Db) {
        let (stage, live, set, codes) = with_codes(db).await;
        let (profile, _) = synthetic("Ben");
        stage.registered(&profile, "ben.okafor").await;
        let bens = set_up(&stage, "ben.okafor").await;
        let phone = add_phone(&stage, &bens, OTHER_PHONE).await;
        assert_eq!(confirm(&stage, &bens, phone).await, "active");
        let bens = complete(&stage, &bens).await;
        let bens = made(&stage, &bens, None).await;
        let new = made(&stage, &live, Some(set.id)).await;
        let set = device(&stage, &live, Method::RecoveryCode).await;
        let exchanged = format!("2{}", &typed(&new[0])[1..]);
        let token = token(&stage, ANA).await;
        choose(&stage, &token, &set).await;
        let hashed = stage.hasher.computed();
        for (n, wrong) in [typed(&codes[0]), typed(&bens[0]), exchanged].iter().enumerate() {
            let outcome = verify(&stage, &token, wrong).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { left } if left == 4 - u32::try_from(n).unwrap()), "{outcome:?}");
        }
        assert_eq!(stage.hasher.computed() - hashed, 3, "one hash for each, not ten");
        verify(&stage, &token, "123456").await;
        assert!(matches!(verify(&stage, &token, "1-0000-0000-00000").await, CodeOutcome::Locked { .. }));
        let hashed = stage.hasher.computed();
        assert!(matches!(verify(&stage, &token, &typed(&new[0])).await, CodeOutcome::Locked { .. }));
        assert_eq!(stage.hasher.computed(), hashed);
        stage.later(60 * MINUTE);
        signed_in(&stage, &set, &typed(&new[0])).await;
    }

    /// Of eight at once, on sign-ins of their own, one uses the code.
    async fn of_eight_at_once_one_uses_a_code(db: Db) {
        let (stage, live, set, codes) = with_codes(db).await;
        let mut tokens = Vec::new();
        for _ in 0..8 {
            let token = token(&stage, ANA).await;
            choose(&stage, &token, &set).await;
            tokens.push(token);
        }
        let (stage, code) = (Arc::new(stage), typed(&codes[4]));
        let outcomes = eight(|n| {
            let (stage, token, code) = (stage.clone(), tokens[n].clone(), code.clone());
            async move { matches!(verify(&stage, &token, &code).await, CodeOutcome::SignedIn(_)) }
        })
        .await;
        assert_eq!(outcomes.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(left(&device(&stage, &live, Method::RecoveryCode).await), 9);
    }

    /// P4: a new set ends the old one; a form sent twice makes one; they are made at the account's highest level alone, and never
    /// stand without a device.
    async fn a_set_is_made_beside_a_device_in_a_strong_session(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        assert!(matches!(make(&stage, &live, None).await, MadeOutcome::NoDevice));
        let phone = add_phone(&stage, &live, PHONE).await;
        assert!(matches!(make(&stage, &live, None).await, MadeOutcome::NoDevice), "unverified");
        let weak = again(&stage, &live).await;
        assert_eq!(confirm(&stage, &live, phone).await, "active");
        made(&stage, &live, None).await;
        assert!(matches!(make(&stage, &live, None).await, MadeOutcome::Stale));
        let removed = factors::remove(&stage.harp, &again(&stage, &live).await, phone, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        let alone = complete_set_up(&stage.harp, &again(&stage, &live).await, &stage.act()).await.unwrap();
        assert!(matches!(alone, CompleteOutcome::NoDevice), "E10: they alone do not complete set-up: {alone:?}");
        assert_eq!(weak.account.id, live.account.id);
    }

    async fn an_old_session_makes_no_codes(db: Db) {
        let (stage, live, set, _) = with_codes(db).await;
        assert!(matches!(make(&stage, &live, None).await, MadeOutcome::Stale), "a form from before the set");
        stage.later(HARP.session.fresh);
        let denied = make_recovery_codes(&stage.harp, &live, Some(set.id), &stage.act()).await.unwrap();
        assert!(matches!(denied, MadeOutcome::Denied(Denied::SignInAgain)), "{denied:?}");
    }

    /// in recovery a code is the second proof, after the letter.
    async fn a_code_is_the_second_proof_of_a_recovery(db: Db) {
        let (stage, _, set, codes) = with_codes(db).await;
        let act = stage.act();
        let Begun::Begun { token, .. } = recover::begin(&stage.harp, ANA, &act).await.unwrap() else { panic!() };
        let code = typed(&codes[9]);
        assert!(matches!(recover::device(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Gone(_)));
        let letter = stage.code(EMAIL).await;
        assert_eq!(recover::mail(&stage.harp, &token, &letter, &act).await.unwrap(), Proved::Proved);
        assert!(matches!(recover::device(&stage.harp, &token, &code, &act).await.unwrap(), Proved::NotChosen));
        let chosen = recover::choose(&stage.harp, &token, set.id, &act).await.unwrap();
        assert_eq!(chosen, SendOutcome::Sent(Sent::ByApp));
        let other = typed(&codes[8]).replace("9-", "10-");
        assert!(matches!(recover::device(&stage.harp, &token, &other, &act).await.unwrap(), Proved::Wrong { .. }));
        assert_eq!(recover::device(&stage.harp, &token, &code, &act).await.unwrap(), Proved::Proved);
        assert!(matches!(try_code(&stage, &set, &code).await, CodeOutcome::Wrong { .. }));
    }

    /// A set that is used up is no choice any more; it is gone when it is removed, and what rests is hashes.
    async fn a_set_that_is_used_up_is_no_choice(db: Db) {
        let (stage, live, set, codes) = with_codes(db).await;
        let rests = dump(&stage.db.place, "lookup_code").await;
        assert!(rests.matches("$argon2id$").count() == 10 && codes.iter().all(|c| !rests.contains(c.secret().expose())));
        for code in &codes {
            signed_in(&stage, &set, &typed(code)).await;
        }
        let token = token(&stage, ANA).await;
        let outcome = Browser::new(1).choose(&stage, &token, &set).await;
        assert_eq!(outcome, SendOutcome::NotAChoice);
        let new = made(&stage, &live, Some(set.id)).await;
        let set = device(&stage, &live, Method::RecoveryCode).await;
        let live = again(&stage, &live).await;
        assert_eq!(factors::remove(&stage.harp, &live, set.id, &stage.act()).await.unwrap(), RemoveOutcome::Removed);
        assert_eq!(dump(&stage.db.place, "lookup_code").await, "");
        assert_eq!(Browser::new(1).choose(&stage, &token, &set).await, SendOutcome::NotAChoice);
        assert_eq!(new.len(), 10);
        let events = stage.events().await;
        assert!(events.iter().all(|e| !format!("{:?}", e.deed).contains(new[0].secret().expose())));
        assert!(events.iter().any(|e| matches!(e.deed, Deed::FactorRemoved { method: Method::RecoveryCode, .. })));
    }
}
