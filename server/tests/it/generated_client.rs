//! A client that others would generate from the API's document.

use std::process::Command;

use servery::http::{connections::ConnectionLimits, serve};
use tokio::net::TcpListener;

use crate::test_app::TestApp;

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_places_an_order_and_follows_it() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(serve::serve(
        listener,
        app.router.clone(),
        ConnectionLimits::default(),
        std::future::pending(),
    ));
    let python = std::env::var("SERVERY_TEST_PEERS").expect(
        "SERVERY_TEST_PEERS names a Python that has 'openapi-python-client'; './dev test' installs one",
    );
    let mut client = Command::new(python);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/generated_client.py");
    client.arg(script).arg(address).arg(app.folder.path());
    let ended = tokio::task::spawn_blocking(move || client.output())
        .await
        .unwrap()
        .unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&said));
    server.abort();
}
