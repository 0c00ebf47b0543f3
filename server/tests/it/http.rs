//! HTTP on the wire: what a client may send, and what reaches it.

use std::{io::Read, net::SocketAddr, time::Duration};

use axum::http::{Method, Request};
use serde_json::json;
use servery_domain::problem::{Problem, ProblemType};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    orders::DINER,
    test_app::{TestApp, listen, unique},
};

const SOON: Duration = Duration::from_secs(10);

async fn served() -> (TestApp, SocketAddr) {
    let app = TestApp::new().await;
    let (address, _) = listen(app.router.clone()).await;
    (app, address)
}

/// All that the server says until it closes the connection.
async fn say(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    answer
}

/// Fails unless the answer is this problem.
fn problem(answer: &str, kind: ProblemType) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = format!("HTTP/1.1 {} ", kind.status());
    assert!(
        head.starts_with(&status) && head.contains("application/problem+json"),
        "{answer}"
    );
    let problem: Problem = serde_json::from_str(body).unwrap();
    assert!(problem.is(kind), "{problem}");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let (_app, address) = served().await;
    let with = |hosts: &str| format!("GET /livez HTTP/1.1\r\n{hosts}connection: close\r\n\r\n");
    assert!(
        say(address, &with("host: a\r\n"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    problem(&say(address, &with("")).await, ProblemType::Malformed);
    problem(
        &say(address, &with("host: a\r\nhost: b\r\n")).await,
        ProblemType::Malformed,
    );
    let old = say(address, "GET /livez HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200 "), "HTTP/1.0 has no Host: {old}");
}

#[tokio::test]
async fn a_broken_chunk_is_malformed() {
    let (_app, address) = served().await;
    let head = format!(
        "POST {DINER}/quotes HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json"
    );
    for body in ["xyz\r\n{}\r\n0\r\n\r\n", "2\r\n{}xx0\r\n\r\n"] {
        let answer = say(
            address,
            &format!("{head}\r\ntransfer-encoding: chunked\r\n\r\n{body}"),
        )
        .await;
        problem(&answer, ProblemType::Malformed);
    }
}

#[tokio::test]
async fn a_list_is_no_object() {
    let app = TestApp::new().await;
    // serde would read a struct from a list of its fields.
    let fields = json!([unique(), unique()]);
    app.post("/api/v1/account/verifications", &[], &json!(["token"]))
        .await
        .problem(ProblemType::NotAccepted);
    app.post("/api/v1/devices", &[], &fields)
        .await
        .problem(ProblemType::NotAccepted);
    let key = unique();
    app.place_with(&key, &fields)
        .await
        .problem(ProblemType::NotAccepted);
    let object = app
        .post("/api/v1/account/verifications", &[], &json!({ "token": "none" }))
        .await;
    object.problem(ProblemType::NotFound);
}

#[tokio::test]
async fn a_path_that_is_no_text_is_malformed() {
    let app = TestApp::new().await;
    for path in [
        "/api/v1/restaurants/%ff",
        "/api/v1/restaurants/%ff/coupons/x",
        "/api/v1/restaurants/lighthouse-diner/coupons/%ff",
        "/api/v1/orders/%ff",
        "/t/%ff",
    ] {
        app.get(path, &[]).await.problem(ProblemType::Malformed);
    }
}

#[tokio::test]
async fn a_refusal_reaches_who_still_sends() {
    let (_app, address) = served().await;
    const LENGTH: usize = 60 * 1024 * 1024;
    let chunked = "transfer-encoding: chunked".to_owned();
    for framing in [format!("content-length: {LENGTH}"), chunked] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST {DINER}/quotes HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let piece = vec![b'x'; 64 * 1024];
        let mut sent = 0;
        while sent < LENGTH {
            if framing.starts_with('t') {
                stream
                    .write_all(format!("{:x}\r\n", piece.len()).as_bytes())
                    .await
                    .unwrap();
            }
            stream.write_all(&piece).await.unwrap();
            if framing.starts_with('t') {
                stream.write_all(b"\r\n").await.unwrap();
            }
            sent += piece.len();
        }
        let mut answer = String::new();
        timeout(SOON, stream.read_to_string(&mut answer))
            .await
            .unwrap()
            .unwrap();
        problem(&answer, ProblemType::TooLarge);
    }
}

#[tokio::test]
async fn a_connection_that_is_given_up_takes_no_other_request() {
    let (_app, address) = served().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = "PATCH /api/v1/account HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    // Without its body: the client learns at once that this connection is over.
    timeout(Duration::from_secs(2), stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    problem(&answer, ProblemType::SignedOut);
}

#[tokio::test]
async fn who_asks_first_is_answered_by_the_announced_size() {
    let (_app, address) = served().await;
    let head = |length: usize| {
        format!(
            "POST {DINER}/quotes HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n\
             expect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    problem(&say(address, &head(100_000)).await, ProblemType::TooLarge);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head(2).as_bytes()).await.unwrap();
    let mut first = [0; 25];
    timeout(SOON, stream.read_exact(&mut first))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    timeout(SOON, stream.read_to_string(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_form_has_no_page_and_says_so_to_people() {
    let app = TestApp::new().await;
    let path = "/restaurants/lighthouse-diner/checkout-of-nobody";
    app.get(path, &[("accept", "application/json")])
        .await
        .problem(ProblemType::NotFound);
    for path in ["/account/sign-out", "/restaurants/lighthouse-diner/basket/lines"] {
        let page = app.get(path, &[("accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!(
            (page.status.as_u16(), page.header("allow")),
            (405, "POST"),
            "{path}"
        );
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        app.get(path, &[("accept", "application/json")])
            .await
            .problem(ProblemType::WrongMethod);
        let request = Request::builder()
            .method(Method::PUT)
            .uri(path)
            .header("accept", "text/html");
        app.send(request.body("".into()).unwrap())
            .await
            .problem(ProblemType::WrongMethod);
    }
    app.get("/api/v1/sessions", &[("accept", "text/html")])
        .await
        .problem(ProblemType::WrongMethod);
}

#[tokio::test]
async fn who_knows_no_brotli_gets_gzip() {
    let app = TestApp::new().await;
    let plain = app.get("/api/v1/restaurants/jade-lantern/menu", &[]).await;
    for path in [
        "/api/v1/restaurants/jade-lantern/menu",
        "/restaurants/jade-lantern",
        "/about",
    ] {
        let answer = app.get(path, &[("accept-encoding", "gzip, deflate")]).await;
        assert_eq!(answer.header("content-encoding"), "gzip", "{path}");
        assert!(answer.header("vary").contains("accept-encoding"), "{path}");
        let mut body = Vec::new();
        flate2::read::GzDecoder::new(&answer.body[..])
            .read_to_end(&mut body)
            .unwrap();
        assert!(
            answer.body.len() * 3 < body.len(),
            "{path}: {} of {}",
            answer.body.len(),
            body.len()
        );
        if path.starts_with("/api/") {
            assert_eq!(body, plain.body, "{path}");
        }
    }
}
