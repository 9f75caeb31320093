//! A new passkey (E03, E07, E11): in set-up and in the profile. Proving oneself by one is a page of signing in.

use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use harp_core::flow::factors::{self, Denied, Naming, PasskeyAnswer, PasskeyBegun, PasskeyOutcome};
use harp_core::flow::sessions::Live;
use harp_core::kernel::id::ChallengeId;

use super::devices::{Area, refuse_add};
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::passkey::{AddPasskey, NAME, PASSKEY, RESPONSE};
use crate::view::url::act;

/// In the address: why there is another challenge.
const WHY: &str = "why";
const REFUSED: &str = "refused";
const KNOWN: &str = "known";

/// `…/add/passkey/{challenge}`
pub(super) fn routes(at: Area) -> Router<App> {
    let page = format!("{}/passkey/{{challenge}}", at.add());
    Router::new().route(
        &page,
        get(move |id: Path<String>, visit: Visit| asked(visit, id.0, at))
            .post(move |id: Path<String>, post: Post| answered(post, id.0, at)),
    )
}

/// Makes a challenge, and shows its page.
pub(super) async fn begin(visit: &Visit, live: &Live, at: Area) -> Reply {
    match factors::begin_passkey(visit.harp(), live, &visit.act).await? {
        PasskeyBegun::Begun { challenge } => visit.see(&format!("{}/passkey/{challenge}", at.add())),
        PasskeyBegun::Denied(denied) => refuse_add(visit, at, denied),
    }
}

async fn asked(visit: Visit, id: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let challenge = factors::asked_for_passkey(visit.harp(), live, read(&visit, &id)?, &visit.act).await?;
    let form = match query(&visit.uri, WHY).as_deref() {
        Some(REFUSED) => Form::new().problem(PASSKEY, "add-passkey.refused"),
        Some(KNOWN) => Form::new().problem(PASSKEY, "add-passkey.known"),
        _ => Form::new(),
    };
    visit.show(&AddPasskey { frame: at.frame(&visit), form, challenge })
}

fn read(visit: &Visit, id: &str) -> Result<ChallengeId, Stop> {
    id.parse().map_err(|_| visit.not_found())
}

async fn answered(Post { visit, form }: Post, id: String, at: Area) -> Reply {
    let live = at.person(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return visit.see(at.list()),
        act::CHANGE => return visit.see(at.add()),
        act::RETRY => return begin(&visit, live, at).await,
        _ => {}
    }
    let name = form.text(NAME.name);
    let answer = PasskeyAnswer {
        challenge: read(&visit, &id)?,
        name: Naming { typed: &name, otherwise: &visit.words().t("add-passkey.unnamed") },
        response: &form.text(RESPONSE),
    };
    let why = match factors::add_passkey(visit.harp(), live, &answer, &visit.act).await? {
        PasskeyOutcome::Active { .. } => return visit.see(at.list()),
        PasskeyOutcome::Denied(Denied::SignInAgain) => return Err(visit.to_sign_in()),
        PasskeyOutcome::Denied(denied) => return refuse_add(&visit, at, denied),
        // A second click, or another tab, finds it in the list.
        PasskeyOutcome::Over => return visit.see(&format!("{}/passkey/{id}", at.add())),
        PasskeyOutcome::Refused => REFUSED,
        PasskeyOutcome::Known => KNOWN,
    };
    again(&visit, live, (at, why)).await
}

/// What is wrong, on a page of its own: the challenge that was answered is spent.
async fn again(visit: &Visit, live: &Live, (at, why): (Area, &str)) -> Reply {
    match factors::begin_passkey(visit.harp(), live, &visit.act).await? {
        PasskeyBegun::Begun { challenge } => {
            visit.see(&format!("{}/passkey/{challenge}?{WHY}={why}", at.add()))
        }
        PasskeyBegun::Denied(denied) => refuse_add(visit, at, denied),
    }
}
