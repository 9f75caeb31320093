//! The listener's bounds, over a real socket.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use harp_sdk::testing::Provider;
use mft::{Bounds, Config};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::BASE;

const LONG: Duration = Duration::from_secs(20);

struct Running {
    at: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
    _provider: Provider,
    _data: tempfile::TempDir,
}

async fn start(bounds: Bounds) -> Running {
    let provider = Provider::start().await.unwrap();
    let data = tempfile::tempdir().unwrap();
    let config = Config { bounds, ..Config::new(provider.registration(BASE), data.path()) };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let at = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let task = tokio::spawn(mft::serve(listener, config, async move { drop(stopped.await) }));
    Running { at, stop, task, _provider: provider, _data: data }
}

/// Sends this and reads until the connection is closed.
async fn said(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is reset was closed too.
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

const ASK: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn a_head_that_does_not_end_is_not_waited_for_and_one_without_bound_is_not_read() {
    let bounds = Bounds { head: Duration::from_millis(200), head_bytes: 16 * 1024, ..Bounds::default() };
    let running = start(bounds).await;
    let mut slow = TcpStream::connect(running.at).await.unwrap();
    let answer = said(&mut slow, "GET / HTTP/1.1\r\nHost: loc").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    let mut huge = TcpStream::connect(running.at).await.unwrap();
    let answer = said(&mut huge, &format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let mut good = TcpStream::connect(running.at).await.unwrap();
    assert!(said(&mut good, ASK).await.starts_with("HTTP/1.1 200"));
    drop(running.stop);
    timeout(LONG, running.task).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_until_there_is_room() {
    let running = start(Bounds { connections: 1, ..Bounds::default() }).await;
    let mut first = TcpStream::connect(running.at).await.unwrap();
    // It is inside once it was answered.
    first.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut one = [0; 1];
    first.read_exact(&mut one).await.unwrap();
    let mut second = TcpStream::connect(running.at).await.unwrap();
    second.write_all(ASK.as_bytes()).await.unwrap();
    let early = timeout(Duration::from_millis(200), second.read_exact(&mut one)).await;
    assert!(early.is_err(), "it waits");
    drop(first);
    let mut answer = String::new();
    timeout(LONG, second.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// An idle connection of HTTP/2 would hold its place for ever: the head's time counts for HTTP/1 only.
#[tokio::test]
async fn http_2_is_not_spoken() {
    let bounds = Bounds { head: Duration::from_millis(200), connections: 1, ..Bounds::default() };
    let running = start(bounds).await;
    let mut idle = TcpStream::connect(running.at).await.unwrap();
    let answer = said(&mut idle, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5"),
        "{answer}"
    );
    let mut next = TcpStream::connect(running.at).await.unwrap();
    assert!(said(&mut next, ASK).await.starts_with("HTTP/1.1 200"));
}
