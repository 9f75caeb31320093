//! Registration (B01–B10): details, user ID and password, and its last page. The steps between them are [`super::identity`]'s.
//! What was typed rests in a draft; the flow's cookie holds the draft's token, so each tab has its own.

use axum::Router;
use axum::routing::get;
use harp_core::account::challenge::Question;
use harp_core::account::field::{Complaint, Field, Problem};
use harp_core::account::person::ProfileForm;
use harp_core::flow::sign_up::{
    self, Completed, CredentialsForm, Ending, Resumed, Saved, Started, Step, complete, resume,
};
use harp_core::kernel::secret::{Plain, Secret};
use harp_core::proofing;

use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::{Post, Posted};
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::{Control, Form, Kind};
use crate::view::frame::Section;
use crate::view::password;
use crate::view::problem::FailureKind;
use crate::view::register::{
    ADDRESS_LINE1, ADDRESS_LINE2, ANSWER, BIRTH_DATE, CITY, CONFIRM_EMAIL, CONFIRM_PASSWORD, COUNTRY,
    Credentials, Details, Done, DraftExpired, EMAIL, FIRST_NAME, HasAccount, Identified, LAST_NAME,
    MIDDLE_NAME, PASSWORD, PHONE, QUESTION, REVIEWED, STATE, USERNAME, ZIP,
};
use crate::view::url::{self, act};

/// In the address of step 2: the user ID was taken by somebody else just before the end.
const TAKEN: &str = "taken";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::REGISTER, get(details).post(save_details))
        .route(url::REGISTER_ACCOUNT, get(credentials).post(save_credentials))
        .route(url::REGISTER_DONE, get(done))
}

/// Step 1. Nothing is kept on the server before something is posted; the tab gets its label first, so that what is
/// posted twice, with problems the first time, is one registration.
async fn details(mut visit: Visit) -> Reply {
    if visit.flow.is_none() {
        visit.keep(FlowState::default());
        return visit.see(url::REGISTER);
    }
    match begun(&visit).await? {
        Some((_, Resumed { reached: Step::Done, .. })) => visit.see(url::REGISTER_DONE),
        Some((_, resumed)) => show_details(&visit, shown(&resumed.profile)),
        None => {
            show_details(&visit, shown(&ProfileForm { country: "US".to_owned(), ..ProfileForm::default() }))
        }
    }
}

fn show_details(visit: &Visit, form: Form) -> Reply {
    visit.show(&Details { frame: visit.frame(Section::Elsewhere), form })
}

async fn save_details(Post { mut visit, form }: Post) -> Reply {
    let typed = profile(&form);
    let token = match begun(&visit).await? {
        Some((token, _)) => token,
        None => match start(&mut visit).await? {
            Started::Draft(token) => token,
            Started::TooMany => return Err(too_many(&visit)),
        },
    };
    let saved = sign_up::save_profile(visit.harp(), &token, &typed, &visit.act).await?;
    after_saving(&visit, saved, |found| show_details(&visit, shown(&typed).complaints(found)))
}

/// Begins a draft, and notes its token for this tab.
async fn start(visit: &mut Visit) -> Result<Started, Stop> {
    let state = visit.state();
    let started = sign_up::start(visit.harp(), state.interaction.clone(), &visit.act).await?;
    if let Started::Draft(token) = &started {
        visit.keep(FlowState { draft: Some(token.expose().to_owned()), ..state });
    }
    Ok(started)
}

fn after_saving(visit: &Visit, saved: Saved, refused: impl FnOnce(&[Complaint]) -> Reply) -> Reply {
    match saved {
        Saved::Next(step) | Saved::OutOfOrder(step) => visit.see(page_of(step)),
        Saved::Refused(found) => refused(&found),
        Saved::TooMany => Err(too_many(visit)),
        Saved::Gone => show_expired(visit),
    }
}

/// Step 2
async fn credentials(visit: Visit) -> Reply {
    let (_, resumed) = draft(&visit).await?;
    if matches!(resumed.reached, Step::Profile | Step::Done) {
        return visit.see(page_of(resumed.reached));
    }
    let form = kept(&resumed.username, resumed.question.map_or("", Question::as_str));
    let form = match query(&visit.uri, TAKEN) {
        Some(_) => form.complaints(&[Complaint { field: Field::Username, problem: Problem::Taken }]),
        None => form,
    };
    show_credentials(&visit, form, &[])
}

fn show_credentials(visit: &Visit, form: Form, found: &[Complaint]) -> Reply {
    let profile = visit.harp().profile;
    let rules = match found {
        [] => password::rules(&profile.password),
        found => password::marked(&profile.password, found),
    };
    let form = form.complaints(found);
    visit.show(&Credentials {
        frame: visit.frame(Section::Elsewhere),
        form,
        rules,
        questions: questions(visit),
    })
}

async fn save_credentials(Post { visit, form }: Post) -> Reply {
    let (token, _) = draft(&visit).await?;
    let (username, question) = (form.text(USERNAME.name), form.text(QUESTION.name));
    if form.act() == act::BACK {
        sign_up::keep_credentials(visit.harp(), &token, (&username, &question), &visit.act).await?;
        return visit.see(url::REGISTER);
    }
    let secret = |control: Control| Secret::new(form.text(control.name));
    let typed = CredentialsForm {
        username,
        password: secret(PASSWORD),
        confirm: secret(CONFIRM_PASSWORD),
        question,
        answer: secret(ANSWER),
    };
    let saved = sign_up::save_credentials(visit.harp(), &token, &typed, &visit.act).await?;
    after_saving(&visit, saved, |found| {
        show_credentials(&visit, kept(&typed.username, &typed.question), found)
    })
}

