//! Factors, codes and counters.

use harp_core::account::PasswordHash;
use harp_core::factor::{Binding, CodeChallenge, CodePurpose, Factor, FactorStatus};
use harp_core::kernel::id::{AccountId, ChallengeId, FactorId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::text::Phone;
use harp_core::store::factor::Counter;
use harp_core::vault::Sealed;
use harp_tests::both;

use super::fixture::{NOW, after, email, stored_account};
use super::{Node, at_once, change, look, race};

const DAY: u64 = 24 * 60 * 60;

both! {
    /// P4: a recovery code is used up once, of eight at once by one; the set's removal takes the rest away.
    async fn a_lookup_code_is_spent_once_and_goes_with_its_set(db: Db) {
        let account = stored_account(&db).await.id;
        let set = factor(account, Binding::RecoveryCodes { left: 2 });
        let id = set.id;
        change!(db, [set], |tx| {
            tx.add_factor(&set).await?;
            for number in [1, 2] {
                tx.add_lookup_code(set.id, number, &PasswordHash(format!("hash {number}"))).await?;
            }
            Ok(())
        }).await.unwrap();
        assert_eq!(look!(db, [id], |tx| tx.factor(id).await).await, Ok(Some(set.clone())));
        let hash = look!(db, [id], |tx| tx.lookup_code(id, 2).await).await.unwrap();
        assert_eq!(hash, Some(PasswordHash("hash 2".to_owned())));
        assert_eq!(race!(db, [id], |tx| tx.spend_lookup_code(id, 2, after(1)).await), 1);
        assert_eq!(look!(db, [id], |tx| tx.lookup_code(id, 2).await).await, Ok(None));
        let left = look!(db, [id], |tx| tx.factor(id).await).await.unwrap().unwrap().binding;
        assert_eq!(left, Binding::RecoveryCodes { left: 1 });
        change!(db, [id], |tx| tx.remove_factor(id, after(2)).await).await.unwrap();
        assert_eq!(look!(db, [id], |tx| tx.lookup_code(id, 1).await).await, Ok(None));
    }

    async fn factors_are_found_as_they_were_stored_oldest_first(db: Db) {
        let account = stored_account(&db).await.id;
        let phone = Phone::parse("+12024561111").unwrap();
        let mut factors = Vec::new();
        for (secs, binding) in [
            (1, Binding::Sms { phone: phone.clone() }),
            (2, Binding::Voice { phone }),
            (3, Binding::Email { address: email("ana@home.example") }),
            (4, Binding::Totp { secret: Sealed("v1.k.n.c".into()), last_step: Some(57_000_000) }),
            (5, Binding::Totp { secret: Sealed("v1.k.n.d".into()), last_step: None }),
        ] {
            let factor = Factor { created_at: after(secs), ..factor(account, binding) };
            change!(db, [factor], |tx| tx.add_factor(&factor).await).await.unwrap();
            factors.push(factor);
        }
        assert_eq!(look!(db, [account], |tx| tx.factors(account).await).await, Ok(factors.clone()));
        let id = factors[3].id;
        assert_eq!(look!(db, [id], |tx| tx.factor(id).await).await, Ok(Some(factors[3].clone())));
    }

    /// E07
    async fn a_factor_is_activated_once_used_and_removed_once(db: Db) {
        let account = stored_account(&db).await.id;
        let factor = factor(account, Binding::Totp { secret: Sealed("v1.k.n.c".into()), last_step: None });
        let id = factor.id;
        change!(db, [factor], |tx| tx.add_factor(&factor).await).await.unwrap();
        assert_eq!(race!(db, [id], |tx| tx.activate_factor(id, after(1)).await), 1);
        for secs in [9, 3] {
            assert_eq!(change!(db, [id], |tx| tx.factor_used(id, after(secs)).await).await, Ok(true));
        }
        let stored = look!(db, [id], |tx| tx.factor(id).await).await.unwrap().unwrap();
        assert_eq!(stored.status, FactorStatus::Active);
        assert_eq!((stored.activated_at, stored.last_used_at), (Some(after(1)), Some(after(9))));
        assert_eq!(race!(db, [id], |tx| tx.remove_factor(id, after(20)).await), 1);
        let stored = look!(db, [id], |tx| tx.factor(id).await).await.unwrap().unwrap();
        assert_eq!(stored.status, FactorStatus::Removed);
        assert_eq!(stored.binding, Binding::Totp { secret: Sealed(String::new()), last_step: None }, "wiped");
        assert_eq!(look!(db, [account], |tx| tx.factors(account).await).await, Ok(vec![]));
        assert_eq!(change!(db, [id], |tx| tx.activate_factor(id, NOW).await).await, Ok(false));
        assert_eq!(change!(db, [id], |tx| tx.factor_used(id, after(30)).await).await, Ok(false));
        assert_eq!(change!(db, [id], |tx| tx.spend_totp_step(id, 1).await).await, Ok(false));
    }

    /// RFC 6238 §5.2
    async fn of_eight_who_use_one_totp_step_one_gets_in(db: Db) {
        let account = stored_account(&db).await.id;
        let factor = factor(account, Binding::Totp { secret: Sealed("v1.k.n.c".into()), last_step: None });
        let id = factor.id;
        change!(db, [factor], |tx| tx.add_factor(&factor).await).await.unwrap();
        for step in [100, 101, 105] {
            assert_eq!(race!(db, [id], |tx| tx.spend_totp_step(id, step).await), 1, "{step}");
        }
        assert_eq!(change!(db, [id], |tx| tx.spend_totp_step(id, 104).await).await, Ok(false));
    }

    ///
    async fn a_code_is_spent_once_and_only_the_latest_in_time(db: Db) {
        let challenge = stored_challenge(&db).await;
        let id = challenge.id;
        assert_eq!(look!(db, [id], |tx| tx.challenge(id).await).await, Ok(Some(challenge)));
        let spend = |resend, secs| change!(db, [id], |tx| tx.spend_challenge(id, resend, after(secs)).await);
        assert_eq!(spend(0, 600).await, Ok(false), "it has expired");
        assert_eq!(race!(db, [id], |tx| tx.resend_challenge(id, 0, after(900)).await), 1);
        assert_eq!(spend(0, 10).await, Ok(false), "a later code was sent");
        assert_eq!(race!(db, [id], |tx| tx.spend_challenge(id, 1, after(899)).await), 1);
        let resent = change!(db, [id], |tx| tx.resend_challenge(id, 1, after(900)).await).await;
        assert_eq!(resent, Ok(false), "it is spent");
        let stored = look!(db, [id], |tx| tx.challenge(id).await).await.unwrap().unwrap();
        assert_eq!((stored.resend, stored.spent_at), (1, Some(after(899))));
    }

    async fn the_newest_unspent_challenge_for_a_purpose_is_found(db: Db) {
        let first = stored_challenge(&db).await;
        let account = first.account;
        let later = CodeChallenge { id: ChallengeId::mint(NOW, &SystemRandom), created_at: after(5), ..first.clone() };
        let other = CodeChallenge {
            id: ChallengeId::mint(NOW, &SystemRandom),
            purpose: CodePurpose::ConfirmEmail { address: email("ana@home.example") },
            created_at: after(9),
            ..first.clone()
        };
        for challenge in [&later, &other] {
            change!(db, [challenge], |tx| tx.add_challenge(&challenge).await).await.unwrap();
        }
        let purpose = first.purpose.clone();
        let found = look!(db, [purpose], |tx| tx.challenge_for(account, &purpose).await).await;
        assert_eq!(found, Ok(Some(later.clone())));
        let id = later.id;
        change!(db, [id], |tx| tx.spend_challenge(id, 0, NOW).await).await.unwrap();
        let found = look!(db, [purpose], |tx| tx.challenge_for(account, &purpose).await).await;
        assert_eq!(found, Ok(Some(first)));
    }

    async fn of_eight_who_count_one_is_heard_and_the_others_read_again(db: Db) {
        for version in 0..3 {
            let won = race!(db, [], |tx| tx.save_budget("ana", version, "{\"n\":1}", after(60)).await);
            assert_eq!(won, 1, "{version}");
        }
        let counter = Counter { json: "{\"n\":1}".into(), version: 3 };
        assert_eq!(look!(db, [], |tx| tx.budget("ana").await).await, Ok(Some(counter)));
        assert_eq!(look!(db, [], |tx| tx.budget("sol").await).await, Ok(None));
    }

    /// Read, count, save, until it was heard: what eight do at once is counted eight times.
    async fn no_failure_is_lost_among_eight(db: Db) {
        at_once(8, |_| {
            let db = Node::of(&db);
            async move {
                while !change!(db, [], |tx| {
                    let seen = tx.budget("ana").await?;
                    let (n, version) = seen.map_or((0, 0), |c| (c.json.parse::<u32>().unwrap(), c.version));
                    tx.save_budget("ana", version, &(n + 1).to_string(), after(60)).await
                })
                .await
                .unwrap()
                {}
            }
        })
        .await;
        let counter = look!(db, [], |tx| tx.budget("ana").await).await.unwrap().unwrap();
        assert_eq!(counter.json, "8");
    }

    async fn codes_and_counters_are_swept_when_nothing_asks_for_them_any_more(db: Db) {
        let challenge = stored_challenge(&db).await;
        change!(db, [], |tx| tx.save_budget("ana", 0, "{}", after(60)).await).await.unwrap();
        change!(db, [], |tx| tx.save_budget("sol", 0, "{}", after(3 * DAY)).await).await.unwrap();
        assert_eq!(change!(db, [], |tx| tx.sweep_codes(after(59)).await).await, Ok(0));
        assert_eq!(change!(db, [], |tx| tx.sweep_codes(after(700)).await).await, Ok(1), "the counter");
        let id = challenge.id;
        let kept = look!(db, [id], |tx| tx.challenge(id).await).await.unwrap();
        assert!(kept.is_some(), "its code has expired, but another may be asked for");
        assert_eq!(change!(db, [], |tx| tx.sweep_codes(after(2 * DAY)).await).await, Ok(1), "the challenge");
        assert_eq!(look!(db, [id], |tx| tx.challenge(id).await).await, Ok(None));
        assert!(look!(db, [], |tx| tx.budget("sol").await).await.unwrap().is_some());
    }
}

fn factor(account: AccountId, binding: Binding) -> Factor {
    Factor {
        id: FactorId::mint(NOW, &SystemRandom),
        account,
        binding,
        status: FactorStatus::Unverified,
        created_at: NOW,
        activated_at: None,
        last_used_at: None,
    }
}

/// A code for a factor, good for ten minutes.
async fn stored_challenge(db: &harp_tests::cluster::Db) -> CodeChallenge {
    let challenge = CodeChallenge {
        id: ChallengeId::mint(NOW, &SystemRandom),
        account: stored_account(db).await.id,
        purpose: CodePurpose::Factor { factor: FactorId::mint(NOW, &SystemRandom) },
        resend: 0,
        expires_at: after(600),
        created_at: NOW,
        spent_at: None,
    };
    change!(db, [challenge], |tx| tx.add_challenge(&challenge).await).await.unwrap();
    challenge
}
