//! The help desk's console (P18, K01). Whoever is no agent finds no such page.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use harp_core::account::Standing;
use harp_core::account::help_case::Answer;
use harp_core::factor::FactorStatus;
use harp_core::flow::help_desk::{
    self as desk, Asked, Called, DecidedReset, Done, Looked, Mine, Opened, ProvedCase, Seen, Shut, Wish,
};
use harp_core::kernel::id::HelpCaseId;
use harp_core::notice::Recipient;
use harp_core::notice::delivery::{Delivery, Posted};

use super::sessions::device;
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::device::Device;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::help_desk::{
    Ask, CODE, Caller, Case, Decide, Deed, Letter, OpenSession, ReadOut, Search, Subject, WHO, Waiting,
};
use crate::view::letter;
use crate::view::official::REASON;
use crate::view::set_up::Status;
use crate::view::url::{self, act};
use crate::view::words::Message;

/// In the address: what was just done.
const DONE: &str = "done";

pub fn routes() -> Router<App> {
    let one = |rest: &str| format!("{}/{{id}}{rest}", url::HELP_DESK);
    let mut router = Router::new()
        .route(url::HELP_DESK, get(search).post(open))
        .route(url::READ_OUT, get(read_out))
        .route(&one(""), get(case).post(callback))
        .route(&one("/decide"), get(ask_decide).post(decide));
    for deed in Deed::ALL {
        router = router.route(
            &one(&format!("/{}", deed.path())),
            get(move |visit: Visit, id: Path<String>| ask(visit, id.0, deed))
                .post(move |id: Path<String>, post: Post| carry_out(post, id.0, deed)),
        );
    }
    router
}

fn shut(visit: &Visit, why: Shut) -> Stop {
    match why {
        Shut::NotAnAgent => visit.not_found(),
        Shut::SignInAgain => visit.to_sign_in(),
    }
}

async fn search(visit: Visit) -> Reply {
    show_search(&visit, Form::new()).await
}

async fn show_search(visit: &Visit, form: Form) -> Reply {
    let live = visit.person()?;
    let waiting = desk::waiting(visit.harp(), live, &visit.act).await?.map_err(|why| shut(visit, why))?;
    let waiting = waiting.into_iter().map(|w| Waiting {
        case: w.case.to_string(),
        username: w.username,
        agent: w.agent,
        asked_at: w.asked_at,
    });
    let waiting = waiting.collect();
    visit.show(&Search { frame: visit.frame(Section::HelpDesk), form, waiting, done: done(visit) })
}

fn done(visit: &Visit) -> Option<Message> {
    Some(Message::new(match query(&visit.uri, DONE)?.as_str() {
        "sent" => "help-desk.done-sent",
        "nothing" => "help-desk.done-nothing",
        "takes-two" => "help-desk.done-takes-two",
        "asked" => "help-desk.done-asked",
        "approved" => "help-desk.done-approved",
        "refused" => "help-desk.done-refused",
        "gone" => "help-desk.done-gone",
        _ => "help-desk.done",
    }))
}

async fn open(Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let (who, why) = (form.text(WHO.name), form.text(REASON.name));
    let kept = || Form::new().value(WHO.name, who.as_str()).value(REASON.name, why.as_str());
    match desk::open(visit.harp(), live, (&who, &why), &visit.act).await? {
        Opened::Opened(case) => visit.see(&format!("{}/{case}", url::HELP_DESK)),
        Opened::Refused(found) => show_search(&visit, kept().complaints(&found)).await,
        Opened::Nobody => show_search(&visit, kept().problem(WHO.name, "help-desk.nobody")).await,
        Opened::Own => show_search(&visit, kept().problem(WHO.name, "help-desk.own")).await,
        Opened::TooMany => show_search(&visit, kept().problem(WHO.name, "help-desk.too-many")).await,
        Opened::Shut(why) => Err(shut(&visit, why)),
    }
}

async fn seen(visit: &Visit, id: &str, mine: Mine) -> Result<Seen, Stop> {
    let live = visit.person()?;
    let id: HelpCaseId = id.parse().map_err(|_| visit.not_found())?;
    match desk::look(visit.harp(), live, id, &visit.act).await? {
        Looked::Seen(seen) if seen.mine == mine => Ok(*seen),
        Looked::Seen(_) => Err(visit.not_found()),
        // Decided meanwhile, or its day is over: the list says what there is.
        Looked::Gone => Err(visit.go(&format!("{}?{DONE}=gone", url::HELP_DESK))),
        Looked::Shut(why) => Err(shut(visit, why)),
    }
}

async fn case(visit: Visit, Path(id): Path<String>) -> Reply {
    show_case(&visit, &id, Form::new()).await
}

