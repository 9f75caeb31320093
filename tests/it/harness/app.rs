//! A small application with known pages, on plain http or on TLS.

use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::Form;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum_server::tls_rustls::RustlsConfig;
use harp_tests::certificate::Certificate;

pub struct App {
    port: u16,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for App {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl App {
    pub async fn plain() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serving = tokio::spawn(async move { axum::serve(listener, router()).await.unwrap() });
        Self { port, serving }
    }

    pub async fn secure() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let certificate = Certificate::for_test_names();
        let tls =
            RustlsConfig::from_pem(certificate.pem().into(), certificate.key_pem().into()).await.unwrap();
        let server = axum_server::from_tcp_rustls(listener, tls).unwrap();
        let serving = tokio::spawn(async move { server.serve(router().into_make_service()).await.unwrap() });
        Self { port, serving }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    pub fn at(&self, name: &str, path: &str) -> String {
        format!("https://{name}:{}{path}", self.port)
    }
}

fn router() -> Router {
    let attachment = [(CONTENT_DISPOSITION, "attachment; filename=\"report.csv\"")];
    let policy = [(CONTENT_SECURITY_POLICY, "default-src 'none'")];
    Router::new()
        .route("/", get(async || page("Register", &form(""))))
        .route("/register", post(register))
        .route("/welcome", get(welcome))
        .route("/upload", post(async |body: String| page("Received", &format!("<pre>{body}</pre>"))))
        .route("/file", get(async move || (attachment, "a,b\n1,2\n")))
        .route("/none", get(async || StatusCode::NO_CONTENT))
        .route("/strict", get(async move || (policy, page("Strict", "<p style='color:red'>Red</p>"))))
        .route("/scripted", get(async || page("No script", SCRIPTED)))
        .route("/onward", get(async || page("Onward", ONWARD)))
        .route("/bad", get(async || page("Bad", BAD)))
        .route("/native", get(async || page("Native", NATIVE)))
        .route("/covered", get(async || page("Covered", COVERED)))
        .route("/twice", get(async || page("Twice", TWICE)))
}

const SCRIPTED: &str = "<script>document.querySelector('h1').textContent = 'Script ran'</script>";
const ONWARD: &str = "<form method=post action=/register><input type=hidden name=first value=Ana></form>\
                      <script>document.forms[0].submit()</script>";
const BAD: &str = "<img src='data:,'><input><div style='width:2000px'>Wide</div>";
const NATIVE: &str = "<form action=/welcome><label>Age <input required></label><button>Go</button></form>";
const COVERED: &str = "<button>Under</button><div id=veil style='position:fixed;inset:0'></div>";
const TWICE: &str = "<table><tr><th>Ana</th><td><a href=/welcome>Open</a></td></tr>\
                     <tr><th>Bo</th><td><a href=/>Open</a></td></tr></table>";

#[derive(serde::Deserialize)]
struct Registration {
    first: String,
}

async fn register(Form(input): Form<Registration>) -> Response {
    if input.first.is_empty() {
        return (StatusCode::UNPROCESSABLE_ENTITY, page("Register", &form("Enter a first name")))
            .into_response();
    }
    let cookie = format!("person={}; HttpOnly; SameSite=Lax; Path=/", input.first);
    ([(SET_COOKIE, cookie)], Redirect::to("/welcome")).into_response()
}

async fn welcome(headers: HeaderMap) -> Html<String> {
    let cookie = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or("person=nobody");
    let name = cookie.trim_start_matches("person=");
    page("Welcome", &format!("<p>You are\n <b>{name}</b></p><a href='/file'>Report</a>"))
}

fn form(error: &str) -> String {
    let (summary, invalid) = match error {
        "" => (String::new(), ""),
        error => (
            format!(
                "<div role=alert><h2>There is a problem</h2><ul><li><a href='#first'>{error}</a></ul></div>"
            ),
            "aria-invalid=true",
        ),
    };
    format!(
        "{summary}<form method=post action=/register novalidate>
           <label for=first>First name <span>*</span></label>
           <input id=first name=first required aria-describedby=hint {invalid}>
           <p id=hint>As in your passport {error}</p>
           <fieldset><legend>How should we reach you?</legend>
             <label><input type=radio name=how value=text> By text message</label>
             <label><input type=radio name=how value=mail> By email</label>
           </fieldset>
           <label><input type=checkbox name=agree> I agree</label>
           <label for=state>State</label><select id=state name=state><option>Ohio<option>New  York</select>
           <button>Continue</button>
         </form>
         <form method=post action=/upload enctype=multipart/form-data>
           <label for=paper>Paper</label> <input id=paper type=file name=paper><button>Send</button>
         </form>
         <a href='/none'>Nothing</a>"
    )
}

fn page(heading: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{heading} - App</title><main><h1>{heading}</h1>{body}</main></html>"
    ))
}
