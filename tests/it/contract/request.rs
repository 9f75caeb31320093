//! Role requests.

use harp_core::access::{RequestState, RequestView, RoleRequest};
use harp_core::kernel::id::{AccountId, RequestId, RoleId};
use harp_core::kernel::random::SystemRandom;
use harp_core::store::Fault;
use harp_core::store::access::Page;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{Hospital, NOW, after, hospital, official, stored_account};
use super::{Node, at_once, change, look};

both! {
    /// H07: what was decided, by whom, when and why is kept.
    async fn a_request_is_found_as_it_was_stored_and_as_it_was_decided(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let sol = official(&db, &hospital).await.account;
        let states = [
            RequestState::Approved { by: sol, at: after(9) },
            RequestState::Denied { by: sol, at: after(9), reason: "who are \"you\"?".into() },
            RequestState::Withdrawn { at: after(9) },
        ];
        let mut all = Vec::new();
        for (i, state) in (0u64..).zip(states) {
            let mut request = RoleRequest { created_at: after(i), ..request(ana, &hospital, &[hospital.user.id, hospital.official.id]) };
            assert_eq!(add(&db, &request).await, Ok(true));
            let id = request.id;
            assert_eq!(look!(db, [id], |tx| tx.request(id).await).await, Ok(Some(request.clone())));
            let waiting = look!(db, [ana], |tx| tx.pending_requests(ana).await).await;
            assert_eq!(waiting, Ok(vec![request.clone()]), "the decided ones do not wait");
            let queue = look!(db, [sol], |tx| tx.queue_views(sol, ALL, after(9)).await).await.unwrap();
            assert_eq!(queue, [named(&request, &hospital, None)]);
            assert_eq!(decide(&db, id, &state).await, Ok(true));
            assert_eq!(decide(&db, id, &RequestState::Withdrawn { at: after(10) }).await, Ok(false));
            request.state = state;
            assert_eq!(look!(db, [id], |tx| tx.request(id).await).await, Ok(Some(request.clone())));
            let by = !matches!(request.state, RequestState::Withdrawn { .. });
            all.insert(0, named(&request, &hospital, by.then_some("Ana Müller-O'Neil")));
        }
        assert_eq!(look!(db, [ana], |tx| tx.decided_views(ana, ALL).await).await, Ok(all.clone()), "newest first");
        let page = Page { beyond: Some(all[0].id), most: 1 };
        assert_eq!(look!(db, [ana], |tx| tx.decided_views(ana, page).await).await, Ok(vec![all[1].clone()]));
        assert_eq!(look!(db, [sol], |tx| tx.decided_views(sol, ALL).await).await, Ok(vec![]));
    }

    /// H08: also when the roles come in another order, and only some of them are the same.
    async fn of_eight_requests_for_one_role_one_waits(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let (user, official) = (hospital.user.id, hospital.official.id);
        let added = at_once(8, |i| {
            let db = Node::of(&db);
            let roles = [vec![user], vec![user, official], vec![official, user], vec![user, user]];
            let request = request(ana, &hospital, &roles[i % 4]);
            async move { change!(db, [request], |tx| tx.add_request(&request).await).await.unwrap() }
        })
        .await;
        assert_eq!(added.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(look!(db, [ana], |tx| tx.pending_requests(ana).await).await.unwrap().len(), 1, "nothing of the refused stays");
        assert_eq!(look!(db, [ana], |tx| tx.decided_views(ana, ALL).await).await, Ok(vec![]));
    }

    /// A refused request blocks nothing: neither its other roles, nor other people.
    async fn a_refused_request_leaves_its_other_roles_free(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let sol = stored_account(&db).await.id;
        let (user, official) = (hospital.user.id, hospital.official.id);
        assert_eq!(add(&db, &request(ana, &hospital, &[user])).await, Ok(true));
        assert_eq!(add(&db, &request(ana, &hospital, &[official, user])).await, Ok(false));
        assert_eq!(add(&db, &request(ana, &hospital, &[official])).await, Ok(true));
        assert_eq!(add(&db, &request(sol, &hospital, &[official, user])).await, Ok(true));
    }

    async fn of_eight_decisions_one_counts_and_then_the_person_may_ask_again(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let sol = official(&db, &hospital).await.account;
        let first = request(ana, &hospital, &[hospital.user.id]);
        assert_eq!(add(&db, &first).await, Ok(true));
        let id = first.id;
        let decided = at_once(8, |i| {
            let db = Node::of(&db);
            let state = match i % 2 {
                0 => RequestState::Approved { by: sol, at: after(1) },
                _ => RequestState::Denied { by: sol, at: after(1), reason: "no".into() },
            };
            async move { change!(db, [id, state], |tx| tx.decide_request(id, &state).await).await.unwrap() }
        })
        .await;
        assert_eq!(decided.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(add(&db, &request(ana, &hospital, &[hospital.user.id])).await, Ok(true));
    }
}

both! {
    /// I05: the role may end between the look and the decision: the statement that decides asks once more.
    async fn whose_role_has_ended_decides_nothing(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let (held, other) = (official(&db, &hospital).await, stored_account(&db).await.id);
        let request = request(ana, &hospital, &[hospital.user.id]);
        assert_eq!(add(&db, &request).await, Ok(true));
        let role = held.id;
        assert_eq!(change!(db, [role], |tx| tx.end_assignment(role, after(5)).await).await, Ok(true));
        for by in [held.account, other] {
            let state = RequestState::Approved { by, at: after(9) };
            assert_eq!(decide(&db, request.id, &state).await, Ok(false));
        }
        let id = request.id;
        assert_eq!(look!(db, [id], |tx| tx.request(id).await).await, Ok(Some(request)));
    }
}

const ALL: Page = Page { beyond: None, most: 1000 };

fn named(request: &RoleRequest, hospital: &Hospital, decider: Option<&str>) -> RequestView {
    let name = |role: &RoleId| if *role == hospital.user.id { &hospital.user } else { &hospital.official };
    RequestView {
        id: request.id,
        program: hospital.program.name.clone(),
        org: hospital.org.name.clone(),
        roles: request.roles.iter().map(|role| name(role).name.clone()).collect(),
        requester: "Ana Müller-O'Neil".to_owned(),
        requester_id: request.account,
        created_at: request.created_at,
        state: request.state.clone(),
        decider: decider.map(str::to_owned),
    }
}

async fn add(db: &Db, request: &RoleRequest) -> Result<bool, Fault> {
    change!(db, [request], |tx| tx.add_request(&request).await).await
}

async fn decide(db: &Db, id: RequestId, state: &RequestState) -> Result<bool, Fault> {
    change!(db, [id, state], |tx| tx.decide_request(id, &state).await).await
}

fn request(account: AccountId, hospital: &Hospital, roles: &[RoleId]) -> RoleRequest {
    RoleRequest {
        id: RequestId::mint(NOW, &SystemRandom),
        account,
        program: hospital.program.id,
        org: hospital.org.id,
        roles: roles.to_vec(),
        state: RequestState::Pending,
        created_at: NOW,
    }
}
