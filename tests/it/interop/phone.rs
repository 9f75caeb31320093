//! Text messages and calls by Twilio's API, over HTTP, to a server that takes only what the API's documentation shows.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harp_core::adapter::courier::twilio::{TwilioAccount, TwilioCourier};
use harp_core::flow::factors;
use harp_core::kernel::assurance::Method;
use harp_core::kernel::id::MessageId;
use harp_core::kernel::random::SystemRandom;
use harp_core::kernel::secret::Secret;
use harp_core::kernel::text::{EmailAddress, Phone};
use harp_core::kernel::time::{Clock as _, SystemClock};
use harp_core::notice::Recipient;
use harp_core::notice::letter::Letter;
use harp_core::port::{Courier as _, CourierFault};
use harp_tests::both;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use crate::flow::steps::{PHONE, deliver, with_phone};

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "an-auth-token";
const FROM: &str = "+14155552671";

// What becomes of a message to these.
const NO_SUCH: &str = "+12024560211";
const OUR_FAULT: &str = "+12024560212";
const BUSY: &str = "+12024560777";
const BROKEN: &str = "+12024560555";
const SLOW: &str = "+12024560999";

/// What the server took: the resource, and its fields.
type Taken = Arc<Mutex<Vec<(String, Vec<(String, String)>)>>>;

