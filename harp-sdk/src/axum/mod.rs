//! Sign-in for axum applications: [`attach`] adds the routes and the layer; [`SignedIn`] and [`MaybeSignedIn`] say
//! who asks; [`protect`] puts a rule before a router, [`confirm`] a fresh proof of
//! who it is.

mod extract;
mod layer;
mod page;
mod routes;

use std::sync::Arc;

use ::axum::Router;
use ::axum::middleware::from_fn_with_state;

use crate::guard::Rule;
use crate::harp::Harp;
use crate::proof::Proof;

pub use extract::{MaybeSignedIn, NotSignedIn, Refused, SignInPage, SignedIn, StepUp, WrongFormToken};
pub use page::{Action, ActionKind, Pages, PlainPages, Problem, ProblemKind, SignOutForm, check_again};

/// Adds sign-in, callback and sign-out, and lets every route added before know who is signed in.
pub fn attach<S: Clone + Send + Sync + 'static>(router: Router<S>, harp: &Harp) -> Router<S> {
    attach_with(router, harp, PlainPages)
}

/// The same, with error pages that look like the application.
pub fn attach_with<S, P>(router: Router<S>, harp: &Harp, pages: P) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    P: Pages + 'static,
{
    let carrier = layer::Carrier { harp: harp.clone(), pages: Arc::new(pages) };
    router.merge(routes::router()).layer(from_fn_with_state(carrier, layer::carry))
}

/// Lets only those through whom the rule allows. The others sign in, or read why not.
pub fn protect<S: Clone + Send + Sync + 'static>(router: Router<S>, rule: Rule) -> Router<S> {
    router.route_layer(from_fn_with_state(Arc::new(rule), layer::check))
}

/// Lets only those through who have proved who they are strongly and lately enough. The others are sent to do so and come
/// back to the page; whoever sent a form reads that it was not kept, and does so too.
pub fn confirm<S: Clone + Send + Sync + 'static>(router: Router<S>, proof: Proof) -> Router<S> {
    router.route_layer(from_fn_with_state(proof, layer::confirm))
}
