//! `GET` and `POST /sign-in/terms`: the terms after the security code, on the way to an application that asks for them (F12).

use axum::extract::{FromRequest as _, Request, State};
use harp_core::kernel::secret::Plain;

use super::{authorize, browser};
use crate::flow::authorize::{accept_terms, decline, resume, waiting};
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::Visit;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::sign_in::{ACCEPT, AcceptTerms, Expired};
use crate::view::url::act;

pub async fn show(State(app): State<App>, visit: Visit) -> Reply {
    match token(&visit) {
        Some(token) if waiting(&app.oidc, &token, &visit.act).await?.is_some() => {
            page(&visit, Form::default())
        }
        _ => expired(&visit),
    }
}

/// Accepted: recorded with version and time, and the request goes on. Declined: the application is told.
pub async fn accept(State(app): State<App>, request: Request) -> Reply {
    let session = browser::session(&app, request.headers());
    let (parts, body) = request.into_parts();
    let copy = parts.clone();
    let Post { mut visit, form } = Post::from_request(Request::from_parts(parts, body), &app).await?;
    let (Some(token), Some(session)) = (token(&visit), session) else { return expired(&visit) };
    if form.act() == act::CANCEL {
        let answer = decline(&app.oidc, &token, &visit.act).await?;
        visit.end_flow();
        return Ok(visit.with_cookies(authorize::say(&app, copy, answer).await?));
    }
    if !form.ticked(ACCEPT.name) {
        return page(&visit, Form::default().problem(ACCEPT.name, "accept-terms.required"));
    }
    if !accept_terms(&app.oidc, &token, &session, &visit.act).await? {
        return expired(&visit);
    }
    let answer = resume(&app.oidc, &token, Some(&session), &visit.act).await?;
    visit.end_flow();
    Ok(visit.with_cookies(authorize::say(&app, copy, answer).await?))
}

fn token(visit: &Visit) -> Option<Plain> {
    visit.state().interaction.as_deref().map(Plain::presented)
}

fn page(visit: &Visit, form: Form) -> Reply {
    visit.show(&AcceptTerms { frame: visit.frame(Section::Elsewhere), form })
}

fn expired(visit: &Visit) -> Reply {
    visit.show(&Expired { frame: visit.frame(Section::Elsewhere) })
}
