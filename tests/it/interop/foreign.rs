//! Relying applications of somebody else's making against the running provider. `cargo ci` fetches them (see `xtask`);
//! where they are not at hand the test says so loudly and proves nothing.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use harp_core::kernel::secret::Plain;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_oidc::grant::client::{Authentication, Client};
use harp_oidc::http::serve::{Listen, serve};
use harp_oidc::protocol::redirect::{ApplicationType, RedirectUri};
use harp_tests::both;
use serde_json::Value;

use crate::listener::BOUNDS;
use crate::spec::op::{Op, client};

/// Where npm put openid-client. `None`, said loudly: it is not here.
fn openid_client() -> Option<PathBuf> {
    let found = std::env::var_os("HARP_OPENID_CLIENT").map(PathBuf::from);
    if found.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "HARP_OPENID_CLIENT is not set, and continuous integration needs it"
        );
        eprintln!("WARNING: HARP_OPENID_CLIENT is not set: no foreign client has signed in");
    }
    found
}

both! {
    /// the npm package openid-client signs in, reads userinfo, is refused a second use of the code, and signs out; as
    /// a confidential client by both methods, and as a public one.
    async fn openid_client_signs_in_and_out(db: Db) {
        let Some(room) = openid_client() else { return };
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://localhost:{}", socket.local_addr().unwrap().port());
        let op = Op::at(db, &issuer, SystemClock.now()).await;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = tokio::spawn(serve(
            Listen { socket, tls: None, bounds: BOUNDS },
            op.router.clone(),
            async { drop(stopped.await) },
        ));
        // Below the packages, so that node finds them; of its own for each test.
        let desk = tempfile::tempdir_in(&room).unwrap();
        let script = desk.path().join("sign_in.mjs");
        std::fs::write(&script, include_str!("sign_in.mjs")).unwrap();
        for method in ["client_secret_basic", "client_secret_post", "none"] {
            let (secret, id) = (Plain::presented("a secret of 32 characters: +/%&="), format!("foreign-{method}"));
            let uri = |text: &str| RedirectUri::register(text, ApplicationType::Web).unwrap();
            let hashed = secret.hashed();
            op.add(&Client {
                authentication: match method {
                    "none" => Authentication::Public,
                    "client_secret_post" => Authentication::ClientSecretPost { secret: hashed },
                    _ => Authentication::ClientSecretBasic { secret: hashed },
                },
                redirects: vec![uri("http://localhost:9/signed-in")],
                post_logout: vec![uri("http://localhost:9/bye")],
                program: Some("mft".into()),
                ..client(&id)
            })
            .await;
            let ana = op.ana().await;
            op.assign(&ana, "mft", &format!("web_user_{method}")).await;
            let run = tokio::process::Command::new("node")
                .arg(&script)
                .env("ISSUER", &issuer)
                .env("CLIENT_ID", &id)
                .env("CLIENT_SECRET", secret.expose())
                .env("METHOD", method)
                .env("REDIRECT_URI", "http://localhost:9/signed-in")
                .env("GOODBYE_URI", "http://localhost:9/bye")
                .env("COOKIE", format!("harp_session={}", ana.secret.expose()))
                .stdin(Stdio::null())
                .kill_on_drop(true)
                .output();
            let run = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
            let words = String::from_utf8_lossy(&run.stderr);
            assert!(run.status.success(), "{method}: {words}");
            let it: Value = serde_json::from_slice(&run.stdout).unwrap();
            assert_eq!(it["claims"]["acr"], "urn:harp:acr:aal2", "{it}");
            assert_eq!(it["claims"]["urn:harp:claims:roles"][0]["role"], format!("web_user_{method}"));
            assert_eq!(it["userinfo"]["email"], ana.account.email.address.as_str());
            assert_eq!((&it["replay"], &it["revoked"]), (&"invalid_grant".into(), &401.into()));
            assert_eq!((&it["goodbye"], &it["silent"]), (&"http://localhost:9/bye?state=bye".into(), &"login_required".into()));
        }
        drop(stop);
        server.await.unwrap().unwrap();
    }
}
