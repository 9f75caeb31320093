//! Who helps, and the pages that every site owes (K01–K04).

use std::collections::BTreeMap;

use async_trait::async_trait;
use axum::Router;
use axum::routing::get;
use harp_core::kernel::id::AccountId;
use harp_core::kernel::time::Timestamp;
use harp_core::store::{Fault, Tx, Work};

use crate::http::app::App;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::Visit;
use crate::view::about::{Accessibility, Help, HelpCodes, HelpSignIn, Official, Privacy, Terms};
use crate::view::frame::Section;
use crate::view::url;

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::HELP, get(help))
        .route(
            url::HELP_SIGN_IN,
            get(|visit: Visit| async move { visit.show(&HelpSignIn { frame: frame(&visit) }) }),
        )
        .route(
            url::HELP_CODES,
            get(|visit: Visit| async move {
                let methods = visit.harp().methods();
                visit.show(&HelpCodes { frame: frame(&visit), methods })
            }),
        )
        .route(
            url::ACCESSIBILITY,
            get(|visit: Visit| async move { visit.show(&Accessibility { frame: frame(&visit) }) }),
        )
        .route(url::PRIVACY, get(|visit: Visit| async move { visit.show(&Privacy { frame: frame(&visit) }) }))
        .route(url::TERMS, get(|visit: Visit| async move { visit.show(&Terms { frame: frame(&visit) }) }))
}

fn frame(visit: &Visit) -> crate::view::frame::Frame {
    visit.frame(Section::Elsewhere)
}

/// K03: first your own Security Officials, then the help desk.
async fn help(visit: Visit) -> Reply {
    let officials = match &visit.session {
        Ok(live) => officials(&visit, live.account.id).await?,
        Err(_) => Vec::new(),
    };
    visit.show(&Help { frame: frame(&visit), officials })
}

async fn officials(visit: &Visit, account: AccountId) -> Result<Vec<Official>, Stop> {
    struct Read {
        account: AccountId,
        now: Timestamp,
    }
    #[async_trait]
    impl Work for Read {
        type Out = BTreeMap<String, Vec<String>>;
        async fn run(&self, tx: &mut dyn Tx) -> Result<Self::Out, Fault> {
            let mut places = Vec::new();
            for held in tx.assignments(self.account, self.now).await? {
                if let Some(role) = tx.role(held.role).await? {
                    places.push((held.org, role.program));
                }
            }
            places.extend(tx.pending_requests(self.account).await?.into_iter().map(|r| (r.org, r.program)));
            places.sort_unstable();
            places.dedup();
            let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (org, program) in places {
                let Some(org_name) = tx.org(org).await?.map(|o| o.name) else { continue };
                for official in tx.officials(org, program, self.now).await? {
                    let name = tx.account(official).await?.map(|a| a.person.name.to_string());
                    found.entry(org_name.clone()).or_default().extend(name);
                }
            }
            Ok(found)
        }
    }
    let found = visit.harp().store.read(&Read { account, now: visit.act.now }).await?;
    let shown = found.into_iter().map(|(organization, mut names)| {
        names.sort();
        names.dedup();
        Official { organization, names }
    });
    Ok(shown.collect())
}
