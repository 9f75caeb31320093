//! Recovery codes (P4): made in set-up or in the profile, and shown in the answer to the form alone.

use axum::Router;
use axum::routing::get;
use harp_core::factor::lookup::LookUpCode;
use harp_core::factor::{Binding, Factor};
use harp_core::flow::factors::{self, MadeOutcome};
use harp_core::kernel::id::FactorId;

use super::devices::Area;
use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::Visit;
use crate::view::recovery_codes::{CodesNow, INSTEAD_OF, MakeCodes, RecoveryCodes};
use crate::view::url::act;

pub fn routes() -> Router<App> {
    [Area::SetUp, Area::Profile].into_iter().fold(Router::new(), |router, at| {
        let make = move |post: Post| make(post, at);
        router.route(at.recovery_codes(), get(move |visit: Visit| ask(visit, at)).post(make))
    })
}

async fn ask(visit: Visit, at: Area) -> Reply {
    let live = at.person(&visit)?;
    let devices = factors::devices(visit.harp(), live).await?;
    if !devices.may_complete() {
        return visit.see(at.list());
    }
    let now = devices.factors.iter().find_map(now);
    visit.show(&MakeCodes { frame: at.frame(&visit), now })
}

fn now(factor: &Factor) -> Option<CodesNow> {
    match factor.binding {
        Binding::RecoveryCodes { left } => Some(CodesNow { id: factor.id.to_string(), left }),
        _ => None,
    }
}

async fn make(Post { visit, form }: Post, at: Area) -> Reply {
    let live = at.person(&visit)?;
    if form.act() != act::MAKE {
        return visit.see(at.list());
    }
    let instead_of = form.text(INSTEAD_OF).parse::<FactorId>().ok();
    match factors::make_recovery_codes(visit.harp(), live, instead_of, &visit.act).await? {
        MadeOutcome::Made(codes) => {
            let codes = codes.iter().map(LookUpCode::shown).collect();
            visit.show(&RecoveryCodes { frame: at.frame(&visit), codes, back: at.list() })
        }
        // Sent twice: the codes were shown, and are not shown again.
        MadeOutcome::Stale | MadeOutcome::NoDevice => visit.see(at.list()),
        MadeOutcome::Denied(denied) => super::devices::refuse_add(&visit, at, denied),
    }
}
