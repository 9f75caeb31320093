//! A client that an operator disables is refused at once, everywhere, and what it held does not come back (RFC 6749 §4.1.2.1,
//! §5.2, RFC 6750 §3.1). Its registration is changed only into one that could have been registered.

use std::sync::Arc;

use harp_core::audit::Deed;
use harp_core::kernel::act::{Act, Actor, Origin};
use harp_core::kernel::id::TraceId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Plain;
use harp_oidc::flow::clients::{self, Change, Changed, Members};
use harp_oidc::grant::client::Terms;
use harp_oidc::grant::registration::Unregistrable;
use harp_oidc::grant::terms::TermsText;
use harp_oidc::protocol::client::ClientId;
use harp_tests::both;

use super::oidc_core_3_1_2::resume;
use super::op::{CALLBACK, Op, SECRET, basic};
use crate::contract::at_once;

fn operator(op: &Op) -> Act {
    let trace = TraceId::mint(&SystemRandom);
    Act { actor: Actor::Operator, now: op.now(), origin: Origin::default(), trace, browser: None }
}

async fn change(op: &Op, change: Change) -> Changed {
    let id = ClientId::parse("mft").unwrap();
    clients::change(op.provider.oidc(), &id, &change, &operator(op)).await.unwrap()
}

fn members(members: Members) -> Change {
    Change::Registration(Box::new(members))
}

