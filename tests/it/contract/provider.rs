//! The provider's ports: what may happen once, tried by eight at once, and by eight nodes.

use std::sync::Arc;

use harp_core::adapter::courier::memory::Mailbox;
use harp_core::adapter::prover::absent::NoVendor;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Secret;
use harp_core::vault::{RootKey, Vault};
use harp_oidc::flow::{keys, sweep};
use harp_oidc::grant::FamilyId;
use harp_oidc::grant::code::{AuthorizationCode, Bound};
use harp_oidc::grant::subject::Subject;
use harp_oidc::jose::alg::Alg;
use harp_oidc::jose::keyring::Schedule;
use harp_oidc::protocol::client::ClientId;
use harp_oidc::protocol::issuer::Issuer;
use harp_oidc::store::OidcStore;
use harp_oidc::store::code::Spend;
use harp_oidc::{Needs, Provider};
use harp_tests::both;

use super::at_once;
use super::fixture::{NOW, after, token};
use crate::spec::op::{Op, write};

fn store(db: &harp_tests::cluster::Db) -> OidcStore {
    OidcStore::new(Arc::clone(&db.store))
}

both! {
    async fn eight_at_once_get_one_subject_and_sectors_get_different_ones(db: Db) {
        let account = AccountId::mint(NOW, &SystemRandom);
        let claim = |sector: &'static str| {
            let (store, fresh) = (store(&db), Subject::mint(&SystemRandom));
            async move {
                write(&store, move |tx| {
                    let fresh = fresh.clone();
                    Box::pin(async move { tx.claim_subject(account, sector, &fresh).await })
                })
                .await
            }
        };
        let subjects = at_once(8, |_| claim("public")).await;
        assert!(subjects.iter().all(|subject| *subject == subjects[0]));
        assert_ne!(claim("other").await, subjects[0]);
    }

    async fn a_code_is_spent_by_one_of_eight_and_the_others_learn_what_to_revoke(db: Db) {
        let (secret, family) = (token(), FamilyId::mint(NOW, &SystemRandom));
        let client = ClientId::parse("mft").unwrap();
        let bound = Bound { redirect_uri: "https://mft.example/cb".into(), challenge: None, nonce: Some("n".into()) };
        let code = AuthorizationCode { secret, client, family, bound, expires_at: after(60) };
        let stored = code.clone();
        write(&store(&db), move |tx| {
            let code = stored.clone();
            Box::pin(async move { tx.add_code(&code).await })
        })
        .await;
        let spend = |client: &'static str| {
            let (store, secret) = (store(&db), code.secret.clone());
            async move {
                write(&store, move |tx| {
                    let secret = secret.clone();
                    Box::pin(async move { tx.spend_code(&secret, &ClientId::parse(client).unwrap(), after(9)).await })
                })
                .await
            }
        };
        assert_eq!(spend("other").await, Spend::Unknown);
        let answers = at_once(8, |_| spend("mft")).await;
        assert_eq!(answers.iter().filter(|it| **it == Spend::Spent(code.clone())).count(), 1);
        assert_eq!(answers.iter().filter(|it| **it == Spend::Replayed(family)).count(), 7);
        assert_eq!(spend("other").await, Spend::Unknown);
    }

    /// Eight nodes that start at once on an empty database: one of them makes the keys, all of them sign with them.
    async fn eight_nodes_at_once_make_one_set_of_keys(db: Db) {
        let mut nodes = Vec::new();
        for _ in 0..8 {
            nodes.push(Arc::new(db.another_node().await.unwrap()));
        }
        let providers = at_once(8, |i| {
            let needs = Needs {
                issuer: Issuer::parse("https://id.example").unwrap(),
                store: Arc::clone(&nodes[i]),
                vault: Vault::new(RootKey { kid: "k".into(), key: Secret::new([7; 32]) }, vec![]),
                prover: Arc::new(NoVendor),
                courier: Arc::new(Mailbox::default()),
            };
            let schedule = Schedule { algs: vec![Alg::Es256], ..Schedule::default() };
            async move { Provider::builder(needs).schedule(schedule).build().await.unwrap() }
        })
        .await;
        let mut seen = Vec::new();
        for provider in &providers {
            let ring = keys::ring(provider.oidc(), NOW).await.unwrap();
            let mut kids: Vec<String> = ring.records().into_iter().map(|key| key.kid).collect();
            kids.sort();
            seen.push(kids);
        }
        assert_eq!(seen[0].len(), 2, "a current and a next one");
        assert!(seen.iter().all(|kids| *kids == seen[0]));
    }

    /// A spent code is remembered for a day, so that a late replay is still recognised; then everything goes.
    async fn what_is_over_is_swept_in_its_time(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let act = |op: &Op| harp_core::kernel::act::Act {
            actor: harp_core::kernel::act::Actor::System,
            now: op.now(),
            origin: Default::default(),
            trace: harp_core::kernel::id::TraceId::mint(&SystemRandom),
            browser: None,
        };
        let code = op.code(&[], &ana).await;
        assert_eq!(op.exchange(&code, &[]).await.status, 200);
        op.authorize(&[], None).await;
        op.after(2 * 3600);
        let oidc = op.provider.oidc();
        assert_eq!(sweep::sweep(oidc, &act(&op)).await.unwrap(), 2, "the access token and the waiting request");
        assert_eq!(op.exchange(&code, &[]).await.json()["error"], "invalid_grant");
        let replays = |events: Vec<harp_core::audit::Event>| {
            events.into_iter().filter(|e| matches!(e.deed, harp_core::audit::Deed::CodeReplayed { .. })).count()
        };
        assert_eq!(replays(op.events().await), 1);
        op.after(25 * 3600);
        assert_eq!(sweep::sweep(oidc, &act(&op)).await.unwrap(), 2, "the code and its family");
    }
}
