//! Passkeys: what they prove, and what nobody gets through with.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harp_core::account::person::ProfileForm;
use harp_core::audit::Deed;
use harp_core::factor::passkey::Backup;
use harp_core::factor::{Factor, Phishing, Proof, UserVerified};
use harp_core::flow::factors::{
    self, Denied, Naming, PasskeyAnswer, PasskeyBegun, PasskeyOutcome, RemoveOutcome,
};
use harp_core::flow::recover::{self, Proved};
use harp_core::flow::sessions::Live;
use harp_core::flow::sign_in::{self, CodeOutcome, SendOutcome, Sent, SignedIn};
use harp_core::kernel::assurance::{Aal, Method};
use harp_core::kernel::id::ChallengeId;
use harp_core::kernel::secret::Plain;
use harp_core::policy::HARP;
use harp_core::session::SessionScope;
use harp_tests::both;
use harp_tests::cluster::Db;
use harp_tests::passkey::Authenticator;

use super::recover_password::{confirm_address, recovery};
use super::{dump, steps::*};
use crate::contract::at_once;
use crate::stage::{Stage, ana};

pub const HERE: &str = "https://harp.example";
const SECOND: Duration = Duration::from_secs(1);

/// What the browser is asked for a new passkey.
async fn begun(stage: &Stage, live: &Live) -> (ChallengeId, String) {
    let live = again(stage, live).await;
    let begun = factors::begin_passkey(&stage.harp, &live, &stage.act()).await.unwrap();
    let PasskeyBegun::Begun { challenge } = begun else { panic!("{begun:?}") };
    let asked = factors::asked_for_passkey(&stage.harp, &live, challenge, &stage.act()).await.unwrap();
    (challenge, asked.unwrap())
}

async fn answer(stage: &Stage, live: &Live, challenge: ChallengeId, response: &str) -> PasskeyOutcome {
    let live = again(stage, live).await;
    let name = Naming { typed: "My phone", otherwise: "Passkey" };
    let answer = PasskeyAnswer { challenge, name, response };
    factors::add_passkey(&stage.harp, &live, &answer, &stage.act()).await.unwrap()
}

/// A passkey of this authenticator's is added.
pub async fn add(stage: &Stage, live: &Live, device: &mut Authenticator) -> Factor {
    let (challenge, asked) = begun(stage, live).await;
    let made = device.create(&asked);
    let PasskeyOutcome::Active { factor } = answer(stage, live, challenge, &made).await else {
        panic!("no passkey")
    };
    let factors = factors::devices(&stage.harp, live).await.unwrap().factors;
    factors.into_iter().find(|f| f.id == factor).unwrap()
}

async fn with_passkey(db: Db) -> (Stage, Live, Authenticator, Factor) {
    let (stage, live) = with_phone(db).await;
    let mut device = Authenticator::at(HERE);
    let factor = add(&stage, &live, &mut device).await;
    (stage, live, device, factor)
}

/// The password, the choice of a passkey, and what the browser is asked.
async fn asked(stage: &Stage, factor: &Factor) -> (Plain, String) {
    let token = token(stage, ANA).await;
    let asked = ask(stage, &token, factor).await;
    (token, asked)
}

async fn ask(stage: &Stage, token: &Plain, factor: &Factor) -> String {
    let sent = choose(stage, token, factor).await;
    assert!(matches!(sent, Sent::ByPasskey(_)), "{sent:?}");
    let pending = sign_in::pending(&stage.harp, token, &stage.act()).await.unwrap().unwrap();
    pending.challenge.unwrap()
}

async fn give(stage: &Stage, token: &Plain, response: &str) -> CodeOutcome {
    sign_in::verify_passkey(&stage.harp, token, response, &stage.act()).await.unwrap()
}

async fn signed_in(stage: &Stage, factor: &Factor, device: &Authenticator) -> SignedIn {
    let (token, asked) = asked(stage, factor).await;
    match give(stage, &token, &device.get(&asked)).await {
        CodeOutcome::SignedIn(signed_in) => *signed_in,
        other => panic!("{other:?}"),
    }
}

