//! `/dev/pages`: every page and letter in every state with sample data, so that one can look at all of them in five minutes.

use std::sync::{Arc, LazyLock};

use askama::Template as _;
use axum::Router;
use axum::extract::Path;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_SECURITY_POLICY;

use crate::view::catalogue::{self, Index, LetterPage, Sample};
use crate::view::frame::{Frame, Site};
use crate::view::url::DEV_PAGES;
use crate::view::words::Words;

/// Mounted by the demo beside the provider.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(DEV_PAGES, get(index))
        .route(&format!("{DEV_PAGES}/{{slug}}"), get(page))
        .route(&format!("{DEV_PAGES}/{{slug}}/html"), get(letter_html))
}

/// Rendered once: a test goes through all of them.
static PAGES: LazyLock<Vec<Sample>> = LazyLock::new(|| catalogue::pages(&Words::english()));

fn frame() -> Frame {
    Frame::new(Arc::new(Site::default()), Words::english())
}

async fn index() -> Response {
    let words = Words::english();
    let pages = PAGES.iter().map(|page| page.slug.clone()).collect();
    let letters = catalogue::letters(&words).into_iter().map(|letter| letter.slug.to_owned()).collect();
    show(Index { frame: frame(), pages, letters }.render())
}

/// A sample page as it would be sent, but with 200: what one looks at is not an error.
async fn page(Path(slug): Path<String>) -> Response {
    let words = Words::english();
    if let Some(page) = PAGES.iter().find(|page| page.slug == slug) {
        return Html(page.html.as_str()).into_response();
    }
    match catalogue::letters(&words).into_iter().find(|letter| letter.slug == slug) {
        Some(letter) => {
            let page = LetterPage { frame: frame(), letter };
            show(page.render())
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The HTML of a letter. Mail programs know no stylesheet, so a letter has its styles inline, and this answer allows them.
async fn letter_html(Path(slug): Path<String>) -> Response {
    let letter = catalogue::letters(&Words::english()).into_iter().find(|letter| letter.slug == slug);
    match letter.and_then(|letter| letter.html) {
        Some(html) => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
            ([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn show(html: askama::Result<String>) -> Response {
    match html {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a catalogue page could not be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(path: &str) -> StatusCode {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router::<()>().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn the_catalogue_shows_pages_and_letters() {
        for path in [
            "/dev/pages",
            "/dev/pages/sign-in",
            "/dev/pages/letter.role-denied",
            "/dev/pages/letter.role-denied/html",
        ] {
            assert_eq!(status(path).await, StatusCode::OK, "{path}");
        }
        for path in ["/dev/pages/none", "/dev/pages/letter.code-text/html"] {
            assert_eq!(status(path).await, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
