//! What ends at the provider ends at Managed File Transfer within the bound of harp-sdk, by one virtual clock.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use harp_core::account::Standing;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::session::SessionScope;
use harp_oidc::grant::client::{Authentication, Client};
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_sdk::axum::{SignedIn, StepUp, attach, confirm};
use harp_sdk::{CookieSecret, Harp, Level, Proof, Registration};
use harp_tests::both;
use harp_tests::cluster::Db;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::walker::Walker;
use crate::spec::op::{Op, Signed, client, put};

const SECRET: &str = "a secret of the application";
/// The default of `Config::fresh_for`, in seconds.
const BOUND: u64 = 5 * 60;

/// The provider of the specifications on a port, and MFT on another, by the same clock.
struct Street {
    op: Op,
    /// Where the application is: MFT, unless the test has one of its own.
    mft: String,
    serving: Vec<JoinHandle<()>>,
    _files: tempfile::TempDir,
}

impl Drop for Street {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

impl Street {
    async fn new(db: Db) -> Street {
        Street::with(db, |config| mft::router(config).unwrap()).await
    }

    /// With this application, by the registration and the clock of that configuration.
    async fn with(db: Db, make: impl FnOnce(mft::Config) -> Router) -> Street {
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let (at_provider, at_mft) = (listen().await.unwrap(), listen().await.unwrap());
        let origin = |at: &TcpListener| format!("http://localhost:{}", at.local_addr().unwrap().port());
        let (issuer, mft) = (origin(&at_provider), origin(&at_mft));
        let op = Op::at(db, &issuer, SystemClock.now()).await;
        let uri = |path: &str| RedirectUri::register(&format!("{mft}{path}"), ApplicationType::Web).unwrap();
        op.add(&Client {
            authentication: Authentication::ClientSecretBasic { secret: Plain::presented(SECRET).hashed() },
            redirects: vec![uri(harp_sdk::paths::CALLBACK)],
            post_logout: vec![uri(mft::SIGNED_OUT)],
            program: Some(mft::PROGRAM.to_owned()),
            ..client("files")
        })
        .await;
        let registration = Registration {
            issuer,
            client_id: "files".to_owned(),
            client_secret: harp_sdk::Secret::new(SECRET.to_owned()),
            base_url: mft.clone(),
            cookie_secrets: CookieSecret::mint().into(),
        };
        let files = tempfile::tempdir().unwrap();
        let mut config = mft::Config::new(registration, files.path());
        config.clock = Arc::clone(&op.clock) as _;
        let application = make(config);
        let router = op.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        let serving = vec![
            tokio::spawn(async move { axum::serve(at_provider, router).await.unwrap() }),
            tokio::spawn(async move { axum::serve(at_mft, application).await.unwrap() }),
        ];
        Street { op, mft, serving, _files: files }
    }

    /// A browser that is signed in at the provider as this person, and at MFT through it.
    async fn browser(&self, who: &Signed) -> Walker {
        let mut browser = Walker::new();
        self.signed_in(&mut browser, who);
        assert_eq!(self.status(&mut browser).await, 200);
        browser
    }

    fn signed_in(&self, browser: &mut Walker, who: &Signed) {
        browser.bring(self.op.provider.oidc().issuer.as_str(), "harp_session", who.secret.expose());
    }

    /// What the files of the person's organization answer.
    async fn status(&self, browser: &mut Walker) -> u16 {
        browser.open(&format!("{}/files", self.mft)).await.status
    }

