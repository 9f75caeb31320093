//! One person at one page: who they are, which flow they are in, what a page needs around it.
//! Built once per request; handlers take [`Visit`] for GET and [`super::form::Post`] for POST.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use harp_core::flow::Harp;
use harp_core::flow::sessions::{self, Live};
use harp_core::flow::sign_in::SignedIn;
use harp_core::kernel::act::Act;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::Timestamp;
use harp_core::session::{Ended, SessionScope};
use harp_core::store::Fault;
use http::header::{ACCEPT_LANGUAGE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Uri};

use super::act::Acting;
use super::app::App;
use super::cookie::{self, Keep};
use super::csrf::Browser;
use super::flow_cookie::{self, FlowState};
use super::headers::FormAction;
use super::kept::{self, KeepForm};
use super::reply::{Reply, Stop, redirect};
use crate::flow::kept as kept_form;
use crate::flow::provider::Oidc;
use crate::grant::kept::Typed;
use crate::grant::terms::InForce;
use crate::store::{OidcTx, OidcWork};
use crate::view::Page;
use crate::view::frame::{Agent, Desk, Frame, Section, Who};
use crate::view::lasting::Lasting;
use crate::view::url;
use crate::view::words::Words;

/// Whether the person has accepted the version of the provider's terms that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreed {
    Yes,
    NotYet,
}

#[derive(Debug)]
pub struct Visit {
    pub app: App,
    /// By the signed-in person, if there is one.
    pub act: Act,
    pub browser: Browser,
    /// The label in the address and what its cookie holds.
    pub flow: Option<(String, FlowState)>,
    /// The session, or why there is none any more.
    pub session: Result<Live, Option<Ended>>,
    pub uri: Uri,
    /// What was typed into the form that was sent, but for secrets: it goes along where the person must sign in first.
    pub typed: Option<Typed>,
    /// What was typed into this page's form when the session ended (P17).
    kept: Option<Typed>,
    words: Words,
    who: Option<Who>,
    agreed: Agreed,
    cookies: Vec<HeaderValue>,
}

impl Visit {
    pub(super) async fn of(parts: &mut Parts, app: &App) -> Result<Visit, Stop> {
        let Acting(act) = Acting::from_request_parts(parts, app).await.map_err(|_| Stop::Lost)?;
        let harp = &app.harp;
        let browser = Browser::of(&app.edge, &parts.headers, &*harp.random);
        let session = match cookie::read(&app.edge, &parts.headers, cookie::SESSION) {
            Some(secret) => sessions::authenticate(harp, &secret, &act).await?.map_err(Some),
            None => Err(None),
        };
        let flow = label(&parts.uri).map(|label| {
            let state = flow_cookie::read(&app.edge, &harp.vault, &parts.headers, &label).unwrap_or_default();
            (label, state)
        });
        let (act, who, agreed) = match &session {
            Ok(live) => {
                let (who, agreed) = who(&app.oidc, live, act.now).await?;
                (act.by_person(live.account.id), Some(who), agreed)
            }
            Err(_) => (act, None, Agreed::NotYet),
        };
        let mut cookies: Vec<HeaderValue> = browser.set_cookie.iter().cloned().collect();
        let here = flow.as_ref().map(|(label, _)| label.as_str());
        cookies.extend(flow_cookie::surplus(&app.edge, &parts.headers, here));
        let words = words(&parts.headers);
        Ok(Visit {
            app: app.clone(),
            act,
            browser,
            flow,
            session,
            uri: whole_uri(parts),
            typed: None,
            kept: None,
            words,
            who,
            agreed,
            cookies,
        })
    }

    /// A page was asked for, which keeps the session alive; an application's silent request does not.
    pub(super) async fn used(mut self) -> Result<Visit, Stop> {
        if let Ok(live) = self.session {
            self.session = Ok(sessions::used(&self.app.harp, live, &self.act).await?);
        }
        Ok(self)
    }

    pub fn harp(&self) -> &Harp {
        &self.app.harp
    }

    /// The person, signed in, set up, agreed to the terms. Otherwise the way to that, which leads back here.
    pub fn person(&self) -> Result<&Live, Stop> {
        let live = self.set_up()?;
        match self.agreed {
            Agreed::Yes => Ok(live),
            // F01, F12: whoever signed in on the way to an application that asks later has seen no box of ours.
            Agreed::NotYet => Err(self.by_way_of(url::SIGN_IN_TERMS)),
        }
    }

    /// The person, signed in and set up.
    pub fn set_up(&self) -> Result<&Live, Stop> {
        match &self.session {
            Ok(live) if live.session.scope == SessionScope::Full => Ok(live),
            Ok(_) => Err(self.go(url::SET_UP)), // E12
            Err(_) => Err(self.to_sign_in()),
        }
    }

    pub fn agreed(&self) -> Agreed {
        self.agreed
    }

