//! What becomes of a role request: approved, denied with a reason, decided once, never by its own requester (H07, H08, MFT-3, MFT-4).

use std::sync::Arc;

use harp_core::account::field::{Field, Problem};
use harp_core::flow::decide_request::{self, Answer, May, Outcome, Queue};
use harp_core::flow::request_role::{self, OfferState, Submitted, Wanted};
use harp_core::kernel::id::{AccountId, OrgId, RequestId, RoleId};
use harp_core::kernel::random::SystemRandom;
use harp_core::policy::HARP;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::eight;
use crate::contract::fixture::{Hospital, NOW, active_account, assignment, hospital, official};
use crate::contract::{Node, change};
use crate::stage::Stage;

struct Scene {
    stage: Stage,
    hospital: Hospital,
    /// May ask; her address is confirmed.
    ana: AccountId,
    /// A Security Official of the hospital, and another one.
    sol: AccountId,
    uma: AccountId,
    /// Active and proofed, and official of nothing here.
    mallory: AccountId,
    address: String,
}

async fn scene(db: Db) -> Scene {
    let hospital = hospital(&db).await;
    let (sol, uma) = (official(&db, &hospital).await.account, official(&db, &hospital).await.account);
    let (ana, mallory) = (active_account(&db).await, active_account(&db).await.id);
    let (id, address) = (ana.id, ana.email.address.clone());
    let node = Node::of(&db);
    change!(node, [id, address], |tx| tx.verify_email(id, &address, NOW).await).await.unwrap();
    let address = address.to_string();
    Scene { stage: Stage::on(db, &HARP), hospital, ana: id, sol, uma, mallory, address }
}

impl Scene {
    async fn ask(&self, who: AccountId, roles: Vec<RoleId>) -> Submitted {
        let (program, org) = (self.hospital.program.id, self.hospital.org.id);
        request_role::submit(&self.stage.harp, who, &Wanted { program, org, roles }, &self.stage.act())
            .await
            .unwrap()
    }

    async fn asked(&self, who: AccountId) -> RequestId {
        match self.ask(who, vec![self.hospital.user.id]).await {
            Submitted::Pending { request, .. } => request,
            other => panic!("{other:?}"),
        }
    }

    async fn decide(&self, who: AccountId, id: RequestId, answer: Answer) -> Outcome {
        decide_request::decide(&self.stage.harp, who, id, &answer, &self.stage.act()).await.unwrap()
    }

    /// The one letter to Ana with these words in it.
    async fn told(&self, words: &str) -> String {
        let letters = self.stage.letters(&self.address).await;
        let texts: Vec<&String> = letters.iter().map(|l| l.letter.text.expose()).collect();
        let found: Vec<&&String> = texts.iter().filter(|text| text.contains(words)).collect();
        assert_eq!(found.len(), 1, "{words}: {texts:?}");
        (**found[0]).clone()
    }

    async fn held(&self, who: AccountId) -> usize {
        request_role::held(&self.stage.harp, who, &self.stage.act()).await.unwrap().len()
    }
}

fn problem(outcome: &Submitted) -> Option<(Field, Problem)> {
    match outcome {
        Submitted::Refused(found) => found.first().map(|c| (c.field, c.problem)),
        _ => None,
    }
}

