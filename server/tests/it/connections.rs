//! Connections that do nothing are cut off, and do not keep others out.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use servery::http::{connections::ConnectionLimits, serve, time_limits::RequestLimits};
use servery_domain::problem::{Problem, ProblemType};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    task::JoinHandle,
};

use crate::{orders::DINER, test_app::TestApp};

/// Begins an HTTP/2 connection: the preface and an empty SETTINGS frame.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
const SLOW: Duration = Duration::from_secs(20);

fn limits() -> ConnectionLimits {
    let short = Duration::from_millis(300);
    ConnectionLimits {
        head: short,
        request: RequestLimits {
            body_pause: short,
            body: 5 * short,
            ..RequestLimits::default()
        },
        idle: 4 * short,
        unsent: short,
        ping: short,
        shutdown: 10 * short,
        connections: 100,
    }
}

struct Served {
    app: TestApp,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Served {
    async fn new(limits: ConnectionLimits) -> Self {
        let app = TestApp::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let streams = app.app.clone();
        let stopped = async move {
            let _ = stopped.await;
            streams.shutdown.send_replace(true);
        };
        let server = tokio::spawn(serve::serve(listener, app.router.clone(), limits, stopped));
        Self {
            app,
            address,
            stop,
            server,
        }
    }

    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }
}

/// What arrives until the server closes the connection, which it does in time.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    match tokio::time::timeout(SLOW, stream.read_to_end(&mut bytes)).await {
        // An error is a reset: cut off, too.
        Ok(_) => bytes,
        Err(_) => panic!("still open: {:?}", String::from_utf8_lossy(&bytes)),
    }
}

fn post(length: usize, body: &str) -> Vec<u8> {
    format!("POST {DINER}/quotes HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}")
        .into_bytes()
}

#[tokio::test]
async fn a_connection_that_does_nothing_is_closed() {
    let served = Served::new(limits()).await;
    for said in [
        &b""[..],
        b"PRI * HT",
        b"GET / HTTP/1.1\r\nhost: loc",
        b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n",
        HTTP2,
    ] {
        rest(&mut served.send(said).await).await;
    }
}

#[tokio::test]
async fn a_body_that_stops_or_dribbles_is_answered_with_408() {
    let served = Served::new(limits()).await;
    let mut stopped = served.send(&post(100, "{")).await;
    let mut dribbling = served.send(&post(60_000, "{")).await;
    let (mut reader, mut writer) = dribbling.split();
    let dribble = async {
        loop {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if writer.write_all(b" ").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut dribbled = vec![0; 64 * 1024];
    let answered = async {
        let read = tokio::time::timeout(SLOW, reader.read(&mut dribbled))
            .await
            .unwrap();
        let read = read.unwrap();
        String::from_utf8_lossy(&dribbled[..read]).into_owned()
    };
    let dribbled = tokio::select! { answer = answered => answer, () = dribble => unreachable!() };
    let stopped = String::from_utf8(rest(&mut stopped).await).unwrap();
    for answer in [stopped, dribbled] {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(
            head.starts_with("HTTP/1.1 408 ") && head.contains("application/problem+json"),
            "{head}"
        );
        let problem: Problem = serde_json::from_str(body).unwrap();
        assert_eq!(problem.status, 408);
    }
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_cut_off() {
    let served = Served::new(limits()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    // More answers than the buffers of both sides hold.
    let request = b"GET /api/v1/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(50);
    let started = Instant::now();
    while stream.write_all(&request).await.is_ok() {
        assert!(started.elapsed() < SLOW, "still open");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn stalled_connections_keep_nobody_out() {
    let limits = ConnectionLimits {
        head: SLOW * 10,
        idle: SLOW * 10,
        ping: SLOW * 10,
        connections: 20,
        ..limits()
    };
    let served = Served::new(limits).await;
    let mut held = Vec::new();
    for said in [&b""[..], b"GET / HTTP/1.1\r\nhost: loc", HTTP2, &post(100, "{")].repeat(10) {
        held.push(served.send(said).await);
    }
    let asked = async {
        let mut stream = served
            .send(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        answer
    };
    let answer = tokio::time::timeout(SLOW, asked).await.expect("no answer");
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
}

#[tokio::test]
async fn stalled_connections_do_not_hold_up_the_stop() {
    let limits = ConnectionLimits {
        head: SLOW * 10,
        idle: SLOW * 10,
        ping: SLOW * 10,
        request: RequestLimits {
            body_pause: SLOW * 10,
            body: SLOW * 10,
            answer: SLOW * 10,
        },
        ..limits()
    };
    let served = Served::new(limits).await;
    let order = served
        .app
        .place(
            &served
                .app
                .placement(served.app.basket("Bottomless Coffee", 1).await)
                .await,
        )
        .await
        .json();
    let path = format!("/api/v1/orders/{}/events", order["token"].as_str().unwrap());
    let mut events = served
        .send(format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").as_bytes())
        .await;
    let mut first = [0; 1024];
    assert!(events.read(&mut first).await.unwrap() > 0);
    let mut held = Vec::new();
    for said in [&b""[..], b"GET / HTTP/1.1\r\nhost: loc", HTTP2, &post(100, "{")] {
        held.push(served.send(said).await);
    }
    let started = Instant::now();
    served.stop.send(()).unwrap();
    rest(&mut events).await;
    assert!(started.elapsed() < limits.shutdown / 2, "streams end at once");
    let ended = tokio::time::timeout(SLOW, served.server).await;
    ended.expect("still running").unwrap().unwrap();
    assert!(started.elapsed() < 2 * limits.shutdown);
}

#[tokio::test]
async fn an_order_has_so_many_event_streams_and_no_more() {
    use tower::ServiceExt;
    let app = TestApp::new().await;
    let order = app
        .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
        .await
        .json();
    let path = format!("/api/v1/orders/{}/events", order["token"].as_str().unwrap());
    let request = || {
        axum::http::Request::get(&path)
            .body(axum::body::Body::empty())
            .unwrap()
    };
    let mut open = Vec::new();
    loop {
        let answer = app.router.clone().oneshot(request()).await.unwrap();
        if answer.status() != 200 {
            break;
        }
        open.push(answer);
        assert!(open.len() < 1_000, "no end of streams");
    }
    let refused = app.send(request()).await;
    refused.problem(ProblemType::Unavailable);
    assert_eq!(refused.header("retry-after"), "1");
    open.pop();
    let answer = app.router.clone().oneshot(request()).await.unwrap();
    assert_eq!(answer.status(), 200, "one has ended");
}
