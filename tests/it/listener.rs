//! The listener: its bounds, its TLS, and its end.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use harp_oidc::config::settings::{Bounds, Tls};
use harp_oidc::http::serve::{Listen, serve, tls};
use harp_tests::certificate::Certificate;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

pub const BOUNDS: Bounds = Bounds {
    body_bytes: 64 * 1024,
    header_bytes: 16 * 1024,
    head: Duration::from_secs(10),
    request: Duration::from_secs(30),
    connections: 64,
    drain: Duration::from_secs(20),
};

struct Served {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    ended: JoinHandle<std::io::Result<()>>,
}

fn start(bounds: Bounds, files: Option<&Tls>, router: Router) -> Served {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let listen = Listen { socket, tls: files.map(|files| tls(files).unwrap()), bounds };
    let ended = tokio::spawn(serve(listen, router, async { drop(stopped.await) }));
    Served { address, stop: Some(stop), ended }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn end(mut self) {
        drop(self.stop.take());
        tokio::time::timeout(Duration::from_secs(30), self.ended).await.unwrap().unwrap().unwrap();
    }
}

/// Whatever comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut all)).await;
    let _ = read.expect("the server closes");
    String::from_utf8_lossy(&all).into_owned()
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_too_long_is_refused() {
    let served = start(BOUNDS, None, hello());
    let mut stream = served.connect().await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(20_000));
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_never_ends_does_not_hold_a_connection() {
    let served = start(Bounds { head: Duration::from_millis(300), ..BOUNDS }, None, hello());
    let (mut silent, mut slow) = (served.connect().await, served.connect().await);
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    assert!(!rest(&mut slow).await.contains("hello"));
    assert!(rest(&mut silent).await.is_empty());
    served.end().await;
}

/// SIGTERM: whoever has asked gets their answer; whoever comes later finds nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_flight_ends_and_a_new_connection_is_not_taken() {
    let (inside, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, wait) = (Arc::clone(&inside), Arc::clone(&go));
    let slow = move || {
        let (told, wait) = (Arc::clone(&told), Arc::clone(&wait));
        async move {
            told.notify_one();
            wait.notified().await;
            "done"
        }
    };
    let mut served = start(BOUNDS, None, Router::new().route("/", get(slow)));
    let mut stream = served.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    inside.notified().await;
    drop(served.stop.take());
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(served.address).await.is_ok() {
        assert!(tokio::time::Instant::now() < deadline, "the listener is closed");
        tokio::task::yield_now().await;
    }
    go.notify_one();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("done"), "{answer}");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_the_bound_a_connection_waits_until_another_ends() {
    let served = start(Bounds { connections: 1, ..BOUNDS }, None, hello());
    let ask = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let first = served.connect().await;
    let mut second = served.connect().await;
    second.write_all(ask).await.unwrap();
    let mut byte = [0];
    let early = tokio::time::timeout(Duration::from_millis(300), second.read(&mut byte)).await;
    assert!(early.is_err(), "the first holds the only place");
    drop(first);
    assert!(rest(&mut second).await.ends_with("hello"));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_certificate_it_speaks_tls_and_http_2() {
    let room = tempfile::tempdir().unwrap();
    let made = Certificate::for_test_names();
    let files = Tls { cert: room.path().join("cert.pem"), key: room.path().join("key.pem") };
    std::fs::write(&files.cert, made.pem()).unwrap();
    std::fs::write(&files.key, made.key_pem()).unwrap();
    let served = start(BOUNDS, Some(&files), hello());
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder()
        .add_root_certificate(reqwest::Certificate::from_pem(made.pem().as_bytes()).unwrap())
        .resolve("harp.test", served.address)
        .build()
        .unwrap();
    let url = format!("https://harp.test:{}/", served.address.port());
    let answer = client.get(url).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
    drop(client);
    served.end().await;
    let swapped = Tls { cert: files.key.clone(), key: files.cert.clone() };
    assert!(tls(&swapped).unwrap_err().to_string().contains("key.pem"), "the file is named");
}
