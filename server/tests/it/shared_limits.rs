//! Rate limits that several nodes share in Redis, and what they do while it is away.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use servery::settings::Settings;
use servery_domain::problem::ProblemType;

use crate::{
    redis_server::RedisServer,
    test_app::{Answer, TestApp, unique},
};

/// Wrong pairing codes within ten minutes, of one client.
const ALLOWED: usize = 10;

async fn node(redis: &RedisServer) -> TestApp {
    let settings = Settings {
        redis: Some(redis.address()),
        ..Settings::default()
    };
    TestApp::with(None, settings).await
}

async fn guess(node: &TestApp) -> Answer {
    node.pair("ABCD-EFGH", &unique()).await
}

async fn guesses_until_refused(node: &TestApp) -> usize {
    let mut guesses = 0;
    while guess(node).await.status != StatusCode::TOO_MANY_REQUESTS {
        guesses += 1;
        assert!(guesses <= ALLOWED, "never refused");
    }
    guesses
}

async fn until_ready_says(node: &TestApp, text: &str) {
    let started = Instant::now();
    // A node notices Redis when it asks it something.
    while node.get("/readyz", &[]).await.text() != text {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "/readyz never says {text:?}"
        );
        guess(node).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const READY: &str = "ready\n";
const ALONE: &str = "ready; Redis does not answer, so each node counts rate limits by itself\n";

#[tokio::test]
async fn nodes_share_their_limits() {
    let redis = RedisServer::start().await;
    let (first, second) = (node(&redis).await, node(&redis).await);
    for _ in 0..ALLOWED / 2 {
        guess(&first).await.problem(ProblemType::NotAccepted);
        guess(&second).await.problem(ProblemType::NotAccepted);
    }
    for node in [&first, &second] {
        let refused = guess(node).await;
        refused.problem(ProblemType::TooOften);
        let seconds: u32 = refused.header("retry-after").parse().unwrap();
        assert!(
            (1..=60).contains(&seconds),
            "one of ten in ten minutes: {seconds}"
        );
    }
    assert_eq!(first.get("/readyz", &[]).await.text(), READY);
}

#[tokio::test]
async fn a_right_code_costs_nothing_at_any_node() {
    let redis = RedisServer::start().await;
    let (first, second) = (node(&redis).await, node(&redis).await);
    for _ in 0..ALLOWED {
        let answer = first.pair(&first.code("till").await, &unique()).await;
        assert_eq!(answer.status, StatusCode::CREATED);
    }
    assert_eq!(guesses_until_refused(&second).await, ALLOWED);
}

#[tokio::test]
async fn without_redis_each_node_counts_by_itself_and_shares_again_when_it_is_back() {
    let mut redis = RedisServer::start().await;
    let (first, second) = (node(&redis).await, node(&redis).await);
    assert_eq!(guesses_until_refused(&first).await, ALLOWED);
    redis.kill();
    assert_eq!(
        guesses_until_refused(&first).await,
        ALLOWED,
        "its own bucket is full"
    );
    assert_eq!(first.get("/readyz", &[]).await.text(), ALONE);
    assert!(
        first
            .get("/metrics", &[])
            .await
            .text()
            .contains("servery_redis_up 0")
    );
    assert_eq!(guesses_until_refused(&second).await, ALLOWED);
    redis.start_again().await;
    until_ready_says(&first, READY).await;
    until_ready_says(&second, READY).await;
    assert!(
        first
            .get("/metrics", &[])
            .await
            .text()
            .contains("servery_redis_up 1")
    );
    guesses_until_refused(&first).await;
    guess(&second).await.problem(ProblemType::TooOften);
}

#[tokio::test]
async fn a_redis_that_does_not_answer_costs_one_short_wait_and_no_error() {
    let redis = RedisServer::start().await;
    let node = node(&redis).await;
    guess(&node).await.problem(ProblemType::NotAccepted);
    redis.pause();
    let started = Instant::now();
    for _ in 0..ALLOWED {
        guess(&node).await.problem(ProblemType::NotAccepted);
    }
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "ten requests took {:?}",
        started.elapsed()
    );
    redis.go_on();
    until_ready_says(&node, READY).await;
}

#[tokio::test]
async fn what_is_stored_in_redis_names_nobody_and_goes_away() {
    let redis = RedisServer::start().await;
    let node = node(&redis).await;
    let account = serde_json::json!({ "email": "ada@example.com", "password": "wrong horse battery" });
    node.post("/api/v1/sessions", &[], &account).await;
    let mut connection = redis::Client::open(redis.address())
        .unwrap()
        .get_multiplexed_async_connection()
        .await
        .unwrap();
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert!(
        keys.iter().any(|key| key.starts_with("servery:limit:sign-in:")),
        "{keys:?}"
    );
    for key in keys {
        assert!(!key.contains("ada") && !key.contains("127.0.0.1"), "{key}");
        let ttl: i64 = redis::cmd("TTL")
            .arg(&key)
            .query_async(&mut connection)
            .await
            .unwrap();
        assert!((1..=3_600).contains(&ttl), "{key}: {ttl}");
    }
}
