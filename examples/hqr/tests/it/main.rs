//! Hospital Quality Reporting, as people with and without a role find it.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use axum::Router;
use frame::Help;
use harp_sdk::Config;
use harp_sdk::testing::{Browser, Person, Provider};
use http::StatusCode;

async fn world() -> (Provider, Router) {
    let provider = Provider::start().await.unwrap();
    let app =
        hqr::router(Config::new(provider.registration("http://localhost:8082")), Help::default()).unwrap();
    (provider, app)
}

/// K09: 'First Hospital', 'Jon Snow'.
#[tokio::test]
async fn the_landing_page_names_the_organization_and_the_person() {
    let (provider, app) = world().await;
    provider.person(Person::new("Jon Snow").with_role(hqr::PROGRAM, hqr::ROLE, "org_first"));
    let mut jon = Browser::new(app);
    jon.get("/auth/sign-in").await.unwrap();
    let page = jon.get("/tasks").await.unwrap();
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, "/tasks/org_first"));
    for says in ["<dt>Organization</dt><dd>org_first Hospital</dd>", "<dt>Signed in as</dt><dd>Jon Snow</dd>"]
    {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
}

#[tokio::test]
async fn nobody_without_the_role_there_sees_what_a_hospital_reports() {
    let (provider, app) = world().await;
    let mut nobody = Browser::new(app.clone());
    for path in ["/tasks", "/tasks/org_first"] {
        assert_eq!(nobody.open(path).await.unwrap().status, StatusCode::SEE_OTHER, "{path}");
    }
    for person in [
        Person::new("Ben Roe"),
        Person::new("Ben Roe").with_role("mft", hqr::ROLE, "org_first"),
        Person::new("Ben Roe").with_role(hqr::PROGRAM, "hqr_reader", "org_first"),
        Person::new("Ben Roe").with_role(hqr::PROGRAM, hqr::ROLE, "org_second"),
    ] {
        provider.person(person);
        let mut ben = Browser::new(app.clone());
        ben.get("/auth/sign-in").await.unwrap();
        let page = ben.get("/tasks/org_first").await.unwrap();
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert!(page.body.contains("You cannot open this page yet"), "{}", page.body);
    }
}