both! {
    /// H07, MFT-3: a denial reaches its requester with its reason; she may ask again, and an approval is told as well.
    async fn a_denial_is_told_with_its_reason_and_she_may_ask_again(db: Db) {
        let scene = scene(db).await;
        let id = scene.asked(scene.ana).await;
        let empty = scene.decide(scene.sol, id, Answer::Deny { reason: "  ".into() }).await;
        assert!(matches!(empty, Outcome::Refused(_)), "a denial without a reason: {empty:?}");
        let reason = "Please ask for the read-only role.\r\nBcc: everybody@evil.example".to_owned();
        assert!(matches!(scene.decide(scene.sol, id, Answer::Deny { reason }).await, Outcome::Denied(_)));
        let denied = scene.told("Please ask").await;
        assert!(denied.contains("Please ask for the read-only role."), "{denied}");
        assert!(!denied.contains("\nBcc"), "a reason is one line: {denied}");
        assert_eq!(scene.held(scene.ana).await, 0);

        let again = scene.asked(scene.ana).await;
        assert!(matches!(scene.decide(scene.sol, again, Answer::Approve).await, Outcome::Approved(_)));
        assert_eq!(scene.held(scene.ana).await, 1);
        scene.told("You now have").await;
    }

    /// H08: what is held, or asked for already, is recognised, on the page and in the request.
    async fn what_is_held_or_asked_for_is_not_asked_for_again(db: Db) {
        let scene = scene(db).await;
        let user = scene.hospital.user.id;
        let id = scene.asked(scene.ana).await;
        let twice = scene.ask(scene.ana, vec![user]).await;
        assert_eq!(problem(&twice), Some((Field::Roles, Problem::AlreadyAsked)));
        scene.decide(scene.sol, id, Answer::Approve).await;
        let held = scene.ask(scene.ana, vec![user]).await;
        assert_eq!(problem(&held), Some((Field::Roles, Problem::AlreadyHeld)));
        let place = (scene.hospital.program.id, scene.hospital.org.id);
        let offers = request_role::offers(&scene.stage.harp, scene.ana, place, &scene.stage.act()).await.unwrap();
        let offer = offers.unwrap().roles.into_iter().find(|o| o.role.id == user);
        assert_eq!(offer.map(|o| o.state), Some(OfferState::Held));
    }

    /// MFT-4: nobody decides their own request, whoever else may; the try stands in the trail.
    async fn nobody_decides_their_own_request(db: Db) {
        let scene = scene(db).await;
        let own = scene.asked(scene.sol).await;
        let Queue::Requests(queue) =
            decide_request::queue(&scene.stage.harp, scene.sol, None, &scene.stage.act()).await.unwrap()
        else {
            panic!("Sol has a queue")
        };
        assert_eq!(queue.waiting.first().map(|w| w.may), Some(May::OwnRequest));
        for answer in [Answer::Approve, Answer::Deny { reason: "Not me.".into() }] {
            assert_eq!(scene.decide(scene.sol, own, answer).await, Outcome::OwnRequest);
        }
        let refused = scene.stage.events().await.into_iter().filter(|e| format!("{:?}", e.deed).contains("RoleRequestRefused"));
        assert_eq!(refused.count(), 2);
        assert!(matches!(scene.decide(scene.uma, own, Answer::Approve).await, Outcome::Approved(_)));
    }

    /// MFT-4: without the role of a Security Official there is no queue; another organization's official sees and decides
    /// nothing here, and cannot tell a request that exists from one that does not.
    async fn another_organizations_official_sees_and_decides_nothing(db: Db) {
        let elsewhere = hospital_beside(&db).await;
        let scene = scene(db).await;
        let id = scene.asked(scene.ana).await;
        let (harp, act) = (&scene.stage.harp, scene.stage.act());
        let nowhere = RequestId::mint(NOW, &SystemRandom);
        for who in [scene.mallory, elsewhere, scene.ana] {
            assert_eq!(decide_request::look(harp, who, id, &act).await.unwrap(), None);
            for request in [id, nowhere] {
                assert_eq!(scene.decide(who, request, Answer::Approve).await, Outcome::NotYours);
            }
        }
        assert_eq!(decide_request::queue(harp, scene.mallory, None, &act).await.unwrap(), Queue::NotAnOfficial);
        let other = decide_request::queue(harp, elsewhere, None, &act).await.unwrap();
        assert!(matches!(other, Queue::Requests(page) if page.waiting.is_empty() && page.more.is_none()));
        assert_eq!(scene.held(scene.ana).await, 0);
    }

    /// H05: ids are held against each other: a role of another program, an organization that is none, nothing at all.
    async fn what_does_not_belong_together_is_refused(db: Db) {
        let scene = scene(db).await;
        let (program, org) = (scene.hospital.program.id, scene.hospital.org.id);
        let stranger = RoleId::mint(NOW, &SystemRandom);
        let unknown = scene.ask(scene.ana, vec![scene.hospital.user.id, stranger]).await;
        assert_eq!(problem(&unknown), Some((Field::Roles, Problem::Unknown)));
        let none = scene.ask(scene.ana, vec![]).await;
        assert_eq!(problem(&none), Some((Field::Roles, Problem::Missing)));
        let nowhere = Wanted { program, org: OrgId::mint(NOW, &SystemRandom), roles: vec![scene.hospital.user.id] };
        let outcome = request_role::submit(&scene.stage.harp, scene.ana, &nowhere, &scene.stage.act()).await.unwrap();
        assert_eq!(problem(&outcome), Some((Field::Organization, Problem::Unknown)));
        assert!(matches!(scene.ask(scene.ana, vec![scene.hospital.user.id]).await, Submitted::Pending { .. }), "{org}");
    }

    /// H07: of eight decisions at once one counts: one assignment, one letter about it.
    async fn of_eight_decisions_at_once_one_counts(db: Db) {
        let scene = Arc::new(scene(db).await);
        let id = scene.asked(scene.ana).await;
        let before = scene.stage.letters(&scene.address).await.len();
        let outcomes = eight(|n| {
            let scene = Arc::clone(&scene);
            async move {
                let who = if n % 2 == 0 { scene.sol } else { scene.uma };
                let answer = if n < 4 { Answer::Approve } else { Answer::Deny { reason: "No.".into() } };
                scene.decide(who, id, answer).await
            }
        })
        .await;
        let decided = outcomes.iter().filter(|o| matches!(o, Outcome::Approved(_) | Outcome::Denied(_))).count();
        let late = outcomes.iter().filter(|o| matches!(o, Outcome::AlreadyDecided(_))).count();
        assert_eq!((decided, late), (1, 7), "{outcomes:?}");
        let approved = outcomes.iter().any(|o| matches!(o, Outcome::Approved(_)));
        assert_eq!(scene.held(scene.ana).await, usize::from(approved));
        assert_eq!(scene.stage.letters(&scene.address).await.len(), before + 1);
    }
}

/// A Security Official of an organization that Ana asks nothing of.
async fn hospital_beside(db: &Db) -> AccountId {
    let who = active_account(db).await.id;
    let program = harp_core::access::Program {
        id: harp_core::kernel::id::ProgramId::mint(NOW, &SystemRandom),
        slug: "beside".into(),
        name: "Beside".into(),
    };
    let org = harp_core::access::Organization { id: OrgId::mint(NOW, &SystemRandom), name: "Beside".into() };
    let role = harp_core::access::Role {
        id: RoleId::mint(NOW, &SystemRandom),
        program: program.id,
        key: "official".into(),
        name: "Security Official".into(),
        kind: harp_core::access::RoleKind::SecurityOfficial,
        permissions: vec![],
    };
    let held = assignment(who, &role, &org, None);
    let done = change!(db, [program, org, role, held], |tx| {
        tx.put_program(&program).await?;
        tx.put_org(&org).await?;
        tx.join_program(org.id, program.id).await?;
        tx.put_role(&role).await?;
        tx.add_assignment(&held).await
    });
    assert_eq!(done.await, Ok(true));
    who
}
