//! Accepts connections until shutdown, then lets requests in flight finish.

use std::{convert::Infallible, io, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use tokio::net::TcpListener;
use tower::ServiceExt;

use crate::http::{client::PeerAddress, header_limit::Oversized};

/// Time limit for reading a request's header.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in flight may take after shutdown has begun.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a header before it is refused with 431.
const HEADER_BUFFER: usize = 64 * 1024;

pub async fn serve(listener: TcpListener, app: Router, shutdown: impl Future<Output = ()>) -> io::Result<()> {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(HEADER_BUFFER);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(HEADER_BUFFER as u32);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Probably out of file handles: some become free when other connections end.
                    tracing::error!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        // Small answers are sent at once.
        let _ = stream.set_nodelay(true);
        let app = app.clone();
        let service = hyper::service::service_fn(move |mut request: Request<hyper::body::Incoming>| {
            request.extensions_mut().insert(PeerAddress(peer.ip()));
            let answer = app.clone().oneshot(request.map(Body::new));
            async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
        });
        let (server, watcher) = (server.clone(), graceful.watcher());
        tokio::spawn(async move {
            // Applies to a connection that sends nothing; from the first byte on, hyper's own time limit counts.
            if !matches!(
                tokio::time::timeout(HEADER_TIMEOUT, stream.readable()).await,
                Ok(Ok(()))
            ) {
                return;
            }
            let connection = watcher.watch(
                server
                    .serve_connection(Oversized::new(TokioIo::new(stream)), service)
                    .into_owned(),
            );
            // A client that closes the connection early is no error.
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some answers were not finished in time");
    }
    Ok(())
}

/// Resolves on Ctrl-C and on SIGTERM.
pub async fn interrupted() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}