async fn service() -> (String, Taken) {
    let taken = Taken::default();
    let routes = Router::new()
        .route("/2010-04-01/Accounts/{account}/{resource}", post(create))
        .with_state(taken.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (url, taken)
}

async fn create(
    State(taken): State<Taken>,
    Path((account, resource)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let basic = format!("Basic {}", STANDARD.encode(format!("{ACCOUNT}:{TOKEN}")));
    if account != ACCOUNT || headers.get(header::AUTHORIZATION).is_none_or(|value| *value != *basic) {
        return refuse(StatusCode::UNAUTHORIZED, 20003, "Authenticate");
    }
    let form = headers.get(header::CONTENT_TYPE).is_some_and(|v| v == "application/x-www-form-urlencoded");
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    let [(_, to), (_, from), (_, words)] = fields.as_slice() else {
        return refuse(StatusCode::BAD_REQUEST, 21602, "three fields");
    };
    let fits = match resource.as_str() {
        "Messages.json" => names == ["To", "From", "Body"] && words.chars().count() <= 1600,
        "Calls.json" => names == ["To", "From", "Twiml"] && words.len() <= 4000 && spoken(words).is_some(),
        _ => false,
    };
    if !form || !fits || !e164(from) || from != FROM {
        return refuse(StatusCode::BAD_REQUEST, 21603, &format!("{names:?} {words}"));
    }
    if !e164(to) || to == NO_SUCH {
        return refuse(StatusCode::BAD_REQUEST, 21211, &format!("Invalid 'To' Phone Number: {to}"));
    }
    match to.as_str() {
        OUR_FAULT => return refuse(StatusCode::BAD_REQUEST, 21606, &format!("{from} cannot text {to}")),
        BUSY => {
            let reply = refuse(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests");
            return ([(header::RETRY_AFTER, "60")], reply).into_response();
        }
        BROKEN => return (StatusCode::INTERNAL_SERVER_ERROR, format!("<p>{to} {words}</p>")).into_response(),
        SLOW => std::future::pending().await,
        _ => {}
    }
    let answer = json!({ "sid": "SM0123456789abcdef0123456789abcdef", "status": "queued", "to": to });
    taken.lock().unwrap().push((resource, fields));
    (StatusCode::CREATED, axum::Json(answer)).into_response()
}

fn refuse(status: StatusCode, code: u32, message: &str) -> Response {
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({ "code": code, "message": message, "more_info": more, "status": status.as_u16() });
    (status, axum::Json(body)).into_response()
}

fn e164(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or_default();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0')
}

/// What a TwiML document of `Say` and `Pause` says; `None`: it is not one. A pause is an empty word.
fn spoken(twiml: &str) -> Option<Vec<String>> {
    let mut rest = twiml
        .strip_prefix(r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#)?
        .strip_suffix("</Response>")?;
    let mut said = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(r#"<Pause length="1"/>"#) {
            said.push(String::new());
            rest = after;
            continue;
        }
        let (words, after) = rest.strip_prefix("<Say>")?.split_once("</Say>")?;
        let plain =
            ["&amp;", "&lt;", "&gt;"].iter().fold(words.to_owned(), |text, one| text.replace(one, ""));
        if plain.contains(['<', '>', '&']) || plain.chars().any(char::is_control) || words.is_empty() {
            return None;
        }
        said.push(words.to_owned());
        rest = after;
    }
    Some(said)
}

fn courier(url: &str, token: &str) -> TwilioCourier {
    TwilioCourier::new(TwilioAccount {
        url: url.to_owned(),
        account: ACCOUNT.to_owned(),
        token: Secret::new(token.to_owned()),
        from: Phone::parse(FROM).unwrap(),
        patience: Duration::from_secs(2),
        hooks: None,
    })
    .unwrap()
}

fn text(number: &str) -> Recipient {
    Recipient::Sms(Phone::parse(number).unwrap())
}

fn call(number: &str) -> Recipient {
    Recipient::Voice(Phone::parse(number).unwrap())
}

fn letter(words: &str) -> Letter {
    Letter {
        subject: "Your security code".to_owned(),
        text: Secret::new(words.to_owned()),
        html: None,
        again: None,
    }
}

fn id() -> MessageId {
    MessageId::mint(SystemClock.now(), &SystemRandom)
}

/// E03: the words of a text as they are, those of a call in TwiML, slowly; what people typed commands nothing there.
#[tokio::test]
async fn texts_and_calls_are_made_as_the_api_documents_them() {
    let (url, taken) = service().await;
    let courier = courier(&url, TOKEN);
    let words = "HARP: 012345 is your code & <key>.\n\n@id.example #012345";
    courier.deliver(id(), &text(PHONE), &letter(words)).await.unwrap();
    let said = "Hello. Your code is: 0. 1. 2. Again: 0. 1. 2. From <Dial>A & B</Dial>.";
    courier.deliver(id(), &call(PHONE), &letter(said)).await.unwrap();
    let taken = taken.lock().unwrap().clone();
    let [(messages, sent), (calls, made)] = taken.as_slice() else { panic!("{taken:?}") };
    assert_eq!((messages.as_str(), calls.as_str()), ("Messages.json", "Calls.json"));
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(*sent, [field("To", PHONE), field("From", FROM), field("Body", words)]);
    let heard = spoken(&made[2].1).unwrap();
    let digits: Vec<&str> = heard.iter().map(String::as_str).filter(|w| w.len() == 1).collect();
    assert_eq!(digits, ["0", "1", "2", "0", "1", "2"]);
    assert!(
        heard.windows(2).all(|two| two[0].len() != 1 || two[1].is_empty()),
        "a silence after each: {heard:?}"
    );
    assert_eq!(heard.last().unwrap(), "From &lt;Dial&gt;A &amp; B&lt;/Dial&gt;.");
    let mail = Recipient::Email(EmailAddress::parse("a@b.example").unwrap());
    let refused = courier.deliver(id(), &mail, &letter("x")).await;
    assert!(matches!(refused, Err(CourierFault::Never(_))));
}

/// What is wrong with the number is for good; everything else is tried again, and when the service says when, not
/// before. No fault tells a number, a word, or the token.
#[tokio::test]
async fn what_the_service_refuses_is_told_apart_and_tells_nothing() {
    let (url, taken) = service().await;
    let (right, wrong) = (courier(&url, TOKEN), courier(&url, "another-token"));
    let words = letter("HARP: 012345 is your security code.");
    let mut faults = Vec::new();
    for way in [text, call] {
        for number in [NO_SUCH, OUR_FAULT, BUSY, BROKEN, SLOW] {
            faults.push((number, right.deliver(id(), &way(number), &words).await.unwrap_err()));
        }
        faults.push((PHONE, wrong.deliver(id(), &way(PHONE), &words).await.unwrap_err()));
        faults.push((
            PHONE,
            courier(&gone().await, TOKEN).deliver(id(), &way(PHONE), &words).await.unwrap_err(),
        ));
        faults.push((
            PHONE,
            courier(&deaf().await, TOKEN).deliver(id(), &way(PHONE), &words).await.unwrap_err(),
        ));
    }
    for (number, fault) in &faults {
        match *number {
            NO_SUCH => assert!(matches!(fault, CourierFault::Never(_)), "{fault:?}"),
            BUSY => assert!(
                matches!(fault, CourierFault::Busy { after, .. } if after.as_secs() == 60),
                "{fault:?}"
            ),
            _ => assert!(matches!(fault, CourierFault::TryLater(_)), "{number}: {fault:?}"),
        }
        let told = format!("{fault} {fault:?}");
        for secret in ["012345", &number[1..], &number[8..], TOKEN, ACCOUNT, "another-token"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
    assert!(taken.lock().unwrap().is_empty());
    // One that failed spoils nothing for the next.
    right.deliver(id(), &text(PHONE), &words).await.unwrap();
    assert_eq!(taken.lock().unwrap().len(), 1);
}

/// Nobody listens there any more.
async fn gone() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Takes a request whole, and hangs up.
async fn deaf() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut request = Vec::new();
            let ends = |request: &[u8]| String::from_utf8_lossy(request).contains("From=");
            while !ends(&request) && connection.read_buf(&mut request).await.is_ok_and(|n| n > 0) {}
        }
    });
    url
}

both! {
    /// From the outbox to the service: a code goes out once; a busy service is left alone for as long as it asks.
    async fn the_outbox_waits_as_long_as_a_busy_service_asks(db: Db) {
        let (url, taken) = service().await;
        let (mut stage, live) = with_phone(db).await;
        stage.harp.courier = Arc::new(courier(&url, TOKEN));
        deliver(&stage).await;
        taken.lock().unwrap().clear();
        let begin = async |number| {
            let wanted = (Method::Voice, number);
            factors::begin_phone(&stage.harp, &live, wanted, &stage.act()).await.unwrap();
            deliver(&stage).await
        };
        assert_eq!(begin(PHONE).await.sent, 1);
        let (resource, fields) = taken.lock().unwrap().pop().unwrap();
        assert_eq!((resource.as_str(), fields[0].1.as_str()), ("Calls.json", PHONE));
        let digits = spoken(&fields[2].1).unwrap().into_iter().filter(|w| w.len() == 1).count();
        assert_eq!(digits, 12, "six digits, twice");

        let busy = begin(BUSY).await;
        assert_eq!((busy.failed, busy.next_due), (1, Some(stage.act().now + Duration::from_secs(60))));
        let none = begin(NO_SUCH).await;
        assert_eq!((none.given_up, none.failed), (1, 0));
    }
}