/// The end, from the steps of identity.
pub(super) async fn finish(visit: &Visit, token: &Plain, ending: Ending) -> Reply {
    match complete(visit.harp(), token, ending, &visit.act).await? {
        Completed::Done(_) => visit.see(url::REGISTER_DONE),
        Completed::OutOfOrder(step) => visit.see(page_of(step)),
        Completed::UsernameTaken => visit.see(&format!("{}?{TAKEN}=1", url::REGISTER_ACCOUNT)),
        Completed::AlreadyHasAccount => visit.show(&HasAccount { frame: visit.frame(Section::Elsewhere) }),
        Completed::Gone => show_expired(visit),
    }
}

/// B09, B10
async fn done(visit: Visit) -> Reply {
    let (_, resumed) = draft(&visit).await?;
    let Some(receipt) = resumed.receipt else { return visit.see(page_of(resumed.reached)) };
    visit.show(&Done {
        frame: visit.frame(Section::Elsewhere),
        username: receipt.username,
        email: receipt.email.as_str().to_owned(),
        identity: match receipt.identity {
            proofing::Identity::Proved => Identified::Proved,
            proofing::Identity::Waiting => Identified::Waiting,
            proofing::Identity::NotYet => Identified::NotYet,
        },
    })
}

pub(super) fn page_of(step: Step) -> &'static str {
    match step {
        Step::Profile => url::REGISTER,
        Step::Credentials => url::REGISTER_ACCOUNT,
        Step::Identity => url::REGISTER_IDENTITY,
        Step::Done => url::REGISTER_DONE,
    }
}

/// The registration of this tab; without one, the page that says that it is over.
pub(super) async fn draft(visit: &Visit) -> Result<(Plain, Resumed), Stop> {
    match begun(visit).await? {
        Some(begun) => Ok(begun),
        None if visit.state().draft.is_some() => Err(expired(visit)),
        None => Err(visit.go(url::REGISTER)),
    }
}

async fn begun(visit: &Visit) -> Result<Option<(Plain, Resumed)>, Stop> {
    let Some(token) = visit.state().draft_token() else { return Ok(None) };
    let resumed = resume(visit.harp(), &token, &visit.act).await?;
    Ok(resumed.map(|resumed| (token, resumed)))
}

pub(super) fn show_expired(visit: &Visit) -> Reply {
    visit.show(&DraftExpired { frame: visit.frame(Section::Elsewhere), life_hours: draft_hours(visit) })
}

fn expired(visit: &Visit) -> Stop {
    show_expired(visit).map_or_else(|stop| stop, |response| Stop::Answer(Box::new(response)))
}

fn too_many(visit: &Visit) -> Stop {
    visit.failure(FailureKind::TooMany { until: None })
}

fn draft_hours(visit: &Visit) -> u32 {
    u32::try_from(visit.harp().profile.draft.life.as_secs() / 3600).unwrap_or(u32::MAX)
}

/// The challenge questions that the profile in force offers (C11).
pub(super) fn questions(visit: &Visit) -> Vec<&'static str> {
    match visit.harp().profile.challenge {
        Some(_) => Question::ALL.into_iter().map(Question::as_str).collect(),
        None => Vec::new(),
    }
}

fn kept(username: &str, question: &str) -> Form {
    Form::new().value(USERNAME.name, username).value(QUESTION.name, question)
}

/// The names of the three fields of a date of birth.
fn birth() -> [&'static str; 3] {
    match BIRTH_DATE.kind {
        Kind::Date(names) => names,
        _ => [BIRTH_DATE.name; 3],
    }
}

fn profile(form: &Posted) -> ProfileForm {
    let text = |control: Control| form.text(control.name);
    let [birth_month, birth_day, birth_year] = birth().map(|name| form.text(name));
    ProfileForm {
        first_name: text(FIRST_NAME),
        middle_name: text(MIDDLE_NAME),
        last_name: text(LAST_NAME),
        email: text(EMAIL),
        confirm_email: text(CONFIRM_EMAIL),
        phone: text(PHONE),
        birth_month,
        birth_day,
        birth_year,
        country: text(COUNTRY),
        address_line1: text(ADDRESS_LINE1),
        address_line2: text(ADDRESS_LINE2),
        city: text(CITY),
        state: text(STATE),
        zip: text(ZIP),
        reviewed: text(REVIEWED),
    }
}

fn shown(typed: &ProfileForm) -> Form {
    let [month, day, year] = birth();
    let values = [
        (FIRST_NAME.name, &typed.first_name),
        (MIDDLE_NAME.name, &typed.middle_name),
        (LAST_NAME.name, &typed.last_name),
        (EMAIL.name, &typed.email),
        (CONFIRM_EMAIL.name, &typed.confirm_email),
        (PHONE.name, &typed.phone),
        (month, &typed.birth_month),
        (day, &typed.birth_day),
        (year, &typed.birth_year),
        (COUNTRY.name, &typed.country),
        (ADDRESS_LINE1.name, &typed.address_line1),
        (ADDRESS_LINE2.name, &typed.address_line2),
        (CITY.name, &typed.city),
        (STATE.name, &typed.state),
        (ZIP.name, &typed.zip),
        (REVIEWED.name, &typed.reviewed),
    ];
    values.into_iter().fold(Form::new(), |form, (name, value)| form.value(name, value.as_str()))
}
