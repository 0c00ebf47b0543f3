//! The API against its own document: schemathesis sends what the document allows and what it does not, and checks every answer.
//! That takes minutes, so it runs on request: `cargo test -p servery --test it api_audit -- --ignored`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use servery::{
    http::{connections::ConnectionLimits, serve},
    settings::Settings,
};
use servery_domain::account::Role;
use tokio::net::TcpListener;

use crate::test_app::TestApp;

/// The test of what ends a session comes last, because nobody is signed in afterwards.
const ENDS_A_SESSION: &str = "delete_account|delete_sessions?|delete_device|revoke_device";

async fn town() -> TestApp {
    let settings = Settings {
        // Each request names a client of its own, so that no rate limit ends the test.
        behind_proxy: Some(true),
        ..Settings::default()
    };
    TestApp::with(None, settings).await
}

/// Runs all checks against the town, as the holder of this cookie.
async fn audit(app: &TestApp, cookie: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let document = format!("http://{}/api/v1/openapi.json", listener.local_addr().unwrap());
    let server = tokio::spawn(serve::serve(
        listener,
        app.router.clone(),
        ConnectionLimits::default(),
        std::future::pending(),
    ));
    let order = app
        .place(&app.placement(app.basket("Bottomless Coffee", 2).await).await)
        .await;
    let token = order.json()["token"].as_str().unwrap().to_owned();
    let settings = settings(app, cookie);
    for choice in ["--exclude-operation-id-regex", "--include-operation-id-regex"] {
        let mut schemathesis = schemathesis(&document, &settings);
        schemathesis.env("ORDER", &token).args([choice, ENDS_A_SESSION]);
        let ended = tokio::task::spawn_blocking(move || schemathesis.output())
            .await
            .unwrap()
            .unwrap();
        let said = String::from_utf8_lossy(&ended.stdout);
        assert!(
            ended.status.success(),
            "{said}\n{}",
            String::from_utf8_lossy(&ended.stderr)
        );
    }
    server.abort();
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")
}

/// The settings, and the cookie by the name of its security scheme.
fn settings(app: &TestApp, cookie: &str) -> PathBuf {
    let mut settings = fs::read_to_string(folder().join("api_audit.toml")).unwrap();
    if let Some((name, token)) = cookie.split_once('=') {
        let scheme = name.trim_start_matches("__Host-");
        settings += &format!("[auth.openapi.{scheme}]\napi_key = \"{token}\"\n");
    }
    let file = app.folder.path().join("schemathesis.toml");
    fs::write(&file, settings).unwrap();
    file
}

fn schemathesis(document: &str, settings: &Path) -> Command {
    let python = std::env::var("SERVERY_TEST_PEERS")
        .expect("SERVERY_TEST_PEERS names a Python that has 'schemathesis'; './dev test' installs one");
    let mut command = Command::new(python);
    command
        .current_dir(std::env::temp_dir())
        .env("PYTHONPATH", folder());
    command
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(settings);
    command.args(["run", document, "--continue-on-failure"]);
    command
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_strangers() {
    audit(&town().await, "").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_a_diner() {
    let app = town().await;
    let cookie = app.signed_in("ada@example.org").await;
    audit(&app, &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_an_owner() {
    let app = town().await;
    let cookie = app.staff(Role::Owner).await;
    audit(&app, &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_the_kitchen() {
    let app = town().await;
    let cookie = app.staff(Role::Kitchen).await;
    audit(&app, &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_a_device() {
    let app = town().await;
    let (_, cookie) = app.device("till").await;
    audit(&app, &cookie).await;
}
