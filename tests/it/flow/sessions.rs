//! Sessions: how they end, for every copy of their cookie.

use std::time::Duration;

use crate::stage::Stage;
use harp_core::flow::sessions::{self, Live};
use harp_core::flow::sign_in::SignedIn;
use harp_core::flow::sweep::sweep;
use harp_core::kernel::act::Actor;
use harp_core::kernel::assurance::Method;
use harp_core::policy::HARP;
use harp_core::session::Ended;
use harp_tests::both;

use super::steps::*;
use crate::contract::winners;

const MINUTE: Duration = Duration::from_secs(60);

async fn check(stage: &Stage, signed_in: &SignedIn) -> Result<Live, Ended> {
    sessions::authenticate(&stage.harp, &signed_in.secret, &stage.act()).await.unwrap()
}

both! {
    /// A copied cookie is dead after sign-out; eight at once sign out once.
    async fn signing_out_ends_every_copy_of_the_cookie(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let signed_in = sign_in_by_phone(&stage, &phone).await;
        let live = check(&stage, &signed_in).await.unwrap();
        let won = winners(|_| {
            let (harp, live, act) = (stage.harp.clone(), live.clone(), stage.act());
            async move { sessions::sign_out(&harp, &live, &act).await.unwrap() }
        })
        .await;
        assert_eq!(won, 1);
        assert_eq!(check(&stage, &signed_in).await.err(), Some(Ended::SignedOut));
    }

    /// idle ends it after 15 minutes; what does not count as use does not keep it; the absolute limit ends it
    /// even when busy.
    async fn a_session_ends_when_idle_and_when_old(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let idle = sign_in_by_phone(&stage, &phone).await;
        let busy = sign_in_by_phone(&stage, &phone).await;
        let start = stage.act().now;
        stage.later(14 * MINUTE);
        assert!(check(&stage, &idle).await.is_ok(), "looking is no use");
        let live = check(&stage, &busy).await.unwrap();
        sessions::used(&stage.harp, live, &stage.act()).await.unwrap();
        stage.later(MINUTE);
        assert_eq!(check(&stage, &idle).await.err(), Some(Ended::Idle));
        while stage.act().now.since(start) < HARP.session.absolute {
            let live = check(&stage, &busy).await.unwrap();
            sessions::used(&stage.harp, live, &stage.act()).await.unwrap();
            stage.later(14 * MINUTE);
        }
        assert_eq!(check(&stage, &busy).await.err(), Some(Ended::Absolute));
    }

    /// The list shows what serves, and all but this one can be ended.
    async fn the_others_can_be_ended(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let other = sign_in_by_phone(&stage, &phone).await;
        let listed = sessions::list(&stage.harp, &live, &stage.act()).await.unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed.iter().all(|s| s.origin.address.is_some()));
        assert_eq!(sessions::end_others(&stage.harp, &live, &stage.act()).await.unwrap(), 1);
        assert_eq!(check(&stage, &other).await.err(), Some(Ended::SignedOut));
        assert_eq!(sessions::list(&stage.harp, &live, &stage.act()).await.unwrap().len(), 1);
        assert!(!sessions::end(&stage.harp, &live, other.session.id, &stage.act()).await.unwrap());
    }

    /// What is over is swept, and what serves is not.
    async fn sweeping_takes_what_is_over_and_nothing_else(db: Db) {
        let (stage, live) = with_phone(db).await;
        let phone = device(&stage, &live, Method::Sms).await;
        let signed_in = sign_in_by_phone(&stage, &phone).await;
        let unfinished = token(&stage, ANA).await;
        choose(&stage, &unfinished, &phone).await;
        let act = || stage.act().by(Actor::System);
        sweep(&stage.harp, &act()).await.unwrap();
        assert!(check(&stage, &signed_in).await.is_ok());
        let code = text(&stage, PHONE).await;
        assert!(matches!(
            verify(&stage, &unfinished, &code).await,
            harp_core::flow::sign_in::CodeOutcome::SignedIn(_)
        ));
        stage.later(Duration::from_secs(60 * 24 * 3600));
        let swept = sweep(&stage.harp, &act()).await.unwrap();
        assert!(swept.sessions >= 2 && swept.codes >= 2, "{swept:?}");
    }
}
