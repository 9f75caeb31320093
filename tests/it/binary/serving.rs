//! `harp serve`: what it answers, what it logs, and how it ends.

use harp_tests::both;
use harp_tests::certificate::Certificate;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Desk, PATIENCE};

fn client() -> reqwest::Client {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

both! {
    async fn it_says_that_it_lives_and_is_ready_and_where_everything_is(db: Db) {
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let serving = desk.serve().await;
        let client = client();
        let get = async |path: &str| client.get(format!("{}{path}", desk.issuer)).send().await.unwrap();
        for (path, says) in [("/health/live", "live\n"), ("/health/ready", "ready\n")] {
            let answer = get(path).await;
            assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().as_str()), (200, says));
        }
        let found: Value = get("/.well-known/openid-configuration").await.json().await.unwrap();
        assert_eq!(found["issuer"], desk.issuer.as_str());
        let keys: Value = client.get(found["jwks_uri"].as_str().unwrap()).send().await.unwrap().json().await.unwrap();
        assert!(keys["keys"].as_array().unwrap().len() >= 2);
        for private in ["/dev/inbox", "/dev/pages", "/dev"] {
            assert_eq!(get(private).await.status(), 404, "{private} is the demo's");
        }
        // Whatever `Host` says, what is written comes from the setting.
        let elsewhere = client.get(format!("{}/.well-known/openid-configuration", desk.issuer)).header("host", "evil.example");
        assert!(!elsewhere.send().await.unwrap().text().await.unwrap().contains("evil"));
        serving.terminate().await;
    }

    /// SIGTERM: whoever has asked gets their answer, nobody else is let in, and the process ends well.
    async fn a_request_in_flight_is_answered_after_sigterm(db: Db) {
        let desk = Desk::on(db);
        desk.done(&["keys", "init"]).await;
        let mut serving = desk.serve().await;
        let body = "grant_type=authorization_code&code=x&redirect_uri=https%3A%2F%2Fx.example%2F&client_id=nobody\
                    &client_secret=x&code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let (first, rest) = body.split_at(10);
        let mut stream = TcpStream::connect(serving.address).await.unwrap();
        let head = format!(
            "POST /token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {}\r\nexpect: 100-continue\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server asks for the body: a handler is at work.
        let mut heard = [0; 12];
        stream.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"HTTP/1.1 100");
        stream.write_all(first.as_bytes()).await.unwrap();
        serving.signal("TERM");
        assert!(serving.hears("stopping").await);
        let refused = async {
            while TcpStream::connect(serving.address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, refused).await.expect("nobody else is let in");
        stream.write_all(rest.as_bytes()).await.unwrap();
        let mut answer = String::new();
        tokio::time::timeout(PATIENCE, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
        assert!(answer.contains("HTTP/1.1 401 ") && answer.contains("invalid_client"), "{answer}");
        assert!(serving.ends().await.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_line_of_the_log_is_json_and_a_request_is_found_by_its_id() {
    let desk = Desk::on_sqlite();
    desk.done(&["keys", "init"]).await;
    let serving = desk.serve().await;
    let url = format!("{}/authorize?client_id=secret-client&login_hint=ana.example&state=hush", desk.issuer);
    let answer = client().get(url).header("user-agent", "Agent/7").send().await.unwrap();
    let id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(answer.text().await.unwrap().contains(&id), "the page names it");
    let lines = serving.terminate().await;
    let parsed: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(parsed.iter().all(|line| line["level"].is_string() && line["timestamp"].is_string()));
    let of_it: Vec<&String> = lines.iter().filter(|line| line.contains(&id)).collect();
    assert!(of_it.iter().any(|line| line.contains("/authorize") && line.contains("400")), "{lines:?}");
    for private in ["secret-client", "ana.example", "hush", "Agent/7", "127.0.0.1:"] {
        let said =
            lines.iter().filter(|line| !line.contains("\"serving\"")).find(|line| line.contains(private));
        assert_eq!(said, None, "{private}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_it_speaks_tls() {
    let desk = Desk::at("sqlite:harp.db", "https", None);
    let made = Certificate::for_test_names();
    desk.file("cert.pem", &made.pem());
    desk.file("key.pem", &made.key_pem());
    desk.add_settings("[tls]\ncert = \"cert.pem\"\nkey = \"key.pem\"\n");
    desk.done(&["keys", "init"]).await;
    let serving = desk.serve().await;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let trusted = reqwest::Certificate::from_pem(made.pem().as_bytes()).unwrap();
    let client = reqwest::Client::builder().no_proxy().add_root_certificate(trusted).build().unwrap();
    let page = client.get(format!("{}/sign-in", desk.issuer)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    assert!(header("strict-transport-security").starts_with("max-age="));
    assert!(header("set-cookie").starts_with("__Host-") && header("set-cookie").contains("Secure"));
    serving.terminate().await;
    desk.file("key.pem", "no key");
    let ran = desk.harp(&["serve"]).await;
    assert!(ran.code == 1 && ran.err.contains("key.pem"), "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_said_in_one_line() {
    let desk = Desk::on_sqlite();
    desk.done(&["keys", "init"]).await;
    let serving = desk.serve().await;
    let second = desk.harp(&["serve"]).await;
    assert!(second.code == 1 && second.err.contains("is something else there?"), "{second:?}");
    assert_eq!(second.err.lines().count(), 1);
    serving.terminate().await;
}
