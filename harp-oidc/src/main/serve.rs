//! `harp serve`.

use anyhow::Context as _;
use harp_oidc::config::Settings;
use harp_oidc::http::serve::{self, Listen};
use tokio::sync::watch;

use crate::console::provider;

/// Serves until SIGINT or SIGTERM. The line `serving` in the log says that it does.
pub async fn run(settings: Settings) -> anyhow::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_new(&settings.log)
        .map_err(|_| crate::answer::unclear(format!("setting `log`: `{}` is no filter", settings.log)))?;
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_current_span(true)
        .with_span_list(false)
        .init();
    let signalled = signals()?;
    let socket = std::net::TcpListener::bind(settings.listen)
        .with_context(|| format!("cannot listen on {}: is something else there?", settings.listen))?;
    // With port 0 the system has chosen one.
    let at = socket.local_addr()?;
    let tls = settings.tls.as_ref().map(serve::tls).transpose()?;
    let provider = provider(&settings).await?;
    let (stop, stopping) = watch::channel(false);
    let stopped = |mut stopping: watch::Receiver<bool>| async move {
        let _ = stopping.wait_for(|stop| *stop).await;
    };
    let worker = tokio::spawn(provider.worker().run(stopped(stopping.clone())));
    tokio::spawn(async move {
        signalled.await;
        tracing::info!("stopping: requests in flight may finish");
        let _ = stop.send(true);
    });
    tracing::info!(listen = %at, issuer = %settings.issuer, tls = tls.is_some(), "serving");
    let listen = Listen { socket, tls, bounds: settings.http };
    serve::serve(listen, provider.router(), stopped(stopping)).await?;
    worker.await?;
    provider.harp().store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// SIGINT and SIGTERM, heard from now on: one that comes before anything is served stops it too.
#[cfg(unix)]
fn signals() -> anyhow::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signals() -> anyhow::Result<impl Future<Output = ()> + Send> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
