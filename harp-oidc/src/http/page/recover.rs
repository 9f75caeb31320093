//! A forgotten user ID (F06). Every answer is the same for somebody known and for nobody.

use axum::Router;
use axum::routing::get;
use harp_core::flow::recover::{Asked, forgotten_user_id};

use crate::http::app::App;
use crate::http::form::Post;
use crate::http::reply::Reply;
use crate::http::visit::Visit;
use crate::view::form::Form;
use crate::view::frame::Section;
use crate::view::recover::{EMAIL, ForgotUserId, UserIdSent};
use crate::view::url::{self, act};

pub fn routes() -> Router<App> {
    Router::new()
        .route(url::RECOVER_USER_ID, get(user_id).post(ask_user_id))
        .route(url::RECOVER_USER_ID_SENT, get(user_id_sent))
}

async fn user_id(visit: Visit) -> Reply {
    show_user_id(&visit, Form::new())
}

fn show_user_id(visit: &Visit, form: Form) -> Reply {
    visit.show(&ForgotUserId { frame: visit.frame(Section::Elsewhere), form })
}

async fn ask_user_id(Post { visit, form }: Post) -> Reply {
    if form.act() == act::CANCEL {
        return visit.see(url::SIGN_IN);
    }
    let typed = form.text(EMAIL.name);
    let kept = || Form::new().value(EMAIL.name, typed.as_str());
    match forgotten_user_id(visit.harp(), &typed, &visit.act).await? {
        Asked::OnItsWay => visit.see(url::RECOVER_USER_ID_SENT),
        Asked::Refused(found) => show_user_id(&visit, kept().complaints(&found)),
        Asked::TooMany => show_user_id(&visit, kept().problem(EMAIL.name, "forgot-user-id.too-many")),
    }
}

async fn user_id_sent(visit: Visit) -> Reply {
    visit.show(&UserIdSent { frame: visit.frame(Section::Elsewhere) })
}