async fn show_case(visit: &Visit, id: &str, form: Form) -> Reply {
    let seen = seen(visit, id, Mine::Own).await?;
    let caller = if seen.proved { Caller::Proved } else { Caller::NotYet };
    let subject = subject(visit, seen);
    visit.show(&Case { frame: visit.frame(Section::HelpDesk), form, subject, caller, done: done(visit) })
}

fn subject(visit: &Visit, seen: Seen) -> Subject {
    let unknown = visit.words().t("sessions.unknown");
    let session = |s: desk::OpenSession| OpenSession {
        device: s.origin.agent.as_deref().and_then(device).unwrap_or_else(|| unknown.clone()),
        place: s.origin.address.map_or_else(|| unknown.clone(), |a| a.to_string()),
        seen: s.seen,
    };
    let status = |status| match status {
        FactorStatus::Active => Status::Active,
        FactorStatus::Suspended => Status::Suspended,
        FactorStatus::Unverified | FactorStatus::Removed => Status::Unverified,
    };
    Subject {
        case: seen.case.id.to_string(),
        username: seen.username,
        name: seen.name,
        standing: match seen.standing {
            Standing::PendingSetup => "help-desk.pending",
            Standing::Active => "help-desk.active",
            Standing::Locked => "help-desk.locked",
            Standing::Disabled => "help-desk.disabled",
        },
        locked_since: seen.lock.map(|lock| lock.at),
        sign_in_locked_until: seen.sign_in_locked_until,
        reset_ready_at: seen.reset.map(|r| r.ready_at),
        addresses: seen.addresses,
        devices: seen.devices.iter().map(|f| (Device::of(f), status(f.status))).collect(),
        sessions: seen.sessions.into_iter().map(session).collect(),
        letters: seen.letters.into_iter().map(|d| letter_row(visit, d)).collect(),
        agent: seen.agent,
        reason: seen.case.reason,
        reset_reason: seen.case.reset.map(|r| r.reason),
    }
}

/// What it is about, never what it says.
fn letter_row(visit: &Visit, posted: Posted) -> Letter {
    let Posted { message, delivery, .. } = posted;
    let what = letter::subject(visit.words(), &message.notice);
    let to = match &message.to {
        Recipient::Email(address) => address.masked(),
        Recipient::Sms(phone) | Recipient::Voice(phone) => format!("•••-•••-{}", phone.last_four()),
    };
    let state = match (delivery, message.attempts) {
        (Delivery::Sent, _) => "help-desk.letter-sent",
        (Delivery::Arrived, _) => "help-desk.letter-arrived",
        (Delivery::NotArrived | Delivery::Undeliverable, _) => "help-desk.letter-given-up",
        (Delivery::Waiting, 0) => "help-desk.letter-waiting",
        (Delivery::Waiting, _) => "help-desk.letter-again",
    };
    Letter { what, to, at: message.created_at, state }
}

async fn callback(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let case: HelpCaseId = id.parse().map_err(|_| visit.not_found())?;
    let here = format!("{}/{case}", url::HELP_DESK);
    if form.act() == act::RESEND {
        return match desk::send_callback(visit.harp(), live, case, &visit.act).await? {
            Called::Sent => visit.see(&format!("{here}?{DONE}=sent")),
            Called::NoMore => {
                show_case(&visit, &id, Form::new().problem(CODE.name, "enter-code.no-more")).await
            }
            Called::Gone => visit.see(&format!("{}?{DONE}=gone", url::HELP_DESK)),
            Called::Shut(why) => Err(shut(&visit, why)),
        };
    }
    let typed = form.text(CODE.name);
    if typed.trim().is_empty() {
        return show_case(&visit, &id, Form::new().problem(CODE.name, "problem.code-missing")).await;
    }
    match desk::prove(visit.harp(), live, (case, &typed), &visit.act).await? {
        ProvedCase::Proved => visit.see(&here),
        ProvedCase::Wrong => {
            show_case(&visit, &id, Form::new().problem(CODE.name, "problem.wrong_code")).await
        }
        ProvedCase::TooMany => {
            show_case(&visit, &id, Form::new().problem(CODE.name, "help-desk.no-more-codes")).await
        }
        ProvedCase::Gone => visit.see(&format!("{}?{DONE}=gone", url::HELP_DESK)),
        ProvedCase::Shut(why) => Err(shut(&visit, why)),
    }
}

async fn ask(visit: Visit, id: String, deed: Deed) -> Reply {
    show_ask(&visit, (&id, deed), Form::new()).await
}

async fn show_ask(visit: &Visit, (id, deed): (&str, Deed), form: Form) -> Reply {
    let seen = seen(visit, id, Mine::Own).await?;
    if !seen.proved {
        return visit.see(&format!("{}/{id}", url::HELP_DESK));
    }
    let (case, username) = (seen.case.id.to_string(), seen.username);
    visit.show(&Ask { frame: visit.frame(Section::HelpDesk), form, case, username, deed })
}

