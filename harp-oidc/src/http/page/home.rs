//! The first page, signed out and signed in (F15, I08, K09).

use axum::Router;
use axum::routing::get;
use harp_core::account::Account;
use harp_core::flow::request_role::HeldView;
use harp_core::flow::{decide_request, request_role};

use crate::flow::clients;
use crate::grant::client::Client;
use crate::http::app::App;
use crate::http::reply::Reply;
use crate::http::visit::Visit;
use crate::view::frame::Section;
use crate::view::home::{Application, Portal, Task, TaskKind, TaskState, Welcome};
use crate::view::url;

pub fn routes() -> Router<App> {
    Router::new().route(url::HOME, get(home))
}

async fn home(visit: Visit) -> Reply {
    if visit.session.is_err() {
        return visit.show(&Welcome { frame: visit.frame(Section::Home) });
    }
    let live = visit.person()?;
    let account = live.account.id;
    let waiting = request_role::waiting(visit.harp(), account).await?;
    let held = request_role::held(visit.harp(), account, &visit.act).await?;
    visit.show(&Portal {
        frame: visit.frame(Section::Home),
        first_name: live.account.person.name.first.clone(),
        tasks: tasks(&live.account, held.is_empty(), waiting),
        applications: applications(&clients::list(&visit.app.oidc).await?, &held),
        waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
        to_decide: decide_request::waiting(visit.harp(), account, &visit.act).await?,
    })
}

/// I08: what is left to do before a person can work.
fn tasks(account: &Account, no_role: bool, waiting: usize) -> Vec<Task> {
    let done = |yes: bool| if yes { TaskState::Done } else { TaskState::ToDo };
    let role = match (no_role, waiting) {
        (false, _) => TaskState::Done,
        (true, 0) => TaskState::ToDo,
        (true, _) => TaskState::Waiting,
    };
    vec![
        Task { kind: TaskKind::ConfirmEmail, state: done(account.email.verified_at.is_some()) },
        Task { kind: TaskKind::ProveIdentity, state: done(account.proofed.is_proofed()) },
        // The portal is reached only when set-up is complete.
        Task { kind: TaskKind::AddDevice, state: TaskState::Done },
        Task { kind: TaskKind::RequestRole, state: role },
    ]
}

/// Every application that can be started from here, with the person's roles there. One without a role still opens:
/// it says what is missing.
fn applications(clients: &[Client], held: &[HeldView]) -> Vec<Application> {
    let roles = |program: &Option<String>| {
        let here = held.iter().filter(|h| Some(&h.program_slug) == program.as_ref());
        here.map(|h| format!("{} · {}", h.role, h.org)).collect()
    };
    let open = clients.iter().filter(|client| client.disabled_at.is_none());
    let shown = |client: &Client| {
        let url = client.home.clone()?;
        Some(Application { name: client.name.clone(), url, roles: roles(&client.program) })
    };
    open.filter_map(shown).collect()
}
