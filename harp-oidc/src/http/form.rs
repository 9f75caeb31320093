//! A posted form: bounded, of the one content type, and proven to be ours. The only way a page reads a body.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use http::header::CONTENT_TYPE;

use super::app::App;
use super::kept;
use super::reply::Stop;
use super::visit::Visit;
use crate::grant::kept::Typed;
use crate::view::frame::CSRF;
use crate::view::kept::KEPT;

/// The longest form, in bytes, and the most fields of one.
pub const MOST_BYTES: usize = 64 * 1024;
const MOST_FIELDS: usize = 200;

/// What was posted. `Debug` hides it: passwords are in it.
pub struct Posted {
    fields: Vec<(String, String)>,
}

impl std::fmt::Debug for Posted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[form]")
    }
}

impl Posted {
    /// The first value of a field; empty when there is none.
    pub fn text(&self, name: &str) -> String {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default()
    }

    /// All values of a field: boxes that were ticked.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.fields.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    }

    /// Whether a box was ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.text(name) == "yes"
    }

    /// What may outlive the session: the answers that are no secrets ([`KEPT`]), if there are any.
    fn kept(&self) -> Option<Typed> {
        let kept =
            |(name, value): &&(String, String)| KEPT.contains(&name.as_str()) && !value.trim().is_empty();
        let fields: Vec<_> = self.fields.iter().filter(kept).cloned().collect();
        (!fields.is_empty()).then_some(Typed { fields })
    }

    /// Which button was pressed: the field `do`.
    pub fn act(&self) -> String {
        self.text(crate::view::url::act::NAME)
    }
}

/// A visit with its form. A handler that takes this cannot forget the CSRF check.
#[derive(Debug)]
pub struct Post {
    pub visit: Visit,
    pub form: Posted,
}

impl FromRequest<App> for Post {
    type Rejection = Stop;

    async fn from_request(request: Request, app: &App) -> Result<Post, Stop> {
        let (mut parts, body) = request.into_parts();
        let mut visit = Visit::of(&mut parts, app).await?.used().await?;
        let urlencoded = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).is_some_and(|v| {
            v.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        if !urlencoded {
            return Err(visit.bad_request());
        }
        let fields = match read(body).await {
            Some(fields) => fields,
            None => return Err(visit.too_large()),
        };
        let form = Posted { fields };
        if !visit.browser.accepts(&app.harp.vault, &form.text(CSRF), (&app.edge, &parts.headers)) {
            return Err(visit.stale_form());
        }
        if let Ok(live) = &visit.session {
            kept::sent(app, live, &visit.uri).await?;
        }
        visit.typed = form.kept();
        Ok(Post { visit, form })
    }
}

async fn read(body: Body) -> Option<Vec<(String, String)>> {
    let bytes = to_bytes(body, MOST_BYTES).await.ok()?;
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&bytes)
        .take(MOST_FIELDS + 1)
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    (fields.len() <= MOST_FIELDS).then_some(fields)
}
