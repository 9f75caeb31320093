//! One server: plain or over TLS, stopped cleanly.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinHandle;

/// For requests in flight when the demo stops.
const DRAIN: Duration = Duration::from_secs(3);

/// A certificate and its key, PEM.
#[derive(Debug, Clone)]
pub struct Tls {
    pub certificate: String,
    pub key: String,
}

#[derive(Debug)]
pub struct Server {
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

pub async fn serve(listener: TcpListener, router: Router, tls: Option<&Tls>) -> anyhow::Result<Server> {
    listener.set_nonblocking(true).context("a listener cannot be made asynchronous")?;
    let handle = Handle::new();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let task = match tls {
        None => {
            let server = axum_server::from_tcp(listener)?.handle(handle.clone());
            tokio::spawn(async move { server.serve(service).await })
        }
        Some(tls) => {
            let (certificate, key) = (tls.certificate.clone().into_bytes(), tls.key.clone().into_bytes());
            let config =
                RustlsConfig::from_pem(certificate, key).await.context("the certificate cannot be used")?;
            let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
            tokio::spawn(async move { server.serve(service).await })
        }
    };
    Ok(Server { handle, task })
}

impl Server {
    pub async fn stop(self) {
        self.handle.graceful_shutdown(Some(DRAIN));
        let _ended = self.task.await;
    }
}
