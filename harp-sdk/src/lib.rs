//! What a relying application embeds to have HARP's single sign-on: sign-in, sessions, role guards.
//!
//! An axum application, signed in:
//!
//! ```
//! # use harp_sdk::testing::{Browser, Person, Provider};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
//! # let provider = Provider::start().await?;
//! # provider.person(Person::new("Ana Lee").with_role("mft", "mft_web_user", "org_1"));
//! # let registration = provider.registration("http://localhost:8081");
//! use axum::{Router, routing::get};
//! use harp_sdk::axum::{Refused, SignedIn, attach};
//! use harp_sdk::{Config, Harp, guard};
//!
//! async fn files(who: SignedIn) -> Result<String, Refused> {
//!     let role = who.require(&guard::role("mft_web_user").in_program("mft"))?;
//!     Ok(format!("{}, {}", who.display_name(), role.org_name))
//! }
//!
//! let harp = Harp::new(Config::new(registration))?;
//! let app: Router = attach(Router::new().route("/files", get(files)), &harp);
//! # let mut browser = Browser::new(app);
//! # assert_eq!(browser.get("/files").await?.body, "Ana Lee, org_1 Hospital");
//! # Ok(()) }
//! ```
//!
//! The registration is what the provider knows of the application (see [`Registration`]); register
//! [`Harp::redirect_uri`] and [`Harp::post_logout_redirect_uri`] there. Without axum, [`Harp::begin`],
//! [`Harp::finish`], [`Harp::session`] and [`Harp::sign_out`] take and give plain strings.
//!
//! What holds:
//! - One sign-in is bound to one browser by a sealed cookie (state, nonce, PKCE S256), takes ten minutes at most and is
//!   answered once. The answer must come from the issuer that was asked (RFC 9207). Several tabs do not disturb each other.
//! - An ID token is held against every rule of OpenID Connect Core 1.0 §3.1.3.7, and against RS256 and ES256 alone.
//!   The clocks of provider and application may differ by 60 seconds.
//! - The session is a cookie sealed with AES-256-GCM, bound to its name, the issuer and the client id; `__Host-` under
//!   TLS. It is over after 15 idle minutes or an hour ([`Lifetime`]), and after a sign-out on every copy of it
//!   ([`SignedOut`]). When somebody holds so many roles that it would not fit into 4 KB, the session stays in this
//!   process and the cookie carries its key: such a person signs in anew, silently, after a restart or on another node.
//! - What the provider said of a person is believed for 5 minutes ([`Config::fresh_for`]); then the next request renews it.
//!   A role that ended, a locked account, a sign-out at the provider: none works longer than that, on any node. While the
//!   provider does not answer, such a session is good for nothing, and a page says so ([`WhenAway`]).
//! - The secrets of the cookies rotate without signing anybody out ([`CookieSecrets`]).
//! - A deed that matters asks for a stronger or a fresher sign-in ([`Proof`]). What the provider answers is held against
//!   what was asked, and the same person must have confirmed it.
//! - The provider may be down when the application starts; metadata and keys are fetched when they are needed, by one
//!   request at a time, at most once a minute on an unknown key id, and kept while the provider is away.
//!
//! The modules, in the order in which they may use each other (a module uses only those before it):
//! `local` › `paths` › `identity` › `proof` › `error` › `signed_out` › `cookie_secret` › `config` › `wire` › `kept` ›
//! `discovery` › `userinfo` › `verify` › `guard` › `cookie` › `seal` › `once` › `session` › `renewal` › `login` ›
//! `redeem` › `harp` › `axum` › `testing` (a feature).

pub mod error;
pub mod guard;
pub mod identity;
pub mod paths;

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "testing")]
pub mod testing;

mod config;
mod cookie;
mod cookie_secret;
mod discovery;
mod harp;
mod kept;
mod local;
mod login;
mod once;
mod proof;
mod redeem;
mod renewal;
mod seal;
mod session;
mod signed_out;
mod userinfo;
mod verify;
mod wire;

pub use harp_core::access::decide::{Decision, Denial, HeldRole};
pub use harp_core::kernel::assurance::{Aal, Ial};
pub use harp_core::kernel::random::{Random, SystemRandom};
pub use harp_core::kernel::secret::Secret;
pub use harp_core::kernel::time::{Clock, SystemClock, Timestamp};

pub use config::{Config, Lifetime, Registration, WhenAway};
pub use cookie::SetCookie;
pub use cookie_secret::{CookieSecret, CookieSecrets};
pub use error::{ConfigError, SignInError};
pub use guard::Refusal;
pub use harp::{Harp, Purpose, SessionUnknown, SignedOutHere};
pub use identity::Identity;
pub use local::LocalPath;
pub use login::{Ask, Begun, Finished, Prompt, Unfinished};
pub use proof::{Level, Proof, Shortfall};
pub use session::{Open, Session};
pub use signed_out::{MemorySignedOut, SignOut, SignedOut, SignedOutUnavailable};

#[cfg(doctest)]
#[doc = include_str!("../../docs/integrating.md")]
struct Integrating;
