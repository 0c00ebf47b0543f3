//! What the log gives away.

use std::{
    io,
    sync::{Arc, Mutex},
};

use crate::test_app::{TestApp, unique};

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
