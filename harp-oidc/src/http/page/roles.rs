//! User Roles: what a person holds, asking for more, what became of it (H01–H08).

use crate::http::app::App;
use crate::http::form::{Post, Posted};
use crate::http::reply::Reply;
use crate::http::visit::{Visit, query};
use crate::view::form::{Choice, Form};
use crate::view::frame::Section;
use crate::view::roles::{
    Begins, ChooseOrganization, ChooseProgram, ChooseRoles, Found, Gate, Held, More, MyRoles, ORGANIZATION,
    PROGRAM, Part, QUERY, ROLES, Request, Requests, Status, Taken, TakenWhy,
};
use crate::view::url::{self, act};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use harp_core::access::RequestState;
use harp_core::flow::request_role::{
    self, HeldView, Mine, OfferState, Offers, RequestView, Submitted, Wanted,
};
use harp_core::kernel::id::{OrgId, ProgramId, RequestId};

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::ROLES, get(mine))
        .route(url::ROLE_REQUEST, get(programs).post(choose_program))
        .route(url::ROLE_REQUEST_ORGANIZATION, get(organizations).post(choose_organization))
        .route(url::ROLE_REQUEST_ROLES, get(roles).post(submit))
        .route(url::ROLE_REQUESTS, get(requests))
}

/// H01, H02
async fn mine(visit: Visit) -> Reply {
    let live = visit.person()?;
    let held = request_role::held(visit.harp(), live.account.id, &visit.act).await?;
    let waiting = request_role::waiting(visit.harp(), live.account.id).await?;
    let page = MyRoles {
        frame: visit.frame(Section::Roles),
        held: held.into_iter().map(shown).collect(),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        gate: if live.account.proofed.is_proofed() { Gate::Open } else { Gate::ProveIdentity },
    };
    visit.show(&page)
}

fn shown(role: HeldView) -> Held {
    Held {
        program: role.program,
        organization: role.org,
        role: role.role,
        since: role.since,
        until: role.until,
    }
}

/// H03. An application may name the program in the address: `?program=mft`.
async fn programs(visit: Visit) -> Reply {
    let live = visit.person()?;
    if !live.account.proofed.is_proofed() {
        return visit.see(url::ROLES); // D01: that page says why and what to do.
    }
    let programs = request_role::programs(visit.harp()).await?;
    let wanted = query(&visit.uri, PROGRAM.name);
    let chosen = programs
        .iter()
        .find(|p| wanted.as_deref() == Some(p.slug.as_str()) || wanted == Some(p.id.to_string()));
    let form = match chosen {
        Some(program) => Form::new().value(PROGRAM.name, program.id.to_string()),
        None => Form::new(),
    };
    show_programs(&visit, form).await
}

async fn show_programs(visit: &Visit, form: Form) -> Reply {
    let programs = request_role::programs(visit.harp()).await?;
    let programs = programs.into_iter().map(|p| Choice::new(p.id.to_string(), p.name)).collect();
    visit.show(&ChooseProgram { frame: visit.frame(Section::Roles), form, programs })
}

async fn choose_program(Post { visit, form }: Post) -> Reply {
    visit.person()?;
    if form.act() == act::CANCEL {
        return visit.see(url::ROLES);
    }
    match form.text(PROGRAM.name).parse::<ProgramId>() {
        Ok(program) => visit.see(&format!("{}/{program}", url::ROLE_REQUEST)),
        Err(_) => show_programs(&visit, Form::new().problem(PROGRAM.name, "choose-program.missing")).await,
    }
}

/// H04
async fn organizations(visit: Visit, Path(program): Path<String>) -> Reply {
    visit.person()?;
    show_organizations(&visit, &program, Form::new()).await
}

async fn show_organizations(visit: &Visit, program: &str, form: Form) -> Reply {
    let Ok(program) = program.parse::<ProgramId>() else { return visit.see(url::ROLE_REQUEST) };
    let text = query(&visit.uri, QUERY.name).map(|t| t.trim().to_owned());
    let asked = text.clone().unwrap_or_default();
    let Some(found) = request_role::search(visit.harp(), program, &asked).await? else {
        return visit.see(url::ROLE_REQUEST);
    };
    let shown = match text {
        None => Found::NotSearched,
        Some(_) if found.orgs.is_empty() => Found::Nothing { query: asked.clone() },
        Some(_) => Found::Some {
            organizations: found.orgs.into_iter().map(|o| Choice::new(o.id.to_string(), o.name)).collect(),
            more: if found.more { More::Hidden } else { More::No },
        },
    };
    visit.show(&ChooseOrganization {
        frame: visit.frame(Section::Roles),
        form: form.value(QUERY.name, asked),
        program: found.program.name,
        found: shown,
    })
}