async fn carry_out(Post { visit, form }: Post, id: String, deed: Deed) -> Reply {
    let live = visit.person()?;
    let case: HelpCaseId = id.parse().map_err(|_| visit.not_found())?;
    let here = format!("{}/{case}", url::HELP_DESK);
    if form.act() == act::CANCEL {
        return visit.see(&here);
    }
    let why = form.text(REASON.name);
    let wish = match deed {
        Deed::EndSessions => Wish::EndSessions,
        Deed::Unlock => Wish::Unlock,
        Deed::SendLetter => Wish::SendLetter,
        Deed::AskReset => return ask_reset(&visit, case, why).await,
    };
    let again = |found: &[_]| Form::new().value(REASON.name, why.as_str()).complaints(found);
    match desk::carry_out(visit.harp(), live, (case, wish, &why), &visit.act).await? {
        Done::Done => visit.see(&format!("{here}?{DONE}=done")),
        Done::Nothing => visit.see(&format!("{here}?{DONE}=nothing")),
        Done::TakesTwo => visit.see(&format!("{here}?{DONE}=takes-two")),
        Done::NotProved => visit.see(&here),
        Done::Refused(found) => show_ask(&visit, (&id, deed), again(&found)).await,
        Done::Gone => visit.see(&format!("{}?{DONE}=gone", url::HELP_DESK)),
        Done::Shut(why) => Err(shut(&visit, why)),
    }
}

async fn ask_reset(visit: &Visit, case: HelpCaseId, why: String) -> Reply {
    let (live, here) = (visit.person()?, format!("{}/{case}", url::HELP_DESK));
    match desk::ask_reset(visit.harp(), live, (case, &why), &visit.act).await? {
        Asked::Asked => visit.see(&format!("{here}?{DONE}=asked")),
        Asked::Already | Asked::NotPossible => visit.see(&format!("{here}?{DONE}=nothing")),
        Asked::NotProved => visit.see(&here),
        Asked::Refused(found) => {
            let form = Form::new().value(REASON.name, why).complaints(&found);
            show_ask(visit, (&case.to_string(), Deed::AskReset), form).await
        }
        Asked::Gone => visit.see(&format!("{}?{DONE}=gone", url::HELP_DESK)),
        Asked::Shut(why) => Err(shut(visit, why)),
    }
}

async fn ask_decide(visit: Visit, Path(id): Path<String>) -> Reply {
    show_decide(&visit, &id, Form::new()).await
}

async fn show_decide(visit: &Visit, id: &str, form: Form) -> Reply {
    let seen = seen(visit, id, Mine::ToDecide).await?;
    let hours = visit.harp().profile.recovery.help_desk_wait.as_secs().div_ceil(3600);
    let (subject, wait_hours) = (subject(visit, seen), u32::try_from(hours).unwrap_or(u32::MAX));
    visit.show(&Decide { frame: visit.frame(Section::HelpDesk), form, subject, wait_hours })
}

async fn decide(Path(id): Path<String>, Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let case: HelpCaseId = id.parse().map_err(|_| visit.not_found())?;
    let answer = match form.act().as_str() {
        act::APPROVE => Answer::Approved,
        act::DENY => Answer::Refused,
        _ => return visit.see(url::HELP_DESK),
    };
    let why = form.text(REASON.name);
    let kept = || Form::new().value(REASON.name, why.as_str());
    match desk::decide_reset(visit.harp(), live, (case, answer, &why), &visit.act).await? {
        DecidedReset::Approved { .. } => visit.see(&format!("{}?{DONE}=approved", url::HELP_DESK)),
        DecidedReset::Refused => visit.see(&format!("{}?{DONE}=refused", url::HELP_DESK)),
        DecidedReset::NotPossible => {
            show_decide(&visit, &id, kept().problem(REASON.name, "help-desk.not-possible")).await
        }
        DecidedReset::Incomplete(found) => show_decide(&visit, &id, kept().complaints(&found)).await,
        DecidedReset::Gone => visit.see(&format!("{}?{DONE}=gone", url::HELP_DESK)),
        DecidedReset::Shut(why) => Err(shut(&visit, why)),
    }
}

/// The code that the caller reads out, on their own page.
async fn read_out(visit: Visit) -> Reply {
    let live = visit.person()?;
    let open = desk::in_portal(visit.harp(), live, &visit.act).await?;
    let until = open.as_ref().map(|o| o.expires_at);
    let code = open.map(|o| o.code.expose().clone());
    visit.show(&ReadOut { frame: visit.frame(Section::Profile), code, until })
}
