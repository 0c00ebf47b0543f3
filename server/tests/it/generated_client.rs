//! A client that others would generate from the API's document.

use std::process::Command;

use crate::test_app::{TestApp, listen};

#[tokio::test(flavor = "multi_thread")]
async fn a_generated_client_places_an_order_and_follows_it() {
    let app = TestApp::new().await;
    let (address, server) = listen(app.router.clone()).await;
    let python = std::env::var("SERVERY_TEST_PEERS").expect(
        "SERVERY_TEST_PEERS names a Python that has 'openapi-python-client'; './dev test' installs one",
    );
    let mut client = Command::new(python);
    client
        .arg("tests/it/generated_client.py")
        .arg(format!("http://{address}"))
        .arg(app.folder.path());
    let ended = tokio::task::spawn_blocking(move || client.output())
        .await
        .unwrap()
        .unwrap();
    let said = [ended.stdout, ended.stderr].concat();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&said));
    server.abort();
}
