//! Hospital Quality Reporting: a relying application on harp-sdk alone. People with a role of the program `hqr` at an
//! organization find the tasks there that their role is for; nobody else sees them. How the pages on the way here look (F08,
//! F09, K04, K08), and that terms are accepted after the code (F12), is set at the provider.

use askama::Template;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use frame::{Heading, Help, Link, Shell, Site};
use harp_sdk::axum::{MaybeSignedIn, Refused, SignedIn};
use harp_sdk::{Config, ConfigError, Harp, guard};

pub use frame::SIGNED_OUT;

/// The program whose roles count here.
pub const PROGRAM: &str = "hqr";
/// The role that lets people in.
pub const ROLE: &str = "hqr_reporting_user";
/// The permissions that roles of it may give, and the task that each is for (K07).
pub const TASKS: [(&str, &str); 4] = [
    ("inpatient:report", "Hospital Reporting Inpatient"),
    ("outpatient:report", "Hospital Reporting Outpatient"),
    ("participation:manage", "Manage Notice of Participation"),
    ("vendors:authorize", "Vendor Authorization"),
];

/// The whole application. Asks nobody, so the provider may still be down.
///
/// # Errors
/// The settings for sign-in do not work.
pub fn router(sdk: Config, help: Help) -> Result<Router, ConfigError> {
    let shell = Shell::new(Harp::new(sdk.after_sign_out(SIGNED_OUT))?, site(help));
    let pages = Router::new()
        .route("/", get(start))
        .route("/tasks", get(first))
        .route("/tasks/{org}", get(tasks))
        .with_state(shell.clone());
    Ok(shell.mount(pages))
}

fn site(help: Help) -> Site {
    Site {
        name: "Hospital Quality Reporting",
        icon: include_str!("../static/icon.svg"),
        colours: include_str!("../static/colours.css"),
        pages: vec![Link { label: "My Tasks", href: "/tasks" }],
        help,
    }
}

fn rule() -> guard::Rule {
    guard::role(ROLE).in_program(PROGRAM)
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    who: MaybeSignedIn,
}

async fn start(State(shell): State<Shell>, who: MaybeSignedIn) -> Response {
    shell.frame(&who).around(&Heading::of("Start"), &Start { who })
}

/// The first organization where the person has the role; or why there is none.
async fn first(who: SignedIn) -> Result<Response, Refused> {
    let role = who.require(&rule())?;
    Ok(Redirect::to(&path(&role.org)).into_response())
}

/// What there is to do at an organization.
#[derive(Template)]
#[template(path = "tasks.html")]
struct Tasks {
    organization: String,
    role: String,
    tasks: Vec<&'static str>,
    places: Vec<Place>,
}

/// An organization to switch to.
struct Place {
    name: String,
    href: String,
    current: bool,
}

async fn tasks(
    State(shell): State<Shell>,
    who: SignedIn,
    org: Result<Path<String>, PathRejection>,
) -> Result<Response, Refused> {
    let Ok(Path(org)) = org else { return Ok(shell.frame_at(&who, None).nowhere()) };
    let role = who.require(&rule().at(&org))?;
    let now = shell.harp.now();
    let may = |permission: &str| {
        guard::permission(permission).in_program(PROGRAM).at(&org).decide(&who, now).is_allowed()
    };
    let held = rule().places(&who, now);
    let page = Tasks {
        tasks: TASKS.into_iter().filter(|(permission, _)| may(permission)).map(|(_, task)| task).collect(),
        places: held
            .into_iter()
            .map(|held| Place { current: held.org == org, href: path(&held.org), name: held.org_name })
            .collect(),
        organization: role.org_name.clone(),
        role: role.role_name,
    };
    Ok(shell.frame_at(&who, Some(&role.org_name)).around(&Heading::of("My Tasks"), &page))
}

fn path(org: &str) -> String {
    let org: String = url::form_urlencoded::byte_serialize(org.as_bytes()).collect();
    format!("/tasks/{org}")
}
