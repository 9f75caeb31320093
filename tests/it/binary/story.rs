//! docs/operating.md, "From nothing to the first sign-in", followed literally: its commands are read from the page. Between
//! any two of a person's steps the process is killed, and nothing that was acknowledged is lost.

use axum::Router;
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_oidc::protocol::params::encode;
use harp_oidc::protocol::pkce::{Challenge, Verifier};
use harp_tests::both;
use serde_json::Value;

use super::{Desk, letters};
use crate::interop::walker::{Page, Walker};
use crate::stage::PASSWORD;

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const USER_ID: &str = "AnaRivera7x";
const EMAIL: &str = "ana.rivera@hospital.example";

/// The commands of the chapter, in their order, each as its words.
fn commands() -> Vec<Vec<String>> {
    let manual = include_str!("../../../docs/operating.md");
    let (_, chapter) =
        manual.split_once("## From nothing to the first sign-in").expect("the chapter is there");
    let chapter = chapter.split("\n## ").next().unwrap();
    let blocks = chapter.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let text = blocks.collect::<String>().replace("\\\n", " ");
    let lines = text.lines().map(|line| line.split(" # ").next().unwrap().trim());
    lines.filter(|line| line.starts_with("harp ")).map(words).collect()
}

/// As a shell divides them, as far as the manual needs it.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (n, part) in line.split('\'').enumerate() {
        if n % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words.remove(0);
    words
}

/// Follows the chapter up to `harp serve`; the secret of the client. What an organization calls its own is replaced.
async fn follow(desk: &Desk, callback: &str) -> String {
    let mut secret = None;
    let mut served = false;
    for command in commands() {
        let mine = command.iter().map(|word| match word.as_str() {
            "https://mft.example.org/auth/callback" => callback.to_owned(),
            "https://mft.example.org/" => callback.replace("/callback", "/"),
            _ => word.clone(),
        });
        let mine: Vec<String> =
            mine.filter(|word| word != ">" && word != "harp.toml" && word != "--config").collect();
        let args: Vec<&str> = mine.iter().map(String::as_str).collect();
        match args.as_slice() {
            // Written already, with this test's port.
            ["config"] => assert!(desk.bare(&["config"]).await.out.contains("issuer")),
            ["serve"] => served = true,
            // Somebody must be proofed first, and this binary has no vendor to do it.
            ["official", "add", ..] => {
                let ran = desk.harp(&args).await;
                assert!(ran.code == 3 && ran.err.contains("registers first"), "{ran:?}");
            }
            _ => {
                let said = desk.done(&args).await;
                if args.starts_with(&["client", "add"]) {
                    secret = said.rsplit(": ").next().map(str::to_owned);
                }
            }
        }
    }
    assert!(served, "the chapter ends by serving");
    secret.expect("the chapter adds a client")
}

/// An application that is no more than an address: whatever comes there is shown in its address bar.
async fn application() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://localhost:{}/callback", listener.local_addr().unwrap().port());
    let router = Router::new().fallback(async || "here");
    tokio::spawn(async move { axum::serve(listener, router).await });
    callback
}

async fn register(ana: &mut Walker, issuer: &str) {
    let page = ana.open(&format!("{issuer}/register")).await;
    let profile = [
        ("first_name", "Ana"),
        ("last_name", "Rivera"),
        ("email", EMAIL),
        ("confirm_email", EMAIL),
        ("phone", "202 456 1111"),
        ("birth_month", "2"),
        ("birth_day", "29"),
        ("birth_year", "1980"),
        ("country", "US"),
        ("address_line1", "1 Main St"),
        ("city", "Springfield"),
        ("state", "IL"),
        ("zip", "62701"),
        ("reviewed", "yes"),
        ("do", "next"),
    ];
    let page = ana.send(&page, &profile).await;
    assert_eq!(page.url.path(), "/register/account", "{}", page.body);
    let credentials = [
        ("username", USER_ID),
        ("password", PASSWORD),
        ("confirm_password", PASSWORD),
        ("question", "first_pet"),
        ("answer", "Fluffy"),
        ("do", "next"),
    ];
    let page = ana.send(&page, &credentials).await;
    assert_eq!(page.url.path(), "/register/identity", "{}", page.body);
    let page = ana.send(&page, &[("do", "later")]).await;
    assert_eq!(page.url.path(), "/register/done", "{}", page.body);
}

/// What an authenticator app shows that was given the key on this page.
fn app_code(page: &Page) -> String {
    let (_, shown) = page.body.split_once("<code class=\"secret\">").expect("the page shows a key");
    let key: String = shown.split('<').next().unwrap().chars().filter(|c| !c.is_whitespace()).collect();
    let secret = totp_rs::Secret::try_from_base32(key).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    app.generate(u64::try_from(SystemClock.now().secs()).unwrap()).to_string()
}

