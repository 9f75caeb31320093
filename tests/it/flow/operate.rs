//! What an operator sets up, and what eight operators at once set up.

use std::sync::Arc;

use harp_core::access::RoleKind;
use harp_core::account::{Account, Proofed, Standing};
use harp_core::audit::Deed;
use harp_core::flow::operate::officials::{self, Appointed, Appointment};
use harp_core::flow::operate::roles::{self, NewRole};
use harp_core::flow::operate::{orgs, programs};
use harp_core::kernel::act::{Act, Actor};
use harp_core::policy::HARP;
use harp_tests::both;

use super::eight;
use crate::contract::fixture::{NOW, account};
use crate::contract::{Node, change};
use crate::stage::Stage;

const YALE: &str = "Analytics-Hospital Measures and CJR-Yale";

fn operator(stage: &Stage) -> Act {
    stage.act().by(Actor::Operator)
}

fn role(key: &str, kind: RoleKind) -> NewRole {
    let permissions = vec!["files:upload".to_owned()];
    NewRole { program: "mft".to_owned(), key: key.to_owned(), name: key.to_uppercase(), kind, permissions }
}

fn appointment(username: &str) -> Appointment {
    let org = YALE.to_uppercase();
    Appointment { username: username.to_owned(), program: "mft".to_owned(), org, role: None }
}

async fn program_and_org(stage: &Stage) {
    let act = operator(stage);
    let added = programs::add(&stage.harp, "mft", "Managed File Transfer", &act).await.unwrap();
    assert!(matches!(added, programs::Added::Added(_)));
    let added = orgs::add(&stage.harp, YALE, "mft", &act).await.unwrap();
    assert!(matches!(added, orgs::Added::Added(_)));
}

/// Somebody who may be given a role.
fn proofed() -> Account {
    Account { standing: Standing::Active, proofed: Proofed::Questions { at: NOW }, ..account() }
}

