//! A browser without a screen: it keeps cookies, follows redirects, and knows one application and its provider.

use std::collections::BTreeMap;
use std::error::Error;

use ::axum::Router;
use ::axum::body::{Body, to_bytes};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use tower::ServiceExt as _;

type Fault = Box<dyn Error + Send + Sync>;

#[derive(Debug, Clone)]
/// One person's browser.
pub struct Browser {
    app: Router,
    cookies: BTreeMap<String, String>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Page {
    /// Path and query within the application.
    pub path: String,
    /// Of the answer.
    pub status: StatusCode,
    /// Of the answer.
    pub headers: HeaderMap,
    /// As text, whatever bytes it has.
    pub body: String,
}

impl Page {
    /// The value of the first hidden field of this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\""))?;
        rest.split('"').next()
    }

    /// Where a redirect leads.
    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION)?.to_str().ok()
    }
}

impl Browser {
    /// Without cookies, before this application.
    pub fn new(app: Router) -> Browser {
        Browser { app, cookies: BTreeMap::new() }
    }

    /// The `Cookie` header that it would send.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Takes over what another browser has, as a thief would.
    pub fn steal(&mut self, header: &str) {
        for (name, value) in header.split("; ").filter_map(|pair| pair.split_once('=')) {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    /// Goes to a path and follows every redirect, through the provider and back.
    pub async fn get(&mut self, path: &str) -> Result<Page, Fault> {
        let page = self.open(path).await?;
        self.follow(page).await
    }

    /// Goes to a path; a redirect is the answer.
    pub async fn open(&mut self, path: &str) -> Result<Page, Fault> {
        let request = Request::get(path).header(ACCEPT, "text/html").body(Body::empty())?;
        self.send(request).await
    }

    /// Sends a form and follows every redirect.
    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Result<Page, Fault> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(ACCEPT, "text/html")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body))?;
        let page = self.send(request).await?;
        self.follow(page).await
    }

    /// One request, with the cookies; keeps those of the answer.
    pub async fn send(&mut self, mut request: Request<Body>) -> Result<Page, Fault> {
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        if !self.cookies.is_empty() {
            request.headers_mut().insert(COOKIE, self.cookies().parse()?);
        }
        let (parts, body) = self.app.clone().oneshot(request).await?.into_parts();
        for header in parts.headers.get_all(SET_COOKIE) {
            self.keep(header.to_str()?);
        }
        let body = String::from_utf8_lossy(&to_bytes(body, 64 * 1024 * 1024).await?).into_owned();
        Ok(Page { path, status: parts.status, headers: parts.headers, body })
    }

    async fn follow(&mut self, mut page: Page) -> Result<Page, Fault> {
        for _ in 0..10 {
            let Some(to) = page.location() else { return Ok(page) };
            let to = if to.starts_with('/') { to.to_owned() } else { elsewhere(to).await? };
            page = self.open(&to).await?;
        }
        Err("ten redirects".into())
    }

    fn keep(&mut self, set_cookie: &str) {
        let (pair, attributes) = set_cookie.split_once(';').unwrap_or((set_cookie, ""));
        if let Some((name, value)) = pair.split_once('=') {
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// The provider's page; it sends the browser back to the application.
async fn elsewhere(url: &str) -> Result<String, Fault> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let response = client.get(url).send().await?;
    let location = response.headers().get(LOCATION).ok_or("the provider does not send the browser back")?;
    let back: Uri = location.to_str()?.parse()?;
    Ok(back.path_and_query().map(ToString::to_string).unwrap_or_default())
}
