//! A PostgreSQL whose host is gone: no connection is refused or closed, and no answer arrives.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use reqwest::Url;
use servery_domain::problem::ProblemType;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::test_app::{TestApp, new_postgres_database, unique};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Line {
    Good,
    /// A proxy without a database behind it: each connection is taken and closed.
    Closed,
    /// Until a transaction is to be committed: then it is dead.
    DeadAtCommit,
    Dead,
}

/// A line to the database. What was sent on a dead line is lost, and its connections stay silent for ever.
#[derive(Clone)]
struct Proxy(Arc<Mutex<Line>>);

impl Proxy {
    /// The address of the database through the proxy.
    async fn start(database: &str) -> (Self, String) {
        let mut url = Url::parse(database).unwrap();
        let to = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        url.set_port(Some(port)).unwrap();
        let proxy = Self(Arc::new(Mutex::new(Line::Good)));
        let lines = proxy.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if lines.is_closed() {
                    continue;
                }
                let (from, to) = (
                    client.into_split(),
                    TcpStream::connect(&to).await.unwrap().into_split(),
                );
                let dead = Arc::new(Mutex::new(false));
                tokio::spawn(lines.clone().pass(from.0, to.1, dead.clone()));
                tokio::spawn(lines.clone().pass(to.0, from.1, dead));
            }
        });
        (proxy, url.to_string())
    }

    fn set(&self, line: Line) {
        *self.0.lock().unwrap() = line;
    }

    fn is_closed(&self) -> bool {
        *self.0.lock().unwrap() == Line::Closed
    }

    fn is_dead(&self, bytes: &[u8]) -> bool {
        let mut line = self.0.lock().unwrap();
        if *line == Line::DeadAtCommit && bytes.windows(6).any(|part| part.eq_ignore_ascii_case(b"commit")) {
            *line = Line::Dead;
        }
        *line == Line::Dead
    }

    async fn pass(self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf, dead: Arc<Mutex<bool>>) {
        let mut buffer = vec![0; 16 * 1024];
        while let Ok(read) = from.read(&mut buffer).await {
            if read == 0 || self.is_closed() {
                break;
            }
            let lost = {
                let mut dead = dead.lock().unwrap();
                *dead |= self.is_dead(&buffer[..read]);
                *dead
            };
            if !lost && to.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
        if *dead.lock().unwrap() {
            // Nor is the other side told that this one has closed.
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
    }
}

async fn until_ready(app: &TestApp, status: StatusCode, limit: u64) {
    let started = Instant::now();
    while app.get("/readyz", &[]).await.status != status {
        assert!(
            started.elapsed() < Duration::from_secs(limit),
            "not {status} in time"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_database_that_dies_without_a_word_is_noticed_and_found_again() {
    let database = new_postgres_database().await;
    let (proxy, through) = Proxy::start(&database).await;
    let app = TestApp::on(tempfile::tempdir().unwrap(), through, None, Default::default()).await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    let with_id = || {
        let mut placement = placement.clone();
        placement["id"] = unique().into();
        placement
    };
    let mut tokens = Vec::new();
    for _ in 0..3 {
        let placed = app.place(&with_id()).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        tokens.push(placed.json()["token"].as_str().unwrap().to_owned());
    }

    // In the worst moment, so that nobody knows whether the order is stored.
    proxy.set(Line::DeadAtCommit);
    let (key, lost, started) = (unique(), with_id(), Instant::now());
    let answer = app.place_with(&key, &lost).await;
    answer.problem(ProblemType::Unavailable);
    assert_eq!(answer.header("retry-after"), "1");
    assert!(
        started.elapsed() < Duration::from_secs(15),
        "{:?}",
        started.elapsed()
    );
    until_ready(&app, StatusCode::SERVICE_UNAVAILABLE, 5).await;
    // The next one does not wait for ever behind it.
    let started = Instant::now();
    app.place(&with_id()).await.problem(ProblemType::Unavailable);
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(app.get("/", &[]).await.status, 200, "what it knows, it shows");

    proxy.set(Line::Good);
    until_ready(&app, StatusCode::OK, 30).await;
    let again = app.place_with(&key, &lost).await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(again.body, app.place_with(&key, &lost).await.body);
    tokens.push(again.json()["token"].as_str().unwrap().to_owned());
    let stored = servery_store::connect(&database).await.unwrap();
    for token in &tokens {
        assert!(
            stored.order_by_token(token).await.unwrap().is_some(),
            "{token} is lost"
        );
        assert_eq!(app.order(token).await["progress"]["state"], "placed");
    }
}

/// As HAProxy does while PostgreSQL has no primary.
#[tokio::test]
async fn a_proxy_without_a_database_behind_it_is_an_outage() {
    let database = new_postgres_database().await;
    let (proxy, through) = Proxy::start(&database).await;
    let app = TestApp::on(tempfile::tempdir().unwrap(), through, None, Default::default()).await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    proxy.set(Line::Closed);
    let key = unique();
    for _ in 0..5 {
        app.place_with(&key, &placement)
            .await
            .problem(ProblemType::Unavailable);
    }
    until_ready(&app, StatusCode::SERVICE_UNAVAILABLE, 5).await;
    proxy.set(Line::Good);
    until_ready(&app, StatusCode::OK, 30).await;
    let placed = app.place_with(&key, &placement).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
}

#[tokio::test]
async fn a_writer_that_does_not_write_is_not_ready() {
    let app = TestApp::on(
        tempfile::tempdir().unwrap(),
        new_postgres_database().await,
        None,
        Default::default(),
    )
    .await;
    let placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    // The catalog can still be read.
    app.execute("do $$ begin execute format('alter database %I set default_transaction_read_only = on', current_database()); end $$")
        .await;
    app.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
        .await;
    app.place(&placement).await.problem(ProblemType::Unavailable);
    let answer = app.get("/readyz", &[]).await;
    answer.problem(ProblemType::Unavailable);
    assert!(answer.text().contains("fails to write"), "{}", answer.text());
}
