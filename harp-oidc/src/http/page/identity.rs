//! Proving who one is (D01, D02, D05–D08): within the registration, and later, from the profile.
//! Both have the same pages under different addresses ([`Area`]). Which page it is, the flow says.

use axum::Router;
use axum::routing::get;
use harp_core::flow::prove_identity::{
    AnswerOutcome, Applying, AskOutcome, Asked, Standing, answer, ask, standing,
};
use harp_core::flow::sign_up::Ending;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::proofing::Answer;

use super::register::{draft, finish, page_of, show_expired};
use crate::http::app::App;
use crate::http::form::{Post, Posted};
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::frame::{Frame, Section};
use crate::view::register::{
    HasAccount, Identity, Known, NotVerified, QUESTION_FIELDS, Questions, SSN, Stage, Waiting, Worth,
    vendor_questions,
};
use crate::view::url::{self, act};
use crate::view::words::Message;

/// In the address of the questions: to which case they belong, so that answers from an old tab never count for a new one.
const CASE: &str = "case";
/// In an address: the person wants to try again.
const AGAIN: &str = "again";
/// In an address: the vendor could not be reached.
const DOWN: &str = "down";

/// Where the pages stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Area {
    Registering,
    Later,
}

pub fn routes() -> Router<App> {
    area(Area::Registering).merge(area(Area::Later))
}

fn area(at: Area) -> Router<App> {
    Router::new()
        .route(
            at.identity(),
            get(move |visit: Visit| identity(visit, at)).post(move |post: Post| prove(post, at)),
        )
        .route(
            at.questions(),
            get(move |visit: Visit| questions(visit, at)).post(move |post: Post| check(post, at)),
        )
}

impl Area {
    fn identity(self) -> &'static str {
        match self {
            Area::Registering => url::REGISTER_IDENTITY,
            Area::Later => url::PROVE_IDENTITY,
        }
    }

    fn questions(self) -> &'static str {
        match self {
            Area::Registering => url::REGISTER_QUESTIONS,
            Area::Later => url::PROVE_QUESTIONS,
        }
    }

    fn stage(self) -> Stage {
        match self {
            Area::Registering => Stage::Registering,
            Area::Later => Stage::Later,
        }
    }

    fn frame(self, visit: &Visit) -> Frame {
        visit.frame(match self {
            Area::Registering => Section::Elsewhere,
            Area::Later => Section::Profile,
        })
    }

    async fn whose(self, visit: &Visit) -> Result<Whose, Stop> {
        Ok(match self {
            Area::Registering => Whose::Draft(draft(visit).await?.0),
            Area::Later => Whose::Account(visit.person()?.account.id),
        })
    }
}

/// Whose identity.
enum Whose {
    Draft(Plain),
    Account(AccountId),
}

impl Whose {
    fn applying(&self) -> Applying<'_> {
        match self {
            Whose::Draft(token) => Applying::Draft(token),
            Whose::Account(id) => Applying::Account(*id),
        }
    }
}

/// Step 3, or whatever comes after it.
async fn identity(visit: Visit, at: Area) -> Reply {
    let whose = at.whose(&visit).await?;
    let now = standing(visit.harp(), whose.applying(), &visit.act).await?;
    show(&visit, at, now)
}

fn show(visit: &Visit, at: Area, now: Standing) -> Reply {
    let (frame, stage) = (at.frame(visit), at.stage());
    let asked_for = |name: &str| query(&visit.uri, name).is_some();
    let down = asked_for(DOWN).then(|| Message::new("identity.vendor-down"));
    match now {
        Standing::Open { .. } => show_form(visit, at, Form::new(), down),
        Standing::TimedOut { .. } => {
            show_form(visit, at, Form::new(), down.or(Some(Message::new("identity.timed-out"))))
        }
        Standing::NotVerified { left, .. } if left > 0 && asked_for(AGAIN) => {
            show_form(visit, at, Form::new(), down)
        }
        Standing::NotVerified { left, again_at } => {
            visit.show(&NotVerified { frame, stage, attempts_left: left, again_at })
        }
        Standing::Questions(asked) => visit.see(&questions_of(at, &asked)),
        Standing::Waiting { since, until } => match at {
            Area::Registering => visit.show(&Known { frame, stage, worth: Worth::NotYetKnown }),
            Area::Later => visit.show(&Waiting { frame, since, until }),
        },
        Standing::Proved => visit.show(&Known { frame, stage, worth: Worth::Proof }),
        Standing::SignalOnly => visit.show(&Known { frame, stage, worth: Worth::Signal }),
        Standing::AlreadyHasAccount => visit.show(&HasAccount { frame }),
        Standing::OutOfOrder(step) => visit.see(page_of(step)),
        Standing::Gone => show_expired(visit),
    }
}

fn show_form(visit: &Visit, at: Area, form: Form, notice: Option<Message>) -> Reply {
    visit.show(&Identity { frame: at.frame(visit), form, stage: at.stage(), notice })
}