    /// Where a person ends up who asks for their files.
    async fn lands(&self, browser: &mut Walker) -> String {
        browser.open(&format!("{}/files", self.mft)).await.url.path().to_owned()
    }
}

/// An application in which money moves.
fn bank(config: mft::Config) -> Router {
    let harp = Harp::new(harp_sdk::Config::new(config.registration).clock(config.clock)).unwrap();
    let pay = |who: SignedIn| async move {
        who.prove(&Proof::of(Level::Aal2).within(Duration::from_secs(600)))?;
        Ok::<_, StepUp>("paid")
    };
    let vault = Router::new().route("/vault", get(|| async { "open" }));
    let vault = confirm(vault, Proof::of(Level::Aal2PhishingResistant));
    attach(Router::new().route("/pay", get(pay)).merge(vault), &harp)
}

both! {
    /// the SDK's step-up and HARP understand each other: what is asked for, what is refused, and the way back.
    async fn a_step_up_is_asked_for_at_harp_and_comes_back(db: Db) {
        let street = Street::with(db, bank).await;
        let op = &street.op;
        let ana = op.ana().await;
        let mut browser = Walker::new();
        street.signed_in(&mut browser, &ana);
        let pay = format!("{}/pay", street.mft);
        assert_eq!(browser.open(&pay).await.body, "paid", "the sign-in is fresh");
        op.after(12 * 60);
        let page = browser.open(&pay).await;
        assert_eq!(page.url.path(), "/sign-in");
        assert!(page.body.contains("Your last sign-in was more than 10 minutes ago."), "{}", page.body);
        // Somebody else signs in there: a page, whose link is not answered silently with the same person.
        let ways = [Method::Password, Method::Totp];
        street.signed_in(&mut browser, &op.person(Standing::Active, SessionScope::Full, &ways).await);
        let page = browser.open(&pay).await;
        assert!(page.status == 403 && page.body.contains("Somebody else signed in"), "{}", page.body);
        let href = page.body.split("href=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
        assert_eq!(browser.open(&format!("{}{href}", street.mft)).await.url.path(), "/sign-in");
        street.signed_in(&mut browser, &op.sign_in(&ana.account, SessionScope::Full, &ways).await);
        let page = browser.open(&pay).await;
        assert_eq!((page.url.path(), page.body.as_str()), ("/pay", "paid"));
        // No sign-in of hers is with a passkey: HARP offers to add one, and does not send her round in circles.
        let page = browser.open(&format!("{}/vault", street.mft)).await;
        assert!(page.url.path().starts_with("/step-up") && page.body.contains("passkey"), "{}", page.body);
    }

    /// H06, X-5: a role that a Security Official ends works for at most the bound, and no page of the provider need be seen.
    async fn a_role_that_ended_lets_nobody_in_after_the_bound(db: Db) {
        let street = Street::new(db).await;
        let ana = street.op.ana().await;
        let role = street.op.assign(&ana, mft::PROGRAM, mft::ROLE).await;
        let mut browser = street.browser(&ana).await;
        street.op.after(1);
        let now = street.op.now();
        put!(street.op, [role, now], |tx| tx.end_assignment(role, now).await);
        street.op.after(BOUND - 2);
        assert_eq!(street.status(&mut browser).await, 200, "the bound is not over");
        street.op.after(1);
        let page = browser.open(&format!("{}/files", street.mft)).await;
        assert_eq!(page.status, 403);
        assert!(page.body.contains("You do not have a role in this application yet."), "{}", page.body);
    }

    /// A locked account, a sign-out at the provider and changed credentials end the session here within the bound.
    async fn a_session_that_ended_at_the_provider_ends_here_after_the_bound(db: Db) {
        let street = Street::new(db).await;
        let op = &street.op;
        let ana = op.ana().await;
        op.assign(&ana, mft::PROGRAM, mft::ROLE).await;
        for how in ["signed out", "locked", "new password"] {
            let ana = op.sign_in(&ana.account, SessionScope::Full, &[Method::Password, Method::Totp]).await;
            let mut browser = street.browser(&ana).await;
            let (account, session, now) = (ana.account.id, ana.session, op.now());
            match how {
                "locked" => {
                    put!(op, [account], |tx| tx.set_standing(account, Standing::Active, Standing::Disabled).await);
                }
                "signed out" => {
                    put!(op, [session, now], |tx| tx.end_session(session, now).await);
                }
                _ => {
                    let hash = harp_core::account::PasswordHash("$argon2id$2".into());
                    put!(op, [account, hash], |tx| tx.set_password(account, &hash, 1).await);
                }
            }
            op.after(BOUND);
            assert_eq!(street.lands(&mut browser).await, "/sign-in", "{how}");
            put!(op, [account], |tx| tx.set_standing(account, Standing::Disabled, Standing::Active).await);
        }
    }

    /// P9, A08: vendors and registries hold a role at hundreds of organizations, more than an ID token or a cookie has room
    /// for. They are let in, and the bound holds for them too.
    async fn three_hundred_roles_are_no_reason_to_keep_somebody_out(db: Db) {
        let street = Street::new(db).await;
        let ana = street.op.ana().await;
        let roles = street.op.assign_many(&ana, (mft::PROGRAM, mft::ROLE), 300).await;
        let mut browser = street.browser(&ana).await;
        let page = browser.open(&format!("{}/files", street.mft)).await;
        assert!(page.body.contains("Hospital 0") && page.body.contains("Hospital 299"), "{}", page.body);
        street.op.after(BOUND);
        assert_eq!(street.status(&mut browser).await, 200, "renewed");
        for role in roles {
            let now = street.op.now();
            put!(street.op, [role, now], |tx| tx.end_assignment(role, now).await);
        }
        street.op.after(BOUND);
        assert_eq!(street.status(&mut browser).await, 403);
    }

    /// idle at the provider is not idle in the application; its absolute limit holds there too, through the access token.
    async fn who_works_in_the_application_is_not_sent_away_for_being_idle_at_the_provider(db: Db) {
        let street = Street::new(db).await;
        let ana = street.op.ana().await;
        street.op.assign(&ana, mft::PROGRAM, mft::ROLE).await;
        let mut browser = street.browser(&ana).await;
        for minutes in (4..60).step_by(4) {
            street.op.after(4 * 60);
            assert_eq!(street.status(&mut browser).await, 200, "after {minutes} minutes");
        }
        street.op.after(4 * 60);
        assert_eq!(street.lands(&mut browser).await, "/sign-in", "an hour is over, and HARP has not seen them");
    }
}
