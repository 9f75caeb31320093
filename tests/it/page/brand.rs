//! How the pages look on the way to one application.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use harp_oidc::config::brand::brands;
use harp_oidc::config::raw::{Application, Help, Link};
use harp_oidc::view::brand::Brand;
use harp_oidc::view::frame::{self, Contact, Site};

use super::Portal;
use crate::spec::op::{client, request, write};

fn help(name: &str, phone: &str) -> Help {
    Help { name: name.to_owned(), email: None, phone: Some(phone.to_owned()), tty: None, hours: None }
}

/// A site with a help desk of its own, and MFT with another one, links, a notice, terms, a logo and a colour.
fn site(logo: &std::path::Path) -> Site {
    std::fs::write(logo, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>").unwrap();
    let mft = Application {
        client: "mft".to_owned(),
        name: Some("Managed Files".to_owned()),
        notice: Some("MFT has a new address.".to_owned()),
        help: vec![Help { tty: Some("1-877-715-6222".to_owned()), ..help("QPP help", "1-866-288-8292") }],
        links: vec![Link { label: "QualityNet".to_owned(), url: "https://qualitynet.example/".to_owned() }],
        terms: Some("https://mft.example/terms".to_owned()),
        logo: Some(logo.to_owned()),
        colors: BTreeMap::from([("brand".to_owned(), "#5a2a82".to_owned())]),
        dark_colors: BTreeMap::new(),
    };
    let brands = brands(vec![mft]).unwrap();
    let brands = brands.iter().map(|brand| (brand.client.to_string(), Arc::new(Brand::of(brand)))).collect();
    let link = frame::Link { label: "Agency".to_owned(), url: "https://agency.example/".to_owned() };
    Site {
        contacts: vec![Contact::of(&help("Service Desk", "1-800-555-0100"))],
        links: vec![link],
        brands,
        ..Site::default()
    }
}

/// F08 F09 K01 K02 K04 K08: header, contacts, footer, notice, terms and colours are the application's on its way, and nobody
/// else's.
#[tokio::test]
async fn the_way_to_an_application_looks_as_the_application_wants_it() {
    let dir = tempfile::tempdir().unwrap();
    let portal = Portal::of("http://localhost:8080", site(&dir.path().join("logo"))).await;
    for id in ["mft", "hqr"] {
        let client = client(id);
        write(&portal.provider.oidc().store, move |tx| {
            let client = client.clone();
            Box::pin(async move { tx.add_client(&client).await })
        })
        .await;
    }
    let own = ["Service Desk", "1-800-555-0100", "href=\"https://agency.example/\"", ">HARP</a>"];
    let theirs = [
        "QPP help",
        "1-866-288-8292",
        "TTY 1-877-715-6222",
        "href=\"https://qualitynet.example/\"",
        "href=\"https://mft.example/terms\"",
        "MFT has a new address.",
        ">Managed Files</a>",
        "class=\"logo\"",
        "/assets/brand-",
        "Terms of use of Managed Files",
    ];
    let mut ana = portal.browser();
    for (path, shown, missing) in [
        ("/sign-in".to_owned(), own.as_slice(), theirs.as_slice()),
        (format!("/authorize?{}", request(&[("client_id", "hqr")])), &own, &theirs),
        (format!("/authorize?{}", request(&[("client_id", "mft")])), &theirs, &own),
    ] {
        let page = ana.open(&path).await.unwrap();
        assert_eq!((page.path(), page.status), ("/sign-in", StatusCode::OK), "{path}: {}", page.body);
        for text in shown {
            assert!(page.says(text), "{path}: {text} is missing: {}", page.body);
        }
        for text in missing {
            assert!(!page.says(text), "{path}: {text}");
        }
    }
    // On the way the help page is theirs, too; what the page loads comes from here.
    let help = ana.page.after("<a href=\"/help?flow=").map(|flow| format!("/help?flow={flow}")).unwrap();
    let (css, logo) =
        (ana.page.after("href=\"/assets/brand-").unwrap(), ana.page.after("src=\"/assets/logo-").unwrap());
    let trouble = ana.page.says(&format!("<a href=\"{help}\">Having trouble signing in?</a>"));
    assert!(trouble, "F08: {}", ana.page.body);
    let forgot =
        ana.page.after("<a href=\"/help/sign-in?flow=").map(|flow| format!("/help/sign-in?flow={flow}"));
    let way = help.replace("/help", "/sign-in");
    assert!(ana.open(&help).await.unwrap().says("1-866-288-8292"));
    for page in [forgot.unwrap(), way] {
        let page = ana.open(&page).await.unwrap();
        assert!(page.says("1-866-288-8292") && page.says(">Managed Files</a>"), "{}", page.body);
    }
    assert!(ana.page.says("to continue to"), "the way back from help still leads to the application");
    let page = ana.open(&format!("/assets/brand-{css}")).await.unwrap();
    assert!(page.status == StatusCode::OK && page.says("--brand: #5a2a82;"));
    let page = ana.open(&format!("/assets/logo-{logo}")).await.unwrap();
    assert_eq!(
        (page.status, page.headers["content-type"].to_str().unwrap()),
        (StatusCode::OK, "image/svg+xml")
    );
    assert!(page.headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
}
