//! Accepts connections until shutdown, then lets requests in flight finish. No connection stays open for nothing.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, Version, header::HOST},
    response::{IntoResponse, Response},
};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use servery_domain::problem::ProblemType;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tower::ServiceExt;

use crate::http::{
    client::PeerAddress,
    connections::{Connection, ConnectionLimits, Connections},
    error::ApiError,
    lingering_close::LingeringClose,
};

/// Bytes of a header before it is refused with 431.
const HEADER_BUFFER: usize = 64 * 1024;
/// Requests at once on an HTTP/2 connection.
const HTTP2_STREAMS: u32 = 100;

type Server = Builder<TokioExecutor>;

pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: ConnectionLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let (server, connections) = (server(&limits), Connections::new(limits.connections));
    let (stop, stopping) = watch::channel(false);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = async {
            let (stream, peer) = accept(&listener).await;
            connections.place().await.map(|place| (stream, peer, place))
        };
        let (stream, peer, place) = tokio::select! {
            () = &mut shutdown => break,
            Some(next) = next => next,
        };
        let open = OpenConnection {
            stream,
            peer,
            app: app.clone(),
            limits,
            activity: Connection::new(connections.clone()),
            stopping: stopping.clone(),
        };
        let server = server.clone();
        tokio::spawn(async move {
            open.answer(&server).await;
            drop(place);
        });
    }
    drop(listener);
    stop.send_replace(true);
    if tokio::time::timeout(limits.shutdown, connections.all_closed())
        .await
        .is_err()
    {
        tracing::warn!("some responses were cut off at shutdown");
    }
    Ok(())
}

fn server(limits: &ConnectionLimits) -> Server {
    let mut server = Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(HEADER_BUFFER);
    server
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .keep_alive_interval(limits.ping)
        .keep_alive_timeout(limits.ping)
        .max_header_list_size(HEADER_BUFFER as u32);
    server
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                // Probably out of file handles: some become free when other connections end.
                tracing::error!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

struct OpenConnection {
    stream: TcpStream,
    peer: SocketAddr,
    app: Router,
    limits: ConnectionLimits,
    activity: Arc<Connection>,
    stopping: watch::Receiver<bool>,
}

impl OpenConnection {
    async fn answer(self, server: &Server) {
        let Self {
            stream,
            peer,
            app,
            limits,
            activity,
            mut stopping,
        } = self;
        // Small answers are sent at once.
        let _ = stream.set_nodelay(true);
        limit_unsent(&stream, limits.unsent);
        // Before the first byte hyper's own time limit does not count.
        tokio::select! {
            ready = tokio::time::timeout(limits.head, stream.readable()) => if !matches!(ready, Ok(Ok(()))) { return },
            () = activity.unneeded(limits.idle) => return,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        let unread = Arc::new(AtomicBool::new(false));
        let (exchanging, requests) = (activity.clone(), unread.clone());
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddress(peer.ip()));
            request.extensions_mut().insert(limits.request);
            let answer = answer(app.clone(), request, exchanging.clone(), requests.clone());
            async { Ok::<_, Infallible>(answer.await) }
        });
        let stream = LingeringClose::new(TokioIo::new(stream), activity.clone(), unread);
        let mut connection = std::pin::pin!(server.serve_connection(stream, service));
        tokio::select! {
            ended = &mut connection => return log_end(ended),
            () = activity.unneeded(limits.idle) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            ended = &mut connection => log_end(ended),
            () = activity.silent() => {}
            // Its client takes no answer.
            () = tokio::time::sleep(limits.idle) => {}
        }
    }
}

/// A client that closes the connection early is no error.
fn log_end(ended: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended");
    }
}

async fn answer(
    app: Router,
    request: Request<Incoming>,
    activity: Arc<Connection>,
    unread: Arc<AtomicBool>,
) -> Response {
    let exchange = Arc::new(activity.begin());
    if let Err(refused) = check_host(&request) {
        return refused.into_response();
    }
    unread.store(false, Ordering::Relaxed);
    // An HTTP/2 stream ends without its connection.
    let request = match request.version() {
        Version::HTTP_2 => request.map(Body::new),
        _ => request.map(|body| {
            Body::new(RequestBody {
                body,
                ended: false,
                unread,
            })
        }),
    };
    let answer = app.oneshot(request.map(|body| exchange.watch(body))).await;
    answer
        .unwrap_or_else(|never| match never {})
        .map(|body| exchange.watch(body))
}

/// RFC 9112, 3.2: a request of HTTP/1.1 names its host once.
fn check_host(request: &Request<Incoming>) -> Result<(), ApiError> {
    let hosts = request.headers().get_all(HOST).iter().count();
    match (request.version(), hosts) {
        (Version::HTTP_11, 1) | (Version::HTTP_09 | Version::HTTP_10 | Version::HTTP_2, 0 | 1) => Ok(()),
        _ => Err(ApiError::new(
            ProblemType::Malformed,
            format!("the field 'Host' is there {hosts} times instead of once"),
        )),
    }
}

/// Reports whether it was dropped before its end.
struct RequestBody {
    body: Incoming,
    ended: bool,
    unread: Arc<AtomicBool>,
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        self.ended |= matches!(frame, Poll::Ready(None));
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.unread.store(true, Ordering::Relaxed);
        }
    }
}

/// A client that has gone without a word, or that reads nothing, is cut off by the system.
fn limit_unsent(stream: &TcpStream, limit: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) =
        rustix::net::sockopt::set_tcp_user_timeout(stream, u32::try_from(limit.as_millis()).unwrap_or(0))
    {
        tracing::debug!(%error, "TCP_USER_TIMEOUT could not be set on a connection");
    }
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
