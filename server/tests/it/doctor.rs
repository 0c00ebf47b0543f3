//! `servery doctor` at an installation that is set up right, and at one where each part is set up wrong.

use std::{os::unix::fs::PermissionsExt, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use servery::{
    cli::{
        demo,
        doctor::{self, Finding, Severity},
    },
    settings::Settings,
};
use tokio::net::TcpListener;

use crate::{
    mail_server::MailServer,
    peer::{Peer, SECRET, WEBHOOK_SECRET},
    test_app::{TestApp, listen, new_postgres_database},
};

/// What the proxy says that the client is.
#[derive(Clone, Copy)]
enum Says {
    /// The address of the client's connection.
    Client,
    /// What the client sent.
    WhatItHeard,
    Nothing,
}

struct Proxy {
    says: Says,
    to: String,
    client: reqwest::Client,
}

/// The address of a proxy in front of this server.
async fn proxy(to: String, says: Says) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let proxy = Proxy {
        says,
        to,
        client: reqwest::Client::new(),
    };
    let router = Router::new().fallback(pass).with_state(Arc::new(proxy));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn pass(State(proxy): State<Arc<Proxy>>, uri: Uri, headers: HeaderMap) -> Response {
    let request = proxy.client.get(format!("{}{uri}", proxy.to));
    let request = match (proxy.says, headers.get("x-forwarded-for")) {
        (Says::Client, _) => request.header("x-forwarded-for", "203.0.113.9"),
        (Says::WhatItHeard, Some(heard)) => request.header("x-forwarded-for", heard),
        (Says::WhatItHeard, None) => request.header("x-forwarded-for", "203.0.113.9"),
        (Says::Nothing, _) => request,
    };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap()).into_response()
}

impl TestApp {
    /// Where it is served.
    async fn served(&self) -> String {
        let (address, _) = listen(self.router.clone()).await;
        format!("http://{address}")
    }
}

fn of<'a>(findings: &'a [Finding], subject: &str) -> Vec<&'a Finding> {
    findings
        .iter()
        .filter(|finding| finding.subject == subject)
        .collect()
}

fn text(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

fn assert_says(findings: &[Finding], subject: &str, severity: Severity, part: &str) {
    let said = of(findings, subject);
    assert!(
        said.iter()
            .any(|finding| finding.severity == severity && finding.text.contains(part)),
        "{subject}: {part}\n{}",
        text(findings)
    );
}

async fn app_behind_proxy(behind_proxy: bool) -> TestApp {
    let settings = Settings {
        behind_proxy: Some(behind_proxy),
        ..Settings::default()
    };
    TestApp::with(None, settings).await
}

#[tokio::test]
async fn an_installation_that_is_set_up_right_has_no_faults() {
    let (app, mail, peer) = (
        app_behind_proxy(true).await,
        MailServer::started().await,
        Peer::start().await,
    );
    let settings = Settings {
        database: Some(app.database.clone()),
        pictures: Some(app.folder.path().display().to_string()),
        public_url: Some(proxy(app.served().await, Says::Client).await),
        behind_proxy: Some(true),
        source_url: Some("https://git.example/servery".into()),
        card_provider: Some(peer.proxy.clone()),
        card_secret: Some(SECRET.into()),
        card_webhook_secret: Some(WEBHOOK_SECRET.into()),
        card_publishable_key: Some("pk_test_1".into()),
        ..mail.settings()
    };
    assert_says(
        &doctor::examine(&settings).await,
        "database",
        Severity::Warning,
        "lighthouse-diner, taqueria-el-farol",
    );
    demo::import_places(app.store.as_ref()).await.unwrap();
    let findings = doctor::examine(&settings).await;
    for subject in ["settings", "database", "mail", "cards", "proxy", "clock"] {
        assert_says(&findings, subject, Severity::Ok, "");
        assert_eq!(of(&findings, subject).len(), 1, "{}", text(&findings));
    }
    assert_says(&findings, "push", Severity::Warning, "https");
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity != Severity::Fault || finding.subject == "disk"),
        "{}",
        text(&findings)
    );
    assert!(mail.mails().is_empty(), "a mail was sent");
}

