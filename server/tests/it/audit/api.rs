//! The API against its own document: schemathesis sends what the document allows and what it does not, and checks every answer.

use std::{fs, path::PathBuf, process::Command};

use servery_domain::account::Role;

use super::{Target, run};

/// The test of what ends a session comes last, because nobody is signed in afterwards.
const ENDS_A_SESSION: &str = "delete_account|delete_sessions?|delete_device|revoke_device";

/// Runs all checks as the holder of this cookie.
async fn audit(target: &Target, caller: &str, cookie: &str) {
    let app = &target.app;
    let order = app
        .place(&app.placement(app.basket("Bottomless Coffee", 2).await).await)
        .await;
    let token = order.json()["token"].as_str().unwrap().to_owned();
    let settings = settings(target, cookie);
    for choice in ["--exclude-operation-id-regex", "--include-operation-id-regex"] {
        let mut schemathesis = schemathesis();
        schemathesis.arg("--config-file").arg(&settings);
        let document = format!("{}/api/v1/openapi.json", target.address);
        schemathesis.args(["run", &document, "--continue-on-failure", choice, ENDS_A_SESSION]);
        schemathesis.env("ORDER", &token);
        let (passed, printed) = run(schemathesis).await;
        assert!(passed, "{printed}");
    }
    println!("audit schemathesis as {caller}: 0 findings");
}

fn folder() -> PathBuf {
    std::env::current_dir().unwrap().join("tests/it/audit")
}

/// The settings, and the cookie by the name of its security scheme.
fn settings(target: &Target, cookie: &str) -> PathBuf {
    let mut settings = fs::read_to_string(folder().join("schemathesis.toml")).unwrap();
    if let Some((name, token)) = cookie.split_once('=') {
        let scheme = name.trim_start_matches("__Host-");
        settings += &format!("[auth.openapi.{scheme}]\napi_key = \"{token}\"\n");
    }
    let file = target.app.folder.path().join("schemathesis.toml");
    fs::write(&file, settings).unwrap();
    file
}

fn schemathesis() -> Command {
    let python = std::env::var("SERVERY_TEST_PEERS")
        .expect("SERVERY_TEST_PEERS names a Python that has 'schemathesis'; './dev audit' installs one");
    let mut command = Command::new(python);
    command
        .current_dir(std::env::temp_dir())
        .env("PYTHONPATH", folder())
        .args(["-m", "schemathesis.cli"]);
    command
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_strangers() {
    audit(&Target::new().await, "nobody", "").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_a_diner() {
    let target = Target::new().await;
    let cookie = target.app.signed_in("ada@example.org").await;
    audit(&target, "diner", &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_an_owner() {
    let target = Target::new().await;
    let cookie = target.app.staff(Role::Owner).await;
    audit(&target, "owner", &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_the_kitchen() {
    let target = Target::new().await;
    let cookie = target.app.staff(Role::Kitchen).await;
    audit(&target, "kitchen", &cookie).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes"]
async fn the_document_holds_for_a_device() {
    let target = Target::new().await;
    let (_, cookie) = target.app.device("till").await;
    audit(&target, "till", &cookie).await;
}
