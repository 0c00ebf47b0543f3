//! What the log and the headers give away, and what is refused at the door.

use std::{
    io,
    sync::{Arc, Mutex},
};

use axum::{body::Body, http::Request};
use serde_json::json;
use servery::{
    http::rate_limit,
    router::{metrics_router, router},
    settings::Settings,
};
use servery_domain::problem::ProblemType;
use tower::ServiceExt;

use crate::{
    accounts::PASSWORD,
    orders::DINER,
    payments::webhook,
    peer::Peer,
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

impl Log {
    /// Has the lines of this thread for as long as the guard lives.
    fn start() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing_subscriber::filter::LevelFilter::DEBUG)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_proxy_that_the_settings_say_nothing_of_is_said_once() {
    let (behind, alone) = (
        Settings {
            behind_proxy: Some(true),
            ..Settings::default()
        },
        Settings::default(),
    );
    for (settings, header, times) in [
        (alone.clone(), ("x-forwarded-for", "203.0.113.9"), 1),
        (alone.clone(), ("x-forwarded-proto", "https"), 1),
        (alone.clone(), ("forwarded", "for=203.0.113.9"), 1),
        (alone, ("accept", "*/*"), 0),
        (behind, ("x-forwarded-for", "203.0.113.9"), 0),
    ] {
        let app = TestApp::with(None, settings).await;
        let (log, _guard) = Log::start();
        for _ in 0..3 {
            app.get("/livez", &[header]).await;
        }
        let log = log.text();
        let said = log.matches("set --behind-proxy and --public-url").count();
        assert_eq!(said, times, "{header:?}: {log}");
        assert!(!log.contains("203.0.113.9"), "{log}");
    }
}

#[tokio::test]
async fn the_log_has_routes_and_no_tokens() {
    let app = TestApp::new().await;
    let (log, _guard) = Log::start();
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
    let log = log.text();
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
async fn the_log_has_sign_ins_and_refusals_by_account_and_no_secret() {
    let app = TestApp::new().await;
    let email = "ada@example.org";
    let session = app.signed_in(email).await;
    let account = app.get("/api/v1/account", &[("cookie", &session)]).await.json()["account"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let (log, _guard) = Log::start();
    for (email, password) in [
        (email, "a wrong password"),
        ("eve@example.org", "a wrong password"),
        (email, PASSWORD),
    ] {
        let body = json!({ "email": email, "password": password });
        app.post("/api/v1/sessions", &[], &body).await;
    }
    app.get(&format!("{DINER}/board"), &[("cookie", &session)])
        .await
        .problem(ProblemType::Forbidden);
    let code = json!({ "code": "ABCD-EFGH", "device": unique() });
    app.post("/api/v1/devices", &[], &code)
        .await
        .problem(ProblemType::NotAccepted);
    let log = log.text();
    for (said, times, of_account) in [
        ("a sign-in was refused", 2, 1),
        ("signed in", 1, 1),
        ("an account may not do what it asked for", 1, 1),
        ("a pairing code was refused", 1, 0),
    ] {
        let message = format!("\"message\":\"{said}\"");
        let lines: Vec<_> = log.lines().filter(|line| line.contains(&message)).collect();
        let named = lines.iter().filter(|line| line.contains(&account)).count();
        assert_eq!((lines.len(), named), (times, of_account), "{said}: {log}");
    }
    for secret in [
        email,
        "eve@example.org",
        PASSWORD,
        "a wrong password",
        "ABCD-EFGH",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test]
async fn the_log_has_requests_of_other_sites_forged_webhooks_and_exceeded_limits() {
    let peer = Peer::start().await;
    let app = TestApp::with(Some(peer.cards()), Settings::default()).await;
    let (log, _guard) = Log::start();
    app.post(
        "/api/v1/sessions",
        &[("sec-fetch-site", "cross-site")],
        &json!({}),
    )
    .await
    .problem(ProblemType::Forbidden);
    app.send(webhook("{}", "t=1,v1=00"))
        .await
        .problem(ProblemType::Forbidden);
    for _ in 0..rate_limit::PAIRINGS.quota + 1 {
        let code = json!({ "code": "ABCD-EFGH", "device": unique() });
        app.post("/api/v1/devices", &[], &code).await;
    }
    let log = log.text();
    for said in [
        "a request of another site was refused",
        "a webhook with a wrong signature was refused",
        "a rate limit was exceeded",
    ] {
        let message = format!("\"message\":\"{said}\"");
        assert_eq!(log.matches(&message).count(), 1, "{said}: {log}");
    }
    assert!(log.contains("\"limit\":\"pairings\""), "{log}");
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
async fn every_answer_has_a_policy_and_is_shown_in_no_frame() {
    let app = TestApp::new().await;
    std::fs::write(app.folder.path().join("ramen-320.avif"), b"not really a picture").unwrap();
    for path in [
        "/",
        "/nothing",
        "/orders/none/pay",
        "/api/v1/restaurants",
        "/api/v1/nothing",
        "/api/v1/docs",
        "/about/licences",
        "/livez",
        "/metrics",
        "/sitemap.xml",
        "/robots.txt",
        "/service-worker.js",
        "/icons/icon.svg",
        "/pictures/ramen-320.avif",
        "/map/none.pmtiles",
    ] {
        let answer = app.get(path, &[]).await;
        let policy = answer.header("content-security-policy");
        for directive in ["base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{path}: {policy}");
        }
        assert!(
            policy.contains("object-src 'none'") || policy.contains("default-src 'none'"),
            "{path}: {policy}"
        );
        let is_script = answer.header("content-type").starts_with("text/javascript");
        assert_eq!(
            policy.contains("script-src") || policy.contains("default-src"),
            !is_script,
            "{path}: {policy}"
        );
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
    }
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
    app.place(&placement).await.problem(ProblemType::NotAccepted);
    placement["contact"]["name"] = json!("Ada");
    placement["note"] = json!("\0");
    app.place(&placement).await.problem(ProblemType::NotAccepted);
    for path in ["/api/v1/orders/a%00b", "/api/v1/restaurants?q=%00", "/orders/%00"] {
        app.get(path, &[]).await.problem(ProblemType::Malformed);
    }
    let path = "/restaurants/lighthouse-diner/checkout";
    let form = app.form(path, "", "name=a%00b").await;
    assert_eq!(form.status, 422);
    let account =
        json!({ "name": "a\0b", "email": "a@b.example", "password": "long enough for it", "lang": "en" });
    app.post("/api/v1/accounts", &[], &account)
        .await
        .problem(ProblemType::NotAccepted);
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
