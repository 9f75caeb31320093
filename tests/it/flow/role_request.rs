//! Asking for roles and deciding about them, while accounts and roles change (D01, H06, H07, I05).

use std::sync::Arc;

use harp_core::access::{RequestState, Role, RoleKind, RoleRequest};
use harp_core::account::{Account, Proofed, Standing};
use harp_core::flow::decide_request::{self, Answer, May, Outcome, Queue};
use harp_core::flow::request_role::{self, MOST_PENDING, Submitted, Wanted};
use harp_core::kernel::id::{AccountId, RequestId, RoleId};
use harp_core::kernel::random::SystemRandom;
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::eight;
use crate::contract::fixture::{Hospital, NOW, account, active_account, hospital, official};
use crate::contract::{Node, change};
use crate::stage::Stage;

/// Ana, who may ask, and Sol, who decides.
struct House {
    stage: Stage,
    node: Node,
    hospital: Hospital,
    ana: AccountId,
    sol: AccountId,
}

async fn house(db: Db) -> House {
    let hospital = hospital(&db).await;
    let (ana, sol) = (active_account(&db).await.id, official(&db, &hospital).await.account);
    let node = Node::of(&db);
    House { stage: Stage::on(db, &HARP), node, hospital, ana, sol }
}

impl House {
    async fn ask(&self, role: RoleId) -> Submitted {
        let (program, org) = (self.hospital.program.id, self.hospital.org.id);
        let wanted = Wanted { program, org, roles: vec![role] };
        request_role::submit(&self.stage.harp, self.ana, &wanted, &self.stage.act()).await.unwrap()
    }

    async fn asked(&self) -> RequestId {
        match self.ask(self.hospital.user.id).await {
            Submitted::Pending { request, .. } => request,
            other => panic!("{other:?}"),
        }
    }

    async fn decide(&self, id: RequestId, answer: Answer) -> Outcome {
        decide_request::decide(&self.stage.harp, self.sol, id, &answer, &self.stage.act()).await.unwrap()
    }

    async fn disable(&self, account: AccountId) {
        let set = change!(self.node, [account], |tx| {
            tx.set_standing(account, Standing::Active, Standing::Disabled).await
        });
        assert_eq!(set.await, Ok(true));
    }

    async fn holds(&self) -> usize {
        request_role::held(&self.stage.harp, self.ana, &self.stage.act()).await.unwrap().len()
    }
}

