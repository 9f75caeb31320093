//! Who gets in, and who does not.

use harp_sdk::testing::{Browser, Person};
use http::StatusCode;

use super::{Form, World, YALE, hand_in, links, upload};

/// A09: no page of files without a session.
#[tokio::test]
async fn nobody_is_sent_to_sign_in() {
    let world = World::new().await;
    let mut nobody = Browser::new(world.app.clone());
    for path in ["/files", YALE, &format!("{YALE}/{}", "0".repeat(32))] {
        let page = nobody.open(path).await.unwrap();
        assert_eq!(page.status, StatusCode::SEE_OTHER);
        assert!(page.location().unwrap().starts_with("/auth/sign-in?return_to=%2Ffiles"));
    }
    let sent = nobody.send(upload(YALE, Vec::new())).await.unwrap();
    assert_eq!(sent.status, StatusCode::UNAUTHORIZED);
}

/// MFT-2 step 6 and 8: signed in without the role, told why, and let in once it is there.
#[tokio::test]
async fn without_the_role_the_page_says_why_and_what_to_do() {
    let world = World::new().await;
    let mut ben = world.browser("Ben Roe", &[]).await;
    let page = ben.get("/files").await.unwrap();
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("You do not have a role in this application yet."));
    let provider = world.provider.issuer();
    assert!(
        page.body.contains(&format!("{provider}/roles/request?program=mft&#38;role=mft_web_user")),
        "{}",
        page.body
    );
    assert!(page.body.contains(&format!("href=\"{provider}/roles/requests\"")));
    // Sol approves; the session here is older than that.
    world.provider.person(Person::new("Ben Roe").with_role("mft", "mft_web_user", "org_yale"));
    assert_eq!(ben.get("/files").await.unwrap().status, StatusCode::FORBIDDEN);
    assert!(page.body.contains("href=\"/auth/sign-in?return_to=%2Ffiles\">Check again"));
    let page = ben.get("/auth/sign-in?return_to=%2Ffiles").await.unwrap();
    assert_eq!((page.status, page.path.as_str()), (StatusCode::OK, YALE));
}

#[tokio::test]
async fn another_program_and_another_role_open_nothing() {
    let world = World::new().await;
    for person in [
        Person::new("Ben Roe").with_role("hqr", mft::ROLE, "org_yale"),
        Person::new("Ben Roe").with_role("mft", "mft_reader", "org_yale"),
    ] {
        world.provider.person(person);
        let mut ben = Browser::new(world.app.clone());
        assert_eq!(ben.get(YALE).await.unwrap().status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn a_person_of_one_organization_never_reaches_the_files_of_another() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    hand_in(&mut ana, YALE, "secret.csv", b"of Yale").await;
    let page = ana.get(YALE).await.unwrap();
    let link = links(&page)[0].clone();
    let id = link.rsplit('/').next().unwrap();
    let mut val = world.browser("Val Ito", &["org_mayo"]).await;
    for path in
        [YALE.to_owned(), link.clone(), "/files/org_mayo%2F..%2Forg_yale".to_owned(), "/files/..".to_owned()]
    {
        let page = val.get(&path).await.unwrap();
        assert!(
            matches!(page.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND),
            "{path}: {}",
            page.status
        );
        assert!(!page.body.contains("secret.csv") && !page.body.contains("of Yale"));
    }
    // Under their own organization, the id of another's file names nothing.
    for path in [format!("/files/org_mayo/{id}"), format!("/files/org_mayo/..%2Forg_yale%2F{id}")] {
        assert_eq!(val.get(&path).await.unwrap().status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(!val.get(&format!("/files/org_mayo?done={id}")).await.unwrap().body.contains("secret.csv"));
    // Nor may they write there.
    let token = val.get("/files/org_mayo").await.unwrap().field("form_token").unwrap().to_owned();
    let form = Form { token: &token, id: Some(id), name: "x.csv", content: b"x" };
    assert_eq!(val.send(upload(YALE, form.body())).await.unwrap().status, StatusCode::FORBIDDEN);
    assert_eq!(links(&ana.get(YALE).await.unwrap()), [link]);
}

#[tokio::test]
async fn a_form_of_another_page_stores_nothing() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for token in ["", "guess"] {
        let form = Form { token, id: None, name: "x.csv", content: b"x" };
        assert_eq!(ana.send(upload(YALE, form.body())).await.unwrap().status, StatusCode::FORBIDDEN);
    }
    // The file before the token, and no token at all.
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let file = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nx\r\n";
    let late = format!("--edge\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\n{token}\r\n");
    for body in [format!("{file}{late}--edge--\r\n"), format!("{file}--edge--\r\n")] {
        assert_eq!(ana.send(upload(YALE, body.into_bytes())).await.unwrap().status, StatusCode::FORBIDDEN);
    }
    for body in ["", "--edge--\r\n", "no form", &"x".repeat(10_000)] {
        let status = ana.send(upload(YALE, body.into())).await.unwrap().status;
        assert!(
            matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY),
            "{body:?}: {status}"
        );
    }
    assert!(links(&ana.get(YALE).await.unwrap()).is_empty());
}
