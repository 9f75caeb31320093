//! *I do not have any of these devices* (P4, X-6): two letters, a waiting time, one more letter, and set-up.

use axum::Router;
use axum::routing::get;
use harp_core::flow::lost_device::{self, Entered, Letters, Proved};
use harp_core::kernel::secret::Plain;

use super::sign_in::{cancel, enter, locked, over, token};
use crate::http::app::App;
use crate::http::flow_cookie::FlowState;
use crate::http::form::Post;
use crate::http::reply::{Reply, Stop};
use crate::http::visit::{Visit, query};
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::lost_device::{
    CODE, FIRST_CODE, LostCodes, LostDevice, LostEnter, ResetBegun, SECOND_CODE, Sent, Wait, Way,
};
use crate::view::url::{self, act};

/// In the address: no letter was sent.
const NO_MORE: &str = "no-more";

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::SIGN_IN_LOST, get(way).post(send))
        .route(url::SIGN_IN_LOST_CODES, get(codes).post(prove))
        .route(url::SIGN_IN_LOST_BEGUN, get(begun))
        .route(url::SIGN_IN_LOST_ENTER, get(code).post(check))
}

async fn find(visit: &Visit) -> Result<(Plain, lost_device::Way), Stop> {
    let token = token(visit)?;
    let way = lost_device::way(visit.harp(), &token, &visit.act).await?;
    way.map(|way| (token, way)).map_err(|gone| over(visit, gone))
}

async fn way(visit: Visit) -> Reply {
    let way = match find(&visit).await?.1 {
        lost_device::Way::Letters { first, second } => {
            Way::Letters { first: first.masked(), second: second.masked() }
        }
        lost_device::Way::Waiting { until } => Way::Waiting { until },
        lost_device::Way::Ready { address } => Way::Ready { address: address.masked() },
        lost_device::Way::HelpDesk => Way::HelpDesk,
    };
    let sent = if query(&visit.uri, NO_MORE).is_some() { Sent::NoMore } else { Sent::NotYet };
    let hours = visit.harp().profile.recovery.lost_wait.as_secs().div_ceil(3600);
    let wait = Wait(u32::try_from(hours).unwrap_or(u32::MAX));
    visit.show(&LostDevice { frame: visit.frame(Section::Elsewhere), way, sent, wait })
}

async fn send(Post { mut visit, form }: Post) -> Reply {
    let (token, way) = find(&visit).await?;
    if form.act() == act::CANCEL {
        return cancel(&mut visit, &token).await;
    }
    match way {
        lost_device::Way::Letters { .. } => {
            let sent = lost_device::send_letters(visit.harp(), &token, &visit.act).await?;
            after_sending(&visit, sent, url::SIGN_IN_LOST_CODES)
        }
        lost_device::Way::Ready { .. } => {
            let sent = lost_device::send_code(visit.harp(), &token, &visit.act).await?;
            after_sending(&visit, sent, url::SIGN_IN_LOST_ENTER)
        }
        lost_device::Way::Waiting { .. } | lost_device::Way::HelpDesk => visit.see(url::SIGN_IN_LOST),
    }
}

fn after_sending(visit: &Visit, sent: Letters, next: &str) -> Reply {
    match sent {
        Letters::OnTheirWay => visit.see(next),
        Letters::NoMore => visit.see(&format!("{}?{NO_MORE}=1", url::SIGN_IN_LOST)),
        Letters::NotThisWay => visit.see(url::SIGN_IN_LOST),
        Letters::Locked { until } => locked(visit, until),
        Letters::Gone(gone) => Err(over(visit, gone)),
    }
}

async fn codes(visit: Visit) -> Reply {
    show_codes(&visit, Form::new()).await
}

async fn show_codes(visit: &Visit, form: Form) -> Reply {
    let (_, lost_device::Way::Letters { first, second }) = find(visit).await? else {
        return visit.see(url::SIGN_IN_LOST);
    };
    let (first, second) = (first.masked(), second.masked());
    let life_minutes = life_minutes(visit);
    visit.show(&LostCodes { frame: visit.frame(Section::Elsewhere), form, first, second, life_minutes })
}

fn life_minutes(visit: &Visit) -> u32 {
    u32::try_from(visit.harp().profile.recovery.life.as_secs() / 60).unwrap_or(u32::MAX)
}

async fn prove(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::RESEND => {
            let sent = lost_device::send_letters(visit.harp(), &token, &visit.act).await?;
            return after_sending(&visit, sent, url::SIGN_IN_LOST_CODES);
        }
        _ => {}
    }
    let (first, second) = (form.text(FIRST_CODE.name), form.text(SECOND_CODE.name));
    match lost_device::prove(visit.harp(), &token, (&first, &second), &visit.act).await? {
        Proved::Waiting { until } => {
            let state = FlowState { sign_in: None, lost_until: Some(until), ..visit.state() };
            visit.keep(state);
            visit.see(url::SIGN_IN_LOST_BEGUN)
        }
        Proved::Incomplete(found) => show_codes(&visit, Form::new().complaints(&found)).await,
        Proved::Wrong { .. } => {
            show_codes(&visit, Form::new().problem(FIRST_CODE.name, "lost-device.wrong")).await
        }
        Proved::NotThisWay => visit.see(url::SIGN_IN_LOST),
        Proved::Locked { until } => locked(&visit, until),
        Proved::Gone(gone) => Err(over(&visit, gone)),
    }
}

async fn begun(visit: Visit) -> Reply {
    let Some(until) = visit.state().lost_until else { return visit.see(url::SIGN_IN) };
    visit.show(&ResetBegun { frame: visit.frame(Section::Elsewhere), until })
}

async fn code(visit: Visit) -> Reply {
    show_code(&visit, Form::new()).await
}

async fn show_code(visit: &Visit, form: Form) -> Reply {
    let (_, lost_device::Way::Ready { address }) = find(visit).await? else {
        return visit.see(url::SIGN_IN_LOST);
    };
    let (address, life_minutes) = (address.masked(), life_minutes(visit));
    visit.show(&LostEnter { frame: visit.frame(Section::Elsewhere), form, address, life_minutes })
}

async fn check(Post { mut visit, form }: Post) -> Reply {
    let token = token(&visit)?;
    match form.act().as_str() {
        act::CANCEL => return cancel(&mut visit, &token).await,
        act::RESEND => {
            let sent = lost_device::send_code(visit.harp(), &token, &visit.act).await?;
            return after_sending(&visit, sent, url::SIGN_IN_LOST_ENTER);
        }
        _ => {}
    }
    match lost_device::enter(visit.harp(), &token, &form.text(CODE.name), &visit.act).await? {
        Entered::SetUp(signed_in) => {
            let agreed = visit.state().agreed;
            enter(&mut visit, &signed_in, agreed).await
        }
        Entered::Incomplete(found) => show_code(&visit, Form::new().complaints(&found)).await,
        Entered::Wrong { .. } => {
            show_code(&visit, Form::new().problem(CODE.name, "problem.wrong_code")).await
        }
        Entered::Locked { until } => locked(&visit, until),
        Entered::NotThisWay => visit.see(url::SIGN_IN_LOST),
        Entered::Gone(gone) => Err(over(&visit, gone)),
    }
}
