//! Quality Payment Program: a relying application on harp-sdk alone. Anybody with its role sees what a practice is paid; whoever
//! changes where the money goes proves with a passkey that it is they (journey X-2).

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use frame::{Heading, Help, Link, Shell, Site};
use harp_sdk::axum::{MaybeSignedIn, SignedIn};
use harp_sdk::{Config, ConfigError, Harp, HeldRole, Level, Proof, guard};

pub use frame::SIGNED_OUT;

/// The program whose roles count here.
pub const PROGRAM: &str = "qpp";
/// The role that lets people in.
pub const ROLE: &str = "qpp_staff_user";

/// The whole application. Asks nobody, so the provider may still be down.
///
/// # Errors
/// The settings for sign-in do not work.
pub fn router(sdk: Config, help: Help) -> Result<Router, ConfigError> {
    let shell = Shell::new(Harp::new(sdk.after_sign_out(SIGNED_OUT))?, site(help));
    let pages = Router::new()
        .route("/", get(start))
        .route("/practice", get(practice))
        .route("/payment", get(payment))
        .with_state(shell.clone());
    Ok(shell.mount(pages))
}

fn site(help: Help) -> Site {
    Site {
        name: "Quality Payment Program",
        icon: include_str!("../static/icon.svg"),
        colours: include_str!("../static/colours.css"),
        pages: vec![
            Link { label: "My practice", href: "/practice" },
            Link { label: "Payment account", href: "/payment" },
        ],
        help,
    }
}

#[derive(Template)]
#[template(path = "start.html")]
struct Start {
    who: MaybeSignedIn,
}

async fn start(State(shell): State<Shell>, who: MaybeSignedIn) -> Response {
    shell.frame(&who).around(&Heading::of("Start"), &Start { who })
}

#[derive(Template)]
#[template(path = "practice.html")]
struct Practice {
    role: HeldRole,
    sign_in: SignIn,
}

/// How strongly the person has signed in, as the provider says it.
struct SignIn {
    level: &'static str,
    methods: String,
}

impl SignIn {
    fn of(who: &SignedIn) -> SignIn {
        let level = match Level::reached(who) {
            Some(Level::Aal2PhishingResistant) => "AAL2, with a passkey",
            Some(Level::Aal2) => "AAL2, with a second factor",
            Some(Level::Aal1) => "AAL1",
            None => "not said",
        };
        SignIn { level, methods: who.amr.join(", ") }
    }
}

/// For the role, however its bearer signed in.
async fn practice(State(shell): State<Shell>, who: SignedIn) -> Result<Response, Response> {
    let rule = guard::role(ROLE).in_program(PROGRAM);
    let role = who.require(&rule).map_err(|refused| refused.into_response())?;
    let page = Practice { sign_in: SignIn::of(&who), role: role.clone() };
    Ok(shell.frame_at(&who, Some(&role.org_name)).around(&Heading::of("My practice"), &page))
}

#[derive(Template)]
#[template(path = "payment.html")]
struct Payment {
    role: HeldRole,
    sign_in: SignIn,
}

/// for the role, and a passkey.
async fn payment(State(shell): State<Shell>, who: SignedIn) -> Result<Response, Response> {
    let rule = guard::role(ROLE).in_program(PROGRAM);
    let role = who.require(&rule).map_err(|refused| refused.into_response())?;
    let proof = Proof::of(Level::Aal2PhishingResistant);
    who.prove(&proof).map_err(|step_up| step_up.into_response())?;
    let page = Payment { sign_in: SignIn::of(&who), role: role.clone() };
    Ok(shell.frame_at(&who, Some(&role.org_name)).around(&Heading::of("Payment account"), &page))
}
