//! What was typed goes along to sign in and back (P17): kept when a form meets a session that is over, filled in when the
//! same person returns to the same page.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use harp_core::flow::Trouble;
use harp_core::flow::sessions::Live;
use harp_core::kernel::act::Act;
use harp_core::kernel::secret::Plain;
use http::Uri;

use super::act::Acting;
use super::app::App;
use super::cookie;
use super::visit::query;
use crate::flow::kept::{self, Form};
use crate::grant::kept::Typed;

/// In the address of a page: the token of the form that waits for it.
const KEPT: &str = "kept";

/// Put on the way to sign in: a form that is to wait meanwhile.
#[derive(Debug, Clone)]
pub struct KeepForm(pub Form);

/// Innermost layer: extractors and handlers say what to keep, this keeps it before the answer goes out. A form that cannot
/// be kept is lost, as it would be without this; the way to sign in is not.
pub async fn keep(State(app): State<App>, request: Request, next: Next) -> Response {
    let session = cookie::read(&app.edge, request.headers(), cookie::SESSION);
    let acting = request.extensions().get::<Acting>().cloned();
    let mut response = next.run(request).await;
    let form = response.extensions_mut().remove::<KeepForm>();
    if let (Some(KeepForm(form)), Some(session), Some(Acting(act))) = (form, session, acting) {
        match kept::keep(&app.oidc, &form, &session, &act).await {
            Ok(outcome) => tracing::debug!(?outcome, "a form met a session that was over"),
            Err(trouble) => tracing::error!(%trouble, "what was typed could not be kept"),
        }
    }
    response
}

/// What waits for this person on this page.
pub async fn waiting(app: &App, live: &Live, uri: &Uri, act: &Act) -> Result<Option<Typed>, Trouble> {
    match token(uri) {
        Some(token) => kept::find(&app.oidc, &token, (live.account.id, uri.path()), act).await,
        None => Ok(None),
    }
}

/// The page's form was sent: nothing needs to wait for it any more.
pub async fn sent(app: &App, live: &Live, uri: &Uri) -> Result<(), Trouble> {
    match token(uri) {
        Some(token) => kept::forget(&app.oidc, &token, live.account.id).await,
        None => Ok(()),
    }
}

/// A page's address with the token of the form that waits for it.
pub fn address(path: &str, token: &str) -> String {
    let join = if path.contains('?') { '&' } else { '?' };
    format!("{path}{join}{KEPT}={token}")
}

/// A page's address without the token of a form that waited for it before.
pub fn without(path_and_query: &str) -> String {
    let Some((path, query)) = path_and_query.split_once('?') else { return path_and_query.to_owned() };
    let rest: Vec<&str> =
        query.split('&').filter(|pair| pair.split('=').next().is_some_and(|name| name != KEPT)).collect();
    if rest.is_empty() { path.to_owned() } else { format!("{path}?{}", rest.join("&")) }
}

fn token(uri: &Uri) -> Option<Plain> {
    query(uri, KEPT).map(|token| Plain::presented(&token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_into_an_address_and_out_again() {
        for plain in ["/a", "/a?b=c", "/a?b=c&d"] {
            assert_eq!(without(&address(plain, "x-Y_9")), plain);
        }
        assert_eq!(without("/a?kept=1&b=2&kept=3"), "/a?b=2");
    }
}