both! {
    /// I05: a Security Official whose account is disabled sees no queue and decides nothing.
    async fn a_disabled_official_decides_nothing(db: Db) {
        let house = house(db).await;
        let id = house.asked().await;
        house.disable(house.sol).await;
        let queue = decide_request::queue(&house.stage.harp, house.sol, None, &house.stage.act()).await.unwrap();
        assert_eq!(queue, Queue::NotAnOfficial);
        assert_eq!(house.decide(id, Answer::Approve).await, Outcome::NotYours);
        assert_eq!(house.holds().await, 0);
    }

    /// D01: who was disabled since asking is given no role; the request can be denied.
    async fn a_disabled_requester_is_given_no_role(db: Db) {
        let house = house(db).await;
        let id = house.asked().await;
        house.disable(house.ana).await;
        let looked = decide_request::look(&house.stage.harp, house.sol, id, &house.stage.act()).await;
        assert_eq!(looked.unwrap().unwrap().waiting.may, May::OnlyDeny);
        assert_eq!(house.decide(id, Answer::Approve).await, Outcome::NotEligible);
        assert_eq!(house.holds().await, 0);
        let denied = house.decide(id, Answer::Deny { reason: "Left us.".into() }).await;
        assert!(matches!(denied, Outcome::Denied(_)), "{denied:?}");
    }

    /// D01: the same for who is not proofed any more; who is again, is approved.
    async fn a_requester_who_is_not_proofed_any_more_is_given_no_role(db: Db) {
        let house = house(db).await;
        let (id, ana) = (house.asked().await, house.ana);
        change!(house.node, [ana], |tx| tx.set_proofed(ana, Proofed::No).await).await.unwrap();
        assert_eq!(house.decide(id, Answer::Approve).await, Outcome::NotEligible);
        let at = NOW;
        change!(house.node, [ana, at], |tx| tx.set_proofed(ana, Proofed::Questions { at }).await).await.unwrap();
        let approved = house.decide(id, Answer::Approve).await;
        assert!(matches!(approved, Outcome::Approved(_)), "{approved:?}");
        assert_eq!(house.holds().await, 1);
    }

    /// I05: however many wait, the Security Official sees a page of them, oldest first, and then the next, until all were
    /// seen once; who is at an organization beside it sees none.
    async fn five_hundred_who_wait_are_shown_page_by_page(db: Db) {
        let people: Vec<Account> = (0..500).map(|_| account()).collect();
        let house = house(db).await;
        let (program, org, role) = (house.hospital.program.id, house.hospital.org.id, house.hospital.user.id);
        let mut requests = Vec::new();
        for (n, person) in (0u64..).zip(&people) {
            let account = if n == 7 { house.sol } else { person.id };
            let created_at = NOW + std::time::Duration::from_secs(n / 3);
            let id = RequestId::mint(NOW, &SystemRandom);
            let (roles, state) = (vec![role], RequestState::Pending);
            requests.push(RoleRequest { id, account, program, org, roles, state, created_at });
        }
        let mut all: Vec<_> = requests.iter().map(|r| (r.created_at, r.id)).collect();
        all.sort_unstable();
        let added = change!(house.node, [people, requests], |tx| {
            for (person, request) in people.iter().zip(&requests) {
                tx.add_account(person).await?;
                tx.add_request(request).await?;
            }
            Ok(())
        });
        added.await.unwrap();
        let (harp, act) = (&house.stage.harp, house.stage.act());
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let queue = decide_request::queue(harp, house.sol, after, &act).await.unwrap();
            let Queue::Requests(page) = queue else { panic!("{queue:?}") };
            assert!(page.waiting.len() <= 50);
            seen.extend(page.waiting.iter().map(|w| (w.view.created_at, w.view.id)));
            assert!(page.waiting.iter().all(|w| (w.may == May::OwnRequest) == (w.view.requester_id == house.sol)));
            after = page.more;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, all);
        assert_eq!(decide_request::waiting(harp, house.sol, &act).await.unwrap(), 499, "not their own");
        assert_eq!(decide_request::waiting(harp, house.ana, &act).await.unwrap(), 0);
    }

    /// H06: a person's requests take turns: of eight at once only as many wait as may.
    async fn of_eight_who_ask_for_the_last_place_one_waits(db: Db) {
        let house = Arc::new(house(db).await);
        let mut roles = Vec::new();
        for n in 0..MOST_PENDING + 7 {
            let role = Role {
                id: RoleId::mint(NOW, &SystemRandom),
                program: house.hospital.program.id,
                key: format!("role_{n}"),
                name: format!("Role {n}"),
                kind: RoleKind::Ordinary,
                permissions: vec![],
            };
            change!(house.node, [role], |tx| tx.put_role(&role).await).await.unwrap();
            roles.push(role.id);
        }
        for role in &roles[..MOST_PENDING - 1] {
            assert!(matches!(house.ask(*role).await, Submitted::Pending { .. }));
        }
        let outcomes = eight(|n| {
            let (house, role) = (Arc::clone(&house), roles[MOST_PENDING - 1 + n]);
            async move { house.ask(role).await }
        })
        .await;
        let waiting = outcomes.iter().filter(|o| matches!(o, Submitted::Pending { .. })).count();
        let refused = outcomes.iter().filter(|o| **o == Submitted::TooMany).count();
        assert_eq!((waiting, refused), (1, 7), "{outcomes:?}");
    }
}
