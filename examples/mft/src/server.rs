//! The listener, and what one connection may take of it. Plain HTTP: TLS is the proxy's.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum_server::Handle;
use http::Request;
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::Service;

use crate::config::Config;

/// Serves on `listener`. When `stop` is done, open requests are finished and then it returns.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let bounds = config.bounds;
    let router = crate::router(config)?;
    let handle = Handle::new();
    let stopping = handle.clone();
    tokio::spawn(async move {
        stop.await;
        stopping.graceful_shutdown(Some(bounds.drain));
    });
    let server =
        axum_server::from_tcp(listener.into_std()?)?.handle(handle).first_request_timeout(bounds.head);
    // A connection of HTTP/2 may be idle for ever, and the proxy speaks HTTP/1.
    let mut server = server.http1_only();
    server.http_builder().http1().max_buf_size(bounds.head_bytes).header_read_timeout(bounds.head);
    let permits = Arc::new(Semaphore::new(bounds.connections));
    Ok(server.serve(Door { router, permits }).await?)
}

/// Lets connections in while there is room.
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

    fn call(&mut self, _: SocketAddr) -> Self::Future {
        let (router, permits) = (self.router.clone(), Arc::clone(&self.permits));
        Box::pin(async move {
            // Nobody closes this semaphore.
            let place = permits.acquire_owned().await.ok().map(Arc::new);
            Ok(Inside { router, _place: place })
        })
    }
}

/// One connection, and its place.
#[derive(Debug, Clone)]
struct Inside {
    router: Router,
    _place: Option<Arc<OwnedSemaphorePermit>>,
}

impl<B> Service<Request<B>> for Inside
where
    Router: Service<Request<B>, Error = Infallible>,
{
    type Response = <Router as Service<Request<B>>>::Response;
    type Error = Infallible;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request<B>>::poll_ready(&mut self.router, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.router.call(request)
    }
}
