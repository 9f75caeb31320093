//! A person at a browser without a browser: follows redirects, keeps cookies, fills in the form of the page. Quick, for
//! what handlers do; what people see is tried in Chromium.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use tower::ServiceExt as _;

const MOST: usize = 4 * 1024 * 1024;

#[derive(Debug, Clone)]
pub struct Client {
    router: Router,
    pub cookies: BTreeMap<String, String>,
    pub page: Page,
}

/// What is shown.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// Path and query.
    pub url: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Client {
    pub fn new(router: Router) -> Client {
        Client { router, cookies: BTreeMap::new(), page: Page::default() }
    }

    /// Opens an address, and goes where it sends.
    pub async fn open(&mut self, url: &str) -> Result<&Page> {
        self.send(Method::GET, url, String::new()).await
    }

    /// Sends the form of the page, with these fields, to the address it was shown at.
    pub async fn submit(&mut self, fields: &[(&str, &str)]) -> Result<&Page> {
        let csrf = self.page.hidden("csrf").context("the page has no form")?;
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        let body = form.append_pair("csrf", &csrf).extend_pairs(fields).finish();
        let url = self.page.url.clone();
        self.send(Method::POST, &url, body).await
    }

    async fn send(&mut self, method: Method, url: &str, body: String) -> Result<&Page> {
        let (mut method, mut url, mut body) = (method, url.to_owned(), body);
        for _ in 0..8 {
            let cookies: Vec<String> = self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let request = Request::builder()
                .method(method.clone())
                .uri(&url)
                .header(COOKIE, cookies.join("; "))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header("accept", "text/html")
                .body(Body::from(std::mem::take(&mut body)))?;
            let response = self.router.clone().oneshot(request).await?;
            let (head, content) = response.into_parts();
            for cookie in head.headers.get_all(SET_COOKIE) {
                self.keep(cookie.to_str()?)?;
            }
            if head.status == StatusCode::SEE_OTHER {
                let location = head.headers.get(LOCATION).context("a redirect to nowhere")?;
                (method, url) = (Method::GET, location.to_str()?.to_owned());
                continue;
            }
            let body = String::from_utf8(to_bytes(content, MOST).await?.to_vec())?;
            self.page = Page { url, status: head.status, headers: head.headers, body };
            return Ok(&self.page);
        }
        bail!("redirected in circles at {url}")
    }

    fn keep(&mut self, cookie: &str) -> Result<()> {
        let (pair, attributes) = cookie.split_once(';').unwrap_or((cookie, ""));
        let (name, value) = pair.split_once('=').context("not a cookie")?;
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(())
    }
}

impl Page {
    pub fn path(&self) -> &str {
        self.url.split('?').next().unwrap_or_default()
    }

    pub fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> Option<String> {
        self.after(&format!("name=\"{name}\" value=\""))
    }

    /// What stands between this text and the next quote.
    pub fn after(&self, text: &str) -> Option<String> {
        let rest = self.body.split_once(text)?.1;
        Some(rest.split('"').next()?.replace("&amp;", "&").replace("&#38;", "&"))
    }
}
