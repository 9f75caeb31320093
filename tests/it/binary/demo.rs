//! `cargo demo`: what a visitor starts first.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use harp_tests::port;
use tokio::process::Command;

use super::{PATIENCE, Ran, Serving, ran};

const DEMO: &str = env!("CARGO_BIN_EXE_demo-under-test");

/// The one for each port.
const OPTIONS: [&str; 4] = ["--port", "--mft-port", "--hqr-port", "--qpp-port"];

/// A visitor's directory, and a port for each server.
struct Visit {
    room: tempfile::TempDir,
    ports: [u16; 4],
}

impl Visit {
    fn new() -> Visit {
        Visit { room: tempfile::tempdir().unwrap(), ports: std::array::from_fn(|_| port::free()) }
    }

    fn data(&self, name: &str) -> std::path::PathBuf {
        self.room.path().join("data").join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(DEMO);
        command.args(["--data", "data"]).args(args);
        for (option, port) in OPTIONS.into_iter().zip(self.ports) {
            command.args([option, &port.to_string()]);
        }
        command.env_clear().current_dir(self.room.path()).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts it, until it has said everything.
    async fn start(&self, args: &[&str]) -> Serving {
        Serving::begin(self.command(args), (self.ports[0], "`cargo demo --reset` starts over")).await
    }

    /// Starts it where it cannot run.
    async fn refused(&self, args: &[&str]) -> Ran {
        let run = tokio::time::timeout(PATIENCE, self.command(args).output()).await;
        let ran = ran(run.expect("it ends").unwrap());
        assert!(ran.code == 1 && ran.out.is_empty() && ran.err.lines().count() == 1, "{ran:?}");
        assert!(ran.err.starts_with("cargo demo: "), "{ran:?}");
        ran
    }

    async fn get(&self, port: u16, path: &str) -> (u16, String) {
        let _first_only = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = client.get(format!("http://localhost:{port}{path}")).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The keys that the provider signs with: another database has others.
    async fn signing_keys(&self) -> String {
        let (status, keys) = self.get(self.ports[0], "/jwks").await;
        assert_eq!(status, 200, "{keys}");
        keys
    }
}

/// Ctrl-C: it ends well, and nothing of it is left running.
async fn interrupted(mut demo: Serving) {
    demo.signal("INT");
    assert!(demo.ends().await.success());
    TcpListener::bind(demo.address).expect("the port is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_says_in_under_20_lines_where_everything_is_and_ctrl_c_ends_it() {
    let visit = Visit::new();
    let demo = visit.start(&[]).await;
    let lines = demo.lines();
    assert!((5..20).contains(&lines.len()), "{lines:#?}");
    let said = lines.join("\n");
    assert!(!said.contains('\u{1b}'), "no colours where nobody looks: {said:?}");
    let [provider, applications @ ..] = visit.ports;
    let portal = format!("http://localhost:{provider}");
    for told in [&portal, &format!("{portal}/dev/inbox"), "sol.official"] {
        assert!(said.contains(told), "{told}: {said}");
    }
    for path in ["/", "/dev/inbox", "/dev/pages"] {
        assert_eq!(visit.get(provider, path).await.0, 200, "{path}");
    }
    for port in applications {
        assert!(said.contains(&format!("http://localhost:{port}")), "{port}: {said}");
        assert_eq!(visit.get(port, "/").await.0, 200, "{port}");
    }
    interrupted(demo).await;
}

/// The database, its keys and the uploaded files outlive a restart; `--reset` takes them away, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn the_demo_goes_on_where_it_was_until_it_is_reset() {
    let visit = Visit::new();
    let demo = visit.start(&[]).await;
    let keys = visit.signing_keys().await;
    interrupted(demo).await;
    std::fs::write(visit.data("notes.txt"), "mine").unwrap();
    std::fs::create_dir_all(visit.data("files")).unwrap();
    std::fs::write(visit.data("files/leftover"), "the demo's").unwrap();

    let demo = visit.start(&[]).await;
    assert_eq!(visit.signing_keys().await, keys);
    assert!(visit.data("files/leftover").exists());
    interrupted(demo).await;

    let demo = visit.start(&["--reset"]).await;
    assert_ne!(visit.signing_keys().await, keys);
    assert!(!visit.data("files/leftover").exists());
    assert_eq!(std::fs::read_to_string(visit.data("notes.txt")).unwrap(), "mine");
    interrupted(demo).await;
}

/// One line with the way out, before anything was touched: not even by a second demo that is to begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_named_with_the_way_out() {
    let visit = Visit::new();
    for (port, option) in visit.ports.into_iter().zip(OPTIONS) {
        let taken = TcpListener::bind(("127.0.0.1", port)).unwrap();
        for args in [[].as_slice(), &["--reset"]] {
            let line = visit.refused(args).await.err;
            assert!(line.contains(&format!("port {port} is in use")), "{line}");
            assert!(line.trim_end().ends_with(&format!("choose another with {option}")), "{line}");
        }
        drop(taken);
    }
    assert!(!visit.data("").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_database_is_named_with_the_way_out_which_works() {
    let visit = Visit::new();
    interrupted(visit.start(&[]).await).await;
    let database = visit.data("harp.sqlite");
    damage(&database);
    let line = visit.refused(&[]).await.err;
    assert!(line.contains("harp.sqlite") && line.contains("`cargo demo --reset` starts over"), "{line}");
    interrupted(visit.start(&["--reset"]).await).await;
}

fn damage(database: &Path) {
    let mut bytes = std::fs::read(database).unwrap();
    bytes[..512].fill(b'?');
    std::fs::write(database, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_none_is_named_with_those_that_are() {
    let line = Visit::new().refused(&["--policy", "lax"]).await.err;
    assert!(line.contains("`lax` is no policy: choose harp or nist-63-4"), "{line}");
}
