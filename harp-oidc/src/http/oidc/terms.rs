//! `GET` and `POST /sign-in/terms`: the terms after the security code, on the way to an application that asks for them
//! there (F12), or to a page of ours when the box at the password was not there to be ticked (F01).

use axum::extract::{FromRequest as _, Request, State};
use harp_core::kernel::secret::Plain;

use super::{authorize, browser};
use crate::flow::authorize::{Need, decline, resume, waiting};
use crate::flow::terms;
use crate::grant::terms::InForce;
use crate::http::RESUME;
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Agreed, Visit};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::sign_in::{ACCEPT, AcceptTerms, Expired, VERSION};
use crate::view::url::{self, act};

pub async fn show(visit: Visit) -> Reply {
    let terms = asked(&visit).await?;
    page(&visit, terms, Form::default())
}

/// Accepted: recorded with version and time, and the request goes on. Declined: the application is told.
pub async fn accept(State(app): State<App>, request: Request) -> Reply {
    let session = browser::session(&app, request.headers());
    let (parts, body) = request.into_parts();
    let copy = parts.clone();
    let Post { mut visit, form } = Post::from_request(Request::from_parts(parts, body), &app).await?;
    let token = token(&visit);
    if form.act() == act::CANCEL {
        let Some(token) = token else { return visit.see(url::SIGN_OUT) };
        let answer = decline(&app.oidc, &token, &visit.act).await?;
        visit.end_flow();
        return Ok(visit.with_cookies(authorize::say(&app, copy, answer).await?));
    }
    let terms = asked(&visit).await?;
    if form.text(VERSION) != terms.text.version {
        return page(&visit, terms, Form::default().problem(ACCEPT.name, "accept-terms.changed"));
    }
    if !form.ticked(ACCEPT.name) {
        return page(&visit, terms, Form::default().problem(ACCEPT.name, "accept-terms.required"));
    }
    let Some(session) = session else { return Err(visit.to_sign_in()) };
    if !terms::accept(&app.oidc, &terms, &session, &visit.act).await? {
        return expired(&visit);
    }
    let Some(token) = token else { return visit.onward() };
    let answer = resume(&app.oidc, &token, Some(&session), &visit.act).await?;
    visit.end_flow();
    Ok(visit.with_cookies(authorize::say(&app, copy, answer).await?))
}

/// The terms that are to be accepted now. What else must happen first, or may happen at once, has its own page.
async fn asked(visit: &Visit) -> Result<InForce, Stop> {
    let Some(token) = token(visit) else {
        visit.set_up()?;
        return match visit.agreed() {
            Agreed::NotYet => Ok(InForce::site(&visit.app.oidc.terms)),
            Agreed::Yes => Err(visit.go(url::HOME)),
        };
    };
    let session = visit.session.as_ref().ok().map(|live| &live.session);
    let Some(pending) = waiting(&visit.app.oidc, &token, session, &visit.act).await? else {
        return Err(Stop::Answer(Box::new(expired(visit)?)));
    };
    match pending.need {
        Some(Need::Terms) => Ok(pending.terms),
        Some(Need::SignIn(_)) => Err(visit.go(url::SIGN_IN)),
        Some(Need::SetUp) => Err(visit.go(url::SET_UP)),
        Some(Need::StepUp { .. }) => Err(visit.go(url::STEP_UP)),
        None => Err(visit.go(&format!("{RESUME}?interaction={}", token.expose()))),
    }
}

fn token(visit: &Visit) -> Option<Plain> {
    visit.state().interaction.as_deref().map(Plain::presented)
}

fn page(visit: &Visit, terms: InForce, form: Form) -> Reply {
    visit.show(&AcceptTerms { frame: visit.frame(Section::Elsewhere), form, terms: terms.text })
}

fn expired(visit: &Visit) -> Reply {
    visit.show(&Expired { frame: visit.frame(Section::Elsewhere) })
}