both! {
    /// H09: an application is retired.
    async fn a_disabled_client_is_refused_and_its_codes_and_tokens_are_dead_for_good(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let token = op.tokens(&[], &ana).await["access_token"].as_str().unwrap().to_owned();
        let code = op.code(&[], &ana).await;
        assert_eq!(op.userinfo(&token).await.status, 200);
        assert!(matches!(change(&op, Change::Disable).await, Changed::Changed(_)));
        assert_eq!(change(&op, Change::Disable).await, Changed::Already);

        assert!(op.authorize(&[], Some(&ana)).await.is_page());
        let refused = op.exchange(&code, &[]).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["error"]), (401, &"invalid_client".into()));
        let refused = op.userinfo(&token).await;
        assert_eq!(refused.status, 401);
        assert!(refused.header("www-authenticate").contains("invalid_token"), "{refused:?}");

        assert!(matches!(change(&op, Change::Enable).await, Changed::Changed(_)));
        let dead = op.exchange(&code, &[]).await;
        assert_eq!((dead.status.as_u16(), &dead.json()["error"]), (400, &"invalid_grant".into()));
        assert_eq!(op.userinfo(&token).await.status, 401);
        assert!(op.tokens(&[], &ana).await["id_token"].is_string(), "a new sign-in works");
        let events = op.events().await.into_iter().filter(|event| event.actor == Actor::Operator);
        let deeds: Vec<Deed> = events.map(|event| event.deed).collect();
        // The clock stands still: their order is not told.
        let client = "mft".to_owned();
        assert!(deeds.len() == 2 && deeds.contains(&Deed::ClientDisabled { client: client.clone() }));
        assert!(deeds.contains(&Deed::ClientEnabled { client }), "{deeds:?}");
    }

    /// A request that waits for a sign-in while its client is disabled gets a page and no code.
    async fn a_waiting_request_of_a_client_that_is_disabled_meanwhile_gets_a_page(db: Db) {
        let op = Op::new(db).await;
        let waits = op.authorize(&[], None).await;
        assert!(matches!(change(&op, Change::Disable).await, Changed::Changed(_)));
        let ana = op.ana().await;
        let answer = resume(&op, &waits, Some(&ana)).await;
        assert!(answer.is_page(), "{answer:?}");
    }

    async fn a_rotated_secret_is_the_only_one(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let fresh = Plain::mint(&SystemRandom);
        assert!(matches!(change(&op, Change::Secret(fresh.hashed())).await, Changed::Changed(_)));
        let code = op.code(&[], &ana).await;
        let old = op.exchange_as(&basic("mft", SECRET), &code, &[]).await;
        assert_eq!(&old.json()["error"], "invalid_client");
        assert_eq!(op.exchange_as(&basic("mft", fresh.expose()), &code, &[]).await.status, 200);
    }

    /// F12: who agreed to a version has agreed to its text, and terms that nobody is asked for are a slip.
    async fn terms_are_neither_rewritten_under_their_version_nor_kept_unasked(db: Db) {
        let op = Op::new(db).await;
        let own = |version, text| Some(Some(TermsText::parse(version, text).unwrap()));
        let of = |own_terms, terms| members(Members { own_terms, terms, ..Members::default() });
        let unasked = change(&op, of(own("1", "Ours."), Some(Terms::Never))).await;
        assert_eq!(unasked, Changed::Unregistrable(Unregistrable::TermsUnasked));
        let asked = change(&op, of(own("1", "Ours."), Some(Terms::EachVersion))).await;
        assert!(matches!(asked, Changed::Changed(_)), "{asked:?}");
        let rewritten = change(&op, of(own("1", "Other words."), None)).await;
        assert_eq!(rewritten, Changed::Unregistrable(Unregistrable::TermsRewritten("1".to_owned())));
        let renewed = change(&op, of(own("2", "Other words."), None)).await;
        assert!(matches!(renewed, Changed::Changed(_)), "{renewed:?}");
    }

    async fn a_change_is_judged_like_a_registration_and_holds_at_once(db: Db) {
        let op = Op::new(db).await;
        let ana = op.ana().await;
        let moved = "https://mft.example/elsewhere";
        for bad in ["http://mft.example/", "https://mft.example/*", "javascript:alert(1)", "https://mft.example/#x"] {
            let redirects = Some(vec![moved.to_owned(), bad.to_owned()]);
            let refused = change(&op, members(Members { redirects, ..Members::default() })).await;
            assert!(matches!(refused, Changed::Unregistrable(_)), "{bad}: {refused:?}");
        }
        let nowhere = Members { program: Some(Some("nowhere".to_owned())), ..Members::default() };
        assert_eq!(change(&op, members(nowhere)).await, Changed::NoSuchProgram);
        let redirects = Some(vec![moved.to_owned()]);
        let changed = change(&op, members(Members { redirects, ..Members::default() })).await;
        assert!(matches!(changed, Changed::Changed(_)), "{changed:?}");
        assert!(op.authorize(&[("redirect_uri", CALLBACK)], Some(&ana)).await.is_page());
        let answer = op.authorize(&[("redirect_uri", moved)], Some(&ana)).await;
        assert!(answer.location().unwrap().as_str().starts_with(moved));
        let told = op.events().await.into_iter().find_map(|event| match event.deed {
            Deed::ClientChanged { members, .. } => Some(members),
            _ => None,
        });
        assert_eq!(told.unwrap(), ["redirect_uris"]);
    }

    /// Eight changes of different members at once: none is lost.
    async fn of_eight_changes_at_once_none_is_lost(db: Db) {
        let op = Arc::new(Op::new(db).await);
        let answers = at_once(8, |n| {
            let op = Arc::clone(&op);
            async move {
                let text = |text: &str| Some(text.to_owned());
                let change_to = match n {
                    0 => members(Members { name: text("Renamed"), ..Members::default() }),
                    1 => members(Members { home: Some(text("https://mft.example/start")), ..Members::default() }),
                    2 => members(Members { signing: text("ES256"), ..Members::default() }),
                    3 => members(Members { scope: text("openid"), ..Members::default() }),
                    _ => Change::Disable,
                };
                change(&op, change_to).await
            }
        })
        .await;
        assert_eq!(answers.iter().filter(|one| matches!(one, Changed::Changed(_))).count(), 5, "one disables");
        let client = clients::list(op.provider.oidc()).await.unwrap().remove(0);
        assert_eq!((client.name.as_str(), client.signing.as_str()), ("Renamed", "ES256"));
        assert_eq!((client.scopes.to_string().as_str(), client.home.is_some()), ("openid", true));
        assert!(client.disabled_at.is_some());
    }
}