fn passkey_proof(signed_in: &SignedIn) -> Proof {
    signed_in.session.proofs.iter().copied().find(|p| p.method == Method::Passkey).unwrap()
}

async fn stored(stage: &Stage, live: &Live, factor: &Factor) -> Factor {
    let factors = factors::devices(&stage.harp, live).await.unwrap().factors;
    factors.into_iter().find(|f| f.id == factor.id).unwrap()
}

pub async fn deeds(stage: &Stage) -> Vec<Deed> {
    stage.events().await.into_iter().map(|e| e.deed).collect()
}

both! {
    /// F01, F05, P14: after the password a passkey signs in, at AAL2 and so that nobody can be tricked out of it.
    async fn a_passkey_after_the_password_signs_in_phishing_resistant(db: Db) {
        let (stage, _, device, factor) = with_passkey(db).await;
        let signed_in = signed_in(&stage, &factor, &device).await;
        let assurance = signed_in.session.assurance().unwrap();
        assert_eq!((assurance.aal, assurance.phishing), (Aal::Two, Phishing::Resistant));
        assert_eq!(assurance.amr, ["mfa", "pop", "pwd"]);
        assert_eq!(passkey_proof(&signed_in).user_verified, UserVerified::Yes);
    }

    /// Mission 3.1, WebAuthn: the flag UV is what counts. Without it a passkey is one factor, and with the password two.
    async fn without_the_flag_uv_a_passkey_is_one_factor(db: Db) {
        let (stage, _, mut device, factor) = with_passkey(db).await;
        device.manner.user_verified = false;
        let signed_in = signed_in(&stage, &factor, &device).await;
        let proof = passkey_proof(&signed_in);
        assert_eq!(proof.user_verified, UserVerified::No, "though it was verified when it was made");
        assert_eq!(signed_in.session.assurance().unwrap().phishing, Phishing::Resistant);
        let alone = harp_core::factor::Assurance::of(&[proof]).unwrap();
        assert_eq!((alone.aal, alone.phishing), (Aal::One, Phishing::Possible));
    }

    /// E02, E10, E12: a passkey may be the first device; set-up is complete with it alone.
    async fn set_up_is_complete_with_a_passkey_alone(db: Db) {
        let stage = registered(db).await;
        let live = set_up(&stage, ANA).await;
        let mut device = Authenticator::at(HERE);
        let factor = add(&stage, &live, &mut device).await;
        let live = complete(&stage, &live).await;
        assert_eq!(live.session.scope, SessionScope::Full);
        assert_eq!(live.session.assurance().unwrap().phishing, Phishing::Resistant);
        signed_in(&stage, &factor, &device).await;
        let again = factors::remove(&stage.harp, &live, factor.id, &stage.act()).await.unwrap();
        assert_eq!(again, RemoveOutcome::LastOne, "E01");
    }

    /// Mission 3.1, binding: told by letter, recorded; several, each with its name; backup state is recorded and no reason to refuse.
    async fn several_passkeys_are_bound_told_and_recorded(db: Db) {
        let (stage, live) = with_phone(db).await;
        confirm_address(&stage, ANA, EMAIL).await;
        let first = add(&stage, &live, &mut Authenticator::at(HERE)).await;
        let mut synced = Authenticator::at(HERE);
        (synced.manner.backup_eligible, synced.manner.counts) = (true, false);
        let factor = add(&stage, &live, &mut synced).await;
        let (one, other) = (first.passkey().unwrap(), factor.passkey().unwrap());
        assert_eq!((one.about.backup, other.about.backup), (Backup::Never, Backup::Possible));
        assert_eq!(other.about.name.as_str(), "My phone");
        assert_eq!(one.about.handle, other.about.handle, "one person");
        synced.manner.backed_up = true;
        signed_in(&stage, &factor, &synced).await;
        let now = stored(&stage, &live, &factor).await;
        assert_eq!(now.passkey().unwrap().about.backup, Backup::Done);
        let added = |d: &Deed| matches!(d, Deed::FactorActivated { method: Method::Passkey, .. });
        assert_eq!(deeds(&stage).await.iter().filter(|d| added(d)).count(), 2);
        let letters = stage.letters(EMAIL).await;
        assert!(letters.iter().any(|l| l.letter.text.expose().contains("passkey")), "SP 800-63B-4 §4.1.2");
    }

    /// The handle that an authenticator learns is no id of HARP's, and the same authenticator is asked for no second passkey.
    async fn an_authenticator_learns_a_random_handle_and_the_user_id(db: Db) {
        let (stage, live, device, factor) = with_passkey(db).await;
        let (_, asked) = begun(&stage, &live).await;
        let asked: serde_json::Value = serde_json::from_str(&asked).unwrap();
        assert_eq!(asked["publicKey"]["user"]["name"], ANA);
        assert_eq!(asked["publicKey"]["excludeCredentials"][0]["id"], factor.passkey().unwrap().credential.as_str());
        let handle = device.handle.clone().unwrap();
        assert_eq!(handle.len(), 16);
        assert!(!live.account.id.to_string().contains(&String::from_utf8_lossy(&handle).into_owned()));
    }

    /// Another passkey of the same person's than the chosen one will do; an answer to nobody's question will not.
    async fn whichever_passkey_is_at_hand_signs_in(db: Db) {
        let (stage, live, _, first) = with_passkey(db).await;
        let mut other = Authenticator::at(HERE);
        let second = add(&stage, &live, &mut other).await;
        let (token, asked) = asked(&stage, &first).await;
        let outcome = give(&stage, &token, &other.get(&asked)).await;
        assert!(matches!(outcome, CodeOutcome::SignedIn(_)), "{outcome:?}");
        assert!(stored(&stage, &live, &second).await.last_used_at.is_some());
    }

    /// what a cheating browser, another site, an absent person or a broken authenticator signs proves nothing, and counts.
    async fn what_was_signed_elsewhere_or_by_nobody_is_refused(db: Db) {
        let (stage, _, mut device, factor) = with_passkey(db).await;
        let honest = device.manner.clone();
        for lie in [
            |d: &mut Authenticator| d.manner.origin = "https://evil.example".to_owned(),
            |d: &mut Authenticator| d.manner.origin = "https://harp.example.evil.example".to_owned(),
            |d: &mut Authenticator| d.manner.rp_id = "evil.example".to_owned(),
            |d: &mut Authenticator| d.manner.cross_origin = true,
            |d: &mut Authenticator| d.manner.user_present = false,
        ] {
            let (token, asked) = asked(&stage, &factor).await;
            device.manner = honest.clone();
            lie(&mut device);
            let outcome = give(&stage, &token, &device.get(&asked)).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { .. } | CodeOutcome::Locked { .. }), "{outcome:?}");
        }
        device.manner = honest;
        let locked = password(&stage, ANA, crate::stage::PASSWORD).await;
        assert!(matches!(locked, sign_in::PasswordOutcome::Locked { .. }), "five failures: {locked:?}");
    }

    /// The same for a new one.
    async fn a_new_passkey_from_elsewhere_is_refused(db: Db) {
        let (stage, live) = with_phone(db).await;
        for lie in [
            |d: &mut Authenticator| d.manner.origin = "https://evil.example".to_owned(),
            |d: &mut Authenticator| d.manner.rp_id = "evil.example".to_owned(),
            |d: &mut Authenticator| d.manner.cross_origin = true,
            |d: &mut Authenticator| d.manner.user_present = false,
        ] {
            let mut device = Authenticator::at(HERE);
            let (challenge, asked) = begun(&stage, &live).await;
            lie(&mut device);
            let made = device.create(&asked);
            assert_eq!(answer(&stage, &live, challenge, &made).await, PasskeyOutcome::Refused);
            assert_eq!(answer(&stage, &live, challenge, &made).await, PasskeyOutcome::Over, "spent by a wrong answer, too");
        }
    }

    /// A replayed assertion: neither in the sign-in that it was made for, nor in another one.
    async fn an_assertion_serves_once(db: Db) {
        let (stage, _, device, factor) = with_passkey(db).await;
        let (token, asked_first) = asked(&stage, &factor).await;
        let response = device.get(&asked_first);
        assert!(matches!(give(&stage, &token, &response).await, CodeOutcome::SignedIn(_)));
        assert!(matches!(give(&stage, &token, &response).await, CodeOutcome::Gone(_)));
        let (token, _) = asked(&stage, &factor).await;
        assert!(matches!(give(&stage, &token, &response).await, CodeOutcome::Wrong { .. }));
        let asked = ask(&stage, &token, &factor).await;
        let outcome = give(&stage, &token, &device.get(&asked)).await;
        assert!(matches!(outcome, CodeOutcome::SignedIn(_)), "a fresh challenge serves: {outcome:?}");
    }

    /// Another person's passkey never completes a sign-in, though they signed what was asked.
    async fn another_persons_passkey_never_completes_a_sign_in(db: Db) {
        let (stage, _, _, factor) = with_passkey(db).await;
        let mallory = second_person(&stage).await;
        let mut device = Authenticator::at(HERE);
        add(&stage, &mallory, &mut device).await;
        let (token, asked) = asked(&stage, &factor).await;
        assert!(matches!(give(&stage, &token, &device.get(&asked)).await, CodeOutcome::Wrong { .. }));
        // And with Ana's credential id on what Mallory's key signed.
        let asked = ask(&stage, &token, &factor).await;
        let mut forged = Authenticator::at(HERE);
        forged.id = raw_id(&factor);
        assert!(matches!(give(&stage, &token, &forged.get(&asked)).await, CodeOutcome::Wrong { .. }));
    }

    /// Somebody else's credential id is not registered a second time.
    async fn a_credential_is_one_persons(db: Db) {
        let (stage, _, _, factor) = with_passkey(db).await;
        let mallory = second_person(&stage).await;
        let mut device = Authenticator::at(HERE);
        device.id = raw_id(&factor);
        let (challenge, asked) = begun(&stage, &mallory).await;
        let made = device.create(&asked);
        assert_eq!(answer(&stage, &mallory, challenge, &made).await, PasskeyOutcome::Known);
    }

    /// WebAuthn Level 3 §6.1.1: of two copies of a key the one whose counter stayed behind is refused, and the trail says so.
    async fn a_copied_key_is_refused_and_recorded(db: Db) {
        let (stage, live, device, factor) = with_passkey(db).await;
        for _ in 0..3 {
            signed_in(&stage, &factor, &device).await;
        }
        device.counter.set(1);
        let (token, asked) = asked(&stage, &factor).await;
        assert!(matches!(give(&stage, &token, &device.get(&asked)).await, CodeOutcome::Wrong { .. }));
        assert!(deeds(&stage).await.contains(&Deed::PasskeyCounterWentBack { factor: factor.id }));
        let count = stored(&stage, &live, &factor).await.passkey().unwrap().sign_count;
        assert_eq!(count, 4, "what was refused moves nothing");
    }

    /// Eight at once with one answer: one session.
    async fn of_eight_answers_at_once_one_signs_in(db: Db) {
        let (stage, _, device, factor) = with_passkey(db).await;
        let (token, asked) = asked(&stage, &factor).await;
        let response = device.get(&asked);
        let stage = Arc::new(stage);
        let outcomes = at_once(8, |_| {
            let (stage, token, response) = (stage.clone(), token.clone(), response.clone());
            async move { matches!(give(&stage, &token, &response).await, CodeOutcome::SignedIn(_)) }
        })
        .await;
        assert_eq!(outcomes.iter().filter(|won| **won).count(), 1);
        let signed_in = signed_in(&stage, &factor, &device).await;
        assert_eq!(passkey_proof(&signed_in).user_verified, UserVerified::Yes, "and nobody is locked out");
    }

    /// Eight at once with one new passkey: one passkey.
    async fn of_eight_new_passkeys_at_once_one_is_added(db: Db) {
        let (stage, live) = with_phone(db).await;
        let mut device = Authenticator::at(HERE);
        let (challenge, asked) = begun(&stage, &live).await;
        let made = device.create(&asked);
        let (stage, live) = (Arc::new(stage), Arc::new(live));
        let outcomes = at_once(8, |_| {
            let (stage, live, made) = (stage.clone(), live.clone(), made.clone());
            async move { answer(&stage, &live, challenge, &made).await }
        })
        .await;
        let active = |o: &&PasskeyOutcome| matches!(o, PasskeyOutcome::Active { .. });
        assert_eq!(outcomes.iter().filter(active).count(), 1, "{outcomes:?}");
        let factors = factors::devices(&stage.harp, &live).await.unwrap().factors;
        assert_eq!(factors.iter().filter(|f| f.method() == Method::Passkey).count(), 1);
    }

    /// A challenge lives for five minutes, and is for the session that asked; a stale session adds nothing.
    async fn a_challenge_is_for_minutes_and_for_whom_it_was_made(db: Db) {
        let (stage, live, device, factor) = with_passkey(db).await;
        let (token, late) = asked(&stage, &factor).await;
        stage.later(HARP.passkeys.life);
        for _ in 0..=HARP.attempts.limit {
            let outcome = give(&stage, &token, &device.get(&late)).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { .. }), "late is no guess, and locks nobody out: {outcome:?}");
        }
        let pending = sign_in::pending(&stage.harp, &token, &stage.act()).await.unwrap().unwrap();
        assert_eq!(pending.challenge, None, "the page offers another try");

        let mut new = Authenticator::at(HERE);
        let (challenge, asked) = begun(&stage, &live).await;
        let made = new.create(&asked);
        let mallory = second_person(&stage).await;
        assert_eq!(answer(&stage, &mallory, challenge, &made).await, PasskeyOutcome::Over);
        let shown = factors::asked_for_passkey(&stage.harp, &mallory, challenge, &stage.act()).await.unwrap();
        assert_eq!(shown, None);
        stage.later(HARP.passkeys.life - SECOND);
        assert!(matches!(answer(&stage, &live, challenge, &made).await, PasskeyOutcome::Active { .. }));

        let live = again(&stage, &live).await;
        stage.later(HARP.session.fresh);
        let begun = factors::begin_passkey(&stage.harp, &live, &stage.act()).await.unwrap();
        assert_eq!(begun, PasskeyBegun::Denied(Denied::SignInAgain), "a stolen session adds nothing");
    }

    /// A passkey that was removed proves nothing, not even for a challenge that was made before.
    async fn a_removed_passkey_proves_nothing(db: Db) {
        let (stage, live, device, factor) = with_passkey(db).await;
        let (token, asked) = asked(&stage, &factor).await;
        let response = device.get(&asked);
        let live = again(&stage, &live).await;
        let removed = factors::remove(&stage.harp, &live, factor.id, &stage.act()).await.unwrap();
        assert_eq!(removed, RemoveOutcome::Removed);
        assert!(!matches!(give(&stage, &token, &response).await, CodeOutcome::SignedIn(_)));
        let named = URL_SAFE_NO_PAD.encode(&device.id);
        assert!(response.contains(&named), "as an authenticator names it");
        let kept = dump(&stage.db.place, "factor").await;
        assert!(kept.contains(&factor.id.to_string()) && !kept.contains(&named), "its name in the world is wiped: {kept}");
        assert!(!kept.contains("My phone"), "{kept}");
    }

    /// WebAuthn Level 3 §7.2 step 6: a handle that is given is the person's; one of another length is nobody's.
    async fn a_handle_that_is_given_is_the_persons(db: Db) {
        let (stage, _, mut device, factor) = with_passkey(db).await;
        for handle in [vec![7; 16], vec![7; 15], vec![7; 64], vec![7]] {
            device.handle = Some(handle);
            let (token, asked) = asked(&stage, &factor).await;
            let outcome = give(&stage, &token, &device.get(&asked)).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { .. }), "{outcome:?}");
        }
        device.handle = None;
        let (token, asked) = asked(&stage, &factor).await;
        let outcome = give(&stage, &token, &device.get(&asked)).await;
        assert!(matches!(outcome, CodeOutcome::SignedIn(_)), "a key that keeps none gives none: {outcome:?}");
    }

    /// A code proves no passkey, and a passkey no phone.
    async fn a_code_does_not_answer_for_a_passkey(db: Db) {
        let (stage, live, device, factor) = with_passkey(db).await;
        let phone = crate::flow::steps::device(&stage, &live, Method::Sms).await;
        let (token, asked) = asked(&stage, &factor).await;
        assert!(matches!(verify(&stage, &token, "000000").await, CodeOutcome::Wrong { .. }));
        choose(&stage, &token, &phone).await;
        assert!(matches!(give(&stage, &token, &device.get(&asked)).await, CodeOutcome::Wrong { .. }));
        for nonsense in ["", "{}", "null", "\u{0}", "{\"id\":1}"] {
            let outcome = give(&stage, &token, nonsense).await;
            assert!(matches!(outcome, CodeOutcome::Wrong { .. } | CodeOutcome::Locked { .. }), "{outcome:?}");
        }
    }

    /// A second click on Continue makes no second challenge.
    async fn two_clicks_ask_one_question(db: Db) {
        let (stage, _, _, factor) = with_passkey(db).await;
        let token = token(&stage, ANA).await;
        let first = choose(&stage, &token, &factor).await;
        assert_eq!(choose(&stage, &token, &factor).await, first);
        stage.later(HARP.passkeys.life / 2 + SECOND);
        assert_ne!(choose(&stage, &token, &factor).await, first, "one that is about to end is replaced");
    }

    /// F06, X-6: a forgotten password is replaced after the letter and a passkey.
    async fn a_passkey_lets_its_owner_back_in(db: Db) {
        let (stage, _, device, factor) = with_passkey(db).await;
        confirm_address(&stage, ANA, EMAIL).await;
        let token = recovery(&stage, ANA).await;
        let code = stage.code(EMAIL).await;
        assert_eq!(recover::mail(&stage.harp, &token, &code, &stage.act()).await.unwrap(), Proved::Proved);
        let sent = recover::choose(&stage.harp, &token, factor.id, &stage.act()).await.unwrap();
        assert!(matches!(sent, SendOutcome::Sent(Sent::ByPasskey(_))), "{sent:?}");
        let at = recover::standing(&stage.harp, &token, &stage.act()).await.unwrap().unwrap();
        let recover::At::Device(recover::Devices { challenge: Some(asked), .. }) = at else { panic!("{at:?}") };
        let response = device.get(&asked);
        let proved = recover::passkey(&stage.harp, &token, &response, &stage.act()).await.unwrap();
        assert_eq!(proved, Proved::Proved);
    }
}

/// Somebody else, at set-up.
async fn second_person(stage: &Stage) -> Live {
    let email = || "mallory@hospital.example".to_owned();
    let form = ProfileForm { first_name: "Mallory".into(), email: email(), confirm_email: email(), ..ana() };
    stage.registered(&form, "mallory.m").await;
    set_up(stage, "mallory.m").await
}

fn raw_id(factor: &Factor) -> Vec<u8> {
    use base64::Engine as _;
    let id = factor.passkey().unwrap().credential.as_str().to_owned();
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(id).unwrap()
}
