//! The audit trail.

use harp_core::audit::{Deed, Event};
use harp_core::kernel::act::{Actor, Origin};
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::{AccountId, EventId, FactorId, TraceId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;
use harp_tests::both;

use super::fixture::{NOW, account, after};
use super::{change, look};

both! {
    /// who, when, from where, under which request.
    async fn events_are_read_as_they_happened_oldest_first(db: Db) {
        let (ana, sol) = (account().id, account().id);
        let factor = FactorId::mint(NOW, &SystemRandom);
        let later = event(after(5), Some(sol), Deed::AccountCreated);
        // One act, one time: their order is that in which they were recorded.
        let act: Vec<Event> = [
            Deed::PasswordAccepted,
            Deed::CodeSent { factor, method: Method::Sms },
            Deed::SignInLocked { until: after(9) },
            Deed::FactorAdded { factor, method: Method::Totp },
        ]
        .map(|deed| event(NOW, Some(ana), deed))
        .into();
        let nobody = event(after(9), None, Deed::RegistrationStarted);
        for events in [vec![later.clone()], act.clone(), vec![nobody.clone()]] {
            change!(db, [events], |tx| {
                for event in &events {
                    tx.record(event).await?;
                }
                Ok(())
            })
            .await
            .unwrap();
        }
        let all = [act.clone(), vec![later.clone(), nobody]].concat();
        assert_eq!(look!(db, [], |tx| tx.events(None, 99).await).await, Ok(all));
        assert_eq!(look!(db, [], |tx| tx.events(Some(ana), 2).await).await, Ok(act[..2].to_vec()));
        assert_eq!(look!(db, [], |tx| tx.events(Some(sol), 99).await).await, Ok(vec![later]));
    }

    /// A deed that was rolled back has not happened.
    async fn an_event_goes_with_its_deed(db: Db) {
        let deed = event(NOW, None, Deed::RegistrationStarted);
        let told = change!(db, [deed], |tx| {
            tx.record(&deed).await?;
            Err::<(), _>(Fault::Corrupt("the deed went wrong".into()))
        })
        .await;
        assert!(told.is_err());
        assert_eq!(look!(db, [], |tx| tx.events(None, 9).await).await, Ok(vec![]));
    }
}

fn event(at: Timestamp, subject: Option<AccountId>, deed: Deed) -> Event {
    Event {
        id: EventId::mint(at, &SystemRandom),
        at,
        actor: subject.map_or(Actor::Anonymous, Actor::Person),
        origin: Origin { address: Some("192.0.2.7".parse().unwrap()), agent: Some("Browser/1".into()) },
        trace: TraceId::mint(&SystemRandom),
        subject,
        policy: "harp/1".into(),
        deed,
    }
}
