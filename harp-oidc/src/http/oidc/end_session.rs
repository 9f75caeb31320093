//! `GET` and `POST /logout` (OpenID Connect RP-Initiated Logout 1.0), and the page that asks when nothing proves who wants it.

use axum::extract::{FromRequest as _, Request, State};
use http::request::Parts;

use super::{LOGOUT, LOGOUT_CONFIRM, body, browser};
use crate::flow::end_session::{Answer, Confirmed, back, end_session};
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::headers::FormAction;
use crate::http::reply::{Reply, redirect};
use crate::http::visit::Visit;
use crate::protocol::logout::LogoutRequest;
use crate::view::frame::Section;
use crate::view::sign_out::{ConfirmSignOut, SignedOut};
use crate::view::url::{self, act};

/// The longest request, in bytes, that is kept in an address while the person is asked.
const MOST_AS_GET: usize = 12 * 1024;

pub async fn get(State(app): State<App>, request: Request) -> Reply {
    let (parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or("").to_owned();
    answer(&app, parts, (query.as_bytes(), Confirmed::NotYet)).await
}

pub async fn post(State(app): State<App>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    match body::bytes(&parts.headers, body).await {
        // From another site it carries no `SameSite=Lax` cookie: it would look as if nobody were signed in, and any
        // page could have the cookie taken away. So it is sent round as a GET, which does carry it.
        Ok(bytes) if browser::session(&app, &parts.headers).is_none() => {
            match LogoutRequest::parse(&bytes).map(|request| request.to_query()) {
                Ok(query) if query.len() <= MOST_AS_GET => {
                    Ok(redirect(&format!("{}?{query}", app.oidc.issuer.url(LOGOUT))))
                }
                Ok(_) => browser::problem_at(&app, parts, &browser::unreadable("too long for a GET")).await,
                Err(fault) => browser::problem_at(&app, parts, &browser::unreadable(fault)).await,
            }
        }
        Ok(bytes) => answer(&app, parts, (&bytes, Confirmed::NotYet)).await,
        Err(no) => browser::problem_at(&app, parts, &no.error).await,
    }
}

/// The question. It changes nothing; the request stands in the address and is checked again with the answer.
/// Its form may end at the application, if the request names a place that is registered for it: Chromium holds every
/// redirect after a form against `form-action`.
pub async fn ask(State(app): State<App>, visit: Visit) -> Reply {
    let mut page = visit.show(&ConfirmSignOut { frame: visit.frame(Section::Elsewhere) })?;
    if let Ok(request) = LogoutRequest::parse(visit.uri.query().unwrap_or("").as_bytes())
        && let Some(origin) = back(&app.oidc, &request, &visit.act).await?
        && let Some(origin) = browser::csp_source(&origin)
    {
        page.extensions_mut().insert(FormAction(origin));
    }
    Ok(page)
}

/// The answer, from our own form.
pub async fn confirm(State(app): State<App>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let copy = parts.clone();
    let Post { visit, form } = Post::from_request(Request::from_parts(parts, body), &app).await?;
    if form.act() != act::SIGN_OUT {
        return visit.see(url::HOME);
    }
    let query = copy.uri.query().unwrap_or("").to_owned();
    answer(&app, copy, (query.as_bytes(), Confirmed::Yes)).await
}

async fn answer(app: &App, mut parts: Parts, (text, confirmed): (&[u8], Confirmed)) -> Reply {
    let request = match LogoutRequest::parse(text) {
        Ok(request) => request,
        Err(fault) => return browser::problem_at(app, parts, &browser::unreadable(fault)).await,
    };
    let session = browser::session(app, &parts.headers);
    let mut visit = Visit::of(&mut parts, app).await?;
    match end_session(&app.oidc, &request, (session.as_ref(), confirmed), &visit.act).await? {
        Answer::Redirect(to) => {
            visit.signed_out();
            Ok(visit.with_cookies(browser::away(&to)))
        }
        Answer::SignedOut => {
            visit.signed_out();
            visit.show(&SignedOut { frame: visit.frame(Section::Elsewhere), back: None })
        }
        Answer::Ask => {
            let query = request.to_query();
            let query = if query.len() <= MOST_AS_GET { query } else { String::new() };
            Ok(visit.with_cookies(redirect(&format!("{}?{query}", app.oidc.issuer.url(LOGOUT_CONFIRM)))))
        }
        Answer::Page(error) => browser::problem(&visit, &error),
    }
}
