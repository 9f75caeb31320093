//! Managed File Transfer, as people use it, and as others try to.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod access;
mod listener;
mod pages;
mod transfer;

use std::path::Path;

use axum::Router;
use axum::body::Body;
use harp_sdk::testing::{Browser, Page, Person, Provider};
use http::Request;
use http::header::{ACCEPT, CONTENT_TYPE};
use mft::{Config, Limits};
use tempfile::TempDir;

const BASE: &str = "http://localhost:8081";
const YALE: &str = "/files/org_yale";

struct World {
    provider: Provider,
    data: TempDir,
    app: Router,
}

impl World {
    async fn new() -> World {
        World::with(Limits::default()).await
    }

    async fn with(limits: Limits) -> World {
        let provider = Provider::start().await.unwrap();
        let data = tempfile::tempdir().unwrap();
        let app = app(&provider, data.path(), limits);
        World { provider, data, app }
    }

    /// Signed in, with the role at these organizations.
    async fn browser(&self, name: &str, orgs: &[&str]) -> Browser {
        let role = |person: Person, org: &&str| person.with_role(mft::PROGRAM, mft::ROLE, org);
        self.provider.person(orgs.iter().fold(Person::new(name), role));
        let mut browser = Browser::new(self.app.clone());
        browser.get("/auth/sign-in").await.unwrap();
        browser
    }
}

fn app(provider: &Provider, data: &Path, limits: Limits) -> Router {
    let config = Config { limits, ..Config::new(provider.registration(BASE), data) };
    mft::router(config).unwrap()
}

/// A form with a file, as a browser sends it.
struct Form<'a> {
    token: &'a str,
    id: Option<&'a str>,
    name: &'a str,
    content: &'a [u8],
}

impl Form<'_> {
    fn body(&self) -> Vec<u8> {
        let part = |name: &str, rest: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{rest}")
        };
        let mut body = part("form_token", &format!("\r\n\r\n{}\r\n", self.token)).into_bytes();
        if let Some(id) = self.id {
            body.extend(part("upload_id", &format!("\r\n\r\n{id}\r\n")).into_bytes());
        }
        let head = format!("; filename=\"{}\"\r\nContent-Type: text/html\r\n\r\n", self.name);
        body.extend(part("file", &head).into_bytes());
        body.extend(self.content);
        body.extend(b"\r\n--edge--\r\n");
        body
    }
}

fn upload(path: &str, body: Vec<u8>) -> Request<Body> {
    Request::post(path)
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(Body::from(body))
        .unwrap()
}

/// Opens the page of an organization and sends a file with its form.
async fn hand_in(browser: &mut Browser, path: &str, name: &str, content: &[u8]) -> Page {
    let page = browser.get(path).await.unwrap();
    let token = page.field("form_token").unwrap_or_default().to_owned();
    let id = page.field("upload_id").map(ToOwned::to_owned);
    let form = Form { token: &token, id: id.as_deref(), name, content };
    browser.send(upload(path, form.body())).await.unwrap()
}

/// The links to files on a page.
fn links(page: &Page) -> Vec<String> {
    let starts = page.body.split("class=\"data\" href=\"").skip(1);
    starts.filter_map(|rest| rest.split('"').next()).map(ToOwned::to_owned).collect()
}
