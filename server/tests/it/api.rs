use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::test_app::TestApp;

#[tokio::test]
async fn the_town_is_listed_in_the_order_of_its_slugs() {
    let catalog = TestApp::new().await.json("/api/v1/restaurants").await;
    let slugs: Vec<&str> = catalog["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listing| listing["restaurant"]["slug"].as_str().unwrap())
        .collect();
    assert_eq!(slugs.len(), 12);
    assert!(slugs.is_sorted());
    assert!(catalog.get("next").is_none());
}

#[tokio::test]
async fn pages_lead_through_the_town() {
    let app = TestApp::new().await;
    let (mut path, mut names) = ("/api/v1/restaurants?limit=5".to_owned(), Vec::new());
    loop {
        let page = app.json(&path).await;
        names.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|listing| listing["restaurant"]["name"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/restaurants?limit=5&after={next}");
    }
    let whole = app.json("/api/v1/restaurants").await;
    let expected: Vec<_> = whole["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|listing| listing["restaurant"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_search_finds_by_word_cuisine_and_opening() {
    let app = TestApp::new().await;
    let found = app.json("/api/v1/restaurants?q=LANTERN").await;
    assert_eq!(found["items"][0]["restaurant"]["slug"], "jade-lantern");
    let found = app.json("/api/v1/restaurants?cuisine=ethiopian").await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    // The diner never closes.
    let found = app.json("/api/v1/restaurants?open=1&cuisine=american").await;
    assert_eq!(found["items"][0]["opening"], serde_json::json!({ "open": true }));
}

#[tokio::test]
async fn a_menu_comes_whole() {
    let app = TestApp::new().await;
    let menu = app.json("/api/v1/restaurants/jade-lantern/menu").await;
    let dishes: usize = menu["categories"]
        .as_array()
        .unwrap()
        .iter()
        .map(|category| category["dishes"].as_array().unwrap().len())
        .sum();
    assert_eq!((dishes, menu["currency"].as_str()), (500, Some("GBP")));
    let listing = app.json("/api/v1/restaurants/jade-lantern").await;
    assert_eq!(listing["restaurant"]["id"], menu["restaurant"]);
    assert_eq!(listing["restaurant"]["revision"], menu["revision"]);
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let app = TestApp::new().await;
    for path in [
        "/api/v1/restaurants",
        "/api/v1/restaurants/jade-lantern",
        "/api/v1/restaurants/jade-lantern/menu",
        "/api/v1/about",
        "/api/v1/map",
    ] {
        let first = app.get(path, &[]).await;
        let second = app.get(path, &[("if-none-match", first.header("etag"))]).await;
        assert_eq!(
            (second.status, second.body.len()),
            (StatusCode::NOT_MODIFIED, 0),
            "{path}"
        );
        assert_eq!(second.header("etag"), first.header("etag"), "{path}");
        let other = app.get(path, &[("if-none-match", "\"0\"")]).await;
        assert_eq!(other.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn what_runs_here_is_said_with_its_licences() {
    let about = TestApp::new().await.json("/api/v1/about").await;
    let components = about["components"].as_array().unwrap();
    for name in ["axum", "leptos", "sqlx", "wasm-bindgen"] {
        assert!(
            components.iter().any(|component| component["name"] == name),
            "{name}"
        );
    }
    let without: Vec<_> = components
        .iter()
        .filter(|component| component["licence"].as_str().is_none_or(str::is_empty))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

#[tokio::test]
async fn the_document_names_every_address_of_the_api() {
    let app = TestApp::new().await;
    let document = app.json("/api/v1/openapi.json").await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path
            .replace("{slug}", "jade-lantern")
            .replace("{token}", &"0".repeat(32))
            .replace("{code}", "HELLO10")
            .replace("{country}", "DE")
            .replace("{id}", "x");
        let method = methods.as_object().unwrap().keys().next().unwrap();
        let request = Request::builder()
            .method(method.to_uppercase().as_str())
            .uri(&path)
            .body(Body::empty())
            .unwrap();
        let status = app.send(request).await.status.as_u16();
        // What is there but not found is an order or a coupon; what has no such method is no address of ours.
        let unknown = status == 404 && (path.contains("/orders/") || path.contains("/coupons/"));
        assert!(
            matches!(status, 200 | 201 | 204 | 400 | 401 | 415 | 422) || unknown,
            "{method} {path}: {status}"
        );
    }
    assert_eq!(document["paths"].as_object().unwrap().len(), 75);
    let docs = app.get("/api/v1/docs", &[]).await;
    assert!(docs.text().contains("GET /api/v1/restaurants/{slug}/menu"));
    assert!(
        docs.header("content-security-policy")
            .contains("default-src 'none'")
    );
}
