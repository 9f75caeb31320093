//! What the example applications have in common: the frame around a page (K09), its stylesheet, the headers of an answer, and
//! how trouble looks. What a page is about, and who may see it, is each application's own.
//!
//! An application describes itself by a [`Site`], makes a [`Shell`] of it, shows its pages by [`Frame::around`], and has its routes
//! mounted by [`Shell::mount`], which signs people in.

mod assets;
mod headers;
mod look;
mod person;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use harp_sdk::Harp;
use harp_sdk::axum::{MaybeSignedIn, SignedIn, attach_with};

pub use look::{Frame, Heading};
pub use person::{Ends, Moves, Person, moment};

/// Where the provider sends people after they signed out: to be registered there, after the base URL.
pub const SIGNED_OUT: &str = "/signed-out";

/// What an application is called, looks like, and whom it names for help.
#[derive(Debug, Clone)]
pub struct Site {
    pub name: &'static str,
    /// An SVG.
    pub icon: &'static str,
    /// The colours: custom properties of `:root` that take the place of the stylesheet's own.
    pub colours: &'static str,
    /// What the people who are signed in find, the main page first.
    pub pages: Vec<Link>,
    pub help: Help,
}

/// A path of the application itself.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub label: &'static str,
    pub href: &'static str,
}

/// Who helps (K01).
#[derive(Debug, Clone)]
pub struct Help {
    pub name: String,
    pub phone: String,
    pub tty: String,
    pub hours: String,
}

impl Default for Help {
    fn default() -> Self {
        Help {
            name: "Service Desk".to_owned(),
            phone: "1-800-555-0100".to_owned(),
            tty: "1-800-555-0101".to_owned(),
            hours: "7 AM to 7 PM Central Time, Monday to Friday".to_owned(),
        }
    }
}

/// What handlers need of all this.
#[derive(Debug, Clone)]
pub struct Shell {
    pub harp: Harp,
    site: Arc<Site>,
}

impl Shell {
    pub fn new(harp: Harp, site: Site) -> Shell {
        Shell { harp, site: Arc::new(site) }
    }

    /// Around a page that is for everyone.
    pub fn frame(&self, who: &MaybeSignedIn) -> Frame {
        self.around(who.0.as_ref().map(|who| Person::of(who, None)))
    }

    /// Around a page that is about an organization, or about none.
    pub fn frame_at(&self, who: &SignedIn, organization: Option<&str>) -> Frame {
        self.around(Some(Person::of(who, organization)))
    }

    fn around(&self, person: Option<Person>) -> Frame {
        Frame { site: Arc::clone(&self.site), issuer: self.harp.issuer().to_owned(), person }
    }

    /// The application's routes with those for signing in and out, the page for every address that is none, the stylesheet and
    /// the headers.
    pub fn mount(&self, pages: Router) -> Router {
        let own = Router::new()
            .route(SIGNED_OUT, get(look::signed_out))
            .fallback(look::nowhere)
            .with_state(self.clone())
            .merge(pages);
        attach_with(own, &self.harp, self.around(None))
            .merge(assets::router(&self.site))
            .layer(from_fn_with_state(headers::Policy::new(&self.harp), headers::add))
    }
}
