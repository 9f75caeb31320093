//! Accounts and unfinished registrations.

use harp_core::account::challenge::Question;
use harp_core::account::ssn::PersonPrints;
use harp_core::account::username::Username;
use harp_core::account::{Challenge, PasswordHash, Proofed, Standing};
use harp_core::kernel::id::{AccountId, CaseId, DraftId};
use harp_core::kernel::random::SystemRandom;
use harp_core::store::account::{Added, Draft, DraftData, Verified};
use harp_tests::both;

use super::fixture::{NOW, account, after, email, stored_account, token};
use super::{Node, at_once, change, look, race};

both! {
    async fn an_account_is_found_as_it_was_stored(db: Db) {
        let plain = stored_account(&db).await;
        let mut full = account();
        full.person.name.middle = Some("María".into());
        full.person.address.line2 = None;
        full.email.verified_at = Some(NOW);
        full.challenge = Some(Challenge { question: Question::FirstPet, answer: PasswordHash("$x".into()) });
        full.standing = Standing::Active;
        full.proofed = Proofed::Questions { at: after(1) };
        full.epoch = 7;
        assert_eq!(change!(db, [full], |tx| tx.add_account(&full).await).await, Ok(Added::Added));
        for stored in [plain, full.clone()] {
            let (id, folded) = (stored.id, stored.username.folded());
            assert_eq!(look!(db, [id], |tx| tx.account(id).await).await, Ok(Some(stored.clone())));
            assert_eq!(look!(db, [folded], |tx| tx.account_by_username(&folded).await).await, Ok(Some(stored)));
        }
        let owner = look!(db, [], |tx| tx.verified_owner("ana@hospital.example").await).await;
        assert_eq!(owner, Ok(Some(full.id)), "an address that was only typed belongs to nobody");
        let nobody = AccountId::mint(NOW, &SystemRandom);
        assert_eq!(look!(db, [nobody], |tx| tx.account(nobody).await).await, Ok(None));
    }

    /// C01: compared without regard to case.
    async fn of_eight_who_choose_one_user_id_one_has_it(db: Db) {
        let added = at_once(8, |i| {
            let db = Node::of(&db);
            let mut account = account();
            account.username = Username::stored(if i % 2 == 0 { "AnaAna" } else { "anaANA" }.into());
            async move { change!(db, [account], |tx| tx.add_account(&account).await).await.unwrap() }
        })
        .await;
        assert_eq!(added.iter().filter(|a| **a == Added::Added).count(), 1, "{added:?}");
    }

    async fn of_eight_who_verify_one_address_one_has_it(db: Db) {
        let mut accounts = Vec::new();
        for _ in 0..8 {
            accounts.push(stored_account(&db).await.id);
        }
        let address = email("Ana@hospital.example");
        let verified = at_once(8, |i| {
            let (db, id, address) = (Node::of(&db), accounts[i], address.clone());
            async move { change!(db, [id, address], |tx| tx.verify_email(id, &address, NOW).await).await.unwrap() }
        })
        .await;
        let first = verified.iter().position(|v| *v == Verified::Verified).unwrap();
        assert_eq!(verified.iter().filter(|v| **v == Verified::Taken).count(), 7, "{verified:?}");
        let owner = look!(db, [], |tx| tx.verified_owner("ana@hospital.example").await).await;
        assert_eq!(owner, Ok(Some(accounts[first])));
        for (i, id) in accounts.into_iter().enumerate() {
            let at = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap().email.verified_at;
            assert_eq!(at, (i == first).then_some(NOW));
        }
    }

    async fn a_code_for_an_earlier_address_verifies_nothing(db: Db) {
        let id = stored_account(&db).await.id;
        let (old, new) = (email("Ana@hospital.example"), email("ana@home.example"));
        assert_eq!(change!(db, [id, new], |tx| tx.set_email(id, &new).await).await, Ok(true));
        let verify = |address: harp_core::kernel::text::EmailAddress| {
            change!(db, [id, address], |tx| tx.verify_email(id, &address, after(5)).await)
        };
        assert_eq!(verify(old.clone()).await, Ok(Verified::Changed));
        assert_eq!(verify(new.clone()).await, Ok(Verified::Verified));
        assert_eq!(verify(new.clone()).await, Ok(Verified::Verified), "twice does no harm");
        let kept = change!(db, [id, old], |tx| tx.set_email(id, &old).await).await;
        assert_eq!(kept, Ok(false), "a verified address is not replaced by one that is not");
        let email = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap().email;
        assert_eq!((email.address, email.verified_at), (new, Some(after(5))));
    }

    async fn of_eight_who_set_a_password_on_one_epoch_one_does(db: Db) {
        let id = stored_account(&db).await.id;
        let (new, stronger) = (PasswordHash("$new".into()), PasswordHash("$stronger".into()));
        let won = race!(db, [id, new], |tx| Ok(tx.set_password(id, &new, 0).await? == Some(1)));
        assert_eq!(won, 1);
        let old = PasswordHash("$argon2id$1".into());
        change!(db, [id, old, stronger], |tx| tx.upgrade_password_hash(id, &old, &stronger).await).await.unwrap();
        let stored = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
        assert_eq!((stored.password, stored.epoch), (new.clone(), 1), "only the hash that was verified is replaced");
        change!(db, [id, new, stronger], |tx| tx.upgrade_password_hash(id, &new, &stronger).await).await.unwrap();
        let stored = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
        assert_eq!((stored.password, stored.epoch), (stronger, 1));
    }

    async fn standing_challenge_and_proofing_change_as_they_are_told(db: Db) {
        let id = stored_account(&db).await.id;
        let won = race!(db, [id], |tx| tx.set_standing(id, Standing::PendingSetup, Standing::Active).await);
        assert_eq!(won, 1);
        let challenge = Challenge { question: Question::BirthCity, answer: PasswordHash("$answer".into()) };
        let proofed = Proofed::Questions { at: NOW };
        change!(db, [id, challenge, proofed], |tx| {
            tx.set_challenge(id, &challenge).await?;
            tx.set_proofed(id, proofed).await
        })
        .await
        .unwrap();
        let stored = look!(db, [id], |tx| tx.account(id).await).await.unwrap().unwrap();
        assert_eq!((stored.standing, stored.challenge, stored.proofed), (Standing::Active, Some(challenge), proofed));
    }

    /// A07
    async fn of_eight_accounts_that_claim_one_person_one_has_them(db: Db) {
        let accounts: Vec<_> = (0..8).map(|_| account().id).collect();
        // Half of them know a newer root key, and not the oldest.
        let person = |i: usize| PersonPrints::stored(if i.is_multiple_of(2) { "p2 p1" } else { "p3 p2" });
        let holders = at_once(8, |i| {
            let (db, id, person) = (Node::of(&db), accounts[i], person(i));
            async move { change!(db, [id, person], |tx| tx.claim_person(&person, id).await).await.unwrap() }
        })
        .await;
        let first = holders.iter().position(Option::is_none).unwrap();
        let told = holders.iter().filter(|h| **h == Some(accounts[first])).count();
        assert_eq!(told, 7, "the others are told who: {holders:?}");
        let known = if first.is_multiple_of(2) { ["p1", "p2", "p2 p9"] } else { ["p3", "p2", "p2 p9"] };
        for known in known.map(PersonPrints::stored) {
            let owner = look!(db, [known], |tx| tx.person_owner(&known).await).await;
            assert_eq!(owner, Ok(Some(accounts[first])), "{known:?}");
        }
        let other = PersonPrints::stored(if first.is_multiple_of(2) { "p3 p9" } else { "p1 p9" });
        assert_eq!(look!(db, [other], |tx| tx.person_owner(&other).await).await, Ok(None), "a refused claim leaves nothing");
    }

    /// B01
    async fn a_draft_is_kept_saved_by_one_and_spent_by_one(db: Db) {
        let draft = draft(60);
        let secret = draft.secret.clone();
        change!(db, [draft], |tx| tx.add_draft(&draft).await).await.unwrap();
        assert_eq!(look!(db, [secret], |tx| tx.draft(&secret).await).await, Ok(Some(draft.clone())));
        let mut changed = draft.clone();
        changed.data.username = "ana".into();
        assert_eq!(race!(db, [changed], |tx| tx.save_draft(&changed).await), 1);
        let stored = look!(db, [secret], |tx| tx.draft(&secret).await).await.unwrap().unwrap();
        assert_eq!((stored.data.username.as_str(), stored.version), ("ana", draft.version + 1));
        let old = draft.clone();
        assert_eq!(change!(db, [old], |tx| tx.spend_draft(&old).await).await, Ok(false), "it has changed since");
        assert_eq!(race!(db, [stored], |tx| tx.spend_draft(&stored).await), 1);
        assert_eq!(look!(db, [secret], |tx| tx.draft(&secret).await).await, Ok(None));
    }

    async fn only_drafts_that_expired_are_swept(db: Db) {
        for secs in [10, 20, 30] {
            let draft = draft(secs);
            change!(db, [draft], |tx| tx.add_draft(&draft).await).await.unwrap();
        }
        assert_eq!(change!(db, [], |tx| tx.sweep_drafts(after(25)).await).await, Ok(2));
        assert_eq!(change!(db, [], |tx| tx.sweep_drafts(after(25)).await).await, Ok(0));
    }
}

fn draft(life: u64) -> Draft {
    Draft {
        id: DraftId::mint(NOW, &SystemRandom),
        secret: token(),
        account: account().id,
        data: DraftData {
            question: Some(Question::FirstCar),
            password: Some(PasswordHash("$p".into())),
            case: Some(CaseId::mint(NOW, &SystemRandom)),
            return_to: Some("https://mft.example/?a=\"b\"".into()),
            ..DraftData::default()
        },
        version: 0,
        created_at: NOW,
        expires_at: after(life),
    }
}