    /// The person, signed in, set up or not.
    pub fn anyone(&self) -> Result<&Live, Stop> {
        self.session.as_ref().map_err(|_| self.to_sign_in())
    }

    /// The flow's state; an empty one when the address names none or its cookie is gone.
    pub fn state(&self) -> FlowState {
        self.flow.as_ref().map(|(_, state)| state.clone()).unwrap_or_default()
    }

    /// What a page needs around it.
    pub fn frame(&self, section: Section) -> Frame {
        let state = self.state();
        Frame {
            who: self.who.clone(),
            section,
            brand: state.client.and_then(|client| self.app.site.brands.get(&client).cloned()),
            application: state.application,
            flow: self.flow.as_ref().map(|(label, _)| label.clone()),
            csrf: self.browser.token(&self.app.harp.vault),
            request_id: self.act.trace.to_string(),
            session: self.lasting(),
            ..Frame::new(Arc::clone(&self.app.site), self.words.clone())
        }
    }

    pub fn words(&self) -> &Words {
        &self.words
    }

    /// How long the session lasts, if there is one.
    pub fn lasting(&self) -> Option<Lasting> {
        let live = self.session.as_ref().ok()?;
        Some(Lasting::of(&live.session, &self.app.harp.profile.session, self.act.now))
    }

    /// Answers with a page.
    pub fn show(&self, page: &impl Page) -> Reply {
        let status = page.status();
        if let (Some(form), Some(kept)) = (page.form(), &self.kept) {
            form.restore(&kept.fields);
        }
        let html = page.render().map_err(|fault| Stop::Broken(format!("a page does not render: {fault}")))?;
        let mut response = (status, axum::response::Html(html)).into_response();
        if let Some(origin) = self.state().origin {
            response.extensions_mut().insert(FormAction(origin));
        }
        Ok(self.with_cookies(response))
    }

    /// POST, then redirect: 303 to a page of ours.
    pub fn see(&self, path: &str) -> Reply {
        Ok(self.with_cookies(redirect(&self.within(path))))
    }

    /// The same as an early way out.
    pub fn go(&self, path: &str) -> Stop {
        Stop::Answer(Box::new(self.with_cookies(redirect(&self.within(path)))))
    }

