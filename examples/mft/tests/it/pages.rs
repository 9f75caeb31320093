//! What people see.

use harp_sdk::testing::{Browser, Mischief};
use http::StatusCode;
use http::header::CACHE_CONTROL;

use super::{World, YALE};

/// K09: whose session it is, and for which organization, on every page.
#[tokio::test]
async fn the_header_names_the_person_and_the_organization() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let page = ana.get("/files").await.unwrap();
    for says in [
        "<dt>Organization</dt><dd>org_yale Hospital</dd>",
        "<dt>Signed in as</dt><dd>Ana Lee</dd>",
        "No files yet",
        "<dt>Your session ends, if you do nothing</dt><dd><time datetime=\"20",
    ] {
        assert!(page.body.contains(says), "{says}");
    }
    assert!(!page.body.contains("Switch organization"));
    for path in ["/", "/signed-out", "/nowhere"] {
        let page = ana.get(path).await.unwrap();
        assert!(page.body.contains("<dd>Ana Lee</dd>") && page.body.contains("Your session ends"), "{path}");
        for legal in ["accessibility", "privacy", "terms"] {
            assert!(
                page.body.contains(&format!("<a href=\"{}/{legal}\">", world.provider.issuer())),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn somebody_of_several_organizations_switches_between_them() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale", "org_mayo"]).await;
    let page = ana.get("/files/org_mayo").await.unwrap();
    assert!(page.body.contains("<a href=\"/files/org_yale\">org_yale Hospital</a>"));
    assert!(page.body.contains("<a href=\"/files/org_mayo\" aria-current=\"page\">"));
    assert_eq!(ana.get("/files").await.unwrap().path, YALE);
    let page = ana.get("/files/org_other").await.unwrap();
    assert!(
        page.body.contains("You have this role at org_yale Hospital and org_mayo Hospital, but not at this")
    );
    assert!(page.body.contains("<a href=\"/files/org_yale\">"));
}

#[tokio::test]
async fn every_answer_carries_the_headers_and_no_page_has_anything_inline() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for path in
        ["/", "/files", "/signed-out", "/nowhere", "/files/org_x", "/assets/app.css", "/auth/callback"]
    {
        let page = ana.get(path).await.unwrap();
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'")
                && policy.contains("frame-ancestors 'none'")
        );
        assert!(policy.contains(&format!("form-action 'self' {};", world.provider.issuer())));
        assert_eq!(page.headers["x-content-type-options"], "nosniff");
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        let kept = if path.starts_with("/assets") { "public, max-age=300" } else { "no-store" };
        assert_eq!(page.headers[CACHE_CONTROL], kept, "{path}");
        assert!(
            !page.body.contains("<script") && !page.body.contains("style=") && !page.body.contains("<style")
        );
    }
}

#[tokio::test]
async fn trouble_is_a_page_that_says_what_to_do() {
    let world = World::new().await;
    let mut nobody = Browser::new(world.app.clone());
    let lost = nobody.get("/nowhere").await.unwrap();
    assert_eq!(lost.status, StatusCode::NOT_FOUND);
    assert!(lost.body.contains("<title>Error: Page not found"));
    let start = nobody.get("/").await.unwrap();
    assert!(start.body.contains("href=\"/auth/sign-in?return_to=/files\">Sign in</a>"));
    world.provider.misbehave(Mischief { down: true, ..Mischief::default() });
    let away = nobody.get("/files").await.unwrap();
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        away.body.contains("Sign-in is not available right now") && away.body.contains("Call 1-800-555-0100")
    );
}

#[tokio::test]
async fn signing_out_goes_through_the_provider_and_ends_here() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let request = http::Request::post("/auth/sign-out")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(format!("form_token={token}")))
        .unwrap();
    let out = ana.send(request).await.unwrap();
    let to = out.location().unwrap();
    assert!(to.starts_with(&format!("{}/sign-out?id_token_hint=", world.provider.issuer())));
    assert!(to.ends_with("&post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8081%2Fsigned-out"), "{to}");
    assert!(ana.get("/signed-out").await.unwrap().body.contains("You are signed out"));
    assert_eq!(ana.open(YALE).await.unwrap().status, StatusCode::SEE_OTHER);
}

/// No words of a framework reach a person.
#[tokio::test]
async fn a_path_that_cannot_be_read_is_a_page() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for path in ["/files/%ff", "/files/%ff/x", "/files/org_yale/%ff"] {
        let page = ana.open(path).await.unwrap();
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        assert!(page.body.contains("<dd>Ana Lee</dd>"), "{path}: {}", page.body);
        let sent = ana.send(super::upload(path, vec![])).await.unwrap();
        assert!(!sent.body.contains("UTF-8"), "{path}: {}", sent.body);
    }
}