async fn choose_organization(Path(program): Path<String>, Post { visit, form }: Post) -> Reply {
    visit.person()?;
    if form.act() == act::BACK {
        return match program.parse::<ProgramId>() {
            Ok(program) => visit.see(&format!("{}?program={program}", url::ROLE_REQUEST)),
            Err(_) => visit.see(url::ROLE_REQUEST),
        };
    }
    match (program.parse::<ProgramId>(), form.text(ORGANIZATION.name).parse::<OrgId>()) {
        (Ok(program), Ok(org)) => visit.see(&format!("{}/{program}/{org}", url::ROLE_REQUEST)),
        (Ok(_), Err(_)) => {
            let form = Form::new().problem(ORGANIZATION.name, "choose-organization.missing");
            show_organizations(&visit, &program, form).await
        }
        (Err(_), _) => visit.see(url::ROLE_REQUEST),
    }
}

/// H05
async fn roles(visit: Visit, Path(at): Path<(String, String)>) -> Reply {
    show_roles(&visit, &at, Form::new()).await
}

async fn show_roles(visit: &Visit, at: &(String, String), form: Form) -> Reply {
    let live = visit.person()?;
    let Some(place) = place(at) else { return visit.see(url::ROLE_REQUEST) };
    let Some(offers) = request_role::offers(visit.harp(), live.account.id, place, &visit.act).await? else {
        return visit.see(url::ROLE_REQUEST);
    };
    let Offers { program, org, roles } = offers;
    let (free, taken): (Vec<_>, Vec<_>) =
        roles.into_iter().partition(|offer| offer.state == OfferState::Free);
    let why = |state| if state == OfferState::Held { TakenWhy::Held } else { TakenWhy::Asked };
    visit.show(&ChooseRoles {
        frame: visit.frame(Section::Roles),
        form,
        program: program.name,
        organization: org.name,
        free: free.into_iter().map(|offer| Choice::new(offer.role.id.to_string(), offer.role.name)).collect(),
        taken: taken
            .into_iter()
            .map(|offer| Taken { role: offer.role.name, why: why(offer.state) })
            .collect(),
    })
}

/// H06
async fn submit(Path(at): Path<(String, String)>, Post { visit, form }: Post) -> Reply {
    let live = visit.person()?;
    let Some((program, org)) = place(&at) else { return visit.see(url::ROLE_REQUEST) };
    if form.act() == act::BACK {
        return visit.see(&format!("{}/{program}", url::ROLE_REQUEST));
    }
    let roles = form.all(ROLES.name).iter().filter_map(|id| id.parse().ok()).collect();
    let wanted = Wanted { program, org, roles };
    match request_role::submit(visit.harp(), live.account.id, &wanted, &visit.act).await? {
        Submitted::Pending { request, .. } => {
            visit.see(&format!("{}?submitted={request}", url::ROLE_REQUESTS))
        }
        Submitted::NotProofed | Submitted::NotSetUp => visit.see(url::ROLES),
        Submitted::Refused(found) => show_roles(&visit, &at, ticked(&form).complaints(&found)).await,
        Submitted::TooMany => {
            show_roles(&visit, &at, ticked(&form).problem(ROLES.name, "choose-roles.too-many")).await
        }
    }
}

fn ticked(posted: &Posted) -> Form {
    posted.all(ROLES.name).into_iter().fold(Form::new(), |form, id| form.value(ROLES.name, id))
}

/// H06, H07
async fn requests(visit: Visit) -> Reply {
    let live = visit.person()?;
    let before = query(&visit.uri, url::BEYOND).and_then(|id| id.parse().ok());
    let Mine { pending, decided, earlier } =
        request_role::mine(visit.harp(), live.account.id, before).await?;
    let submitted =
        query(&visit.uri, "submitted").filter(|id| pending.iter().any(|r| r.id.to_string() == *id));
    visit.show(&Requests {
        frame: visit.frame(Section::Roles),
        submitted,
        pending: pending.into_iter().map(request).collect(),
        decided: decided.into_iter().map(request).collect(),
        part: Part { begins: part(before), next: earlier.map(|id| id.to_string()) },
    })
}

/// Whether a list is shown from its beginning.
pub(super) fn part(beyond: Option<RequestId>) -> Begins {
    if beyond.is_none() { Begins::Here } else { Begins::Earlier }
}

/// A request as tables show it.
pub(super) fn request(view: RequestView) -> Request {
    let by = view.decider.unwrap_or_default();
    let status = match view.state {
        RequestState::Pending => Status::Pending,
        RequestState::Approved { at, .. } => Status::Approved { at, by },
        RequestState::Denied { at, reason, .. } => Status::Denied { at, by, reason },
        // Nothing withdraws a request yet; told as decided by its own requester.
        RequestState::Withdrawn { at } => {
            Status::Denied { at, by: view.requester.clone(), reason: String::new() }
        }
    };
    Request {
        id: view.id.to_string(),
        program: view.program,
        organization: view.org,
        roles: view.roles,
        requested: view.created_at,
        requester: view.requester,
        status,
    }
}

fn place((program, org): &(String, String)) -> Option<(ProgramId, OrgId)> {
    Some((program.parse().ok()?, org.parse().ok()?))
}