#[tokio::test]
async fn each_fault_is_named_with_what_to_do_and_no_secret_is_told() {
    let (mail, peer) = (MailServer::new().await, Peer::start().await);
    let secret = "hush_hush_hush";
    let with_password = |address: String| address.replace("//", &format!("//servery:{secret}@"));
    let settings = Settings {
        database: Some(format!("postgres://servery:{secret}@127.0.0.1:1/servery")),
        public_url: Some(format!("http://servery:{secret}@eat.example")),
        pictures: Some("/nowhere".into()),
        smtp: mail.settings().smtp.map(with_password),
        card_provider: Some(peer.proxy.clone()),
        card_secret: Some(secret.into()),
        card_webhook_secret: Some(secret.into()),
        card_publishable_key: Some("pk_test_1".into()),
        push_key: Some(secret.into()),
        ..Settings::default()
    };
    let findings = doctor::examine(&settings).await;
    assert_says(&findings, "settings", Severity::Fault, "without a path or a user");
    assert_says(&findings, "settings", Severity::Fault, "--pictures");
    assert_says(&findings, "database", Severity::Fault, "--database");
    assert_says(&findings, "mail", Severity::Fault, "--smtp");
    assert_says(&findings, "cards", Severity::Fault, "--card-secret");
    assert_says(&findings, "push", Severity::Fault, "--push-key");
    assert_says(&findings, "clock", Severity::Warning, "NTP");
    let unknown = Settings {
        database: Some(format!("mysql://servery:{secret}@localhost/servery")),
        card_publishable_key: None,
        ..settings
    };
    let more = doctor::examine(&unknown).await;
    assert_says(&more, "database", Severity::Fault, "mysql");
    assert_says(&more, "settings", Severity::Fault, "--card-publishable-key");
    let told = text(&findings) + &text(&more);
    assert!(!told.contains(secret), "{told}");
}

#[tokio::test]
async fn a_proxy_that_is_set_up_wrong_is_a_fault() {
    for (behind_proxy, says, part) in [
        (false, Says::Client, "set --behind-proxy"),
        (true, Says::WhatItHeard, "pretend"),
        (true, Says::Nothing, "pretend"),
    ] {
        let app = app_behind_proxy(behind_proxy).await;
        let public_url = match says {
            // Without a proxy in front everybody can send the header.
            Says::Nothing if behind_proxy => app.served().await,
            says => proxy(app.served().await, says).await,
        };
        let settings = Settings {
            database: Some(app.database.clone()),
            public_url: Some(public_url),
            behind_proxy: Some(behind_proxy),
            ..Settings::default()
        };
        assert_says(&doctor::examine(&settings).await, "proxy", Severity::Fault, part);
    }
    let app = app_behind_proxy(true).await;
    let settings = Settings {
        database: Some(app.database.clone()),
        public_url: Some(proxy(app.served().await, Says::Nothing).await),
        behind_proxy: Some(true),
        ..Settings::default()
    };
    let findings = doctor::examine(&settings).await;
    assert_says(&findings, "proxy", Severity::Fault, "no X-Forwarded-For arrives");
    let gone = Settings {
        public_url: Some("http://127.0.0.1:1".into()),
        ..settings
    };
    let findings = doctor::examine(&gone).await;
    assert_says(&findings, "proxy", Severity::Fault, "does not answer");
}

#[tokio::test]
async fn a_database_file_is_for_its_owner_only_and_is_not_made_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("servery.db");
    let settings = Settings {
        database: Some(format!("sqlite:{}", file.display())),
        ..Settings::default()
    };
    let findings = doctor::examine(&settings).await;
    assert_says(
        &findings,
        "database",
        Severity::Warning,
        "there is no database yet",
    );
    assert!(!file.exists());
    let store = servery_store::connect(settings.database()).await.unwrap();
    let findings = doctor::examine(&settings).await;
    assert_says(
        &findings,
        "database",
        Severity::Warning,
        "migrations have still to be applied",
    );
    store.migrate().await.unwrap();
    let findings = doctor::examine(&settings).await;
    assert_says(&findings, "database", Severity::Ok, "");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let findings = doctor::examine(&settings).await;
    assert_says(&findings, "database", Severity::Fault, "chmod 600");
}

#[tokio::test]
async fn the_tables_of_a_server_are_compared_with_the_programs() {
    let settings = Settings {
        database: Some(new_postgres_database().await),
        ..Settings::default()
    };
    let findings = doctor::examine(&settings).await;
    assert_says(
        &findings,
        "database",
        Severity::Warning,
        "migrations have still to be applied",
    );
    let store = servery_store::connect(settings.database()).await.unwrap();
    store.migrate().await.unwrap();
    let findings = doctor::examine(&settings).await;
    assert_says(&findings, "database", Severity::Ok, "");
    assert_says(&findings, "clock", Severity::Ok, "");
}

#[test]
fn a_fault_is_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let doctor = |database: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_servery"));
        command
            .current_dir(folder.path())
            .args(["doctor", "--database", database]);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = doctor("mysql://servery:hush@localhost/servery");
    assert!(
        code == Some(1) && told.contains("\nfault    database: "),
        "{code:?}\n{told}"
    );
    let (code, told) = doctor("sqlite:servery.db");
    assert!(
        code == Some(0) && told.contains("\nwarning  database: "),
        "{code:?}\n{told}"
    );
}
