//! The files of an organization: who may see them, and the page.

use std::collections::HashMap;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use frame::Heading;
use harp_sdk::axum::SignedIn;
use harp_sdk::{HeldRole, guard};
use http::StatusCode;

use super::{Answer, App};
use crate::vault::{FileId, Org, Stored};
use crate::view::{Files, Pager, Place, Refused};
use crate::words::{say, t};
use crate::{PROGRAM, ROLE};

fn rule() -> guard::Rule {
    guard::role(ROLE).in_program(PROGRAM)
}

/// The first organization where the person has the role; or why there is none.
pub async fn first(State(app): State<App>, who: SignedIn) -> Response {
    match who.require(&rule()) {
        Ok(role) => Redirect::to(&path(&role.org)).into_response(),
        Err(refused) => {
            let page = Refused::new(refused.refusal(), "/files", Vec::new());
            app.frame_at(&who, None).around(&needs_a_role(), &page)
        }
    }
}

pub async fn show(
    State(app): State<App>,
    who: SignedIn,
    org: Result<Path<String>, PathRejection>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let Ok(Path(org)) = org else { return Err(app.frame_at(&who, None).nowhere()) };
    let at = admitted(&app, &who, &org).map_err(|page| *page)?;
    let done = match query.get("done").and_then(|id| FileId::parse(id)) {
        Some(id) => app.vault.meta(&at.org, &id).await.ok().flatten().map(|meta| Stored { id, meta }),
        None => None,
    };
    let page = query.get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    listing(&app, &who, &at, Shown { done, page, ..Shown::default() }).await
}

/// An organization, and the role that opens it to the person.
#[derive(Debug)]
pub struct Admitted {
    pub org: Org,
    pub role: HeldRole,
}

/// The one gate to the files of an organization: every handler goes through it.
pub fn admitted(app: &App, who: &SignedIn, org: &str) -> Result<Admitted, Box<Response>> {
    let role = who.require(&rule().at(org)).map_err(|refused| {
        let page = Refused::new(refused.refusal(), &path(org), places(app, who, ""));
        Box::new(app.frame_at(who, None).around(&needs_a_role(), &page))
    })?;
    match Org::parse(org) {
        Some(org) => Ok(Admitted { org, role }),
        None => {
            let (title, text) = (t("trouble.not-found-title"), t("trouble.odd-organization"));
            Err(Box::new(app.frame_at(who, None).trouble(StatusCode::NOT_FOUND, &title, &text)))
        }
    }
}

fn needs_a_role() -> Heading {
    Heading { status: StatusCode::FORBIDDEN, title: t("refused.title") }
}

/// What the page shows beside the files.
#[derive(Debug, Default)]
pub struct Shown {
    pub done: Option<Stored>,
    pub error: Option<(StatusCode, String)>,
    /// The first is 1; what lies outside is the nearest there is.
    pub page: usize,
}

pub async fn listing(app: &App, who: &SignedIn, at: &Admitted, shown: Shown) -> Answer {
    let frame = app.frame_at(who, Some(&at.role.org_name));
    let files = match app.vault.list(&at.org).await {
        Ok(files) => files,
        Err(error) => return Err(frame.broken(&error)),
    };
    let here = path(at.org.as_str());
    let (files, pager) = paged(files, shown.page, (app.vault.limits().page, &here));
    let (status, error) = shown.error.map_or((StatusCode::OK, None), |(status, error)| (status, Some(error)));
    let title = say("files.title", &[("organization", at.role.org_name.as_str())]);
    let title = if error.is_some() { format!("{}{title}", t("frame.error")) } else { title };
    let files = Files {
        organization: at.role.org_name.clone(),
        here,
        places: places(app, who, at.org.as_str()),
        files,
        pager,
        done: shown.done,
        error,
        upload_id: FileId::mint(),
        limit: app.vault.limits().file,
        form_token: who.form_token(),
    };
    Ok(frame.around(&Heading { status, title }, &files))
}

/// One page of the files, and the way to its neighbours.
fn paged(files: Vec<Stored>, wanted: usize, (size, here): (usize, &str)) -> (Vec<Stored>, Pager) {
    let (total, size) = (files.len(), size.max(1));
    let pages = total.div_ceil(size).max(1);
    let page = wanted.clamp(1, pages);
    let to = |page: usize| (1..=pages).contains(&page).then(|| format!("{here}?page={page}"));
    let pager = Pager { total, page, pages, earlier: to(page - 1), later: to(page + 1) };
    (files.into_iter().skip((page - 1) * size).take(size).collect(), pager)
}

fn places(app: &App, who: &SignedIn, current: &str) -> Vec<Place> {
    let held = rule().places(who, app.harp.now());
    let place =
        |role: HeldRole| Place { current: role.org == current, href: path(&role.org), name: role.org_name };
    held.into_iter().map(place).collect()
}

pub fn path(org: &str) -> String {
    let org: String = url::form_urlencoded::byte_serialize(org.as_bytes()).collect();
    format!("/files/{org}")
}
