use std::time::Duration;

use axum::{Router, http::StatusCode, routing::get};
use servery::{
    http::{connections::ConnectionLimits, serve},
    settings::Settings,
};
use servery_domain::problem::ProblemType;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::oneshot,
};

use crate::test_app::TestApp;

#[tokio::test]
async fn a_node_without_its_store_is_alive_and_not_ready_and_shows_what_it_knows() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/readyz", &[]).await.status, StatusCode::OK);
    app.execute("alter table revisions rename to elsewhere").await;
    tokio::time::timeout(Duration::from_secs(2), async {
        while app.get("/readyz", &[]).await.status == StatusCode::OK {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("not ready within two seconds");
    let answer = app.get("/readyz", &[]).await;
    answer.problem(ProblemType::Unavailable);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(app.get("/livez", &[]).await.status, StatusCode::OK);
    assert_eq!(
        app.json("/api/v1/restaurants").await["items"]
            .as_array()
            .unwrap()
            .len(),
        12
    );
}

/// The balancer looks every second; until it has seen that the node stops, it sends requests.
#[tokio::test]
async fn a_node_that_stops_is_not_ready_and_serves_until_balancers_have_noticed() {
    let settings = Settings {
        drain: Some(1),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    let stopping = app.app.clone();
    let drained = tokio::spawn(async move { stopping.drain().await });
    while !app.app.is_draining() {
        tokio::task::yield_now().await;
    }
    let answer = app.get("/readyz", &[]).await;
    answer.problem(ProblemType::Unavailable);
    assert_eq!(app.get("/livez", &[]).await.status, StatusCode::OK);
    assert_eq!(app.get("/", &[]).await.status, StatusCode::OK);
    assert!(!*app.app.shutdown.borrow(), "event streams go on meanwhile");
    drained.await.unwrap();
    assert!(*app.app.shutdown.borrow());
}

#[tokio::test]
async fn requests_are_counted_by_their_row_and_carry_an_id() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/restaurants/jade-lantern",
        "/restaurants/nobody",
        "/x1",
        "/x2",
    ] {
        app.get(path, &[]).await;
    }
    let metrics = app.get("/metrics", &[]).await;
    for line in [
        "servery_requests_total{route=\"/restaurants/{slug}\",status=\"200\"} 1",
        "servery_requests_total{route=\"/restaurants/{slug}\",status=\"404\"} 1",
        "servery_requests_total{route=\"other\",status=\"404\"} 2",
        "servery_requests_under_way 1",
        "servery_request_seconds_count{route=\"/\"} 1",
    ] {
        assert!(metrics.text().contains(line), "{line}\n{}", metrics.text());
    }
    assert_eq!(
        app.get("/livez", &[("x-request-id", "till-7")])
            .await
            .header("x-request-id"),
        "till-7"
    );
    let (one, two) = (
        app.get("/livez", &[("x-request-id", "a b")]).await,
        app.get("/livez", &[]).await,
    );
    assert!(
        !one.header("x-request-id").contains(' ') && one.header("x-request-id") != two.header("x-request-id")
    );
}

#[tokio::test]
async fn an_answer_under_way_is_finished_before_the_server_stops() {
    let (arrived, has_arrived) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let once = std::sync::Arc::new(tokio::sync::Mutex::new(Some((arrived, released))));
    let slow = get(move || async move {
        let (arrived, released) = once.lock().await.take().unwrap();
        arrived.send(()).unwrap();
        released.await.unwrap();
        "done"
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(serve::serve(
        listener,
        Router::new().route("/", slow),
        ConnectionLimits::default(),
        async { stopped.await.unwrap() },
    ));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
        .await
        .unwrap();
    has_arrived.await.unwrap();
    stop.send(()).unwrap();
    // Nobody new is let in, and the one inside gets the whole answer.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    release.send(()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("done"), "{answer}");
    server.await.unwrap().unwrap();
}