both! {
    /// H10: program, organization and roles are set up, each is audited as the operator's deed, and a second one is refused.
    async fn what_is_there_already_is_refused_and_each_deed_is_the_operators(db: Db) {
        let stage = Stage::on(db, &HARP);
        let act = operator(&stage);
        program_and_org(&stage).await;
        assert_eq!(programs::add(&stage.harp, "mft", "Another", &act).await.unwrap(), programs::Added::Taken);
        let again = orgs::add(&stage.harp, &YALE.to_lowercase(), "mft", &act).await.unwrap();
        let orgs::Added::SameName(same) = again else { panic!("{again:?}") };
        assert_eq!(same.programs, ["mft"]);
        let nowhere = orgs::add(&stage.harp, "Lakeside", "hqr", &act).await.unwrap();
        assert_eq!(nowhere, orgs::Added::NoSuchProgram);
        for (key, kind) in [("web_user", RoleKind::Ordinary), ("official", RoleKind::SecurityOfficial)] {
            let added = roles::add(&stage.harp, &role(key, kind), &act).await.unwrap();
            assert!(matches!(added, roles::Added::Added(_)), "{added:?}");
            assert_eq!(roles::add(&stage.harp, &role(key, kind), &act).await.unwrap(), roles::Added::Taken);
        }
        let unnamed = programs::add(&stage.harp, "M F T", "x", &act).await.unwrap();
        assert!(matches!(unnamed, programs::Added::Unnamed(_)));
        let deeds = stage.events().await;
        let mut told: Vec<&str> = deeds
            .iter()
            .filter_map(|event| match event.deed {
                Deed::ProgramAdded { .. } => Some("program"),
                Deed::OrganizationAdded { .. } => Some("organization"),
                Deed::ProgramJoined { .. } => Some("joined"),
                Deed::RoleAdded { .. } => Some("role"),
                _ => None,
            })
            .collect();
        told.sort_unstable(); // the clock stands still: their order is not told
        assert_eq!(told, ["joined", "organization", "program", "role", "role"]);
        assert!(deeds.iter().all(|event| event.actor == Actor::Operator));
    }

    /// An organization takes part in a second program under the name it has, unless somebody there has the same.
    async fn an_organization_joins_another_program_once(db: Db) {
        let stage = Stage::on(db, &HARP);
        let act = operator(&stage);
        program_and_org(&stage).await;
        programs::add(&stage.harp, "hqr", "Hospital Quality Reporting", &act).await.unwrap();
        let elsewhere = orgs::add(&stage.harp, YALE, "hqr", &act).await.unwrap();
        let orgs::Added::SameName(yale) = elsewhere else { panic!("{elsewhere:?}") };
        let join = || orgs::join(&stage.harp, yale.org.id, "hqr", &act);
        assert_eq!(join().await.unwrap(), orgs::Joined::Joined);
        assert_eq!(join().await.unwrap(), orgs::Joined::Already);
        let listed = orgs::list(&stage.harp, Some("hqr")).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].programs, ["hqr", "mft"]);
    }

    /// I11, I12, I18: the first Security Official is appointed; while one decides, the operator's word makes no other.
    async fn the_first_official_is_appointed_and_no_second(db: Db) {
        let (sol, eve, young) = (proofed(), proofed(), Account { standing: Standing::Active, ..account() });
        change!(db, [sol, eve, young], |tx| {
            tx.add_account(&sol).await?;
            tx.add_account(&eve).await?;
            tx.add_account(&young).await
        })
        .await
        .unwrap();
        let node = Node::of(&db);
        let stage = Stage::on(db, &HARP);
        let act = operator(&stage);
        program_and_org(&stage).await;
        let appoint = async |username: &str| {
            officials::appoint(&stage.harp, &appointment(username), &act).await.unwrap()
        };
        assert_eq!(appoint(sol.username.as_str()).await, Appointed::NoSuchRole);
        for key in ["official", "deputy"] {
            roles::add(&stage.harp, &role(key, RoleKind::SecurityOfficial), &act).await.unwrap();
        }
        let which = appoint(sol.username.as_str()).await;
        assert!(matches!(which, Appointed::WhichRole { .. }), "{which:?}");
        let named = |username: &str| Appointment { role: Some("official".to_owned()), ..appointment(username) };
        let appoint = async |username: &str| {
            officials::appoint(&stage.harp, &named(username), &act).await.unwrap()
        };
        assert_eq!(appoint("nobody").await, Appointed::NoSuchAccount);
        assert!(matches!(appoint(young.username.as_str()).await, Appointed::NotEligible { .. }), "D01");
        let first = appoint(&sol.username.as_str().to_uppercase()).await;
        assert!(matches!(first, Appointed::Appointed { .. }), "{first:?}");
        let by = vec![sol.username.as_str().to_owned()];
        assert_eq!(appoint(eve.username.as_str()).await, Appointed::Decided { by: by.clone() });
        // Locked by their own click, for hours: still theirs (I18).
        change!(node, [sol], |tx| tx.set_standing(sol.id, Standing::Active, Standing::Locked).await).await.unwrap();
        assert_eq!(appoint(eve.username.as_str()).await, Appointed::Decided { by: by.clone() });
        assert_eq!(officials::list(&stage.harp, &act).await.unwrap()[0].officials, by);
        let events = stage.events().await;
        let assigned: Vec<_> =
            events.iter().filter(|event| matches!(event.deed, Deed::RoleAssigned { .. })).collect();
        assert_eq!((assigned.len(), &assigned[0].actor, assigned[0].subject), (1, &Actor::Operator, Some(sol.id)));
    }

    async fn of_eight_operators_at_once_one_is_first(db: Db) {
        let people: Vec<Account> = (0..8).map(|_| proofed()).collect();
        for person in people.clone() {
            change!(db, [person], |tx| tx.add_account(&person).await).await.unwrap();
        }
        let stage = Arc::new(Stage::on(db, &HARP));
        let added = eight(|_| {
            let stage = Arc::clone(&stage);
            async move { programs::add(&stage.harp, "mft", "MFT", &operator(&stage)).await.unwrap() }
        })
        .await;
        assert_eq!(added.iter().filter(|one| matches!(one, programs::Added::Added(_))).count(), 1);
        let added = eight(|_| {
            let stage = Arc::clone(&stage);
            async move { orgs::add(&stage.harp, YALE, "mft", &operator(&stage)).await.unwrap() }
        })
        .await;
        assert_eq!(added.iter().filter(|one| matches!(one, orgs::Added::Added(_))).count(), 1);
        let official = role("official", RoleKind::SecurityOfficial);
        let added = eight(|_| {
            let (stage, official) = (Arc::clone(&stage), official.clone());
            async move { roles::add(&stage.harp, &official, &operator(&stage)).await.unwrap() }
        })
        .await;
        assert_eq!(added.iter().filter(|one| matches!(one, roles::Added::Added(_))).count(), 1);
        let appointed = eight(|n| {
            let (stage, name) = (Arc::clone(&stage), people[n].username.as_str().to_owned());
            async move {
                officials::appoint(&stage.harp, &appointment(&name), &operator(&stage)).await.unwrap()
            }
        })
        .await;
        assert_eq!(appointed.iter().filter(|one| matches!(one, Appointed::Appointed { .. })).count(), 1);
    }
}
