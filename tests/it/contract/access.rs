//! Programs, organizations, roles and who holds them.

use harp_core::access::decide::HeldRole;
use harp_core::access::{Assignment, Organization, Program, Role};
use harp_core::account::Standing;
use harp_core::kernel::id::{OrgId, ProgramId};
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::time::Timestamp;
use harp_core::store::Fault;
use harp_tests::both;
use harp_tests::cluster::Db;

use super::fixture::{Hospital, NOW, active_account, after, assignment, hospital, stored_account};
use super::{Node, at_once, change, look};

both! {
    async fn what_an_operator_sets_up_is_found_and_can_be_renamed(db: Db) {
        let Hospital { program, org, user, official } = hospital(&db).await;
        let renamed = Program { name: "Aardvark File Transfer".into(), ..program.clone() };
        let other = Program { id: ProgramId::mint(NOW, &SystemRandom), slug: "hqr".into(), name: "Hospital Quality".into() };
        for program in [&renamed, &other] {
            change!(db, [program], |tx| tx.put_program(&program).await).await.unwrap();
        }
        assert_eq!(look!(db, [], |tx| tx.programs().await).await, Ok(vec![renamed.clone(), other]));
        let id = program.id;
        assert_eq!(look!(db, [id], |tx| tx.program(id).await).await, Ok(Some(renamed.clone())));
        assert_eq!(look!(db, [], |tx| tx.program_by_slug("mft").await).await, Ok(Some(renamed)));
        assert_eq!(look!(db, [], |tx| tx.program_by_slug("MFT").await).await, Ok(None));
        let renamed = Role { name: "Zoo User".into(), permissions: vec![], ..user.clone() };
        change!(db, [renamed], |tx| tx.put_role(&renamed).await).await.unwrap();
        assert_eq!(look!(db, [id], |tx| tx.roles(id).await).await, Ok(vec![official.clone(), renamed]));
        let role = official.id;
        assert_eq!(look!(db, [role], |tx| tx.role(role).await).await, Ok(Some(official)));
        let at = org.id;
        assert_eq!(look!(db, [at], |tx| tx.org(at).await).await, Ok(Some(org)));
        assert_eq!(look!(db, [at, id], |tx| tx.org_in_program(at, id).await).await, Ok(true));
        let elsewhere = OrgId::mint(NOW, &SystemRandom);
        assert_eq!(look!(db, [elsewhere, id], |tx| tx.org_in_program(elsewhere, id).await).await, Ok(false));
    }

    /// H04
    async fn organizations_are_found_by_any_part_of_their_name_in_any_case(db: Db) {
        let program = hospital(&db).await.program.id;
        for name in ["Öster 100% Klinik", "Zeta_Clinic", "Beta Clinic", "alpha clinic"] {
            let org = Organization { id: OrgId::mint(NOW, &SystemRandom), name: name.into() };
            change!(db, [org], |tx| {
                tx.put_org(&org).await?;
                tx.join_program(org.id, program).await
            })
            .await
            .unwrap();
        }
        let outside = Organization { id: OrgId::mint(NOW, &SystemRandom), name: "Clinic of another program".into() };
        change!(db, [outside], |tx| tx.put_org(&outside).await).await.unwrap();
        for (text, limit, found) in [
            ("cjr", 9, vec!["Analytics-Hospital Measures and CJR-Yale"]),
            (" CLINIC ", 9, vec!["alpha clinic", "Beta Clinic", "Zeta_Clinic"]),
            ("clinic", 2, vec!["alpha clinic", "Beta Clinic"]),
            ("öSTER", 9, vec!["Öster 100% Klinik"]),
            ("%", 9, vec!["Öster 100% Klinik"]),
            ("_", 9, vec!["Zeta_Clinic"]),
            ("!", 9, vec![]),
            ("'; --", 9, vec![]),
        ] {
            let orgs = look!(db, [], |tx| tx.search_orgs(program, text, limit).await).await.unwrap();
            assert_eq!(orgs.into_iter().map(|o| o.name).collect::<Vec<_>>(), found, "{text}");
        }
    }

    /// H08
    async fn of_eight_who_give_one_role_one_does(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let added = at_once(8, |_| {
            let db = Node::of(&db);
            let assignment = assignment(ana, &hospital.user, &hospital.org, None);
            async move { change!(db, [assignment], |tx| tx.add_assignment(&assignment).await).await.unwrap() }
        })
        .await;
        assert_eq!(added.into_iter().filter(|won| *won).count(), 1);
        let held = look!(db, [ana], |tx| tx.assignments(ana, NOW).await).await.unwrap();
        assert_eq!(held.len(), 1);
    }

    async fn a_role_is_held_from_its_start_to_its_end(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        let first = assignment(ana, &hospital.user, &hospital.org, Some(after(100)));
        assert_eq!(add(&db, &first).await, Ok(true));
        let held = |at: Timestamp| look!(db, [ana, at], |tx| tx.assignments(ana, at).await);
        assert_eq!(held(after(99)).await, Ok(vec![first.clone()]));
        assert_eq!(held(after(100)).await, Ok(vec![]));
        assert_eq!(held(NOW - std::time::Duration::from_secs(1)).await, Ok(vec![]), "it has not begun");

        let early = Assignment { start: after(50), ..assignment(ana, &hospital.user, &hospital.org, None) };
        assert_eq!(add(&db, &early).await, Ok(false), "it is held then");
        let second = Assignment { start: after(100), ..assignment(ana, &hospital.user, &hospital.org, None) };
        assert_eq!(add(&db, &second).await, Ok(true), "the first has lapsed");
        assert_eq!(held(after(150)).await, Ok(vec![second.clone()]));

        let id = second.id;
        let ended = at_once(8, |_| {
            let db = Node::of(&db);
            async move { change!(db, [id], |tx| tx.end_assignment(id, after(200)).await).await.unwrap() }
        })
        .await;
        assert_eq!(ended.into_iter().filter(|won| *won).count(), 1);
        assert_eq!(held(after(200)).await, Ok(vec![]));
        let third = Assignment { start: after(300), ..assignment(ana, &hospital.user, &hospital.org, None) };
        assert_eq!(add(&db, &third).await, Ok(true));
    }

    /// MFT-2: the roles of the asking application only.
    async fn held_roles_carry_what_a_decision_needs(db: Db) {
        let (hospital, ana) = (hospital(&db).await, stored_account(&db).await.id);
        for role in [&hospital.user, &hospital.official] {
            assert_eq!(add(&db, &assignment(ana, role, &hospital.org, Some(after(60)))).await, Ok(true));
        }
        let held = |program: Option<&'static str>| look!(db, [ana], |tx| tx.held_roles(ana, program, NOW).await);
        let role = |role: &Role| HeldRole {
            program: "mft".into(),
            org: hospital.org.id.to_string(),
            org_name: hospital.org.name.clone(),
            role: role.key.clone(),
            role_name: role.name.clone(),
            permissions: role.permissions.clone(),
            until: Some(after(60).secs()),
        };
        let both = vec![role(&hospital.official), role(&hospital.user)];
        assert_eq!(held(None).await, Ok(both.clone()));
        assert_eq!(held(Some("mft")).await, Ok(both));
        assert_eq!(held(Some("hqr")).await, Ok(vec![]));
    }

    /// Who holds what is asked at every decision: it is found by an index, however many assignments there are.
    async fn what_a_person_holds_is_found_by_an_index(db: Db) {
        let sql = "SELECT id FROM assignment a WHERE a.account = 'x' AND a.start_at <= 1";
        let plan = plan(&db.place, sql).await;
        assert!(plan.contains("assignment_account "), "{plan}");
    }

    /// I05, MFT-4
    async fn officials_are_those_who_hold_the_role_there_and_now(db: Db) {
        let Hospital { program, org, user, official } = hospital(&db).await;
        let (sol, ana) = (active_account(&db).await.id, active_account(&db).await.id);
        assert_eq!(add(&db, &assignment(sol, &official, &org, Some(after(60)))).await, Ok(true));
        assert_eq!(add(&db, &assignment(sol, &user, &org, None)).await, Ok(true));
        assert_eq!(add(&db, &assignment(ana, &user, &org, None)).await, Ok(true));
        let (at, of) = (org.id, program.id);
        let there = |now: Timestamp| look!(db, [now], |tx| tx.officials(at, of, now).await);
        assert_eq!(there(NOW).await, Ok(vec![sol]));
        assert_eq!(there(after(60)).await, Ok(vec![]));
        let elsewhere = OrgId::mint(NOW, &SystemRandom);
        assert_eq!(look!(db, [], |tx| tx.officials(elsewhere, of, NOW).await).await, Ok(vec![]));
        assert_eq!(look!(db, [sol], |tx| tx.official_at(sol, NOW).await).await, Ok(vec![(at, of)]));
        assert_eq!(look!(db, [ana], |tx| tx.official_at(ana, NOW).await).await, Ok(vec![]));
        let disabled = change!(db, [sol], |tx| tx.set_standing(sol, Standing::Active, Standing::Disabled).await);
        assert_eq!(disabled.await, Ok(true));
        assert_eq!(there(NOW).await, Ok(vec![]), "whoever is disabled decides nothing");
        assert_eq!(look!(db, [sol], |tx| tx.official_at(sol, NOW).await).await, Ok(vec![]));
    }
}

async fn add(db: &Db, assignment: &Assignment) -> Result<bool, Fault> {
    change!(db, [assignment], |tx| tx.add_assignment(&assignment).await).await
}

/// How the database would answer.
async fn plan(place: &str, sql: &str) -> String {
    use sqlx::{AssertSqlSafe, Connection, Row};
    if place.starts_with("postgres://") {
        let mut conn = sqlx::PgConnection::connect(place).await.unwrap();
        // A small table is read whole in any case.
        sqlx::raw_sql("SET enable_seqscan = off").execute(&mut conn).await.unwrap();
        let explain = AssertSqlSafe(format!("EXPLAIN {sql}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut conn).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n")
    } else {
        let mut conn = sqlx::SqliteConnection::connect(place).await.unwrap();
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::raw_sql(explain).fetch_all(&mut conn).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>("detail")).collect::<Vec<_>>().join("\n")
    }
}
