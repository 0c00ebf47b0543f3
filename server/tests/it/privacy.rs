//! What the log and the headers give away, and what is refused at the door.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Request};
use serde_json::json;
use servery::{
    router::{metrics_router, router},
    settings::Settings,
};
use servery_domain::problem::Kind;
use tower::ServiceExt;

use crate::{
    orders::DINER,
    test_app::{TestApp, unique},
};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_has_routes_and_no_tokens() {
    let app = TestApp::new().await;
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let order = app
        .place(&app.placement(app.basket("Bottomless Coffee", 1).await).await)
        .await
        .json();
    let token = order["token"].as_str().unwrap();
    let (reset, stray) = (unique(), unique());
    for path in [
        format!("/orders/{token}"),
        format!("/api/v1/orders/{token}"),
        format!("/account/reset/{reset}"),
        format!("/account/reset/{reset}?next=/orders/{token}"),
        format!("/orders/{token}/{stray}"),
    ] {
        app.get(&path, &[("referer", &format!("http://localhost{path}"))])
            .await;
    }
    app.form(
        &format!("/account/reset/{reset}"),
        "",
        "password=long+enough+for+it",
    )
    .await;
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for route in [
        "\"route\":\"/orders/{token}\"",
        "\"route\":\"/account/reset/{token}\"",
        "\"route\":\"other\"",
    ] {
        assert!(log.contains(route), "{route}\n{log}");
    }
    for secret in [token, &reset, &stray] {
        assert!(!log.contains(secret), "{log}");
    }
}

#[tokio::test]
async fn metrics_are_where_the_operator_wants_them() {
    let settings = Settings {
        metrics_listen: Some("127.0.0.1:9100".parse().unwrap()),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    assert_eq!(app.get("/metrics", &[]).await.status, 404);
    let own = metrics_router(app.app.clone());
    for (path, status) in [("/metrics", 200), ("/", 404)] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        assert_eq!(
            own.clone().oneshot(request).await.unwrap().status(),
            status,
            "{path}"
        );
    }
    assert_eq!(TestApp::new().await.get("/metrics", &[]).await.status, 200);
}

#[tokio::test]
async fn pages_say_what_they_do_not_need() {
    let settings = Settings {
        public_url: Some("https://eat.example".into()),
        ..Settings::default()
    };
    let app = TestApp::with(None, settings).await;
    for path in ["/", "/shell/staff/en", "/nothing"] {
        let page = app.get(path, &[("accept", "text/html")]).await;
        assert!(
            page.header("strict-transport-security").starts_with("max-age="),
            "{path}"
        );
        assert!(page.header("permissions-policy").contains("camera=()"), "{path}");
    }
    let plain = TestApp::new().await.get("/", &[]).await;
    assert_eq!(plain.header("strict-transport-security"), "");
}

#[tokio::test]
async fn a_sign_in_leads_to_no_other_site() {
    let app = TestApp::new().await;
    for next in [
        "%2F%09%2Fevil.example",
        "%2F%0D%2Fevil.example",
        "%2F%00%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%2Fevil.example",
    ] {
        let answer = app
            .form(
                "/account/sign-in",
                "",
                &format!("email=a%40b.example&password=x&next={next}"),
            )
            .await;
        assert!(
            answer.status == 422 || answer.header("location").starts_with("/account"),
            "{next}: {} {}",
            answer.status,
            answer.header("location")
        );
    }
}

#[tokio::test]
async fn a_nul_is_refused_and_breaks_nothing() {
    let app = TestApp::new().await;
    let mut placement = app.placement(app.basket("Bottomless Coffee", 1).await).await;
    placement["contact"]["name"] = json!("Ada\0Byron");
    app.place(&placement).await.problem(Kind::NotAccepted);
    placement["contact"]["name"] = json!("Ada");
    placement["note"] = json!("\0");
    app.place(&placement).await.problem(Kind::NotAccepted);
    for path in ["/api/v1/orders/a%00b", "/api/v1/restaurants?q=%00", "/orders/%00"] {
        app.get(path, &[]).await.problem(Kind::Malformed);
    }
    let path = "/restaurants/lighthouse-diner/checkout";
    let form = app.form(path, "", "name=a%00b").await;
    assert_eq!(form.status, 422);
    let account =
        json!({ "name": "a\0b", "email": "a@b.example", "password": "long enough for it", "lang": "en" });
    app.post("/api/v1/accounts", &[], &account)
        .await
        .problem(Kind::NotAccepted);
}

#[tokio::test]
async fn who_may_not_hand_over_a_file_is_refused_before_it_is_read() {
    use servery_domain::account::Role;
    let app = TestApp::new().await;
    let kitchen = app.staff(Role::Kitchen).await;
    // A body that never ends: whoever reads it waits for ever.
    for (path, media) in [
        (format!("{DINER}/op-imports"), "application/json"),
        (
            "/board/lighthouse-diner/devices/op-imports".to_owned(),
            "multipart/form-data; boundary=edge",
        ),
    ] {
        let endless = Body::from_stream(futures::stream::pending::<Result<Vec<u8>, io::Error>>());
        let request = Request::post(&path)
            .header("cookie", &kitchen)
            .header("content-type", media)
            .body(endless)
            .unwrap();
        let answered = router(app.app.clone()).oneshot(request);
        let answer = tokio::time::timeout(std::time::Duration::from_secs(5), answered)
            .await
            .expect("the body is waited for")
            .unwrap();
        assert_eq!(answer.status(), 403, "{path}");
    }
}
