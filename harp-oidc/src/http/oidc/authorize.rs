//! `GET` and `POST /authorize` (OpenID Connect Core §3.1.2), and `GET /authorize/resume`, where a request that waited goes on.

use axum::extract::{Request, State};
use axum::response::IntoResponse as _;
use harp_core::kernel::secret::Plain;
use http::request::Parts;

use super::{AUTHORIZE, body, browser};
use crate::flow::authorize::{self, Answer, Interact, Need};
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::reply::{Reply, redirect};
use crate::http::visit::{self, Visit};
use crate::protocol::authorize::AuthorizeRequest;
use crate::view::frame::Section;
use crate::view::sign_in::Expired;
use crate::view::url;

/// The longest request, in bytes, that is sent round as a GET: servers and browsers differ beyond that.
const MOST_AS_GET: usize = 12 * 1024;

pub async fn get(State(app): State<App>, request: Request) -> Reply {
    let (parts, act) = browser::opened(request)?;
    let query = parts.uri.query().unwrap_or("");
    let request = match AuthorizeRequest::parse(query.as_bytes()) {
        Ok(_) if query.len() > MOST_AS_GET => {
            return browser::problem_at(&app, parts, &browser::unreadable("too long for a GET")).await;
        }
        Ok(request) => request,
        Err(fault) => return browser::problem_at(&app, parts, &browser::unreadable(fault)).await,
    };
    let session = browser::session(&app, &parts.headers);
    let answer = authorize::authorize(&app.oidc, &request, session.as_ref(), &act).await?;
    say(&app, parts, answer).await
}

/// A POST from an application's page carries no `SameSite=Lax` cookie: it would look as if nobody were signed in. So it
/// is sent round as a GET, which does.
pub async fn post(State(app): State<App>, request: Request) -> Reply {
    let (parts, body) = request.into_parts();
    let bytes = match body::bytes(&parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(no) => return browser::problem_at(&app, parts, &no.error).await,
    };
    let query = match AuthorizeRequest::parse(&bytes).map(|request| request.to_query()) {
        Ok(query) if query.len() <= MOST_AS_GET => query,
        Ok(_) => return browser::problem_at(&app, parts, &browser::unreadable("too long for a GET")).await,
        Err(fault) => return browser::problem_at(&app, parts, &browser::unreadable(fault)).await,
    };
    Ok(redirect(&format!("{}?{query}", app.oidc.issuer.url(AUTHORIZE))))
}

/// The person has done what the request waited for, or so they say.
pub async fn resume(State(app): State<App>, request: Request) -> Reply {
    let (parts, act) = browser::opened(request)?;
    let token = Plain::presented(&visit::query(&parts.uri, "interaction").unwrap_or_default());
    let session = browser::session(&app, &parts.headers);
    let answer = authorize::resume(&app.oidc, &token, session.as_ref(), &act).await?;
    say(&app, parts, answer).await
}

/// Tells the browser.
pub(super) async fn say(app: &App, mut parts: Parts, answer: Answer) -> Reply {
    match answer {
        Answer::Redirect(to) => Ok(browser::away(&to)),
        Answer::Page(error) => browser::problem_at(app, parts, &error).await,
        Answer::Gone => {
            let visit = Visit::of(&mut parts, app).await?;
            visit.show(&Expired { frame: visit.frame(Section::Elsewhere) })
        }
        Answer::Interact(wait) => Ok(begin(Visit::of(&mut parts, app).await?, &wait)?.into_response()),
    }
}

/// The way to the page that the request waits for: a flow of its own, so that several tabs do not disturb each other.
fn begin(mut visit: Visit, wait: &Interact) -> Reply {
    visit.flow = None;
    visit.keep(FlowState {
        interaction: Some(wait.token.expose().to_owned()),
        client: Some(wait.client.to_string()),
        application: Some(wait.application.clone()),
        origin: browser::csp_source(&wait.form_action),
        ..FlowState::default()
    });
    visit.see(match wait.need {
        Need::SignIn(_) => url::SIGN_IN,
        Need::SetUp => url::SET_UP,
        Need::StepUp { .. } => url::STEP_UP,
        Need::Terms => url::SIGN_IN_TERMS,
    })
}
