//! The listener: TLS if there is a certificate, bounds on what a connection may take, and an end that lets requests in flight
//! finish. What one request may ask for is the router's to bound, so that it is logged and answered like any other.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::ConnectInfo;
use axum::{BoxError, Router};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use bytes::Bytes;
use http::Request;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use crate::config::settings::{Bounds, Tls};

/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 64;
/// How often a silent HTTP/2 connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(30);

/// Where and how to listen.
#[derive(Debug)]
pub struct Listen {
    /// Bound already, so that a port in use is known before anything else begins.
    pub socket: std::net::TcpListener,
    pub tls: Option<Arc<rustls::ServerConfig>>,
    pub bounds: Bounds,
}

/// Reads a certificate chain and its key, for HTTP/2 and HTTP/1.1 under TLS 1.2 and 1.3.
pub fn tls(files: &Tls) -> io::Result<Arc<rustls::ServerConfig>> {
    let wrong = |file: &std::path::Path, why: String| {
        io::Error::new(io::ErrorKind::InvalidInput, format!("`{}`: {why}", file.display()))
    };
    let chain = CertificateDer::pem_file_iter(&files.cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong(&files.cert, e.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(&files.cert, "there is no certificate in it".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong(&files.key, e.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| wrong(&files.cert, e.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `stop` is ready; then takes no more connections, and gives requests in flight [`Bounds::drain`].
pub async fn serve(
    listen: Listen,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let Listen { socket, tls, bounds } = listen;
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(bounds.drain));
    });
    let door = Door { router, permits: Arc::new(Semaphore::new(bounds.connections)) };
    // The two servers are of two types.
    macro_rules! run {
        ($server:expr) => {{
            let mut server = $server.handle(handle).first_request_timeout(bounds.head);
            let builder = server.http_builder();
            builder.http1().max_buf_size(bounds.header_bytes).header_read_timeout(bounds.head);
            let list = u32::try_from(bounds.header_bytes).unwrap_or(u32::MAX);
            let mut http2 = builder.http2();
            http2.max_header_list_size(list).max_concurrent_streams(STREAMS).keep_alive_interval(PING);
            server.serve(door).await
        }};
    }
    let server = axum_server::from_tcp(socket)?;
    match tls {
        Some(config) => {
            let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config));
            run!(server.acceptor(acceptor.handshake_timeout(bounds.head)))
        }
        None => run!(server),
    }
}

/// Lets connections in while there is room; the next one waits, unread, in the kernel's queue.
#[derive(Debug, Clone)]
struct Door {
    router: Router,
    permits: Arc<Semaphore>,
}

impl Service<SocketAddr> for Door {
    type Response = Inside;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Inside, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, peer: SocketAddr) -> Self::Future {
        let (router, permits) = (self.router.clone(), Arc::clone(&self.permits));
        Box::pin(async move {
            // Nobody closes this semaphore.
            let place = permits.acquire_owned().await.ok().map(Arc::new);
            Ok(Inside { router, peer, _place: place })
        })
    }
}

/// One connection, and its place.
#[derive(Debug, Clone)]
struct Inside {
    router: Router,
    peer: SocketAddr,
    _place: Option<Arc<OwnedSemaphorePermit>>,
}

impl<B> Service<Request<B>> for Inside
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = <Router as Service<Request<B>>>::Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.call(request)
    }
}