async fn prove(Post { visit, form }: Post, at: Area) -> Reply {
    let whose = at.whose(&visit).await?;
    match (form.act().as_str(), &whose) {
        (act::BACK, Whose::Draft(_)) => return visit.see(url::REGISTER_ACCOUNT),
        (act::LATER, Whose::Draft(token)) => return finish(&visit, token, Ending::Later).await,
        (act::COMPLETE, Whose::Draft(token)) => return finish(&visit, token, Ending::Answered).await,
        (act::LATER | act::COMPLETE | act::BACK, Whose::Account(_)) => return visit.see(url::HOME),
        (act::RETRY, _) => return visit.see(&format!("{}?{AGAIN}=1", at.identity())),
        _ => {}
    }
    let typed = Secret::new(form.text(SSN.name));
    match ask(visit.harp(), whose.applying(), &typed, &visit.act).await? {
        AskOutcome::Refused(found) => show_form(&visit, at, Form::new().complaints(&found), None),
        AskOutcome::VendorDown { again_at: None } => {
            visit.see(&format!("{}?{DOWN}=1&{AGAIN}=1", at.identity()))
        }
        AskOutcome::VendorDown { again_at: Some(at_last) } => {
            let wait = at_last.since(visit.act.now).as_secs().div_ceil(60);
            let wait = u32::try_from(wait).unwrap_or(u32::MAX);
            let notice = Message::new("identity.vendor-rests").count("minutes", wait);
            show_form(&visit, at, Form::new(), Some(notice))
        }
        AskOutcome::UnderWay => show_form(&visit, at, Form::new(), Some(Message::new("identity.under-way"))),
        // How many are left hangs on the number too, and is known now; the page's address alone could not tell.
        AskOutcome::Now(Standing::NotVerified { left: 0, again_at }) => visit.show(&NotVerified {
            frame: at.frame(&visit),
            stage: at.stage(),
            attempts_left: 0,
            again_at,
        }),
        AskOutcome::Now(now) => go_on(&visit, at, &whose, now).await,
    }
}

/// Step 4
async fn questions(visit: Visit, at: Area) -> Reply {
    let whose = at.whose(&visit).await?;
    match standing(visit.harp(), whose.applying(), &visit.act).await? {
        Standing::Questions(asked) if case_of(&visit).as_ref() == Some(&asked.case.to_string()) => {
            let down = query(&visit.uri, DOWN).map(|_| Message::new("identity.vendor-down"));
            show_questions(&visit, at, &asked, (Form::new(), down))
        }
        Standing::Questions(asked) => visit.see(&questions_of(at, &asked)),
        _ => visit.see(at.identity()),
    }
}

fn show_questions(visit: &Visit, at: Area, asked: &Asked, (form, notice): (Form, Option<Message>)) -> Reply {
    let minutes = visit.harp().profile.proofing.answer_within.as_secs() / 60;
    visit.show(&Questions {
        questions: vendor_questions(&asked.questions, visit.words()),
        frame: at.frame(visit),
        form,
        stage: at.stage(),
        minutes: u32::try_from(minutes).unwrap_or(u32::MAX),
        notice,
    })
}

async fn check(Post { visit, form }: Post, at: Area) -> Reply {
    let whose = at.whose(&visit).await?;
    let now = standing(visit.harp(), whose.applying(), &visit.act).await?;
    let asked = match now {
        Standing::Questions(asked) if case_of(&visit).as_ref() == Some(&asked.case.to_string()) => asked,
        other => return go_on(&visit, at, &whose, other).await,
    };
    let answers = answers(&asked, &form);
    match answer(visit.harp(), whose.applying(), (asked.case, &answers), &visit.act).await? {
        AnswerOutcome::Now(now) => go_on(&visit, at, &whose, now).await,
        AnswerOutcome::Incomplete { asked, missing } => {
            let form = fields(&asked).fold(Form::new(), |kept, (field, question)| {
                let kept = kept.value(field, form.text(field));
                if missing.contains(question) {
                    kept.problem(field, "problem.vendor-answer-missing")
                } else {
                    kept
                }
            });
            show_questions(&visit, at, &asked, (form, None))
        }
        AnswerOutcome::VendorDown(Standing::Questions(asked)) => {
            visit.see(&format!("{}&{DOWN}=1", questions_of(at, &asked)))
        }
        AnswerOutcome::VendorDown(_) => visit.see(at.identity()),
    }
}

/// After something was posted: the registration is completed where nothing more can be asked; else the page that fits.
async fn go_on(visit: &Visit, at: Area, whose: &Whose, now: Standing) -> Reply {
    match (whose, now) {
        (Whose::Draft(token), Standing::Proved | Standing::SignalOnly | Standing::Waiting { .. }) => {
            finish(visit, token, Ending::Answered).await
        }
        (_, Standing::Questions(asked)) => visit.see(&questions_of(at, &asked)),
        (_, Standing::OutOfOrder(step)) => visit.see(page_of(step)),
        _ => visit.see(at.identity()),
    }
}

fn questions_of(at: Area, asked: &Asked) -> String {
    format!("{}?{CASE}={}", at.questions(), asked.case)
}

fn case_of(visit: &Visit) -> Option<String> {
    query(&visit.uri, CASE)
}

/// The fields of the form, and the questions that they answer.
fn fields(asked: &Asked) -> impl Iterator<Item = (&'static str, &String)> {
    QUESTION_FIELDS.into_iter().zip(asked.questions.iter().map(|q| &q.id))
}

fn answers(asked: &Asked, form: &Posted) -> Vec<Answer> {
    fields(asked)
        .map(|(field, question)| Answer { question: question.clone(), choice: form.text(field) })
        .filter(|answer| !answer.choice.is_empty())
        .collect()
}