fn request(issuer: &str, callback: &str) -> String {
    let challenge = Challenge::of(&Verifier::parse(VERIFIER).unwrap());
    let query = encode([
        ("client_id", "mft"),
        ("redirect_uri", callback),
        ("response_type", "code"),
        ("scope", "openid profile email roles"),
        ("state", "kept"),
        ("nonce", "n-1"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    format!("{issuer}/authorize?{query}")
}

both! {
    /// B01, B10, E07, E12: registered, set up, signed in, told to the application; killed in between, again and again.
    async fn from_nothing_to_the_first_sign_in(db: Db) {
        let desk = Desk::on(db);
        let callback = application().await;
        let secret = follow(&desk, &callback).await;
        let mut log = Vec::new();
        let mut ana = Walker::new();
        let mut serving = desk.serve().await;
        register(&mut ana, &desk.issuer).await;
        assert!(serving.hears("/register/done").await);
        log.extend(serving.kill().await);

        // Registered is registered. From the application to its sign-in, through set-up.
        let serving = desk.serve().await;
        let page = ana.open(&request(&desk.issuer, &callback)).await;
        assert_eq!(page.url.path(), "/sign-in");
        let typed = [("username", USER_ID), ("password", PASSWORD), ("terms", "yes"), ("do", "next")];
        let page = ana.send(&page, &typed).await;
        assert_eq!(page.url.path(), "/set-up", "{}", page.body);
        let flow = page.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        log.extend(serving.kill().await);

        let serving = desk.serve().await;
        let page = ana.open(&format!("{}/set-up/add{flow}", desk.issuer)).await;
        let page = ana.send(&page, &[("method", "totp"), ("do", "next")]).await;
        let code = app_code(&page);
        let page = ana.send(&page, &[("code", &code), ("do", "next")]).await;
        assert_eq!(page.url.path(), "/set-up", "{}", page.body);
        let page = ana.send(&page, &[("do", "complete")]).await;
        assert_eq!(page.url.path(), "/set-up/done", "{}", page.body);
        log.extend(serving.kill().await);

        // The session is there, and so is the code that it led to.
        let serving = desk.serve().await;
        let page = ana.open(&request(&desk.issuer, &callback)).await;
        assert!(page.url.as_str().starts_with(&callback), "{}", page.url);
        let told = |name: &str| page.url.query_pairs().find(|(n, _)| n == name).map(|(_, value)| value.into_owned());
        assert_eq!((told("state").unwrap(), told("iss").unwrap()), ("kept".to_owned(), desk.issuer.clone()));
        let code = told("code").unwrap();
        log.extend(serving.kill().await);

        let serving = desk.serve().await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let form = encode([
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", &callback),
            ("code_verifier", VERIFIER),
        ]);
        let exchange = async || {
            let sent = http.post(format!("{}/token", desk.issuer)).basic_auth("mft", Some(&secret));
            let sent = sent.header("content-type", "application/x-www-form-urlencoded").body(form.clone());
            sent.send().await.unwrap()
        };
        let tokens: Value = exchange().await.json().await.unwrap();
        let access = tokens["access_token"].as_str().unwrap_or_else(|| panic!("{tokens}")).to_owned();
        let userinfo = async || {
            http.get(format!("{}/userinfo", desk.issuer)).bearer_auth(&access).send().await.unwrap()
        };
        let known: Value = userinfo().await.json().await.unwrap();
        assert_eq!(known["given_name"], "Ana");
        assert_eq!(known.get("email"), None, "B09: an address that is not confirmed is told to nobody");

        // An operator shuts the application out while the provider runs: at once, and a replay stays one.
        desk.done(&["client", "disable", "mft"]).await;
        assert_eq!(userinfo().await.status(), 401);
        assert_eq!(exchange().await.json::<Value>().await.unwrap()["error"], "invalid_client");
        desk.done(&["client", "enable", "mft"]).await;
        assert_eq!(userinfo().await.status(), 401);
        log.extend(serving.terminate().await);

        // B09: the letter went out, and what it bears is in no log.
        let letters = letters(&desk.path("letters"));
        assert!(letters.iter().any(|letter| letter["to"] == EMAIL), "{letters:?}");
        let log = log.join("\n");
        for private in [USER_ID, EMAIL, "Rivera", PASSWORD, &code, &access, &secret, "202456", "127.0.0.1\""] {
            assert!(!log.to_lowercase().contains(&private.to_lowercase()), "{private} is in the log");
        }
    }
}
