//! Whatever comes in is answered with the right status, and says what was wrong.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use servery_domain::problem::{Problem, ProblemType};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::test_app::{TestApp, listen};

#[tokio::test]
async fn an_unknown_restaurant_is_a_problem_to_programs_and_a_page_to_people() {
    let app = TestApp::new().await;
    for path in [
        "/api/v1/restaurants/nobody",
        "/api/v1/restaurants/No%20Body",
        "/shell/browse/%ff",
        "/shell/browse/fr",
        "/shell/sleeping/en",
        "/api/v1/restaurants/nobody/menu",
        "/api/v1/nothing",
    ] {
        app.get(path, &[]).await.problem(ProblemType::NotFound);
    }
    for (path, lang, says) in [
        ("/restaurants/nobody", "en", "This page does not exist"),
        ("/restaurants/%ff", "de", "Hier ist nichts"),
        ("/nothing", "ar", "لا شيء هنا"),
    ] {
        let page = app
            .get(path, &[("accept", "text/html"), ("accept-language", lang)])
            .await;
        assert_eq!(
            (page.status, page.header("content-language")),
            (StatusCode::NOT_FOUND, lang),
            "{path}"
        );
        assert!(
            page.text().contains(says) && page.text().contains("href=\"/\""),
            "{path}"
        );
        assert!(
            page.header("content-security-policy")
                .contains("script-src 'none'"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_malformed_parameter_is_named() {
    let app = TestApp::new().await;
    for (query, name) in [
        ("after=nonsense", "after"),
        ("after=1.%F0%9F%8D%9C", "after"),
        ("limit=0", "limit"),
        ("limit=1e9", "limit"),
        ("open=perhaps", "open"),
        ("cuisine=martian", "cuisine"),
    ] {
        let problem = app
            .get(&format!("/api/v1/restaurants?{query}"), &[])
            .await
            .problem(ProblemType::Malformed);
        assert!(
            problem.detail.contains(&format!("'{name}'")),
            "{query}: {problem}"
        );
        let page = app.get(&format!("/?{query}"), &[("accept", "text/html")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(page.text().contains("We could not read that request"), "{query}");
    }
    let long = "x".repeat(81);
    app.get(&format!("/api/v1/restaurants?q={long}"), &[])
        .await
        .problem(ProblemType::Malformed);
}

#[tokio::test]
async fn an_unknown_mode_is_refused_with_a_page() {
    let page = TestApp::new().await.get("/?render=fat", &[]).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert!(page.text().contains("thin, hydrated, thick or auto"));
    assert!(!page.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::new().await;
    for (method, path) in [
        (Method::POST, "/api/v1/restaurants"),
        (Method::DELETE, "/api/v1/restaurants/jade-lantern"),
        (Method::PUT, "/"),
    ] {
        let answer = app
            .send(
                Request::builder()
                    .method(method)
                    .uri(path)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        answer.problem(ProblemType::WrongMethod);
        assert_eq!(answer.header("allow"), "GET,HEAD", "{path}");
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_is_said() {
    let app = TestApp::new().await;
    app.get("/api/v1/restaurants", &[("accept", "text/csv")])
        .await
        .problem(ProblemType::NotAcceptable);
    app.get("/", &[("accept", "application/json")])
        .await
        .problem(ProblemType::NotAcceptable);
    assert_eq!(
        app.get("/", &[("accept", "text/*;q=0.1")]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn text_in_an_address_is_shown_as_text() {
    let app = TestApp::new().await;
    let attack = "%3Cscript%3Ealert(1)%3C/script%3E%22%27";
    for path in [
        format!("/?q={attack}"),
        format!("/restaurants/jade-lantern?q={attack}"),
        format!("/{attack}"),
    ] {
        for mode in ["thin", "hydrated"] {
            let page = app
                .get(&path, &[("cookie", &format!("servery_render={mode}"))])
                .await;
            assert!(!page.text().contains("<script>alert"), "{path} {mode}");
        }
    }
}

/// Sends a header with a field of this size to a real socket, and returns the answer.
async fn with_header_of(bytes: usize) -> String {
    let app = TestApp::new().await;
    let (address, server) = listen(app.router.clone()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nx-large: ")
        .await
        .unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let writing = tokio::spawn(async move {
        for _ in 0..bytes / 1024 {
            writer.write_all(&[b'x'; 1024]).await?;
        }
        writer.write_all(b"\r\n\r\n").await?;
        writer.shutdown().await
    });
    let mut answer = String::new();
    reader.read_to_string(&mut answer).await.unwrap();
    writing.await.unwrap().unwrap();
    server.abort();
    answer
}

#[tokio::test]
async fn a_header_too_large_is_refused_whatever_its_size() {
    for bytes in [40 * 1024, 10 * 1024 * 1024] {
        let answer = with_header_of(bytes).await;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("{bytes}: {answer:?}"));
        assert!(
            head.starts_with("HTTP/1.1 431 ") && head.contains("application/problem+json"),
            "{bytes}: {head}"
        );
        let problem: Problem = serde_json::from_str(body).unwrap();
        assert!(problem.is(ProblemType::HeadersTooLarge), "{bytes}: {problem}");
    }
    assert!(with_header_of(4 * 1024).await.starts_with("HTTP/1.1 200 "));
}
