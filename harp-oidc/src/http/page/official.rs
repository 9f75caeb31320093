//! The Security Official's desk: the queue, one request, the decision (I05, H07; MFT-4).

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use harp_core::flow::decide_request::{self, Answer, Looked, Outcome, Queue};
use harp_core::kernel::id::RequestId;

use super::roles::{part, request};
use super::{email_state, identified};
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::official::{self, Approve, Deny, May, REASON, Requester, Review};
use crate::view::roles::Part;
use crate::view::url::{self, act};
use crate::view::words::Message;

pub fn routes() -> Router<App> {
    let one = |rest: &str| format!("{}/{{id}}{rest}", url::OFFICIAL);
    Router::new()
        .route(url::OFFICIAL, get(queue))
        .route(&one(""), get(review))
        .route(&one("/approve"), get(ask_approve).post(approve))
        .route(&one("/deny"), get(ask_deny).post(deny))
}

async fn queue(visit: Visit) -> Reply {
    let live = visit.person()?;
    let after = query(&visit.uri, url::BEYOND).and_then(|id| id.parse().ok());
    let queue = decide_request::queue(visit.harp(), live.account.id, after, &visit.act).await?;
    let Queue::Requests(decide_request::Requests { waiting, more }) = queue else {
        return Err(visit.forbidden());
    };
    let done = done(&visit).await?;
    let pending = waiting.into_iter().map(|w| request(w.view)).collect();
    let part = Part { begins: part(after), next: more.map(|id| id.to_string()) };
    visit.show(&official::Queue { frame: visit.frame(Section::Official), done, pending, part })
}

/// What was just decided: the address names the request, the words come from the request itself.
async fn done(visit: &Visit) -> Result<Option<Message>, Stop> {
    for (name, key) in [("approved", "queue.approved"), ("denied", "queue.denied")] {
        if let Some(id) = query(&visit.uri, name).and_then(|id| id.parse().ok()) {
            let looked = look(visit, id).await.ok();
            return Ok(looked.map(|l| Message::new(key).with("requester", l.waiting.view.requester)));
        }
    }
    Ok(None)
}

async fn review(visit: Visit, Path(id): Path<String>) -> Reply {
    let looked = find(&visit, &id).await?;
    let may = may(&looked);
    let requester = Requester {
        name: looked.waiting.view.requester.clone(),
        email: looked.email.address.to_string(),
        email_state: email_state(&looked.email),
        identity: identified(looked.proofed),
        roles: looked.held,
    };
    visit.show(&Review {
        frame: visit.frame(Section::Official),
        request: request(looked.waiting.view),
        requester,
        may,
    })
}

async fn ask_approve(visit: Visit, Path(id): Path<String>) -> Reply {
    let looked = find(&visit, &id).await?;
    if may(&looked) != May::Decide {
        return visit.see(&format!("{}/{id}", url::OFFICIAL));
    }
    visit.show(&Approve { frame: visit.frame(Section::Official), request: request(looked.waiting.view) })
}

async fn ask_deny(visit: Visit, Path(id): Path<String>) -> Reply {
    show_deny(&visit, &id, Form::new()).await
}

async fn show_deny(visit: &Visit, id: &str, form: Form) -> Reply {
    let looked = find(visit, id).await?;
    if !matches!(may(&looked), May::Decide | May::OnlyDeny) {
        return visit.see(&format!("{}/{id}", url::OFFICIAL));
    }
    visit.show(&Deny { frame: visit.frame(Section::Official), form, request: request(looked.waiting.view) })
}

async fn approve(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    if form.act() != act::APPROVE {
        return visit.see(&format!("{}/{id}", url::OFFICIAL));
    }
    decide(&visit, &id, Answer::Approve).await
}

async fn deny(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    if form.act() != act::DENY {
        return visit.see(&format!("{}/{id}", url::OFFICIAL));
    }
    decide(&visit, &id, Answer::Deny { reason: form.text(REASON.name) }).await
}

async fn decide(visit: &Visit, id: &str, answer: Answer) -> Reply {
    let live = visit.person()?;
    let request: RequestId = id.parse().map_err(|_| visit.not_found())?;
    match decide_request::decide(visit.harp(), live.account.id, request, &answer, &visit.act).await? {
        Outcome::Approved(_) => visit.see(&format!("{}?approved={id}", url::OFFICIAL)),
        Outcome::Denied(_) => visit.see(&format!("{}?denied={id}", url::OFFICIAL)),
        Outcome::AlreadyDecided(_) | Outcome::NotEligible => visit.see(&format!("{}/{id}", url::OFFICIAL)),
        Outcome::OwnRequest => Err(visit.forbidden()),
        Outcome::NotYours => Err(visit.not_found()),
        Outcome::Refused(found) => {
            let typed = match answer {
                Answer::Deny { reason } => Form::new().value(REASON.name, reason),
                Answer::Approve => Form::new(),
            };
            show_deny(visit, id, typed.complaints(&found)).await
        }
    }
}

async fn find(visit: &Visit, id: &str) -> Result<Looked, Stop> {
    let id = id.parse().map_err(|_| visit.not_found())?;
    look(visit, id).await
}

/// One answer for a request that does not exist and for one that is not theirs to see.
async fn look(visit: &Visit, id: RequestId) -> Result<Looked, Stop> {
    let live = visit.person()?;
    let looked = decide_request::look(visit.harp(), live.account.id, id, &visit.act).await?;
    looked.ok_or_else(|| visit.not_found())
}

fn may(looked: &Looked) -> May {
    match (&looked.waiting.view.state, looked.waiting.may) {
        (harp_core::access::RequestState::Pending, decide_request::May::OwnRequest) => May::Own,
        (harp_core::access::RequestState::Pending, decide_request::May::Decide) => May::Decide,
        (harp_core::access::RequestState::Pending, decide_request::May::OnlyDeny) => May::OnlyDeny,
        _ => May::Decided,
    }
}
