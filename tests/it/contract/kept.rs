//! Forms that wait for the person who typed them (P17).

use std::sync::Arc;

use harp_core::kernel::id::AccountId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Hashed;
use harp_core::kernel::time::Timestamp;
use harp_core::vault::Sealed;
use harp_oidc::grant::kept::KeptForm;
use harp_oidc::store::OidcStore;
use harp_tests::both;

use super::fixture::{NOW, after, token};
use crate::spec::op::write;

async fn keep(store: &OidcStore, account: AccountId, expires_at: Timestamp) -> KeptForm {
    let sealed = Sealed("sealed".to_owned());
    let form = KeptForm { secret: token(), account, path: "/deny".to_owned(), sealed, expires_at };
    let kept = form.clone();
    write(store, move |tx| {
        let kept = kept.clone();
        Box::pin(async move { tx.keep_form(&kept, 3).await })
    })
    .await;
    form
}

async fn found(store: &OidcStore, secret: &Hashed, account: AccountId, at: Timestamp) -> Option<KeptForm> {
    let secret = secret.clone();
    write(store, move |tx| {
        let secret = secret.clone();
        Box::pin(async move { tx.kept_form(&secret, account, at).await })
    })
    .await
}

both! {
    async fn a_form_waits_for_its_account_until_its_time_is_up(db: Db) {
        let store = OidcStore::new(Arc::clone(&db.store));
        let (ana, mallory) = (AccountId::mint(NOW, &SystemRandom), AccountId::mint(NOW, &SystemRandom));
        let form = keep(&store, ana, after(60)).await;
        assert_eq!(found(&store, &form.secret, ana, NOW).await, Some(form.clone()));
        assert_eq!(found(&store, &form.secret, mallory, NOW).await, None);
        assert_eq!(found(&store, &token(), ana, NOW).await, None);
        assert_eq!(found(&store, &form.secret, ana, after(60)).await, None);

        let forget = |who: AccountId| {
            let (store, secret) = (store.clone(), form.secret.clone());
            async move {
                write(&store, move |tx| {
                    let secret = secret.clone();
                    Box::pin(async move { tx.forget_form(&secret, who).await })
                })
                .await
            }
        };
        forget(mallory).await;
        assert!(found(&store, &form.secret, ana, NOW).await.is_some(), "it is not Mallory's to forget");
        forget(ana).await;
        assert_eq!(found(&store, &form.secret, ana, NOW).await, None);
    }

    async fn the_oldest_forms_of_a_person_give_way_and_the_sweep_takes_what_is_over(db: Db) {
        let store = OidcStore::new(Arc::clone(&db.store));
        let (ana, sol) = (AccountId::mint(NOW, &SystemRandom), AccountId::mint(NOW, &SystemRandom));
        let others = keep(&store, sol, after(1)).await;
        let mut forms = Vec::new();
        for n in 1..=5 {
            forms.push(keep(&store, ana, after(n * 10)).await);
        }
        for (n, form) in forms.iter().enumerate() {
            assert_eq!(found(&store, &form.secret, ana, NOW).await.is_some(), n >= 2, "{n}");
        }
        assert!(found(&store, &others.secret, sol, NOW).await.is_some(), "nobody else's give way");
        let swept = write(&store, |tx| Box::pin(async move { tx.sweep_kept_forms(after(30)).await })).await;
        assert_eq!(swept, 2);
        assert!(found(&store, &forms[4].secret, ana, NOW).await.is_some());
    }
}
