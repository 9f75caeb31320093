//! Files in and out.

use std::path::Path;

use axum::body::Body;
use futures_util::stream;
use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use mft::Limits;

use super::{Form, World, YALE, app, hand_in, links, upload};

/// MFT-2 step 9
#[tokio::test]
async fn a_file_goes_up_is_listed_and_comes_down_unchanged() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let content: Vec<u8> = (0..300_000u32).flat_map(u32::to_be_bytes).collect();
    let sent = hand_in(&mut ana, YALE, "Q3 r\u{e9}sum\u{e9}.csv", &content).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let page = ana.get(sent.location().unwrap()).await.unwrap();
    assert!(
        page.body.contains("File received") && page.body.contains("Q3 résumé.csv, 1.1 MB"),
        "{}",
        page.body
    );
    assert!(page.body.contains("<caption>1 file,") && page.body.contains("Ana Lee</td>"));
    // What came instead of the file would be saved under its name: a refusal is to be read.
    assert!(!page.body.contains(" download>") && !page.body.contains(" download="), "{}", page.body);
    let file = ana.open(&links(&page)[0]).await.unwrap();
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.body, String::from_utf8_lossy(&content));
    assert_eq!(file.headers[CONTENT_LENGTH], "1200000");
    assert_eq!(file.headers[CONTENT_TYPE], "application/octet-stream");
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(
        file.headers[CONTENT_DISPOSITION],
        "attachment; filename=\"Q3 r_sum_.csv\"; filename*=UTF-8''Q3%20r%C3%A9sum%C3%A9.csv"
    );
}

#[tokio::test]
async fn files_survive_a_restart_and_what_was_not_finished_does_not() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    hand_in(&mut ana, YALE, "kept.csv", b"kept").await;
    // What a killed process leaves: a directory under tmp/.
    let left = world.data.path().join("tmp").join("0".repeat(32));
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("content"), "half").unwrap();
    let mut again =
        harp_sdk::testing::Browser::new(app(&world.provider, world.data.path(), Limits::default()));
    let page = again.get(YALE).await.unwrap();
    assert_eq!(links(&page).len(), 1);
    assert!(page.body.contains("kept.csv") && !left.exists());
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let whole = Form { token: &token, id: None, name: "half.csv", content: &[b'x'; 200_000] }.body();
    // The connection fails, and the body ends early.
    for body in [broken(whole[..100_000].to_vec()), Body::from(whole[..100_000].to_vec())] {
        let mut request = upload(YALE, Vec::new());
        *request.body_mut() = body;
        let answer = ana.send(request).await.unwrap();
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.contains("Nothing was stored"));
    }
    assert!(links(&ana.get(YALE).await.unwrap()).is_empty());
    assert_eq!(entries(&world.data.path().join("tmp")), 0);
}

#[tokio::test]
async fn what_is_too_large_too_many_empty_or_absent_is_refused_with_the_way_out() {
    let world = World::with(Limits { file: 1_000, files: 2, uploads: 2, ..Limits::default() }).await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let fits = hand_in(&mut ana, YALE, "a.csv", &[b'x'; 1_000]).await;
    assert_eq!(fits.status, StatusCode::SEE_OTHER);
    for (name, content, status, says) in [
        ("b.csv", vec![b'x'; 1_001], StatusCode::PAYLOAD_TOO_LARGE, "Choose a file of 1000 bytes or less."),
        ("b.csv", vec![], StatusCode::UNPROCESSABLE_ENTITY, "Choose a file that is not empty."),
        ("", vec![], StatusCode::UNPROCESSABLE_ENTITY, "Choose a file to upload."),
    ] {
        let page = hand_in(&mut ana, YALE, name, &content).await;
        assert_eq!(page.status, status);
        assert!(page.body.contains("There is a problem") && page.body.contains(says), "{}", page.body);
        assert!(page.body.contains("<title>Error: ") && page.body.contains("aria-invalid=\"true\""));
    }
    hand_in(&mut ana, YALE, "b.csv", b"b").await;
    let full = hand_in(&mut ana, YALE, "c.csv", b"c").await;
    assert_eq!(full.status, StatusCode::CONFLICT);
    assert!(full.body.contains("has 2 files already"));
    assert_eq!(links(&full).len(), 2);
    assert_eq!(entries(&world.data.path().join("tmp")), 0);
}

#[tokio::test]
async fn the_same_form_twice_is_one_file_and_another_file_is_another() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let page = ana.get(YALE).await.unwrap();
    let (token, id) = (page.field("form_token").unwrap(), page.field("upload_id").unwrap());
    let form = |content| Form { token, id: Some(id), name: "a.csv", content };
    // A double click, then Back and a changed file under the same name.
    for content in [b"one", b"one", b"two"] {
        let sent = ana.send(upload(YALE, form(content).body())).await.unwrap();
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(links(&ana.get(YALE).await.unwrap()).len(), 2);
}

#[tokio::test]
async fn eight_at_once_keep_the_limit() {
    let world = World::with(Limits { file: 1_000, files: 3, uploads: 8, ..Limits::default() }).await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let sends = (0..8).map(|n: u8| {
        let (mut ana, token) = (ana.clone(), token.clone());
        tokio::spawn(async move {
            let form = Form { token: &token, id: None, name: "a.csv", content: &[n; 10] };
            ana.send(upload(YALE, form.body())).await.unwrap().status
        })
    });
    let mut taken = 0;
    for sent in sends.collect::<Vec<_>>() {
        taken += usize::from(sent.await.unwrap() == StatusCode::SEE_OTHER);
    }
    assert_eq!((taken, links(&ana.get(YALE).await.unwrap()).len()), (3, 3));
}