    /// Where a page stands: `/base/path`.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.app.site.base)
    }

    /// Where a page within this flow stands: `/base/path?flow=label`.
    pub fn within(&self, path: &str) -> String {
        let path = self.path(path);
        let join = if path.contains('?') { '&' } else { '?' };
        match &self.flow {
            Some((label, _)) => format!("{path}{join}{}={label}", url::FLOW),
            None => path,
        }
    }

    /// Keeps a flow's state in its cookie; begins a flow when there is none.
    pub fn keep(&mut self, state: FlowState) {
        let harp = &self.app.harp;
        let label = match self.flow.take() {
            Some((label, _)) => label,
            None => flow_cookie::new_label(&*harp.random),
        };
        self.cookies.extend(flow_cookie::set(&self.app.edge, &harp.vault, &*harp.random, (&label, &state)));
        self.flow = Some((label, state));
    }

    /// Ends the flow: its cookie goes, its label leaves the addresses.
    pub fn end_flow(&mut self) -> FlowState {
        match self.flow.take() {
            Some((label, state)) => {
                self.cookies.push(flow_cookie::clear(&self.app.edge, &label));
                state
            }
            None => FlowState::default(),
        }
    }

    /// Sets the session's cookie.
    pub fn signed_in(&mut self, secret: &Plain) {
        self.cookies.push(cookie::set(&self.app.edge, cookie::SESSION, secret.expose(), Keep::Browser));
    }

    /// A complete sign-in: its session, and the cookie by which the account knows this browser from now on (P15).
    pub fn entered(&mut self, signed_in: &SignedIn) {
        self.signed_in(&signed_in.secret);
        self.known(signed_in.browser.as_ref());
    }

    /// The cookie by which the account knows this browser, if it has changed.
    pub fn known(&mut self, browser: Option<&Plain>) {
        if let Some(secret) = browser {
            let keep = Keep::For(self.harp().profile.known.life);
            self.cookies.push(cookie::set(&self.app.edge, cookie::KNOWN, secret.expose(), keep));
        }
    }

    /// Takes the session's cookie away.
    pub fn signed_out(&mut self) {
        self.cookies.push(cookie::clear(&self.app.edge, cookie::SESSION));
        self.who = None;
    }

    /// Where the application's request that waits for this flow goes on, if one does.
    pub fn resume_url(&self) -> Option<String> {
        let interaction = self.state().interaction?;
        Some(self.within(&format!("{}?interaction={interaction}", super::RESUME)))
    }

    /// Where to go when a sign-in or set-up is complete: back to the application's request, to the page that was
    /// wanted, or to the portal. Ends the flow.
    pub fn onward(&mut self) -> Reply {
        let state = self.end_flow();
        match (state.interaction, state.next.as_deref().and_then(flow_cookie::local_path)) {
            (Some(interaction), _) => self.see(&format!("{}?interaction={interaction}", super::RESUME)),
            (None, Some(next)) => {
                let back = state.kept.map_or(next.clone(), |token| kept::address(&next, &token));
                Ok(self.with_cookies(redirect(&back)))
            }
            (None, None) => self.see(url::HOME),
        }
    }

    /// The way to sign in, anew if need be; it leads back here, and finds there what was typed.
    pub fn to_sign_in(&self) -> Stop {
        self.by_way_of(url::SIGN_IN)
    }

    /// Another page first, in a flow of its own that leads back here.
    fn by_way_of(&self, page: &str) -> Stop {
        let harp = &self.app.harp;
        let label = flow_cookie::new_label(&*harp.random);
        let here = self.uri.path_and_query().map_or("", |p| p.as_str());
        let keep = self.typed.clone().map(|typed| {
            let token = Plain::mint(&*harp.random);
            KeepForm(kept_form::Form { typed, path: self.uri.path().to_owned(), token })
        });
        let next = match &keep {
            Some(_) => flow_cookie::local_path(&kept::without(here)),
            None => flow_cookie::local_path(here),
        };
        let token = keep.as_ref().map(|KeepForm(form)| form.token.expose().to_owned());
        let state = FlowState { next, kept: token, ..FlowState::default() };
        let cookie = flow_cookie::set(&self.app.edge, &harp.vault, &*harp.random, (&label, &state));
        let path = format!("{}{page}?{}={label}", self.app.site.base, url::FLOW);
        let mut response = self.with_cookies(redirect(&path));
        response.headers_mut().extend(cookie.map(|c| (SET_COOKIE, c)));
        if let Some(keep) = keep {
            response.extensions_mut().insert(keep);
        }
        Stop::Answer(Box::new(response))
    }

    pub(super) fn with_cookies(&self, mut response: Response) -> Response {
        for cookie in &self.cookies {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Stop;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visit, Stop> {
        let mut visit = Visit::of(parts, app).await?.used().await?;
        if let Ok(live) = &visit.session {
            visit.kept = kept::waiting(app, live, &visit.uri, &visit.act).await?;
        }
        Ok(visit)
    }
}

/// A visit that does not count as use: the page's script asks how long the session lasts.
#[derive(Debug)]
pub struct Glance(pub Visit);

impl FromRequestParts<App> for Glance {
    type Rejection = Stop;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Glance, Stop> {
        Ok(Glance(Visit::of(parts, app).await?))
    }
}

/// The value of one query parameter.
pub fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = ::url::form_urlencoded::parse(uri.query().unwrap_or("").as_bytes());
    pairs.take(50).find(|(n, _)| n == name).map(|(_, v)| v.into_owned())
}

/// The address as the browser asked for it: below a path (`https://app.example/id`) the router has cut that off.
fn whole_uri(parts: &Parts) -> Uri {
    parts.extensions.get::<OriginalUri>().map_or_else(|| parts.uri.clone(), |whole| whole.0.clone())
}

fn label(uri: &Uri) -> Option<String> {
    query(uri, url::FLOW).filter(|label| flow_cookie::is_label(label))
}

fn words(headers: &HeaderMap) -> Words {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok());
    wanted.map_or_else(Words::english, Words::accepted)
}

/// K09: the name and organization that stand on every page; and whether the terms in force are accepted.
async fn who(oidc: &Oidc, live: &Live, now: Timestamp) -> Result<(Who, Agreed), Stop> {
    struct Read {
        account: AccountId,
        terms: InForce,
        now: Timestamp,
    }
    #[async_trait]
    impl OidcWork for Read {
        type Out = (Vec<String>, bool, Agent, Agreed);
        async fn run(&self, tx: &mut dyn OidcTx) -> Result<Self::Out, Fault> {
            let held = tx.held_roles(self.account, None, self.now).await?;
            let mut orgs: Vec<String> = held.into_iter().map(|h| h.org_name).collect();
            orgs.sort();
            orgs.dedup();
            let official = !tx.official_at(self.account, self.now).await?.is_empty();
            let agent = if tx.is_agent(self.account).await? { Agent::Yes } else { Agent::No };
            let agreed = match tx.accepted_terms(self.account, &self.terms).await? {
                Some(_) => Agreed::Yes,
                None => Agreed::NotYet,
            };
            Ok((orgs, official, agent, agreed))
        }
    }
    let terms = InForce::site(&oidc.terms);
    let (orgs, official, agent, agreed) =
        oidc.store.read(&Read { account: live.account.id, terms, now }).await?;
    let who = Who {
        name: live.account.person.name.to_string(),
        // With several, none is *the* current one in the portal.
        organization: match orgs.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        },
        desk: if official { Desk::SecurityOfficial } else { Desk::None },
        agent,
    };
    Ok((who, agreed))
}