/// The room of an organization is for all of its files together, and of no other.
#[tokio::test]
async fn eight_at_once_keep_the_room_of_an_organization() {
    let world = World::with(Limits { file: 1_000, room: 2_500, uploads: 8, ..Limits::default() }).await;
    let mut ana = world.browser("Ana Lee", &["org_yale", "org_mayo"]).await;
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let sends = (0..8).map(|n: u8| {
        let (mut ana, token) = (ana.clone(), token.clone());
        tokio::spawn(async move {
            let form = Form { token: &token, id: None, name: "a.csv", content: &[n; 1_000] };
            ana.send(upload(YALE, form.body())).await.unwrap()
        })
    });
    let mut taken = 0;
    for sent in sends.collect::<Vec<_>>() {
        let answer = sent.await.unwrap();
        match answer.status {
            StatusCode::SEE_OTHER => taken += 1,
            status => {
                assert_eq!(status, StatusCode::CONFLICT);
                assert!(answer.body.contains("would be larger than 2.4 KB"), "{}", answer.body);
            }
        }
    }
    assert_eq!((taken, links(&ana.get(YALE).await.unwrap()).len()), (2, 2));
    assert_eq!(hand_in(&mut ana, YALE, "small.csv", &[b'x'; 500]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        hand_in(&mut ana, "/files/org_mayo", "a.csv", &[b'x'; 1_000]).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn many_files_come_in_pages_the_newest_first() {
    let world = World::with(Limits { page: 2, ..Limits::default() }).await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for n in 1..=5 {
        hand_in(&mut ana, YALE, &format!("file-{n}.csv"), b"x").await;
    }
    let mut seen = Vec::new();
    for (page, count) in [(1, 2), (2, 2), (3, 1)] {
        let shown = ana.get(&format!("{YALE}?page={page}")).await.unwrap();
        assert!(
            shown.body.contains(&format!("5 files, the newest first (page {page} of 3)")),
            "{}",
            shown.body
        );
        assert_eq!(shown.body.contains("Newer files"), page > 1);
        assert_eq!(shown.body.contains("Older files"), page < 3);
        assert_eq!(links(&shown).len(), count);
        seen.extend(links(&shown));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5, "each file on one page");
    for odd in ["0", "99", "-1", "x", "99999999999999999999999"] {
        let page = ana.get(&format!("{YALE}?page={odd}")).await.unwrap();
        assert_eq!(page.status, StatusCode::OK, "{odd}");
        assert!(!links(&page).is_empty());
    }
}

/// RFC 6266, RFC 8187, CWE-113: whatever a file is called, its name is one header of ASCII, and the page shows no trick.
#[tokio::test]
async fn a_hostile_name_breaks_neither_the_header_nor_the_page() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for name in [
        "invoice\u{202e}fdp.exe",
        "\u{5d0}\u{5d1}.pdf",
        "a%0d%0aX: y.csv",
        "x;filename=evil.exe",
        "caf\u{e9}'\u{1f600}.csv",
    ] {
        assert_eq!(
            hand_in(&mut ana, YALE, name, name.as_bytes()).await.status,
            StatusCode::SEE_OTHER,
            "{name:?}"
        );
    }
    let page = ana.get(YALE).await.unwrap();
    assert!(!page.body.contains('\u{202e}'));
    let all = links(&page);
    assert_eq!(all.len(), 5);
    for link in all {
        let file = ana.open(&link).await.unwrap();
        let header = file.headers[CONTENT_DISPOSITION].to_str().unwrap();
        assert!(header.is_ascii() && header.starts_with("attachment; filename=\""), "{header}");
        assert_eq!((header.matches('"').count(), header.matches(';').count()), (2, 2), "{header}");
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        assert!(file.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    }
}

#[tokio::test]
async fn a_name_is_never_a_path() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    for name in ["../../../escape.txt", "..\\..\\escape.txt", "/etc/escape.txt", "<script>alert(1)</script>"]
    {
        assert_eq!(hand_in(&mut ana, YALE, name, name.as_bytes()).await.status, StatusCode::SEE_OTHER);
    }
    let page = ana.get(YALE).await.unwrap();
    assert_eq!(page.body.matches(">escape.txt</a>").count(), 3);
    assert!(!page.body.contains("<script"));
    assert_eq!(entries(world.data.path()), 2, "orgs and tmp, and nothing else");
}

fn entries(path: &Path) -> usize {
    std::fs::read_dir(path).unwrap().count()
}

/// Some bytes, then a connection that is gone.
fn broken(bytes: Vec<u8>) -> Body {
    let gone = std::io::Error::other("connection reset");
    Body::from_stream(stream::iter([Ok(bytes), Err(gone)]))
}

/// The form has three fields, and the file is the last: nobody sends others for ever.
#[tokio::test]
async fn fields_of_no_form_of_ours_are_not_read_on_and_on() {
    let world = World::new().await;
    let mut ana = world.browser("Ana Lee", &["org_yale"]).await;
    let token = ana.get(YALE).await.unwrap().field("form_token").unwrap().to_owned();
    let form = Form { token: &token, id: None, name: "a.csv", content: b"a" };
    let junk =
        |value: &str| format!("--edge\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n{value}\r\n");
    for (before, status) in [
        (junk("y").repeat(3), StatusCode::SEE_OTHER),
        (junk("y").repeat(9), StatusCode::BAD_REQUEST),
        (junk(&"y".repeat(5_000)), StatusCode::BAD_REQUEST),
    ] {
        let body = [before.into_bytes(), form.body()].concat();
        assert_eq!(ana.send(upload(YALE, body)).await.unwrap().status, status);
    }
}
